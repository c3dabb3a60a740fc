"""After how many days messages and pulls that are done with are deleted."""

from odoo import models

from odoo.addons.tour_loan.models.staff.settings import days

from .moyamfo_message import MoyamfoMessage
from .moyamfo_run import MoyamfoRun


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    keep_moyamfo_messages_days = days("Messages to MoyaMFO", MoyamfoMessage._period)
    keep_moyamfo_runs_days = days("Pulls from MoyaMFO", MoyamfoRun._period)
