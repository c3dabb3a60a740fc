from odoo import fields, models

from ..protocol import statuses


# One subject a file: beginning, page, outcome, asking, refund.
# pylint: disable=consider-merging-classes-inherited
class PaymentTransaction(models.Model):
    """What addons that show a payment may ask without knowing PayU."""

    _inherit = "payment.transaction"

    payu_ru_status = fields.Char(
        string="PayU's Last Word",
        help="The state of the payment as PayU last called it; empty if it did not answer.",
        readonly=True,
        copy=False,
    )

    # === BUSINESS METHODS === #

    def _get_page_facts(self):
        """Return how PayU's page of this payment stands.

        A hook: an addon that shows payments of any provider calls it where it exists.

        :return: `closes_at`: until when the payer may use the page (naive UTC, or False);
                 `is_untouched`: whether he has not paid on it; `needs_person`: whether something
                 about the money does not fit and the staff is looking into it.
        :rtype: dict
        """
        self.ensure_one()
        word = (self.payu_ru_status or "").upper()
        is_untouched = word in statuses.NOT_BEGUN if word else self.state == "draft"
        return {
            "closes_at": self.payu_ru_page_expires_at,
            "is_untouched": is_untouched and self.state in ("draft", "pending"),
            "needs_person": bool(self.payu_ru_attention) and self.state != "done",
        }

    def _apply_updates(self, payment_data):
        """Override of `payment` to keep PayU's word for the payment."""
        result = super()._apply_updates(payment_data)
        if self.provider_code == "payu_ru" and self.operation != "refund":
            self.payu_ru_status = payment_data["status"]
        return result

    def _payu_ru_await_answer(self):
        """Override: whether the payer has paid is not known any more."""
        self.payu_ru_status = False
        return super()._payu_ru_await_answer()
