from . import agency_key_wizard
from . import event_export
from . import passport_division_import
from . import portal_wizard
from . import show
