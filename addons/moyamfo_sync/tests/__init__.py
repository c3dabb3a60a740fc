from . import (
    test_access,
    test_absence,
    test_asking,
    test_claims,
    test_contracts,
    test_endings,
    test_message,
    test_neutralized,
    test_outbox,
    test_pause,
    test_payments,
    test_ping,
    test_reversals,
    test_run,
)
from . import test_golive
