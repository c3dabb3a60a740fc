"""After how many days messages and pulls that are done with are deleted."""

from odoo import fields, models

from odoo.addons.tour_loan.models.staff.settings import days

from .moyamfo_message import MoyamfoMessage
from .moyamfo_run import MoyamfoRun
from .moyamfo_run_times import AHEAD_MINUTES, AHEAD_PARAMETER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    keep_moyamfo_messages_days = days("Messages to MoyaMFO", MoyamfoMessage._period)
    keep_moyamfo_runs_days = days("Pulls from MoyaMFO", MoyamfoRun._period)
    moyamfo_ahead_minutes = fields.Integer(
        "1C's clock may be ahead, minutes",
        config_parameter=AHEAD_PARAMETER,
        default=AHEAD_MINUTES,
        at_least=1,
    )
