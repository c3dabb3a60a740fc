from . import test_loans, test_message, test_outbox, test_ping, test_run
