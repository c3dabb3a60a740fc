from . import moyamfo_message, moyamfo_run, tour_loan_application
