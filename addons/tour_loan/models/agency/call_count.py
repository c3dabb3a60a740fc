"""How often an agency calls: one counter a minute, right over all workers."""

import time
from datetime import UTC

from odoo import api, fields, models
from odoo.fields import Domain

from ...hot_path import count_call
from ..outbox.ending import Period


class CallCount(models.Model):
    """Calls of one agency in one minute.

    Counted outside the request's transaction: see ``hot_path``.
    """

    _name = "tour_loan.call.count"
    _inherit = ["tour_loan.ending"]
    _description = "Calls of an agency in a minute"
    _log_access = False
    _period = Period(None, 1)

    agency_id = fields.Integer(required=True)
    minute = fields.Integer(required=True, help="Minutes since 1970.")
    count = fields.Integer(required=True)

    _minute_uniq = models.UniqueIndex("(agency_id, minute)")

    @api.model
    def _seconds_over(self, agency) -> int:
        """Count a call of ``agency``; return 0, or the seconds it has to wait."""
        limit = agency._settings().requests_per_minute
        if not limit:
            return 0
        minute, second = divmod(int(time.time()), 60)
        count = count_call(self.env.cr.dbname, agency.id, minute)
        return 60 - second if count > limit else 0

    @api.model
    def _ended(self, before):
        return Domain("minute", "<", int(before.replace(tzinfo=UTC).timestamp()) // 60)
