from . import outbox
from . import application
from . import agency
from . import signing
from . import loan
from . import web
from . import staff
from . import audit
