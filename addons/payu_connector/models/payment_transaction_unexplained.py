from odoo import fields, models
from odoo.exceptions import AccessError

from ..protocol import answers
from ..protocol.statuses import Meaning


# One subject a file: beginning, outcome, asking, refund.
# pylint: disable=consider-merging-classes-inherited
class PaymentTransaction(models.Model):
    """Money that went back, and only PayU's answer tells so.

    Only a notice tells a chargeback from a refund made in PayU's cabinet (`refundInfo`). Where
    none came, the answer shows both alike, and a person has to look.
    """

    _inherit = "payment.transaction"

    payu_ru_unexplained_refund = fields.Boolean(
        string="PayU Unexplained Refund",
        help="Money went back that nobody here gave back, and no notice says why.",
        readonly=True,
        copy=False,
    )

    def _payu_ru_note_unexplained(self, refund):
        """Let a person say what a refund of the answer was; one under way may yet be explained.

        :param protocol.events.Refund refund: the refund.
        :return: None
        """
        if not refund.done:
            return
        self.payu_ru_unexplained_refund = True
        self._payu_ru_alert(
            self.env._(
                "%s went back to the payer, and nobody gave it back from here. It was given back in"
                " PayU's cabinet, or the payer's bank took it (a chargeback) and PayU's notice was"
                " lost. Look it up in PayU's cabinet and press the button that fits. Nothing was"
                " booked.",
                self.currency_id.format(float(refund.amount)),
            )
        )

    def _payu_ru_note_unlisted(self, report):
        """Tell the staff of money that went back, but is in no list.

        :param protocol.events.Report report: PayU's answer about this payment.
        :return: None
        """
        is_known = report.refunds or self.payu_ru_chargeback or self.child_transaction_ids
        if self.state == "done" and report.payment.meaning is Meaning.REFUNDED and not is_known:
            self._payu_ru_alert(
                self.env._("PayU says %s and lists no refund.", report.payment.status)
            )

    # === ACTION METHODS === #

    def action_payu_ru_was_refund(self):
        """Book what went back as a refund: somebody gave it back in PayU's cabinet.

        :return: A client action.
        :rtype: dict
        :raise AccessError: if the user is no manager of PayU.
        """
        for payment_sudo in self._payu_ru_to_explain():
            try:
                payment_sudo._payu_ru_ask(is_told=True)
            except (answers.Refused, answers.Unclear) as error:
                return self._payu_ru_not_answered(error)
            payment_sudo.payu_ru_unexplained_refund = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_payu_ru_was_chargeback(self):
        """Mark the payment as disputed: the payer's bank took the money.

        :return: A client action.
        :rtype: dict
        :raise AccessError: if the user is no manager of PayU.
        """
        for payment_sudo in self._payu_ru_to_explain():
            speaking = payment_sudo._payu_ru_in_its_language()
            speaking._payu_ru_dispute(speaking.env._("PayU's notice with the reason was lost"))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _payu_ru_to_explain(self):
        """Return those of the payments that wait for a word of this person.

        :rtype: payment.transaction
        """
        self.check_access("read")
        if not self.env.user.has_group("payu_connector.payu_connector_group_manager"):
            raise AccessError(self.env._("Only a PayU manager may say what a refund was."))
        # In sudo mode: core lets only administrators write payments.
        return self.sudo().filtered("payu_ru_unexplained_refund")
