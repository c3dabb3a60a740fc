from . import moyamfo_message, moyamfo_run, tour_loan_application
from . import tour_loan_loan
