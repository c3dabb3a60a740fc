"""Repayments: money a borrower paid, one transaction of the payment framework."""

from uuid import uuid4

from odoo import api, fields, models


class Repayment(models.Model):
    """A paid transaction on its way into the accounting system's books.

    ``uid`` is what the accounting system recognises a repeat by; a transaction has one
    repayment, whatever number of notices tell of it.
    """

    _name = "tour_loan.repayment"
    _description = "Repayment"
    _order = "id desc"
    _rec_name = "uid"

    uid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    loan_id = fields.Many2one(
        "tour_loan.loan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    borrower_id = fields.Many2one(related="loan_id.borrower_id", store=True, index=True)
    transaction_id = fields.Many2one(
        "payment.transaction", required=True, readonly=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="loan_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    paid_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("to_send", "Received"),
            ("sent", "With the accounting system"),
            ("booked", "Booked"),
            ("reversed", "Reversed"),
        ],
        required=True,
        default="to_send",
        readonly=True,
        index=True,
    )
    booked_at = fields.Datetime(readonly=True)
    booked_principal = fields.Monetary("Booked to principal", readonly=True)
    booked_interest = fields.Monetary("Booked to interest", readonly=True)
    booked_penalty = fields.Monetary("Booked to penalty", readonly=True)
    overpaid = fields.Monetary(readonly=True)

    _uid_uniq = models.UniqueIndex("(uid)")
    _transaction_uniq = models.UniqueIndex("(transaction_id)")

    def _notify_accounting(self, kind: str):
        """Hook: tell the accounting system; ``moyamfo_sync`` writes its message here.

        Kinds: payment, reversal.
        """

    def _accounting_update(self, update: dict) -> bool:
        """Take over what was booked; return whether anything changed.

        :param update: ``status`` (booked, reversed), ``booked_at`` (naive UTC),
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


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    tour_loan_id = fields.Many2one("tour_loan.loan", readonly=True, index="btree_not_null")
    tour_loan_repayment_ids = fields.One2many("tour_loan.repayment", "transaction_id")

    def _post_process(self):
        """A paid transaction of a loan becomes its one repayment."""
        result = super()._post_process()
        for transaction in self:
            if transaction.tour_loan_id and transaction.state == "done":
                transaction._make_repayment()
        return result

    def _make_repayment(self):
        """Write the repayment, unless there is one, and tell the accounting system."""
        # the lock makes a rival run see this one's row instead of failing on the index
        if not self.env["tour_loan.lock"]._claim(f"repayment:{self.id}"):
            return
        if self.operation == "refund" or self.tour_loan_repayment_ids:
            return
        repayment = self.env["tour_loan.repayment"].create(
            {
                "loan_id": self.tour_loan_id.id,
                "transaction_id": self.id,
                "amount": self.amount,
                "paid_at": self.last_state_change or fields.Datetime.now(),
            }
        )
        repayment._notify_accounting("payment")

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        loan = self.env["tour_loan.loan"].browse(values.get("tour_loan_id"))
        if loan:
            return f"LOAN-{loan.id}"
        return super()._compute_reference_prefix(separator, **values)
