from . import test_agency_rpc
from . import test_application_create
from . import test_application_list
from . import test_link
from . import test_code
from . import test_login
from . import test_cabinet
from . import test_questionnaire
