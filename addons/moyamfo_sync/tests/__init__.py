from . import (
    test_access,
    test_aside,
    test_by_the_set,
    test_claims,
    test_contracts,
    test_elsewhere,
    test_endings,
    test_message,
    test_neutralized,
    test_outbox,
    test_payments,
    test_ping,
    test_pulls_by_key,
    test_reversals,
    test_run,
    test_times,
)
from . import test_golive
