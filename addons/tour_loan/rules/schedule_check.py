"""Is a lender's schedule what his own conventions give? Line by line, with both figures.

Each line is reckoned from the lender's own line before it, so that one wrong figure is one
difference and not twelve. More than a kopeck, or 0.001 of the PSK, is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .days_off import Exceptions
from .money import KOPECK, ZERO
from .psk import THOUSANDTH, full_cost
from .schedule import USUAL, Conventions, due_days, interest, payment


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the lender's schedule, roubles; ``rest`` is the principal after it."""

    due_on: date
    amount: Decimal
    principal: Decimal
    interest: Decimal
    rest: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """What the lender says of a loan: roubles, per cent a year, his lines by day."""

    loan: Decimal
    rate: Decimal
    lines: Sequence[Line]
    psk: Decimal | None = None
    psk_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` of line ``number`` (from 1; 0: of the whole) is ``theirs``, and ``ours``.

    ``what``: due_on, interest, amount, rest, payment, count, psk, psk_amount.
    """

    number: int
    what: str
    theirs: date | Decimal | int
    ours: date | Decimal | int


def differences(
    told: Told,
    months: int,
    issue_days: Iterable[date],
    conventions: Conventions = USUAL,
    exceptions: Exceptions | None = None,
) -> list[Difference]:
    """Return what differs, none if some day of issue explains the schedule whole.

    :param issue_days: on which the money may be meant to go, the likeliest first: of the
        days that explain as much, the first is taken
    ValueError without such a day, or without lines.
    """
    if not told.lines:
        raise ValueError("a schedule has lines")
    return min(
        (_differences(told, months, day, conventions, exceptions) for day in issue_days),
        key=len,
    )


def _differences(
    told: Told,
    months: int,
    issued_on: date,
    conventions: Conventions,
    exceptions: Exceptions | None,
) -> list[Difference]:
    lines, found = told.lines, []

    def compare(
        number: int, what: str, theirs: Decimal, ours: Decimal, most: Decimal = KOPECK
    ) -> None:
        if abs(theirs - ours) > most:
            found.append(Difference(number, what, theirs, ours))

    if len(lines) != months:
        found.append(Difference(0, "count", len(lines), months))
    due = due_days(issued_on, len(lines), conventions, exceptions)
    rest, since = told.loan, issued_on
    for number, (line, day) in enumerate(zip(lines, due, strict=True), 1):
        if line.due_on != day:
            found.append(Difference(number, "due_on", line.due_on, day))
        charged = interest(rest, told.rate, since, line.due_on, conventions.day_count)
        compare(number, "interest", line.interest, charged)
        compare(number, "amount", line.amount, line.principal + line.interest)
        compare(number, "rest", line.rest, rest - line.principal)
        rest, since = line.rest, line.due_on
    compare(len(lines), "rest", rest, ZERO)
    # the first may be another for a broken period, the last takes what rounding left
    regular = payment(told.loan, told.rate, len(lines), conventions.step)
    for number, line in list(enumerate(lines, 1))[bool(conventions.payment_day) : -1]:
        compare(number, "payment", line.amount, regular)
    return found + _cost(told, issued_on)


def _cost(told: Told, issued_on: date) -> list[Difference]:
    found = []
    paid = sum((line.amount for line in told.lines), ZERO)
    if told.psk_amount is not None and abs(told.psk_amount - (paid - told.loan)) > KOPECK:
        found.append(Difference(0, "psk_amount", told.psk_amount, paid - told.loan))
    ahead = [(line.due_on, line.amount) for line in told.lines if line.due_on > issued_on]
    if told.psk is not None and ahead and told.loan > 0:
        ours = full_cost([(issued_on, -told.loan), *ahead]).percent
        if abs(told.psk - ours) > THOUSANDTH:
            found.append(Difference(0, "psk", told.psk, ours))
    return found
