from . import ir_http
from . import ir_http_body
from . import ir_http_doors
from . import ir_http_open_door
from . import payment_provider
from . import session
