"""What of Odoo itself knows a borrower: his partner and user are hidden, his mail kept back.

The partner exists for Odoo's payment form alone. Rules in
``security/borrower_privacy.xml`` hide it from employees without our groups.
"""

from odoo import fields, models
from odoo.tools.misc import OrderedSet


class ResPartner(models.Model):
    _inherit = "res.partner"

    # stored, so that the rule is one condition on the table itself
    tour_loan_borrower = fields.Boolean(
        "Borrower", default=False, readonly=True, copy=False, help="Hidden from other employees."
    )


class ResUsers(models.Model):
    _inherit = "res.users"

    def _notify_security_setting_update(self, subject, content, mail_values=None, **kwargs):
        """Odoo's mails about logins, passwords and devices are no borrower's business."""
        others = self.filtered(lambda user: not user.partner_id.tour_loan_borrower)
        return super(ResUsers, others)._notify_security_setting_update(
            subject, content, mail_values, **kwargs
        )


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send a borrower nothing he was not named for: following brings him no mail."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        ids = [one["id"] for one in recipients if one["id"]]
        # sudo: only the flag is read, of those who would be written to
        borrowers = self.env["res.partner"].sudo().browse(ids).filtered("tour_loan_borrower")
        named = (msg_vals or {}).get("partner_ids") or message.sudo().partner_ids.ids
        silent = set(borrowers.ids).difference(named)
        return [one for one in recipients if one["id"] not in silent]


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _prepare_subscribe_data(self, channels, last):
        """A borrower hears his own channel, whatever he asks for and Odoo adds."""
        data = super()._prepare_subscribe_data(channels, last)
        partner = self.env.user.partner_id
        if partner.tour_loan_borrower:
            data["channels"] = OrderedSet([partner])
        return data
