"""Files with personal data: they leave by the document they belong to, or not at all."""

from odoo import models
from odoo.exceptions import AccessError


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        """Override: a token may have made the record the server's; who asks is ``self.env``."""
        asking = record.with_env(self.env)
        if asking._name == "ir.attachment" and asking._is_closed_to_staff():
            raise asking._closed()
        if field_name in asking._tour_loan_personal() and asking._tour_loan_is_watched():
            if field_name in asking._tour_loan_masked() and not asking._tour_loan_shows():
                raise AccessError(self.env._("Open the application, press “Show…” and say why."))
            asking._tour_loan_note_read([field_name], "file")
        return super()._record_to_stream(record, field_name)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _check_access(self, operation):
        """A document's bytes are its own: an attachment's door would tell nobody whose."""
        refused = super()._check_access(operation)
        if self.env.su or (refused and refused[0] == self):
            return refused
        closed = self.filtered(lambda one: one._is_closed_to_staff())
        if not closed:
            return refused
        forbidden = closed | (refused[0] if refused else self.browse())
        return forbidden, forbidden._closed

    def _is_closed_to_staff(self) -> bool:
        if not self._tour_loan_is_watched():
            return False
        attachment_sudo = self.sudo()  # sudo: where it belongs, nothing of it
        model, field = attachment_sudo.res_model, attachment_sudo.res_field
        return bool(model and field) and field in self.env[model]._tour_loan_personal()

    def _closed(self) -> AccessError:
        return AccessError(self.env._("This file is opened by the document it belongs to."))
