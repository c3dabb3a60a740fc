"""Offers and payouts of 1C's that cannot be true: nobody hears of them but staff."""

from datetime import UTC

from odoo import api, fields, models
from odoo.tools import SQL

from ..protocol import plausible


class MoyamfoAside(models.Model):
    _inherit = "moyamfo.aside"

    kind = fields.Selection(
        selection_add=[("application", "Application")], ondelete={"application": "cascade"}
    )
    application_id = fields.Many2one(
        "tour_loan.application", readonly=True, index="btree_not_null", ondelete="cascade"
    )

    def action_ask_anew(self):
        if self.kind == "application":
            return self.application_id.action_moyamfo_ask_anew()
        return super().action_ask_anew()

    @api.model
    def _needs_person(self) -> list:
        """Which application it is of; what it says stands in the row of its kind already."""
        return [
            *super()._needs_person(),
            SQL(
                "SELECT id, first_seen_at AS since, NULL::text AS what, application_id "
                "FROM moyamfo_aside WHERE state = 'open' AND kind = 'application'"
            ),
        ]


class Application(models.Model):
    _inherit = "tour_loan.application"

    def action_moyamfo_ask_anew(self):
        """Staff: ask 1C about this application now."""
        self.check_access("read")
        # sudo: a job
        self.env["moyamfo.run"].sudo()._enqueue("applications", priority=5)
        self.env["moyamfo.run"].sudo()._enqueue("open", priority=5)
        return True

    def _moyamfo_doubts(self, state) -> list[str]:
        """Return in Russian why what 1C says of this application cannot be true."""
        found, runs = [], self.env["moyamfo.run"]
        today = fields.Date.context_today(self)
        changed_at = state.changed_at and state.changed_at.astimezone(UTC).replace(tzinfo=None)
        if changed_at and changed_at > runs._latest():
            found.append(plausible.Doubt("changed_at", changed_at))
        if state.status == "approved" and state.offer and self.state in APPROVABLE:
            until = state.offer.valid_until.astimezone(UTC).replace(tzinfo=None, microsecond=0)
            found += plausible.doubts_of_offer(
                state.offer,
                self._exact(self.amount),
                fields.Datetime.now().replace(tzinfo=UTC),
                today,
                is_known=self.state == "approved" and self.offer_valid_until == until,
            )
        if state.status == "funded" and state.payout and self.state == "committed":
            lent = self._exact(self.offer_amount)
            found += plausible.doubts_of_payout(state.payout, lent, today)
        return [self._moyamfo_doubt_said(doubt) for doubt in found]

    def _moyamfo_doubt_said(self, doubt) -> str:
        env = self.with_context(lang="ru_RU").env
        words = {
            "changed_at": env._("the time of the change lies ahead"),
            "offer_amount": env._("the offered sum is not above zero"),
            "offer_much": env._("more is offered than was asked for"),
            "months": env._("the term in months cannot be"),
            "rate": env._("the rate cannot be"),
            "psk": env._("the full cost in per cent cannot be"),
            "psk_amount": env._("the full cost in roubles cannot be"),
            "offer_over": env._("the offer is over already"),
            "schedule_none": env._("the schedule is missing"),
            "schedule_short": env._("the schedule has too few payments for the term"),
            "schedule_negative": env._("the schedule has sums below zero"),
            "schedule_days": env._("the days of the schedule cannot be"),
            "schedule_sum": env._("the schedule does not sum up to the loan"),
            "schedule_total": env._("the payments of the schedule cannot be"),
            "payout_amount": env._("the payout is not what was signed for"),
            "payout_day": env._("the day of the payout cannot be"),
        }
        figures = [str(value) for value in (doubt.said, doubt.beside) if value is not None]
        return words[doubt.code] + (f": {' / '.join(figures)}" if figures else "")

    def _moyamfo_keep_aside(self, state) -> bool:
        """Keep aside what cannot be true of this application; return whether it was."""
        asides = self.env["moyamfo.aside"].sudo()  # sudo: the pull's own list, as all of it
        doubts = self._moyamfo_doubts(state)
        if not doubts:
            asides._settle("application", [self.uuid])
            return False
        asides._keep("application", self.uuid, doubts)
        kept = asides.search([("kind", "=", "application"), ("key", "=", self.uuid)])
        if kept.application_id != self:
            kept.application_id = self
        return True


APPROVABLE = ("submitted", "needs_data", "approved")
