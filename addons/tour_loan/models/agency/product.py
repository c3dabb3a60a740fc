"""Loan products: the limits and the rate a preview is computed with."""

from dataclasses import dataclass
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...hot_path import Rubles
from ...rules.schedule import Conventions


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a call must know of a product: roubles, months, per cent a year."""

    code: str
    currency_id: int
    amount_min: Decimal
    amount_max: Decimal
    terms: tuple[int, ...]
    default_months: int
    rate: Decimal
    conventions: Conventions


class Product(models.Model):
    _name = "tour_loan.product"
    _description = "Loan product"
    _inherit = ["tour_loan.remembered"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.RUB")
    )
    amount_min = Rubles(required=True)
    amount_max = Rubles(required=True)
    months = fields.Char(
        "Terms, months",
        required=True,
        help="Allowed terms, separated by commas: 3, 6, 12.",
    )
    default_months = fields.Integer(required=True)
    rate = fields.Float(
        "Rate, % a year",
        digits=(6, 3),
        required=True,
        help="For previews only: the accounting system sets the rate of the offer.",
    )
    day_count = fields.Selection(
        [
            ("actual", "Actual days of the year (365 or 366)"),
            ("actual_365", "Actual days, always of 365"),
            ("thirty_360", "Months of 30 days, of 360"),
        ],
        required=True,
        default="actual",
        help="How the lender counts days of interest. Our estimates follow it, and his "
        "schedules are checked by it.",
    )
    due_day_shift = fields.Selection(
        [
            ("stay", "Stays where it is"),
            ("after", "To the next working day"),
            ("before", "To the working day before"),
        ],
        "A payment due on a day off",
        required=True,
        default="stay",
    )
    payment_day = fields.Integer(
        "Day of the month",
        help="On which all payments are due; 0: on the day the loan is given. The first "
        "period is then not a whole month.",
    )
    first_period_days = fields.Integer(
        "First payment after, days", help="Not sooner than so many days after the loan is given."
    )
    payment_step = Rubles(
        "Payments are rounded up to",
        help="Whole roubles (1), tens (10) …; 0: not rounded up, but to the kopeck.",
    )
    identification_required = fields.Boolean(
        help="Signing waits until the borrower is identified (a flag on the application)."
    )
    commit_days = fields.Integer(
        "Days to commit",
        default=14,
        help="Days after the cooling-off in which the agency may confirm the booking.",
    )

    _code_uniq = models.UniqueIndex("(code)", "A product with this code exists.")
    _amounts = models.Constraint(
        "CHECK (amount_min > 0 AND amount_min <= amount_max)",
        "The limits must be positive and in order.",
    )

    _conventions_known = models.Constraint(
        "CHECK (payment_day BETWEEN 0 AND 31 AND first_period_days BETWEEN 0 AND 60 "
        "AND payment_step >= 0)",
        "A day of the month is 1 to 31 (0: that of the loan), the first payment is due within "
        "60 days, payments are rounded up to a sum above zero.",
    )

    @api.constrains("months", "default_months")
    def _check_months(self):
        for product in self:
            try:
                terms = product._terms()
            except ValueError:
                terms = []
            if not terms or min(terms) < 1 or product.default_months not in terms:
                raise ValidationError(
                    self.env._(
                        "Terms are whole months separated by commas; "
                        "the default term must be one of them."
                    )
                )

    @ormcache("self.id", "self._law_since()")
    def _conditions(self) -> Conditions:
        """Return the product's conditions; forgotten when a product or the law changes."""
        return Conditions(
            self.code,
            self.currency_id.id,
            Decimal(str(self.amount_min)),
            Decimal(str(self.amount_max)),
            self._lawful_terms(),
            self.default_months,
            Decimal(str(self.rate)),
            self._conventions(),
        )

    def _conventions(self) -> Conventions:
        """Return how the lender reckons loans of this product."""
        return Conventions(
            self.day_count,
            self.due_day_shift,
            self.payment_day,
            self.first_period_days,
            Decimal(str(self.payment_step)),
        )

    def _terms(self) -> list[int]:
        """Return the allowed terms in months, ascending."""
        return sorted({int(term) for term in (self.months or "").split(",")})
