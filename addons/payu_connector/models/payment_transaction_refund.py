from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import answers, calls
from ..protocol.statuses import Meaning

_logger = get_payment_logger(__name__)


# One subject a file: beginning, outcome, asking, refund.
# pylint: disable=consider-merging-classes-inherited
class PaymentTransaction(models.Model):
    """Money given back: by us, or by somebody in PayU's cabinet."""

    _inherit = "payment.transaction"

    # === ACTION METHODS === #

    def action_payu_ru_refund(self, amount=None):
        """Give back a part of the payment, or all that is left of it.

        :param float amount: the part; all if it is `None`.
        :return: A notification.
        :rtype: dict
        :raise AccessError: if the user is no manager of PayU.
        :raise ValidationError: if nothing, or not so much, is left.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("payu_connector.payu_connector_group_manager"):
            raise AccessError(self.env._("Only a PayU manager may give money back."))
        # In sudo mode: core lets only administrators write payments and read a provider's secret.
        payment_sudo = self.sudo()
        rest = payment_sudo._payu_ru_refundable(self.browse())
        if rest <= 0:
            raise ValidationError(self.env._("All of this payment went back already."))
        part = rest if amount is None else Decimal(f"{amount:.2f}")
        if not 0 < part <= rest:
            raise ValidationError(self.env._("That is more than is left of the payment."))
        return payment_sudo.action_refund(amount_to_refund=float(part))

    # === BUSINESS METHODS - PRE-PROCESSING === #

    def _send_refund_request(self):
        """Override of `payment` to ask PayU for a refund.

        PayU only accepts it here; the money goes back later and a notice says so. When the
        answer is lost the refund stays pending: core would set it to error and invite a second
        one.

        :raise ValidationError: if PayU did not accept it.
        """
        if self.provider_code != "payu_ru":
            return super()._send_refund_request()
        payment = self.source_transaction_id
        payment._payu_ru_lock()  # Two refunds at once must not exceed the payment together.
        if not self._payu_ru_is_whole():
            raise ValidationError(self.env._("PayU takes whole kopecks only."))
        if self._payu_ru_amount() > payment._payu_ru_refundable(self):
            raise ValidationError(self.env._("That is more than is left of the payment."))
        if not payment.provider_reference:
            raise ValidationError(self.env._("PayU's number of the payment is not known."))
        call = calls.refund(
            payment.provider_reference,
            payment._payu_ru_amount(),
            self._payu_ru_amount(),
            self.reference,
        )
        message = None
        try:
            answer = self.provider_id._payu_ru_call(call, self.reference, payment.is_live)
            self.provider_reference = answers.refund(*answer)
        except answers.Refused as refusal:
            raise ValidationError(self.env._("PayU refused the refund (%s).", refusal)) from refusal
        except answers.Unclear as unclear:
            _logger.info("PayU's answer for %s is unclear: %s", self.reference, unclear)
            message = self.env._("PayU has not answered yet. We are asking it.")
        self.payu_ru_next_check_at = fields.Datetime.now() + const.ASK_OPEN
        self._set_pending(state_message=message)
        return None

    def _payu_ru_refundable(self, besides):
        """Return what is left of the payment, refunds under way counted as done.

        :param payment.transaction besides: a refund that is not to be counted.
        :rtype: Decimal
        """
        refunds = self.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child.state not in ("cancel", "error")
        )
        given_back = sum(refund._payu_ru_amount() for refund in refunds - besides)
        return self._payu_ru_amount() - given_back

    # === BUSINESS METHODS - PROCESSING === #

    def _payu_ru_apply_notified_refund(self, refund):
        """Apply the refund of a notice; PayU is asked for what the notice does not say.

        :param protocol.events.Refund refund: the refund as far as the notice describes it.
        :return: None
        """
        is_named = refund.reference or refund.request_id
        if refund.problem:
            self._payu_ru_note_unreadable(refund)
        elif (is_named and refund.amount) or (is_named and self._payu_ru_find_refund(refund)):
            self._payu_ru_apply_refunds([refund])
        elif self._payu_ru_ask(is_told=True).refunds:
            return  # All refunds of the payment came with the answer.
        elif refund.amount:
            self._payu_ru_apply_refunds([refund])
        else:
            self._payu_ru_alert(self.env._("PayU gave money back but does not say how much."))

    def _payu_ru_apply_refunds(self, refunds, is_told=True):
        """Apply refunds to their transactions; make one for each that was not made here.

        :param Iterable[protocol.events.Refund] refunds: refunds of this payment.
        :param bool is_told: whether it is known that they are refunds, not chargebacks.
        :return: None
        """
        taken = self.browse()
        for refund in refunds:
            if refund.chargeback:
                self._payu_ru_dispute(refund.chargeback)
                continue
            if refund.problem:
                self._payu_ru_note_unreadable(refund)
                continue
            child = self._payu_ru_find_refund(refund, taken)
            child = child or self._payu_ru_foreign_refund(refund, is_told)
            if not child:
                continue
            taken |= child
            child._process(
                "payu_ru",
                {
                    "reference": child.reference,
                    "provider_reference": refund.request_id,
                    "status": "REFUND" if refund.done else "PENDING",
                    "meaning": Meaning.PAID if refund.done else Meaning.PENDING,
                    "amount": refund.amount or child._payu_ru_amount(),
                    "currency": refund.currency or self.currency_id.name,
                    "method": "",
                    "message": "",
                    "code": "",
                    "problem": "",
                    "is_asked": True,
                },
            )

    def _payu_ru_note_unreadable(self, refund):
        self._payu_ru_alert(
            self.env._("PayU gave money back, but its sum cannot be read: %s.", refund.problem)
        )

    def _payu_ru_find_refund(self, refund, besides=()):
        """Return our transaction of a refund: by our reference, by PayU's, or by its sum.

        :param protocol.events.Refund refund: the refund.
        :param payment.transaction besides: transactions already matched to other refunds.
        :rtype: payment.transaction
        """
        refunds = self.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child not in besides
        )
        names = {refund.reference, refund.request_id} - {""}
        named = refunds.filtered(
            lambda child: child.reference in names or child.provider_reference in names
        )
        if named:
            return named[:1]
        return refunds.filtered(
            lambda child: (
                child._payu_ru_amount() == refund.amount
                # With a name, only a refund whose name we never learned; without one, any.
                and (not names or (child.state == "pending" and not child.provider_reference))
            )
        )[:1]

    def _payu_ru_foreign_refund(self, refund, is_told):
        """Make a transaction for a refund that was made in PayU's cabinet.

        :param protocol.events.Refund refund: the refund.
        :param bool is_told: whether it is known to be one; else a person has to say.
        :return: The refund transaction, empty if it cannot be right.
        :rtype: payment.transaction
        """
        if self.payu_ru_chargeback:
            return self.browse()  # The bank took it; what that means is for a person to say.
        if not refund.amount or refund.amount > self._payu_ru_refundable(self.browse()):
            self._payu_ru_alert(
                self.env._("PayU gave back %s, which does not fit the payment.", refund.amount)
            )
            return self.browse()
        if not is_told:
            self._payu_ru_note_unexplained(refund)
            return self.browse()
        self.payu_ru_unexplained_refund = False
        return self._create_child_transaction(
            float(refund.amount),
            is_refund=True,
            provider_reference=refund.request_id or refund.reference,
            payu_ru_next_check_at=fields.Datetime.now() + const.ASK_OPEN,
        )
