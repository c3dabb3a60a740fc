"""A new secret key while notices signed by the old one are still on their way."""

from datetime import timedelta

from odoo import fields, models

KEY_OVERLAP = timedelta(hours=24)  # what PayU repeats later by the old key waits for a person


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    payu_ru_secret_key_before = fields.Char(
        string="PayU Secret Key Before", copy=False, groups="base.group_system"
    )
    payu_ru_secret_key_before_until = fields.Datetime(
        string="Notices Signed by the Key Before Are Believed Until",
        copy=False,
        groups="base.group_system",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `payment`: a key that is replaced stays good for notices for a day."""
        if new := vals.get("payu_ru_secret_key"):
            for provider in self.filtered("payu_ru_secret_key"):
                if provider.payu_ru_secret_key != new:
                    provider.payu_ru_secret_key_before = provider.payu_ru_secret_key
                    provider.payu_ru_secret_key_before_until = fields.Datetime.now() + KEY_OVERLAP
        elif "payu_ru_secret_key" in vals:
            self._payu_ru_forget_key_before()
        return super().write(vals)

    # === ACTION METHODS === #

    def action_payu_ru_forget_key_before(self):
        """Believe the key before no more, at once: it may have leaked."""
        self.check_access("write")
        self._payu_ru_forget_key_before()

    # === BUSINESS METHODS === #

    def _payu_ru_forget_key_before(self):
        self.payu_ru_secret_key_before = self.payu_ru_secret_key_before_until = False

    def _payu_ru_notice_keys(self):
        """Return the keys a notice may be signed with; requests are signed with the first.

        :rtype: list[str]
        """
        self.ensure_one()
        until = self.payu_ru_secret_key_before_until
        keys = [self.payu_ru_secret_key or ""]
        if until and fields.Datetime.now() < until:
            keys.append(self.payu_ru_secret_key_before or "")
        return keys
