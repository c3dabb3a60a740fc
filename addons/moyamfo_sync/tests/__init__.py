from . import test_access, test_claims, test_loans, test_message, test_neutralized
from . import test_outbox, test_ping, test_run
