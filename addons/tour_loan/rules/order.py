"""Which order may become a loan: rules that answer with refusals; no refusal is well.

Whoever asks says it in his own way: the agency API as an error with the paths, a page as
a word to its reader. Amounts are Decimal roubles, times aware UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from . import cooling_off, money

# Whose rule it is: an order that cannot be, what was agreed with the agency, the product.
ORDER, AGENCY, LENDER = "order", "agency", "lender"
# Time to read, sign and book beside the pause the law prescribes.
BOOKING_ALLOWANCE = timedelta(hours=1)
CLOCK_SKEW = timedelta(minutes=5)
ADVANCE = "order.advance.amount.amount"


class Refusal(NamedTuple):
    """``path`` of the field at fault, a stable ``code``, and what its text names."""

    rule: str
    path: str
    code: str
    values: dict[str, Any] = {}  # never changed


class Conditions(Protocol):
    """What a product tells of itself; ``terms`` in months, empty if the law forbids all."""

    code: str
    amount_min: Decimal
    amount_max: Decimal
    terms: Sequence[int]


def loan(price: Decimal, advance: Decimal) -> list[Refusal]:
    """There must be something left to lend."""
    return [Refusal(ORDER, ADVANCE, "advance_not_below_price")] if advance >= price else []


def least_advance(
    price: Decimal, advance: Decimal, percent: Decimal, path: str = ADVANCE
) -> list[Refusal]:
    """The agency agreed to take ``percent`` of the price at least."""
    minimum = money.percent_of(price, percent)
    if advance >= minimum:
        return []
    return [Refusal(AGENCY, path, "advance_too_small", {"minimum": str(minimum)})]


def items(amounts: Sequence[Decimal], price: Decimal) -> list[Refusal]:
    """Lines, if there are any, are the whole order: one is lent for what one buys."""
    total = sum(amounts, Decimal(0))
    if not amounts or total == price:
        return []
    values = {"sum": f"{total:.2f}", "price": f"{price:.2f}"}
    return [Refusal(ORDER, "order.items", "items_not_price", values)]


def times(
    now: datetime,
    held_until: datetime | None = None,
    paid_at: datetime | None = None,
    starts_on: date | None = None,
) -> list[Refusal]:
    """Times that cannot be; what is None was not told."""
    found = []
    if held_until and held_until <= now:
        found.append(Refusal(ORDER, "order.held_until", "hold_in_the_past"))
    if paid_at and paid_at > now + CLOCK_SKEW:
        found.append(Refusal(ORDER, "order.advance.paid_at", "in_the_future"))
    if starts_on and starts_on < now.date():
        found.append(Refusal(ORDER, "tour.starts_on", "departure_in_the_past"))
    return found


def departure(starts_on: date, held_until: datetime, path: str) -> list[Refusal]:
    """The hold ends before the tour begins."""
    early = starts_on < held_until.date()
    return [Refusal(ORDER, path, "departure_before_hold_end")] if early else []


def hold_needed_until(signing: datetime, amount: Decimal) -> datetime:
    """Return until when the tour must be held for a loan signed at ``signing``."""
    return cooling_off.until(signing, amount) + BOOKING_ALLOWANCE


def hold(held_until: datetime, signing: datetime, amount: Decimal) -> list[Refusal]:
    """The hold outlasts the pause of the law; only some agencies wish to be refused."""
    needed = hold_needed_until(signing, amount)
    if held_until >= needed:
        return []
    values = {"until": needed.isoformat()}
    return [Refusal(AGENCY, "order.held_until", "hold_too_short", values)]


def months(wanted: Iterable[int], terms: Sequence[int], path: str) -> list[Refusal]:
    """Each term is one of the product's."""
    if set(wanted) <= set(terms):
        return []
    offered = ", ".join(map(str, terms))
    return [Refusal(LENDER, path, "months_not_offered", {"offered": offered})]


def limits(amount: Decimal, least: Decimal, most: Decimal, rule: str, path: str) -> list[Refusal]:
    """The loan is within limits; 0 is none."""
    if amount < least:
        return [Refusal(rule, path, "loan_too_small", {"minimum": f"{least:.2f}"})]
    if most and amount > most:
        return [Refusal(rule, path, "loan_too_big", {"maximum": f"{most:.2f}"})]
    return []


def product(
    amount: Decimal,
    offered: Sequence[Conditions],
    code: str | None,
    code_path: str,
    amount_path: str,
) -> tuple[int | None, list[Refusal]]:
    """Return the place in ``offered`` of the first product that holds ``amount``.

    :param code: the only product wanted, if one is
    :return: (place, no refusals) or (None, why)
    """
    possible = [
        (place, one)
        for place, one in enumerate(offered)
        if one.terms and code in (None, "", one.code)
    ]
    if not possible:
        return None, [Refusal(LENDER, code_path, "product_unknown")]
    for place, one in possible:
        if one.amount_min <= amount <= one.amount_max:
            return place, []
    # of several products the amount may fall between two
    below = [one.amount_max for _place, one in possible if one.amount_max < amount]
    least = Decimal(0) if below else min(one.amount_min for _place, one in possible)
    most = max(below, default=Decimal(0))
    return None, limits(amount, least, most, LENDER, amount_path)


def hosts(urls: Mapping[str, str | None], allowed: Iterable[str]) -> list[Refusal]:
    """Addresses the borrower is led to belong to the agency; ``urls`` by their names."""
    known = set(allowed)
    return [
        Refusal(AGENCY, f"urls.{name}", "host_not_allowed")
        for name, url in urls.items()
        if url and (urlsplit(url).hostname or "") not in known
    ]
