"""What a borrower may pay, and what his loan's page says of his payments."""

import hashlib
from datetime import timedelta

from odoo import fields, models

from ...rules import money

PAYABLE = ("active", "overdue")
LEAST_TO_PAY = 1  # rouble; what pays the loan off may be less
# How long the page of the loan tells of a payment that came to nothing.
TOLD_FOR = timedelta(days=1)
ENDED = ("declined", "not_paid")


class Loan(models.Model):
    """The sums are the lender's; only what he cannot know yet is taken off them."""

    _inherit = "tour_loan.loan"

    def _is_running(self) -> bool:
        return self.state in PAYABLE

    def _takes_payments(self) -> bool:
        return self._is_running() and self._most_to_pay() > 0

    def _today(self):
        """Return the day in Moscow."""
        return fields.Date.context_today(self.with_context(tz="Europe/Moscow"))

    def _portal_url(self) -> str:
        """Return the absolute address of this loan's page."""
        return f"{self.get_base_url()}/my/loans/{self.uuid}"

    # --- the figures and their day ---

    def _is_of_today(self) -> bool:
        """Return whether the figures are of today: interest runs by days."""
        moscow = self.with_context(tz="Europe/Moscow")
        as_of = self.as_of and fields.Datetime.context_timestamp(moscow, self.as_of)
        return bool(as_of) and as_of.date() == self._today()

    def _ask_for_figures(self):
        """Hook: ask the accounting system how this loan stands now, soon and not in here."""

    def _payoff_today(self) -> float:
        """Return what pays the loan off today, roubles; 0 if nobody knows at the moment."""
        return self.payoff if self._is_of_today() and not self._awaits_booking() else 0

    def _awaits_booking(self, besides=()) -> float:
        """Return the roubles that came and are not in the lender's figures yet."""
        underway = self.repayment_ids.filtered(
            lambda repayment: (
                repayment not in (besides or repayment.browse())
                and not repayment.reversal_asked_at
                and (
                    repayment.state in ("to_send", "sent")
                    or (
                        repayment.state == "booked"
                        and repayment.booked_at
                        and self.as_of
                        and repayment.booked_at > self.as_of
                    )
                )
            )
        )
        return self.currency_id.round(sum(underway.mapped("amount")))

    def _next_due(self) -> tuple:
        """Return (day, roubles) of the next payment; what is overdue is not in it.

        The lender's next payment may be the overdue one; then the one after it is meant.
        """
        today = self._today()
        if not self.overdue or (self.next_payment_on and self.next_payment_on > today):
            return self.next_payment_on, self.next_payment_amount
        ahead = self.installment_ids.filtered(
            lambda line: line.due_on > today and not line._is_paid()
        )[:1]
        return ahead.due_on, self.currency_id.round(ahead.amount - ahead.paid_amount)

    # --- sums ---

    def _most_to_pay(self) -> float:
        """Return the largest sum taken here: the payoff the accounting system names.

        If it names none for today, what is due; the cabinet adds nothing up by itself.
        """
        limit = self.payoff if self.payoff and self._is_of_today() else self._most_due()
        return self.currency_id.round(max(0, limit - self._awaits_booking()))

    def _most_due(self) -> float:
        due = max(self.overdue, self.next_payment_amount)
        return min(due, self.payoff) if self.payoff else due

    def _least_to_pay(self) -> float:
        return min(LEAST_TO_PAY, self._most_to_pay())

    def _choices_to_pay(self) -> list[tuple[str, float]]:
        """Return (what, sum) the borrower is offered: overdue, next payment, all.

        Money that came and is not booked yet covers the oldest first.
        """
        came = self._awaits_booking()
        choices, most = [], self._most_to_pay()
        for what, amount in (("overdue", self.overdue), ("next", self._next_due()[1])):
            covered = min(came, amount)
            came = self.currency_id.round(came - covered)
            choices.append((what, self.currency_id.round(amount - covered)))
        choices.append(("payoff", self._payoff_today()))
        return [(name, amount) for name, amount in choices if 0 < amount <= most]

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
        return amount if self._least_to_pay() <= amount <= self._most_to_pay() else 0

    def _wrong_sum(self, what: str, typed: str) -> str:
        """Return why a sum cannot be paid: kopecks, number, range, or gone (an old choice)."""
        if what != "other":
            return "gone" if what else "nothing"
        try:
            money.parse_typed(typed)
        except money.TooFine:
            return "kopecks"
        except ValueError:
            return "number"
        return "range"

    # --- payments ---

    def _payments_to_tell(self):
        """Return the payments the loan's page has to say something about, newest first.

        Those whose outcome is open; the last one, for a day, if it came to nothing.
        """
        begun = self.env["payment.transaction"].search(
            [
                ("tour_loan_id", "=", self.id),
                ("operation", "!=", "refund"),
                "|",
                ("state", "in", ("draft", "pending", "authorized", "error", "cancel")),
                "&",
                ("state", "=", "done"),
                ("tour_loan_repayment_ids", "=", False),
            ]
        )
        since = fields.Datetime.now() - TOLD_FOR
        last = self.env["payment.transaction"].search(
            [("tour_loan_id", "=", self.id), ("operation", "!=", "refund")], limit=1
        )
        told = {}
        for payment in begun:
            status = payment._tour_loan_status()
            is_news = payment == last and payment.last_state_change > since
            told[payment.id] = status != "not_opened" and (status not in ENDED or is_news)
        return begun.filtered(lambda payment: told[payment.id])

    def _page_version(self) -> str:
        """Return what changes when the loan's page, or that of paying, looks different."""
        shown = (
            self.state,
            *(self[name] for name in ("principal", "interest", "penalty", "overdue", "payoff")),
            self.surplus,
            self.next_payment_on,
            self.next_payment_amount,
            self._is_of_today(),
            [line.paid_on for line in self.installment_ids],
            [payment._tour_loan_version() for payment in self._payments_to_tell()],
            [
                (row.id, row.state, row.surplus, row.reversal_asked_at, row._given_back())
                for row in self.repayment_ids
            ],
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
