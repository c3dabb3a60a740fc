from odoo import fields, models

from ..models.audit.shown import REASONS


class Show(models.TransientModel):
    """Asks why, before masked data are shown."""

    _name = "tour_loan.show"
    _description = "Show masked data"

    application_id = fields.Many2one("tour_loan.application", required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True)

    def action_show(self):
        self.ensure_one()
        return self.application_id.action_show(self.reason)
