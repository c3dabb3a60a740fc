from . import test_message, test_ping, test_run
