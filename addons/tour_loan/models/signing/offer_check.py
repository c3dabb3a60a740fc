"""A lender's offer against his own conventions: a difference is told to staff, with both figures."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...rules import money
from ...rules.schedule_check import Line, Told, differences
from .lawful import UNSIGNED

# On which day the money is meant to go is not told: an offer made before midnight is read
# after it, and one made for tomorrow is none the worse.
ISSUED_IN_DAYS = (0, 1, -1, 2, 3, 4, 5)
FIGURES = ("amount", "months", "rate", "psk", "psk_amount", "schedule")


class Application(models.Model):
    _inherit = "tour_loan.application"

    offer_differences = fields.Text(
        "Differences of the offer",
        readonly=True,
        copy=False,
        help="What the schedule and the PSK of the accounting system are, and what they are by "
        "the conventions of the product. The borrower is offered the former.",
    )

    def _accounting_update(self, update):
        """A new offer is checked once; the same one, pulled again on a later day, is not."""
        before = [self[f"offer_{name}"] for name in FIGURES]
        done = super()._accounting_update(update)
        if before != [self[f"offer_{name}"] for name in FIGURES]:
            self.offer_differences = self._offer_differences() or False
        return done

    def _offer_differences(self) -> str:
        """Return in Russian what differs from the product's conventions, or ""."""
        if not self.offer_schedule:
            return ""
        told = Told(
            self._exact(self.offer_amount),
            Decimal(str(self.offer_rate)),
            [
                Line(
                    fields.Date.to_date(line["due_on"]),
                    *(Decimal(line[name]) for name in ("amount", "principal", "interest", "rest")),
                )
                for line in self.offer_schedule
            ],
            Decimal(str(self.offer_psk)),
            self._exact(self.offer_psk_amount),
        )
        today = fields.Date.context_today(self)
        days = [today + timedelta(days=number) for number in ISSUED_IN_DAYS]
        conventions = self.product_id._conventions()
        found = differences(told, self.offer_months, days, conventions)
        russian = self.with_context(lang="ru_RU")  # the lender's people read it
        return "\n".join(russian._difference_in_words(each) for each in found)

    def _difference_in_words(self, difference) -> str:
        what = {
            "due_on": self.env._("due day"),
            "interest": self.env._("interest"),
            "amount": self.env._("payment (principal and interest)"),
            "rest": self.env._("principal left"),
            "payment": self.env._("equal payment"),
            "count": self.env._("number of payments"),
            "psk": self.env._("PSK"),
            "psk_amount": self.env._("paid above the loan"),
        }[difference.what]
        show = {"due_on": "{:%d.%m.%Y}".format, "count": str, "psk": money.format_percent}.get(
            difference.what, money.format_amount
        )
        said = {"what": what, "theirs": show(difference.theirs), "ours": show(difference.ours)}
        if not difference.number:
            return self.env._("%(what)s: %(theirs)s, by the conventions %(ours)s", **said)
        return self.env._(
            "line %(number)s, %(what)s: %(theirs)s, by the conventions %(ours)s",
            number=difference.number,
            **said,
        )

    @api.model
    def _needs_person(self) -> list:
        """Offers whose figures are not those of the conventions (``tour_loan.attention``)."""
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, state_changed_at AS since, offer_differences AS what, "
                "id AS application_id FROM tour_loan_application "
                "WHERE offer_differences <> '' AND state IN %s",
                UNSIGNED,
            ),
        ]
