from . import ir_http
from . import payment_provider
from . import payment_transaction
from . import payment_transaction_outcome
from . import payment_transaction_asking
from . import payment_transaction_refund
from . import payu_ru_notice
from . import needs_person
