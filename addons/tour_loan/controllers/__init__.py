from . import agency_rpc
from . import portal_base
from . import start
from . import questionnaire
from . import sign
from . import cabinet
from . import loan
