from . import moyamfo_message, moyamfo_run, moyamfo_run_chain, moyamfo_run_times
from . import moyamfo_message_asking, moyamfo_message_endpoint
from . import moyamfo_run_loans, moyamfo_run_taking, moyamfo_run_payments, moyamfo_aside
from . import tour_loan_application, moyamfo_aside_application
from . import tour_loan_loan
from . import moyamfo_profile
from . import ir_http
from . import settings
from . import golive
from . import metrics
