from dataclasses import asdict

from odoo import fields, models

from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import statuses
from ..protocol.statuses import Meaning

_logger = get_payment_logger(__name__)


# One subject a file: beginning, outcome, asking, refund.
# pylint: disable=consider-merging-classes-inherited
class PaymentTransaction(models.Model):
    """What becomes of a payment when PayU says something about it."""

    _inherit = "payment.transaction"

    def _payu_ru_apply(self, event, is_asked=False):
        """Apply what PayU said about this payment or a refund of it.

        :param protocol.events.Event event: PayU's words.
        :param bool is_asked: whether PayU said it in answer to our question about this very
                              payment, not in a notice.
        :return: None
        """
        self.ensure_one()
        self = self._payu_ru_in_its_language()
        if event.chargeback:
            self._payu_ru_dispute(event.chargeback)
            return
        meaning = event.meaning
        # A same-day refund is called REVERSED, as is the release of a hold; it names a refund.
        if event.refund and meaning is Meaning.REVERSED:
            meaning = Meaning.REFUNDED
        self._process("payu_ru", {**asdict(event), "meaning": meaning, "is_asked": is_asked})
        if event.refund and self.state == "done":
            self._payu_ru_apply_notified_refund(event.refund)

    def _payu_ru_dispute(self, reason):
        """Mark a payment that the payer's bank takes back; what follows is for a person to say.

        :param str reason: the bank's reason as PayU words it.
        :return: None
        """
        if self.payu_ru_chargeback and self.dispute_reason == reason:
            return  # Told before, and perhaps seen since.
        self.write(
            {
                "payu_ru_chargeback": True,
                "dispute_reason": reason,
                "payu_ru_unexplained_refund": False,
            }
        )
        self._payu_ru_alert(
            self.env._("Disputed: the payer's bank takes the money back (%s).", reason)
        )
        if self.state != "done":
            self.payu_ru_next_check_at = fields.Datetime.now()  # It must have been paid.

    def _payu_ru_in_its_language(self):
        """Return the payment speaking the payer's language, or the company's if his is not known,
        whoever it is processed by.

        Without it a message would be in the language of a cron or of an anonymous request, and
        the same note would be made once in each.

        :rtype: payment.transaction
        """
        return self.with_context(lang=self.partner_lang or self.company_id.partner_id.lang)

    def _process(self, provider_code, payment_data):
        """Override of `payment` to book a payment at once, not in ten minutes."""
        transaction = super()._process(provider_code, payment_data)
        if provider_code == "payu_ru" and (
            transaction.state == "done" or payment_data["meaning"] in statuses.NEVER_PAID
        ):
            transaction.payu_ru_next_check_at = False  # There is nothing left to ask.
        if provider_code == "payu_ru" and transaction.state == "done":
            if transaction.operation != "refund" and not transaction.payu_ru_review_at:
                transaction.payu_ru_review_at = transaction._payu_ru_next_night()
            if not transaction.is_post_processed:
                self.env.ref("payment.cron_post_process_payment_tx")._trigger()
        return transaction

    def _extract_amount_data(self, payment_data):
        """Override of `payment` to extract the amount and currency from the payment data."""
        if self.provider_code != "payu_ru":
            return super()._extract_amount_data(payment_data)
        if payment_data["amount"] is None:
            return None  # Whether it had to be named is judged in `_validate_amount`.
        return {
            "amount": float(payment_data["amount"]),
            "currency_code": payment_data["currency"],
        }

    def _validate_amount(self, payment_data):
        """Override of `payment` to compare exactly, and to tell the staff as well."""
        if self.provider_code != "payu_ru":
            return super()._validate_amount(payment_data)
        problem = self._payu_ru_money_problem(payment_data)
        if not problem:
            return None  # Core would compare again, by the decimals of the currency.
        self._payu_ru_alert(problem)
        if self.state != "done" and not payment_data["is_asked"]:
            self.payu_ru_next_check_at = fields.Datetime.now()
        if self.state in ("draft", "pending", "authorized"):
            self._set_error(
                self.env._("The payment is being checked by our staff. Please do not pay again.")
            )
        return None

    def _payu_ru_money_problem(self, payment_data):
        """Compare PayU's sum and currency with ours, exactly.

        :return: What is wrong, empty if nothing is.
        :rtype: str
        """
        amount, currency = payment_data["amount"], payment_data["currency"]
        if payment_data["problem"]:
            return self.env._(
                "PayU says %(status)s, but its sum cannot be read: %(problem)s.",
                status=payment_data["status"],
                problem=payment_data["problem"],
            )
        is_asked = payment_data["is_asked"]
        if amount is None:
            # The status answer of some accounts names no sum. Then the payment must be the
            # very one that PayU made for our signed request.
            is_ours = (
                is_asked
                and self.provider_reference
                and (payment_data["provider_reference"] == self.provider_reference)
            )
            if payment_data["meaning"] in statuses.MONEY and not is_ours:
                return self.env._("PayU says %s but names no sum.", payment_data["status"])
            return ""
        # Nor need an answer to our own question repeat the currency we asked for.
        is_right_currency = currency == self.currency_id.name or (is_asked and not currency)
        if amount != self._payu_ru_amount() or not is_right_currency:
            return self.env._(
                "PayU says %(status)s for %(amount)s %(currency)s, expected were %(expected)s"
                " %(expected_currency)s.",
                status=payment_data["status"],
                amount=amount,
                currency=currency or "?",
                expected=self._payu_ru_amount(),
                expected_currency=self.currency_id.name,
            )
        return ""

    def _apply_updates(self, payment_data):
        """Override of `payment` to update the transaction based on the payment data."""
        if self.provider_code != "payu_ru":
            return super()._apply_updates(payment_data)
        # Core stops at a wrong sum only when the state *becomes* error: the same wrong notice
        # would pass the second time.
        if self._payu_ru_money_problem(payment_data):
            return None
        self._payu_ru_note_references(payment_data)
        status = payment_data["status"]
        match payment_data["meaning"]:
            case Meaning.PENDING:
                self._payu_ru_pend(status)
            case Meaning.AUTHORIZED if self.provider_id.payu_ru_authorized_is_paid:
                self._payu_ru_pay(payment_data)
            case Meaning.AUTHORIZED:
                self._payu_ru_pend(status)
            case Meaning.PAID | Meaning.REFUNDED:  # What was given back had been paid.
                self._payu_ru_pay(payment_data)
            case Meaning.TEST if self.provider_id.state == "test" and not self.is_live:
                self._payu_ru_pay(payment_data)
            case Meaning.TEST:
                self._payu_ru_alert(self.env._("A test payment on a live account was refused."))
            case Meaning.FAILED:
                self._payu_ru_fail(payment_data)
            case Meaning.CANCELLED | Meaning.REVERSED:
                self._payu_ru_cancel(payment_data)
            case Meaning.WIRE | Meaning.CASH | Meaning.SUSPICIOUS:
                self._payu_ru_pend(status)
                self._payu_ru_alert(self.env._("PayU says %s. Please check it there.", status))
            case Meaning.UNKNOWN:
                self._payu_ru_alert(self.env._("PayU says %s, which we do not know.", status))
        return None

    def _payu_ru_note_references(self, payment_data):
        """Keep PayU's number and the way of paying; a confirmed payment keeps its own."""
        given = payment_data["provider_reference"]
        if self.operation == "refund":
            self.provider_reference = given or self.provider_reference
        elif self.state != "done":
            self.provider_reference = given or self.provider_reference
            codes = [
                code
                for code, their in const.PAYMENT_METHODS.items()
                if their == payment_data["method"]
            ]
            method = self.provider_id.payment_method_ids.filtered(lambda pm: pm.code in codes)
            if method and method != self.primary_payment_method_id:
                self.payment_method_id = method[:1]
        elif given and self.provider_reference and given != self.provider_reference:
            if payment_data["meaning"] == Meaning.PAID:
                self._payu_ru_alert(
                    self.env._("Paid a second time under the same reference: PayU No. %s.", given)
                )

    def _payu_ru_pend(self, status):
        """Keep the payment open, and tell the payer whether he may pay again."""
        if status.upper() in statuses.NOT_BEGUN:
            message = self.env._("Nothing has been paid yet. If you did not pay, begin again.")
        else:
            message = self.env._("The payment is on its way. Please do not pay again.")
        if self.operation == "refund":
            message = None
        if self.state == "draft":
            self._set_pending(state_message=message)
        elif self.state == "pending":
            self.state_message = message

    def _payu_ru_pay(self, payment_data):
        """Confirm the payment; one we had given up is confirmed only if PayU says so again."""
        if self.state == "done":
            return
        if self.state != "cancel":
            self._set_done()
        elif payment_data["is_asked"]:
            self._set_done(extra_allowed_states=("cancel",))
            self._payu_ru_alert(self.env._("Paid after the payment had been cancelled here."))
        else:
            # Core refuses cancel -> done. The money may be there all the same, or the notice
            # is an old one that came late: only PayU's present word can tell, and as long as it
            # is no last word it is asked again.
            self.payu_ru_next_check_at = fields.Datetime.now()
            report = self._payu_ru_ask()
            if self.state == "cancel" and report.payment.meaning not in statuses.FINAL:
                self._payu_ru_alert(
                    self.env._(
                        "PayU said %(notice)s after the payment had been cancelled here, and %(answer)s"
                        " when asked. We go on asking.",
                        notice=payment_data["status"],
                        answer=report.payment.status,
                    )
                )

    def _payu_ru_cancel(self, payment_data):
        """Give up a payment that PayU gave up; one that was paid is asked about first."""
        if self.state == "done" and not payment_data["is_asked"]:
            # A refund of the same day may be told as a bare REVERSED: the answer lists it.
            self._payu_ru_ask(is_told=True)
        elif self.state == "done":
            self._payu_ru_alert(
                self.env._("PayU says %s after the payment was confirmed.", payment_data["status"])
            )
        elif self.state != "cancel":
            self._set_canceled(extra_allowed_states=("error",))

    def _payu_ru_alert(self, message):
        """Tell the staff that a person has to look at this; the same thing is told once.

        :param str message: what happened.
        :return: None
        """
        self.ensure_one()
        if message in (self.payu_ru_attention or ""):
            return
        self.payu_ru_attention = "\n".join(filter(None, [self.payu_ru_attention, message]))
        _logger.warning("PayU payment %s needs attention: %s", self.reference, message)
        self._log_message_on_linked_documents(message)
