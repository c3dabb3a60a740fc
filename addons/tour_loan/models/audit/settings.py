"""The administrator's settings of what is recorded and masked."""

from odoo import fields, models

from ..staff.settings import days
from .event import Event
from .four_eyes import ALONE


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    keep_events_days = days("Events of information protection", Event._period)
    tour_loan_one_person = fields.Boolean(
        "One person may change bank details, keys, products and identification alone",
        config_parameter=ALONE,
    )
