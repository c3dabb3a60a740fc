"""Whether an offer, or a payout, can be true at all.

What cannot be is kept aside with the reason: nobody outside the house is told anything
until 1C says something else. Nothing here is a rule of lending; contracts have theirs in
``plausible_loans``, whose `Doubt` this speaks in.

Roubles as Decimal, rates in per cent a year, moments aware.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from . import dto
from .plausible_loans import (
    FIRST_DAY,
    LAST_YEARS,
    MOST_MONTHS,
    MOST_OVER,
    MOST_RATE,
    Doubt,
    _above,
    _is_about,
)

ZERO = Decimal(0)


def doubts_of_offer(
    offer: dto.Offer, asked: Decimal, now: datetime, today: date, is_known: bool = False
) -> list[Doubt]:
    """Return why an offer cannot be true; empty if it can.

    :param asked: the loan the borrower asked for
    :param today: the lender's day
    :param is_known: it was taken before and only got older
    """
    return [*_of_terms(offer, asked), *_of_life(offer, now, is_known), *_of_schedule(offer, today)]


def doubts_of_payout(payout: dto.Payout, lent: Decimal, today: date) -> list[Doubt]:
    """Return why a payout cannot be true.

    :param lent: what was signed for; 0: not known
    """
    found = []
    if payout.amount <= 0 or (lent > 0 and not _is_about(payout.amount, lent)):
        found.append(Doubt("payout_amount", payout.amount, lent))
    if not FIRST_DAY <= payout.paid_on <= today + timedelta(days=1):  # a zone of theirs
        found.append(Doubt("payout_day", payout.paid_on))
    return found


def _of_terms(offer: dto.Offer, asked: Decimal) -> Iterator[Doubt]:
    if offer.amount <= 0:
        yield Doubt("offer_amount", offer.amount)
    elif offer.amount > asked:
        yield Doubt("offer_much", offer.amount, asked)
    if not 0 < offer.months <= MOST_MONTHS:
        yield Doubt("months", offer.months)
    for name in ("rate", "psk"):
        percent = getattr(offer, name)
        if not 0 < percent <= MOST_RATE:
            yield Doubt(name, percent)
    if offer.psk_amount < 0 or offer.psk_amount > max(offer.amount, ZERO) * MOST_OVER:
        yield Doubt("psk_amount", offer.psk_amount, offer.amount)


def _of_life(offer: dto.Offer, now: datetime, is_known: bool) -> Iterator[Doubt]:
    if offer.valid_until <= now and not is_known:
        yield Doubt("offer_over", offer.valid_until)


def _of_schedule(offer: dto.Offer, today: date) -> Iterator[Doubt]:
    lines = offer.schedule
    if not lines:
        yield Doubt("schedule_none")
        return
    if 2 * len(lines) < offer.months:
        yield Doubt("schedule_short", len(lines), offer.months)
    if any(min(line.amount, line.principal, line.interest, line.rest) < 0 for line in lines):
        yield Doubt("schedule_negative")
        return
    days = [line.due_on for line in lines]
    if sorted(set(days)) != days or days[0] < today - timedelta(days=1):
        yield Doubt("schedule_days", days[0])
    elif days[-1].year > today.year + LAST_YEARS:
        yield Doubt("schedule_days", days[-1])
    principal = sum((line.principal for line in lines), ZERO)
    total = sum((line.amount for line in lines), ZERO)
    if not _is_about(principal, offer.amount):
        yield Doubt("schedule_sum", principal, offer.amount)
    elif total < principal or total > _above(offer.amount * MOST_OVER):
        yield Doubt("schedule_total", total, offer.amount)
