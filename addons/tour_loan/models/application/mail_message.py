"""What staff write under a record: notes among themselves, and traces that stay."""

from odoo import api, models
from odoo.exceptions import UserError

WRITTEN_BY_PEOPLE = "comment"
WHERE_IT_STANDS = {
    "model",
    "res_id",
    "body",
    "author_id",
    "date",
    "message_type",
    "tracking_value_ids",
}


class Notes(models.AbstractModel):
    """A chatter in which every message is a note for staff: nobody outside is written to.

    The borrower has his page and SMS, the agency its callbacks. Odoo's "Send message"
    would mail whoever follows the record, and is not offered.
    """

    _name = "tour_loan.notes"
    _inherit = ["mail.thread"]
    _description = "Notes of staff"

    def message_post(self, *, message_type="notification", partner_ids=None, **kwargs):
        if message_type != "notification":
            kwargs.pop("subtype_id", None)
            kwargs["subtype_xmlid"] = "mail.mt_note"
        # sudo: whether somebody named is of the staff, nothing else of him
        named = self.env["res.partner"].sudo().browse(partner_ids or [])
        partner_ids = [one.id for one in named if one.user_ids and not one.partner_share]
        return super().message_post(message_type=message_type, partner_ids=partner_ids, **kwargs)


class MailMessage(models.Model):
    """The trace of a change (of an agency's bank details, say) is no note to take back."""

    _inherit = "mail.message"

    def write(self, vals):
        if not self.env.su and WHERE_IT_STANDS & vals.keys() and self._tour_loan_traces():
            raise UserError(self.env._("The trace of a change is never changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _tour_loan_traces_stay(self):
        # superuser: the record itself goes, or the system's own clean-up
        if not self.env.su and self._tour_loan_traces():
            raise UserError(self.env._("The trace of a change is never deleted."))

    def _tour_loan_traces(self):
        """Return those that Odoo wrote by itself under a record of ours."""
        return self.filtered(
            lambda message: (
                (message.model or "").startswith("tour_loan.")
                and message.message_type != WRITTEN_BY_PEOPLE
            )
        )
