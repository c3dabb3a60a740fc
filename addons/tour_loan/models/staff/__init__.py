from . import application_search
from . import application_staff
from . import attention
from . import person_form
from . import settings
from . import users
