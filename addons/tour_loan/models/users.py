"""The lender's people work by Moscow time."""

from odoo import api, models

TIME_ZONE = "Europe/Moscow"


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        for user, vals in zip(users, vals_list, strict=True):
            if not user.share and not vals.get("tz"):
                user.tz = TIME_ZONE
        return users

    @api.model
    def _tour_loan_set_moscow_time(self):
        """Give employees who chose no time zone the one the lender works by."""
        employees = self.with_context(active_test=False).search([("share", "=", False)])
        employees.filtered(lambda user: user.active and not user.tz).tz = TIME_ZONE
