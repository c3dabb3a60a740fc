from datetime import timedelta
from urllib.parse import urlencode

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EventExport(models.TransientModel):
    """Which events an auditor takes with him; the route of ``controllers/events`` sends them."""

    _name = "tour_loan.event.export"
    _description = "Export of events"

    since = fields.Datetime(required=True, default=lambda self: self._now() - timedelta(days=31))
    until = fields.Datetime(required=True, default=lambda self: self._now())
    layout = fields.Selection(
        [("jsonl", "JSON lines"), ("cef", "CEF (ArcSight, SIEM)")],
        "Format",
        required=True,
        default="jsonl",
    )

    @api.model
    def _now(self):
        return fields.Datetime.now() + timedelta(minutes=1)

    @api.constrains("since", "until")
    def _check_order(self):
        if any(export.since >= export.until for export in self):
            raise ValidationError(self.env._("The end must be after the beginning."))

    def action_export(self):
        self.ensure_one()
        asked = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/tour_loan/events/{self.layout}?{urlencode(asked)}",
        }
