from . import (
    test_access,
    test_claims,
    test_contracts,
    test_endings,
    test_message,
    test_neutralized,
    test_outbox,
    test_payments,
    test_ping,
    test_reversals,
    test_run,
)
from . import test_golive
