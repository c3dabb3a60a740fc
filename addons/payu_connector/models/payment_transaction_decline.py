from odoo import models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

# Why a payment did not go through, in the payer's words, by PayU's codes of the bank's answer.
# One table: what the codes mean follows the one that YPMN publishes with its PHP client
# (github.com/yourpayments/php-api-client, agents.md); the sentences are ours. 53, 92 and 2204 stand
# in lists of the sibling countries only. A code of no list is "declined".
_REASONS = {
    "funds": _lt("There is not enough money on the card or account."),
    "limit": _lt("The card's limit is reached. Raise it in your bank's app, or pay another way."),
    "often": _lt("There were too many payments with this card. Try later, or pay another way."),
    "expired": _lt("The card has expired, or its date was typed wrong."),
    "number": _lt("The bank knows no such card. Check its number."),
    "security": _lt("The code on the back of the card (CVV) is wrong."),
    "pin": _lt("The PIN is wrong, or was typed wrong too often."),
    "confirm": _lt("The bank did not get your confirmation (3-D Secure). Try again."),
    "blocked": _lt("The bank has blocked this card. Call the bank, or pay with another one."),
    "restricted": _lt(
        "The bank has restricted what this card may pay for. Call the bank, or pay another way."
    ),
    "inactive": _lt("This card is not active. Call the bank, or pay with another one."),
    "unaccepted": _lt("This card is not accepted here. Pay with another one, or another way."),
    "protection": _lt(
        "A protection against fraud has stopped the payment. Call the bank, or pay another way."
    ),
    "cancelled": _lt("The payment was cancelled at the bank's page."),
    "repeated": _lt(
        "The bank takes this for a payment that is being made already. Look in your bank's app"
        " whether it went through before you pay again."
    ),
    "declined": _lt(
        "The bank has declined the payment without a reason. Call the bank, or pay another way."
    ),
    "technical": _lt("The bank could not be reached. Try again in a few minutes."),
    "shop": _lt("The payment could not be carried out at our side. Please write to us."),
}
_CODES = {
    "funds": ("51",),
    "limit": ("12", "61"),
    "often": ("65", "107"),
    "expired": ("-9", "54"),
    "number": ("-8", "14", "15"),
    "security": ("-18", "84"),
    "pin": ("55", "75", "76", "83"),
    "confirm": ("-19", "89", "105", "5007"),
    "blocked": ("41", "43"),
    "restricted": ("04", "36", "57", "62", "93"),
    "inactive": ("07", "78", "109"),
    "unaccepted": ("01", "53", "99", "108"),
    "protection": ("34", "59", "63"),
    "cancelled": ("17",),
    "repeated": ("94", "2304"),
    "declined": ("-3", "02", "05"),
    "technical": ("-2", "06", "19", "20", "22", "68", "82", "91", "92", "95", "96", "98", "102"),
    "shop": ("-10", "03", "08", "13", "30", "58", "2204"),
}
_REASON_OF_CODE = {
    f"GWERROR_{number}": reason for reason, numbers in _CODES.items() for number in numbers
} | {
    "GW_ERROR_GENERIC": "technical",
    "GW_ERROR_GENERIC_3D": "confirm",
    "ALREADY_AUTHORIZED": "repeated",
    "-9999": "protection",
}


# One subject a file: beginning, page, outcome, decline, asking, refund.
# pylint: disable=consider-merging-classes-inherited
class PaymentTransaction(models.Model):
    """Why an attempt failed, said so that the payer knows what to do."""

    _inherit = "payment.transaction"

    def _payu_ru_fail(self, payment_data):
        """Note a failed attempt and say why. It is not the end: the latest attempt counts, and
        the page lets the payer try again.
        """
        reason = self._payu_ru_decline_reason(payment_data)
        if self.state in ("draft", "pending", "authorized"):
            self._set_error(reason)
        elif self.state == "error" and not self.payu_ru_attention:
            self.state_message = reason

    def _payu_ru_decline_reason(self, payment_data):
        """Return the reason of a failed attempt in the payer's words.

        :param dict payment_data: what PayU said; `code` is the bank's answer.
        :rtype: str
        """
        code = (payment_data.get("code") or "").upper()
        reason = _REASONS[_REASON_OF_CODE.get(code, "declined")]
        # what `env._` does with a lazy text; Odoo's checker takes only literal ones there
        return reason._translate(self.env.lang or "en_US")
