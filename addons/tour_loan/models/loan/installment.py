"""Lines of a loan's schedule."""

from odoo import fields, models

from ...hot_path import Rubles


class Installment(models.Model):
    _name = "tour_loan.installment"
    _description = "Installment"
    _order = "due_on, id"

    loan_id = fields.Many2one(
        "tour_loan.loan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    borrower_id = fields.Many2one(related="loan_id.borrower_id")
    currency_id = fields.Many2one(related="loan_id.currency_id")
    due_on = fields.Date(required=True, readonly=True)
    amount = Rubles(readonly=True)
    principal = Rubles(readonly=True)
    interest = Rubles(readonly=True)
    rest = Rubles("Principal after it", readonly=True)
    paid_amount = Rubles("Paid", readonly=True)
    paid_on = fields.Date(readonly=True)

    def _is_paid(self) -> bool:
        return bool(self.paid_on) or self.paid_amount >= self.amount > 0

    def _is_paid_early(self) -> bool:
        return bool(self.paid_on) and self.paid_on < self.due_on
