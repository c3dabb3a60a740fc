"""Previews of a loan for the allowed terms: `calculator.quote` and the form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .psk import full_cost
from .schedule import USUAL, Conventions, annuity


@dataclass(frozen=True, slots=True)
class Preview:
    """One term: roubles, and the PSK in per cent a year to 3 places."""

    months: int
    monthly_payment: Decimal
    psk: Decimal
    overpayment: Decimal
    total: Decimal


def previews(
    amount: Decimal,
    months: Iterable[int],
    rate: Decimal,
    issued_on: date,
    conventions: Conventions = USUAL,
) -> list[Preview]:
    """Return a preview for each term of a product.

    `amount` is the loan in roubles, `months` the allowed terms, `rate` per cent a
    year, `issued_on` the expected day of money (interest runs by actual days).
    `conventions`: how the lender reckons. Raises ValueError like `schedule.annuity`.
    """
    return [preview(amount, term, rate, issued_on, conventions) for term in months]


def preview(
    amount: Decimal,
    months: int,
    rate: Decimal,
    issued_on: date,
    conventions: Conventions = USUAL,
) -> Preview:
    """Return the preview of one term; arguments as for `previews`."""
    schedule = annuity(amount, rate, months, issued_on, conventions)
    cost = full_cost(schedule.flows)
    return Preview(
        months,
        schedule.monthly_payment,
        cost.percent,
        schedule.overpayment,
        schedule.total,
    )
