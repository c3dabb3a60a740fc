"""Whether a contract, or a booked payment, can be true at all.

What cannot be is kept aside with the reason and shown to nobody but staff: the loan keeps
its last good figures. Nothing here is a rule of lending; each limit is far outside of what
any lender's books hold, so that a doubt means a mistake in 1C or in the profile.

Roubles as Decimal, rates in per cent a year. A doubt is a code and what was said; the
words are the caller's.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from . import dto

NEVER = 3999  # 1C's "never" is a day of this year
MOST_MONTHS = 360
MOST_RATE = Decimal(366)  # a per cent a day, the legal maximum until 2023
# The law caps what is ever added to the principal at 130 % of it; costs beside that.
MOST_OVER = Decimal(3)
SLACK = Decimal("0.01")  # of a sum: rounding, line by line
SLACK_RUBLES = Decimal(1)
# A contract for this many times more, or less, than was signed is another contract.
UNLIKE = Decimal("1.5")
FEES = Decimal(1000)
FIRST_DAY, LAST_YEARS = date(2000, 1, 1), 40
ZERO = Decimal(0)


class Doubt(NamedTuple):
    """Why a row cannot be true: ``code``, what was ``said`` and what it is ``beside``."""

    code: str
    said: Any = None
    beside: Any = None


def without_never(day: date | None) -> date | None:
    """Return a day, or None for 1C's two ways to say that there is none."""
    return None if day is None or day.year >= NEVER or day.year <= 1 else day


def tidy(contract: dto.Contract) -> Decimal:
    """Correct in place what is only 1C's way to say it; return the surplus, roubles.

    Days of "never" become None. An overpaid loan's balance is negative in the books: what
    is owed is nothing then, and what is too much is the surplus.
    """
    for name in ("signed_on", "issued_on", "closed_on", "next_payment_on"):
        setattr(contract, name, without_never(getattr(contract, name)))
    for line in contract.schedule:
        line.paid_on = without_never(line.paid_on)
    if not _is_overpaid(contract):
        return ZERO
    surplus = -min(contract.principal, contract.payoff or ZERO)
    contract.principal = ZERO
    if contract.payoff is not None:
        contract.payoff = ZERO
    return surplus


def _is_overpaid(contract: dto.Contract) -> bool:
    """Return whether nothing is owed and the balance is on the borrower's side."""
    balances = (contract.principal, contract.payoff or ZERO)
    owed = (contract.interest, contract.penalty, contract.overdue or ZERO)
    return (
        min(balances) < 0
        and max(balances) <= 0
        and not any(owed)
        and -min(balances) <= contract.amount * MOST_OVER
    )


def doubts(
    contract: dto.Contract, latest: datetime, today: date, lent: Decimal = ZERO
) -> list[Doubt]:
    """Return why a contract (after ``tidy``) cannot be true; empty if it can.

    :param latest: the latest moment a clock of 1C's may show (aware): now, and some minutes
    :param today: the lender's day
    :param lent: what the borrower has signed for, if that is known
    """
    return [
        *_of_times(contract, latest, today),
        *_of_terms(contract, lent),
        *_of_balances(contract),
        *_of_schedule(contract, today),
    ]


def doubts_of_payment(booked: dto.BookedPayment, latest: datetime) -> list[Doubt]:
    """Return why a booked payment cannot be true; parameters as of ``doubts``."""
    found = []
    if booked.booked_at and booked.booked_at > latest:
        found.append(Doubt("booked_at", booked.booked_at))
    if booked.amount <= 0:
        found.append(Doubt("payment_amount", booked.amount))
    parts = (booked.principal, booked.interest, booked.penalty, booked.overpaid)
    if any(part is not None and part < 0 for part in parts):
        found.append(Doubt("payment_part", min(part for part in parts if part is not None)))
    elif booked.status == "booked" and sum((part or ZERO for part in parts), ZERO) > (
        booked.amount + SLACK_RUBLES
    ):
        found.append(Doubt("payment_parts", sum((p or ZERO for p in parts), ZERO), booked.amount))
    return found


def _of_times(contract: dto.Contract, latest: datetime, today: date) -> Iterator[Doubt]:
    if contract.as_of > latest:
        yield Doubt("as_of", contract.as_of)
    elif contract.as_of.date() < FIRST_DAY:
        yield Doubt("as_of_past", contract.as_of)
    tomorrow = today + timedelta(days=1)  # a zone of theirs
    for name in ("signed_on", "issued_on", "closed_on"):
        day = getattr(contract, name)
        if day and not FIRST_DAY <= day <= tomorrow:
            yield Doubt(name, day)
    if contract.closed_on and contract.issued_on and contract.closed_on < contract.issued_on:
        yield Doubt("closed_before", contract.closed_on, contract.issued_on)
    if contract.next_payment_on and not _is_day(contract.next_payment_on, today):
        yield Doubt("next_payment_on", contract.next_payment_on)


def _of_terms(contract: dto.Contract, lent: Decimal) -> Iterator[Doubt]:
    if contract.amount <= 0:
        yield Doubt("amount", contract.amount)
    elif lent > 0 and not lent / UNLIKE <= contract.amount <= lent * UNLIKE:
        yield Doubt("amount_signed", contract.amount, lent)
    if contract.months is not None and not 0 < contract.months <= MOST_MONTHS:
        yield Doubt("months", contract.months)
    for name in ("rate", "psk"):
        percent = getattr(contract, name)
        if percent is not None and not 0 < percent <= MOST_RATE:
            yield Doubt(name, percent)


def _of_balances(contract: dto.Contract) -> Iterator[Doubt]:
    for name in (*BALANCES, "overdue", "payoff", "next_payment_amount"):
        value = getattr(contract, name)
        if value is not None and value < 0:
            yield Doubt(name, value)
    owed = sum((getattr(contract, name) for name in BALANCES), ZERO)
    amount = max(contract.amount, ZERO)
    if contract.principal > _above(amount):
        yield Doubt("principal_lent", contract.principal, contract.amount)
    for name in ("interest", "penalty"):
        if getattr(contract, name) > amount * MOST_OVER:
            yield Doubt(f"{name}_much", getattr(contract, name), contract.amount)
    payoff = contract.payoff or ZERO
    if payoff > 0 and payoff < _below(contract.principal):
        yield Doubt("payoff_little", payoff, contract.principal)
    # the interest of the days to come, or a fee, may be in it
    if payoff > owed * UNLIKE + FEES:
        yield Doubt("payoff_much", payoff, owed)
    if contract.overdue and contract.overdue > max(_above(owed), _above(payoff)):
        yield Doubt("overdue_much", contract.overdue, owed)
    if (contract.next_payment_amount or ZERO) > amount * MOST_OVER:
        yield Doubt("next_payment_much", contract.next_payment_amount, contract.amount)


BALANCES = ("principal", "interest", "penalty")


def _of_schedule(contract: dto.Contract, today: date) -> Iterator[Doubt]:
    """A schedule is of the whole loan, or of what is still owed."""
    lines = contract.schedule
    if not lines:
        return
    months = contract.months or 0
    if 2 * len(lines) < months and not _is_of_the_rest(contract):
        yield Doubt("schedule_short", len(lines), months)
    tomorrow = today + timedelta(days=1)
    total = principal = ZERO
    days = set()
    for line in lines:
        total += line.amount
        principal += line.principal
        days.add(line.due_on)
        parts = (line.amount, line.principal, line.interest, line.rest, line.paid_amount)
        if any(part is not None and part < 0 for part in parts):
            yield Doubt("line_negative", line.due_on)
            return
        if not _is_day(line.due_on, today):
            yield Doubt("line_day", line.due_on)
            return
        if line.paid_on and not FIRST_DAY <= line.paid_on <= tomorrow:
            yield Doubt("line_paid_on", line.paid_on)
            return
        if (line.paid_amount or ZERO) > _above(contract.amount * MOST_OVER):
            yield Doubt("line_paid", line.paid_amount, contract.amount)
            return
    if len(days) < len(lines) / 2:
        yield Doubt("schedule_days", len(days), len(lines))
    if not (_is_about(principal, contract.amount) or _is_about(principal, contract.principal)):
        yield Doubt("schedule_sum", principal, contract.amount)
    elif not _below(principal) <= total <= _above(contract.amount * MOST_OVER):
        yield Doubt("schedule_total", total, contract.amount)


def _is_of_the_rest(contract: dto.Contract) -> bool:
    """Return whether the lines are those that are still to be paid, and no others."""
    principal = sum((line.principal for line in contract.schedule), ZERO)
    return contract.principal < contract.amount and _is_about(principal, contract.principal)


def _is_day(day: date, today: date) -> bool:
    return day >= FIRST_DAY and day.year <= today.year + LAST_YEARS


def _above(value: Decimal) -> Decimal:
    return value + value * SLACK + SLACK_RUBLES


def _below(value: Decimal) -> Decimal:
    return value - value * SLACK - SLACK_RUBLES


def _is_about(one: Decimal, other: Decimal) -> bool:
    return _below(other) <= one <= _above(other)
