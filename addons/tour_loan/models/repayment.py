"""Repayments: money a borrower paid, one transaction of the payment framework."""

from uuid import uuid4

from odoo import fields, models
from odoo.exceptions import AccessError

from ..tools import Rubles


class Repayment(models.Model):
    """A paid transaction on its way into the accounting system's books.

    ``uid`` is what the accounting system recognises a repeat by; a transaction has one
    repayment, whatever number of notices tell of it.

    When the provider gave the money back (a payment refund, a chargeback), the repayment
    is undone in the books: a reversal, asked for once and done when the accounting
    system says ``reversed``.
    """

    _name = "tour_loan.repayment"
    _description = "Repayment"
    _order = "id desc"
    _rec_name = "transaction_reference"

    uid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    loan_id = fields.Many2one(
        "tour_loan.loan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    borrower_id = fields.Many2one(related="loan_id.borrower_id", store=True, index=True)
    transaction_id = fields.Many2one(
        "payment.transaction", required=True, readonly=True, ondelete="restrict"
    )
    transaction_reference = fields.Char(related="transaction_id.reference", string="Payment")
    provider_reference = fields.Char(related="transaction_id.provider_reference")
    currency_id = fields.Many2one(related="loan_id.currency_id")
    amount = Rubles(required=True, readonly=True)
    paid_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("to_send", "Received"),
            ("sent", "With the accounting system"),
            ("booked", "In the books"),
            ("refused", "Refused by the accounting system"),
            ("reversed", "Reversed"),
        ],
        required=True,
        default="to_send",
        readonly=True,
        index=True,
    )
    booked_at = fields.Datetime(readonly=True)
    booked_principal = Rubles("Booked to principal", readonly=True)
    booked_interest = Rubles("Booked to interest", readonly=True)
    booked_penalty = Rubles("Booked to penalty", readonly=True)
    overpaid = Rubles(readonly=True)
    reversal_asked_at = fields.Datetime(readonly=True)
    attention = fields.Char(readonly=True, help="What a person has to settle.")

    _uid_uniq = models.UniqueIndex("(uid)")
    _transaction_uniq = models.UniqueIndex("(transaction_id)")

    def _paid_on(self) -> str:
        """Return the Moscow day of the payment as pages show it: «31.12.2026»."""
        zoned = self.with_context(tz="Europe/Moscow")
        return fields.Datetime.context_timestamp(zoned, self.paid_at).strftime("%d.%m.%Y")

    # --- to the accounting system ---

    def _notify_accounting(self, kind: str):
        """Hook: tell the accounting system; ``moyamfo_sync`` writes its message here.

        Kinds: payment, reversal.
        """

    def _reverse(self):
        """Ask the accounting system to undo this repayment; a second time does nothing."""
        self.ensure_one()
        if self.reversal_asked_at or self.state == "reversed":
            return
        self.write({"reversal_asked_at": fields.Datetime.now(), "attention": False})
        self._notify_accounting("reversal")

    def _payment_refunded(self):
        """The provider gave money back: all of it is a reversal, a part is for a person.

        The accounting system undoes a payment as a whole.
        """
        given_back = self.transaction_id._tour_loan_given_back()
        if given_back >= self.amount:
            self._reverse()
        else:
            self.attention = self.env._(
                "%(back)s of %(paid)s went back to the payer: correct it in the books.",
                back=self.currency_id.format(given_back),
                paid=self.currency_id.format(self.amount),
            )

    def action_reverse(self):
        """Manager: undo in the books what the payer's bank took back (a chargeback)."""
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_manager"):
            raise AccessError(self.env._("Only a manager may reverse a repayment."))
        for repayment_sudo in self.sudo():  # staff read repayments, nobody writes them
            repayment_sudo.loan_id.application_id._trace(
                "reverse", repayment_sudo.transaction_reference
            )
            repayment_sudo._reverse()
        return True

    # --- from the accounting system ---

    def _accounting_update(self, update: dict) -> bool:
        """Take over what was booked; return whether anything changed.

        :param update: ``status`` (booked, refused, reversed), ``booked_at`` (naive UTC),
            ``principal``, ``interest``, ``penalty``, ``overpaid`` (Decimal)
        """
        self.ensure_one()
        if update["status"] == self.state or self.state == "reversed":
            return False
        self.write(
            {
                "state": update["status"],
                "booked_at": update.get("booked_at") or self.booked_at,
                "booked_principal": float(update.get("principal") or 0),
                "booked_interest": float(update.get("interest") or 0),
                "booked_penalty": float(update.get("penalty") or 0),
                "overpaid": float(update.get("overpaid") or 0),
            }
        )
        return True
