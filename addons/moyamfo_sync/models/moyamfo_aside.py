"""What 1C says and cannot be true, or cannot be placed: kept aside until a person has looked."""

from datetime import datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.tour_loan.models.outbox.ending import Period
from odoo.addons.tour_loan.rules import money
from odoo.addons.tour_loan.rules.masking import mask_text


class MoyamfoAside(models.Model):
    """A contract or a payment of 1C's that was not taken over, and why.

    One row for each; it is over by itself when 1C says what can be taken over.
    """

    _name = "moyamfo.aside"
    _inherit = ["tour_loan.ending"]
    _description = "Kept aside"
    _period = Period("moyamfo_sync.keep_runs_days", 30)
    _order = "state, id desc"
    _rec_name = "key"

    kind = fields.Selection(
        [
            ("contract", "Contract"),
            ("payment", "Payment"),
            ("elsewhere", "Contract not taken over"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char("Number", required=True, readonly=True)
    loan_id = fields.Many2one("tour_loan.loan", readonly=True, index="btree_not_null")
    reasons = fields.Text("Why", required=True, readonly=True)
    state = fields.Selection(
        [("open", "Waits for a person"), ("over", "Over")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    first_seen_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    last_seen_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )

    _one = models.UniqueIndex("(kind, key)")

    @api.model
    def _keep(self, kind, key, reasons, loan=None):
        """Keep a row aside; the same for the same reasons writes nothing.

        :param reasons: list of texts, Russian
        """
        reasons = mask_text("\n".join(reasons))
        known = self.search([("kind", "=", kind), ("key", "=", key)])
        if not known:
            loan_id = loan.id if loan else False
            self.create({"kind": kind, "key": key, "reasons": reasons, "loan_id": loan_id})
        elif known.reasons != reasons:
            now = fields.Datetime.now()
            known.write({"reasons": reasons, "state": "open", "last_seen_at": now})

    @api.model
    def _settle(self, kind, keys):
        """1C says of these what could be taken over."""
        waiting = self.search([("kind", "=", kind), ("state", "=", "open"), ("key", "in", keys)])
        if waiting:
            waiting.unlink()

    @api.model
    def _waits(self, kind) -> bool:
        return bool(self.search_count([("kind", "=", kind), ("state", "=", "open")], limit=1))

    def action_settled(self):
        """Staff: somebody has looked; it comes back only if 1C says something else."""
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_operator"):
            raise AccessError(self.env._("Only the lender's staff settle what was kept aside."))
        self.sudo().state = "over"  # sudo: staff read these rows, nobody writes them
        return True

    def action_ask_anew(self):
        """Staff: ask 1C about it now."""
        self.ensure_one()
        self.check_access("read")
        runs = self.env["moyamfo.run"]
        if self.kind == "payment":
            runs.sudo()._enqueue_payment(self.key)  # sudo: a job
        elif self.loan_id:
            return self.loan_id.action_read_anew()
        return True

    @api.model
    def _needs_person(self) -> list:
        """Each that is of a loan here; of contracts from elsewhere, which may be many, one line."""
        said = self.env._("%s contracts of 1C are not taken over: see the list.", "%s")
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT aside.id, aside.first_seen_at AS since, "
                "concat(aside.key, ': ', aside.reasons) AS what, loan.application_id "
                "FROM moyamfo_aside aside LEFT JOIN tour_loan_loan loan ON loan.id = aside.loan_id "
                "WHERE aside.state = 'open' AND aside.kind <> 'elsewhere'"
            ),
            SQL(
                "SELECT min(id) AS id, min(first_seen_at) AS since, format(%s, count(*)) AS what, "
                "NULL::integer AS application_id FROM moyamfo_aside "
                "WHERE state = 'open' AND kind = 'elsewhere' HAVING count(*) > 0",
                said,
            ),
        ]

    @api.model
    def _ended(self, before):
        return super()._ended(before) & fields.Domain("state", "=", "over")

    # === IN WORDS === #

    @api.model
    def _in_words(self, doubts, zone) -> list[str]:
        """Return what staff read of doubts of ``protocol.plausible_loans``."""
        words = self._words()
        return [
            words[doubt.code]
            % {"said": _shown(doubt.said, zone), "beside": _shown(doubt.beside, zone)}
            for doubt in doubts
        ]

    def _why_not(self, refusal: str) -> str:
        """Return why a contract was not taken over (see ``tour_loan.loan._taken_over``)."""
        env = self.with_context(lang="ru_RU").env
        return {
            "person": env._("1C does not say whose it is: the phone or the birth date is missing"),
            "phone": env._("the phone is no Russian mobile number"),
            "born": env._("the phone is known here as that of somebody born on another day"),
            "number": env._("another contract here has its number"),
        }[refusal]

    def _words(self) -> dict:
        env = self.with_context(lang="ru_RU").env
        return {
            "as_of": env._("its figures are of %(said)s, which is still to come"),
            "as_of_past": env._("its figures are of %(said)s"),
            "signed_on": env._("it is signed on %(said)s"),
            "issued_on": env._("it is issued on %(said)s"),
            "closed_on": env._("it is closed on %(said)s"),
            "closed_before": env._("it is closed on %(said)s, before it was issued (%(beside)s)"),
            "next_payment_on": env._("its next payment is on %(said)s"),
            "amount": env._("its sum is %(said)s"),
            "amount_signed": env._("its sum is %(said)s, signed was %(beside)s"),
            "months": env._("its term is %(said)s months"),
            "rate": env._("its rate is %(said)s %%"),
            "psk": env._("its full cost is %(said)s %%"),
            "principal": env._("the principal owed is negative: %(said)s"),
            "interest": env._("the interest owed is negative: %(said)s"),
            "penalty": env._("the penalty owed is negative: %(said)s"),
            "overdue": env._("what is overdue is negative: %(said)s"),
            "payoff": env._("what pays it off is negative: %(said)s"),
            "next_payment_amount": env._("the next payment is negative: %(said)s"),
            "principal_lent": env._("%(said)s of principal are owed, %(beside)s were lent"),
            "interest_much": env._("%(said)s of interest are owed for a loan of %(beside)s"),
            "penalty_much": env._("%(said)s of penalty are owed for a loan of %(beside)s"),
            "payoff_little": env._("%(said)s would pay it off, %(beside)s of principal are owed"),
            "payoff_much": env._("%(said)s would pay it off, %(beside)s are owed in all"),
            "overdue_much": env._("%(said)s are overdue, %(beside)s are owed in all"),
            "next_payment_much": env._("the next payment is %(said)s for a loan of %(beside)s"),
            "schedule_short": env._("its schedule has %(said)s lines for %(beside)s months"),
            "schedule_days": env._("its schedule has %(said)s days for %(beside)s payments"),
            "schedule_sum": env._(
                "the principal of its schedule is %(said)s, lent were %(beside)s"
            ),
            "schedule_total": env._("its schedule is %(said)s in all for a loan of %(beside)s"),
            "line_negative": env._("the payment of %(said)s in its schedule is negative"),
            "line_day": env._("its schedule has a payment on %(said)s"),
            "line_paid_on": env._("its schedule has a payment paid on %(said)s"),
            "line_paid": env._("its schedule has %(said)s paid at once for a loan of %(beside)s"),
            "booked_at": env._("it is booked at %(said)s, which is still to come"),
            "payment_amount": env._("its sum is %(said)s"),
            "payment_part": env._("a part of it is negative: %(said)s"),
            "payment_parts": env._("%(said)s are booked of a payment of %(beside)s"),
        }


def _shown(value, zone) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%d.%m.%Y %H:%M")
    if hasattr(value, "strftime"):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, Decimal):
        return money.format_amount(value) if value.as_tuple().exponent == -2 else str(value)
    return str(value)
