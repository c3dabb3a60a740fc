from . import ending
from . import lock
from . import message
from . import message_breaker
from . import pause
