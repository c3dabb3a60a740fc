"""Letters to borrowers: plain, from the lender, by the mail server of the settings."""

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..outbox.ending import Period
from ..outbox.message import Outcome


class Mail(models.Model):
    """One letter. What matters comes by SMS too: a letter is never the only way."""

    _name = "tour_loan.mail"
    _inherit = ["tour_loan.message"]
    _description = "Letter"
    _outbox = "mail"
    _period = Period("tour_loan.keep_letters_days", 365)
    _give_up_after = timedelta(hours=24)
    _rec_name = "subject"

    email = fields.Char(required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True)
    text = fields.Text(required=True, readonly=True)
    application_id = fields.Many2one("tour_loan.application", readonly=True, index="btree_not_null")

    @api.model
    def _write_to(self, application, subject: str, text: str):
        """Queue a letter if the borrower gave an address and the lender can write letters."""
        # sudo: whether there is a mail server, nothing of it
        servers = self.env["ir.mail_server"].sudo().search_count([], limit=1)
        if application.email and application.env.company.email and servers:
            return self.create(
                {
                    "email": application.email,
                    "subject": subject,
                    "text": text,
                    "application_id": application.id,
                    "business_key": f"mail {application.uuid}",
                }
            )
        return self.browse()

    def _send(self):
        servers = self.env["ir.mail_server"]
        letter = servers._build_email__(
            self.env.company.email_formatted,
            [self.email],
            self.subject,
            self.text,
            message_id=f"<{self.uid}@tour-loan>",  # a mail program shows a repeat once
        )
        self.request = self.text
        try:
            servers.send_email(letter)
        except (OSError, MailDeliveryException) as error:  # OSError: no connection, SMTP's own
            return Outcome("later", error=f"{type(error).__name__}: {error}"[:500])
        return Outcome("sent")
