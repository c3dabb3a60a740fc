from . import loan
from . import loan_books
from . import loan_taken_over
from . import loan_paying
from . import installment
from . import repayment
from . import payment_transaction
from . import payment_page
