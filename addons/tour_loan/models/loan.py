"""Loans and their schedules, as the accounting system keeps them."""

from uuid import uuid4

from odoo import api, fields, models

from ..rules import money

STATES = [
    ("pending", "Signed"),
    ("active", "Active"),
    ("overdue", "Overdue"),
    ("closed", "Closed"),
    ("annulled", "Annulled"),
    ("ceded", "Ceded"),
    ("court", "In court"),
]
PAYABLE = ("active", "overdue")
FIGURES = (
    "amount",
    "principal",
    "interest",
    "penalty",
    "overdue",
    "payoff",
    "next_payment_amount",
)


class Loan(models.Model):
    """A signed contract. Every figure is the accounting system's, of the time ``as_of``;
    the cabinet computes no debt."""

    _name = "tour_loan.loan"
    _description = "Loan"
    _order = "id desc"
    _rec_name = "number"

    uuid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    number = fields.Char(readonly=True, index=True)
    application_id = fields.Many2one(
        "tour_loan.application",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    borrower_id = fields.Many2one(related="application_id.borrower_id", store=True, index=True)
    agency_id = fields.Many2one(related="application_id.agency_id", store=True, index=True)
    state = fields.Selection(STATES, required=True, default="pending", readonly=True, index=True)
    unknown_status = fields.Char(
        readonly=True, help="A word of the accounting system we do not know."
    )
    currency_id = fields.Many2one(related="application_id.currency_id")
    amount = fields.Monetary(readonly=True)
    months = fields.Integer("Term, months", readonly=True)
    rate = fields.Float("Rate, % a year", digits=(7, 3), readonly=True)
    psk = fields.Float("PSK, % a year", digits=(7, 3), readonly=True)
    signed_on = fields.Date(readonly=True)
    issued_on = fields.Date(readonly=True)
    closed_on = fields.Date(readonly=True)
    as_of = fields.Datetime("As of", readonly=True)
    principal = fields.Monetary("Principal owed", readonly=True)
    interest = fields.Monetary("Interest owed", readonly=True)
    penalty = fields.Monetary("Penalty owed", readonly=True)
    overdue = fields.Monetary(readonly=True)
    payoff = fields.Monetary("To pay it off now", readonly=True)
    next_payment_on = fields.Date(readonly=True)
    next_payment_amount = fields.Monetary(readonly=True)
    installment_ids = fields.One2many("tour_loan.installment", "loan_id", readonly=True)
    repayment_ids = fields.One2many("tour_loan.repayment", "loan_id", readonly=True)

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _application_uniq = models.UniqueIndex("(application_id)")

    @api.depends("number", "application_id.order_number")
    def _compute_display_name(self):
        for loan in self:
            loan.display_name = loan.number or loan.application_id.order_number

    @api.model
    def _accounting_update(self, update: dict) -> bool:
        """Take over a contract; return whether anything changed.

        :param update: ``application_uuid``, ``number``, ``status`` (None: a word we do
            not know, then ``unknown_status``), dates, the figures as Decimal, ``as_of``
            (naive UTC), ``schedule`` (list of dicts with the installment's fields).
            Older figures never replace newer ones.
        """
        application = self.env["tour_loan.application"].search(
            [("uuid", "=", update["application_uuid"]), ("test", "=", False)]
        )
        if not application or not application.signed_at:
            return False
        loan = self.search([("application_id", "=", application.id)])
        if not loan:
            loan = application._make_loan()
        if loan.as_of and loan.as_of >= update["as_of"]:
            return False
        dates = ("signed_on", "issued_on", "closed_on", "next_payment_on")
        values = {
            "number": update["number"],
            "as_of": update["as_of"],
            "unknown_status": update.get("unknown_status") or False,
            **{name: float(update.get(name) or 0) for name in FIGURES},
            **{name: update.get(name) or False for name in dates},
        }
        for name in ("months", "rate", "psk"):
            if update.get(name) is not None:
                values[name] = float(update[name])
        if update.get("status"):
            values["state"] = update["status"]
        loan.write(values)
        if application.loan_number != loan.number:
            application.loan_number = loan.number
        if update.get("schedule"):
            loan._replace_schedule(update["schedule"])
        return True

    def _replace_schedule(self, lines):
        """Take over the schedule as a whole: its lines have no identity of their own."""
        self.installment_ids.unlink()
        self.env["tour_loan.installment"].create(
            [
                {
                    "loan_id": self.id,
                    "due_on": line["due_on"],
                    "paid_on": line.get("paid_on") or False,
                    **{
                        name: float(line.get(name) or 0)
                        for name in (
                            "amount",
                            "principal",
                            "interest",
                            "rest",
                            "paid_amount",
                        )
                    },
                }
                for line in lines
            ]
        )

    def _takes_payments(self) -> bool:
        return self.state in PAYABLE and self.payoff > 0

    def _choices_to_pay(self) -> list[tuple[str, float]]:
        """Return (what, sum) the borrower is offered: overdue, next payment, all."""
        choices = [
            ("overdue", self.overdue),
            ("next", self.next_payment_amount),
            ("payoff", self.payoff),
        ]
        return [(name, amount) for name, amount in choices if 0 < amount <= self.payoff]

    def _sum_to_pay(self, what: str, typed: str) -> float:
        """Return the sum chosen on the page, in roubles; 0 if it may not be paid.

        ``other`` reads ``typed``: from a rouble up to what pays the loan off.
        """
        if what != "other":
            return dict(self._choices_to_pay()).get(what, 0)
        try:
            amount = float(money.parse_typed(typed))
        except ValueError:
            return 0
        return amount if 1 <= amount <= self.payoff else 0

    def _open_transactions(self):
        """Return payments that are under way or paid and not yet booked."""
        transactions = self.env["payment.transaction"].search(
            [("tour_loan_id", "=", self.id), ("state", "in", ("pending", "authorized"))]
        )
        return transactions

    def _moscow(self, name: str) -> str:
        """Return a time field as «31.12.2026 18:30», Moscow time."""
        moment = fields.Datetime.context_timestamp(
            self.with_context(tz="Europe/Moscow"), self[name]
        )
        return moment.strftime("%d.%m.%Y %H:%M")


class Installment(models.Model):
    _name = "tour_loan.installment"
    _description = "Installment"
    _order = "due_on, id"

    loan_id = fields.Many2one(
        "tour_loan.loan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="loan_id.currency_id")
    due_on = fields.Date(required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    principal = fields.Monetary(readonly=True)
    interest = fields.Monetary(readonly=True)
    rest = fields.Monetary("Principal after it", readonly=True)
    paid_amount = fields.Monetary("Paid", readonly=True)
    paid_on = fields.Date(readonly=True)

    def _is_paid(self) -> bool:
        return bool(self.paid_on) or self.paid_amount >= self.amount > 0


class Application(models.Model):
    _inherit = "tour_loan.application"

    loan_id = fields.One2many("tour_loan.loan", "application_id", "Loan contract", readonly=True)

    def _make_loan(self):
        """Return the pending loan of a contract that was just signed."""
        loan = self.env["tour_loan.loan"].create(
            {
                "application_id": self.id,
                "number": self.loan_number,
                "amount": self.offer_amount,
                "months": self.offer_months,
                "rate": self.offer_rate,
                "psk": self.offer_psk,
                "signed_on": fields.Date.context_today(
                    self.with_context(tz="Europe/Moscow"), self.signed_at
                ),
            }
        )
        loan._replace_schedule(self.offer_schedule or [])
        return loan
