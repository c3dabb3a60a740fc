"""Odoo's invitation to the portal is nothing for a borrower."""

from odoo import models
from odoo.exceptions import UserError


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    def _send_email(self):
        if self.partner_id.tour_loan_borrower:
            raise UserError(self.env._("A borrower logs in by his phone: he needs no invitation."))
        return super()._send_email()
