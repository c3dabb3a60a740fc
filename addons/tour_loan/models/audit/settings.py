"""The administrator's settings of what is recorded and masked."""

from odoo import models

from ..staff.settings import days
from .event import Event


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    keep_events_days = days("Events of information protection", Event._period)
