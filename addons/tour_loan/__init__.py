from . import after_request
from . import away
from . import borrowed
from . import counters
from . import controllers
from . import models
from . import wizards
from . import log_lines
from . import log_masking
from . import cookies
from . import job_runner
from . import session_age

log_masking.install()
log_lines.install()
after_request.install()
borrowed.install()
cookies.install()
job_runner.install()
session_age.install()
controllers.export.install()


def post_load():
    """What Odoo itself does otherwise where ``tour_loan`` is a server-wide module."""
    away.install()
    counters.install()
    log_lines.install_requests()


def post_init_hook(env):
    """Speak Russian: borrowers' pages and messages are in it, whatever staff choose.

    And let staff see Moscow time.
    """
    env["res.lang"]._activate_lang("ru_RU")
    modules = env["ir.module.module"].search(
        ["|", ("state", "=", "installed"), ("name", "=", "tour_loan")]
    )
    modules._update_translations(["ru_RU"])
    env["res.users"]._tour_loan_set_moscow_time()
