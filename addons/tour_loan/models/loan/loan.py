"""Loans and their schedules, as the accounting system keeps them."""

from uuid import uuid4

from odoo import api, fields, models

from ...hot_path import Rubles
from ...rules.moves import ENDED

STATES = [
    ("pending", "Signed"),
    ("active", "Active"),
    ("overdue", "Overdue"),
    ("closed", "Closed"),
    ("annulled", "Annulled"),
    ("ceded", "Ceded"),
    ("court", "In court"),
]
FIGURES = (
    "amount",
    "principal",
    "interest",
    "penalty",
    "overdue",
    "payoff",
    "next_payment_amount",
)
DATES = ("signed_on", "issued_on", "closed_on", "next_payment_on")
SCHEDULE_SUMS = ("amount", "principal", "interest", "rest", "paid_amount")


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
        readonly=True,
        index=True,
        ondelete="restrict",
        help="None if it did not begin here: the books told of it.",
    )
    borrower_id = fields.Many2one(
        "tour_loan.borrower",
        compute="_compute_borrower_id",
        store=True,
        readonly=True,
        index=True,
        help="Of a loan that did not begin here: once he has logged in.",
    )
    agency_id = fields.Many2one(related="application_id.agency_id", store=True, index=True)
    state = fields.Selection(STATES, required=True, default="pending", readonly=True, index=True)
    unknown_status = fields.Char(
        readonly=True, help="A word of the accounting system we do not know."
    )
    unlike_signed = fields.Text(
        "Not as signed",
        readonly=True,
        help="Where the contract differs from what the borrower has signed.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount = Rubles(readonly=True)
    months = fields.Integer("Term, months", readonly=True)
    rate = fields.Float("Rate, % a year", digits=(7, 3), readonly=True)
    psk = fields.Float("PSK, % a year", digits=(7, 3), readonly=True)
    signed_on = fields.Date(readonly=True)
    issued_on = fields.Date(readonly=True)
    closed_on = fields.Date(readonly=True)
    principal = Rubles("Principal owed", readonly=True)
    interest = Rubles("Interest owed", readonly=True)
    penalty = Rubles("Penalty owed", readonly=True)
    overdue = Rubles(readonly=True)
    payoff = Rubles("To pay it off now", readonly=True)
    surplus = Rubles(
        "Overpaid", readonly=True, help="By the lender's books the borrower has paid too much."
    )
    next_payment_on = fields.Date(readonly=True)
    next_payment_amount = Rubles(readonly=True)
    installment_ids = fields.One2many("tour_loan.installment", "loan_id", readonly=True)
    repayment_ids = fields.One2many("tour_loan.repayment", "loan_id", readonly=True)

    disputed = fields.Char(
        compute="_compute_disputed", help="A payment the payer's bank takes back, and why."
    )

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _number_uniq = models.UniqueIndex("(number) WHERE number IS NOT NULL")
    _application_uniq = models.UniqueIndex("(application_id)")

    @api.depends("number", "application_id.contract_number", "application_id.order_number")
    def _compute_display_name(self):
        for loan in self:
            loan.display_name = loan._contract_number()

    @api.depends("repayment_ids.dispute_reason", "repayment_ids.state")
    def _compute_disputed(self):
        for loan in self:
            disputed = loan.repayment_ids.filtered(
                lambda one: one.dispute_reason and one.state != "reversed"
            )
            loan.disputed = "; ".join(disputed.mapped("dispute_reason"))

    # --- what the accounting system says ---

    @api.model
    def _take_contract(self, update: dict) -> bool:
        """Take over a contract; return whether anything but its time changed.

        :param update: ``application_uuid``, ``number``, ``status`` (None: a word we do
            not know, then ``unknown_status``), dates, the figures as Decimal, ``as_of``
            (naive UTC), ``schedule`` (list of dicts with the installment's fields), and
            perhaps ``surplus``, ``anew`` (believe it, whatever we had), and the digests
            its teller knows the figures and the schedule by; ``loan``, if it is known which.
            Figures older than ours, or with an unknown status, change nothing.
        """
        loan = update.get("loan") or self._of_contract(update)
        is_old = loan.as_of and loan.as_of > update["as_of"] and not update.get("anew")
        if not loan or is_old:
            return False
        if not update.get("status"):
            loan.unknown_status = update.get("unknown_status")
            return False
        application = loan.application_id
        if application.loan_number != update["number"]:  # once: it is written below
            self.env["tour_loan.lock"]._take_rows(application)
        state = update["status"]
        if state == "pending" and application.state in ENDED:
            state = "annulled"  # the books were read before they knew of our end
        values = {
            "number": update["number"],
            "state": state,
            "unknown_status": False,
            **{name: float(update.get(name) or 0) for name in (*FIGURES, "surplus")},
            **{name: update.get(name) or False for name in DATES},
        }
        for name in ("months", "rate", "psk"):
            if update.get(name) is not None:
                values[name] = float(update[name])
        if not loan.figures_of and application:
            values["unlike_signed"] = loan._unlike_signed(update)
        if update.get("anew"):
            self.env["tour_loan.reading"]._forget(loan)
        before = {name: loan[name] for name in values}
        loan.write(
            {
                **values,
                "as_of": update["as_of"],
                "figures_digest": update.get("figures_digest") or False,
            }
        )
        changed = before != {name: loan[name] for name in values}
        if application:
            application._accounting_update({"loan_number": loan.number})
        changed = loan._replace_schedule(update.get("schedule")) or changed
        loan.schedule_digest = update.get("schedule_digest") or False
        return changed

    def _unlike_signed(self, update) -> str | bool:
        """Return in what a contract differs from the offer that was signed, or False."""
        ours = self.with_context(lang="ru_RU")  # the lender's people read it
        titles, lines = ours.fields_get(["amount", "months", "rate", "psk"], ["string"]), []
        for name, title in titles.items():
            theirs, signed = update.get(name), self.application_id[f"offer_{name}"]
            if theirs is not None and round(float(theirs) - signed, 3):
                lines.append(
                    ours.env._(
                        "%(what)s: signed %(signed)s, in the books %(theirs)s",
                        what=title["string"],
                        signed=round(signed, 3),
                        theirs=theirs,
                    )
                )
        return "\n".join(lines) or False

    def _of_contract(self, update):
        """Return the loan of an update, made if need be; empty if it is not ours."""
        application = self.env["tour_loan.application"].search(
            [("uuid", "=", update.get("application_uuid") or ""), ("test", "=", False)]
        )
        if application:
            made = application.loan_id
            return application._make_loan() if application.signed_at and not made else made
        loan = self.search([("number", "=", update["number"])])
        # by its number alone only if the books name no application of another system
        begun_here = loan.application_id and not loan.application_id.test
        return loan if begun_here and not update.get("application_uuid") else self.browse()

    def _replace_schedule(self, lines) -> bool:
        """Take over the schedule as a whole: its lines have no identity of their own.

        Return whether it differs from ours; a loan without lines keeps what it had.
        """
        fresh = [
            (
                fields.Date.to_date(line["due_on"]),
                *(float(line.get(name) or 0) for name in SCHEDULE_SUMS),
                fields.Date.to_date(line.get("paid_on") or False) or False,
            )
            for line in sorted(lines or [], key=lambda line: str(line["due_on"]))
        ]
        names = ("due_on", *SCHEDULE_SUMS, "paid_on")
        ours = [tuple(line[name] for name in names) for line in self.installment_ids]
        if not fresh or fresh == ours:
            return False
        self.installment_ids.unlink()
        self.env["tour_loan.installment"].create(
            [{"loan_id": self.id, **dict(zip(names, line, strict=True))} for line in fresh]
        )
        return True

    def _moscow(self, name: str) -> str:
        """Return a time field as «31.12.2026 18:30», Moscow time."""
        moment = fields.Datetime.context_timestamp(
            self.with_context(tz="Europe/Moscow"), self[name]
        )
        return moment.strftime("%d.%m.%Y %H:%M")


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

    def _after_move(self, name, source):
        """A contract that ends before the money went has no loan to wait for."""
        result = super()._after_move(name, source)
        if self.state in ENDED:
            self.loan_id.filtered(lambda loan: loan.state == "pending").state = "annulled"
        return result
