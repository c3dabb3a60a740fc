"""Annuity schedule: a preview for the borrower and a cross-check.

The schedule of record is the accounting system's; this one follows the usual
lender's practice: equal monthly payments, interest by actual days, half up to
the kopeck on each line, the last payment corrective. Where a lender does otherwise,
his ``Conventions`` say so.
"""

from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_UP, Decimal

from .days_off import STAY, Exceptions, shifted
from .money import ZERO, kopecks
from .months import anniversary, whole_months

ACTUAL, ACTUAL_365, THIRTY_360 = "actual", "actual_365", "thirty_360"


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a lender reckons.

    :ivar day_count: ``actual`` (a day is 1/365 of a year, of a leap year 1/366),
        ``actual_365`` (always 1/365) or ``thirty_360`` (a month is 30 days of 360)
    :ivar shift: what becomes of a due day that is off: ``stay``, ``after``, ``before``
    :ivar payment_day: day of the month of all payments (1 to 31, clamped at a month's end);
        0: the day of the issue. The first period is then shorter or longer than a month
    :ivar shortest_days: the first payment is due so many days after the issue at the least
    :ivar step: roubles the regular payment is rounded up to; 0: half up to the kopeck
    """

    day_count: str = ACTUAL
    shift: str = STAY
    payment_day: int = 0
    shortest_days: int = 0
    step: Decimal = ZERO


USUAL = Conventions()


@dataclass(frozen=True, slots=True)
class Installment:
    """One line: amounts in roubles, `days` of interest since the line before."""

    due_on: date
    days: int
    amount: Decimal
    interest: Decimal
    principal: Decimal
    rest: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    """A loan of `loan` roubles at `rate` per cent a year and its payments."""

    loan: Decimal
    rate: Decimal
    issued_on: date
    installments: tuple[Installment, ...]

    @property
    def monthly_payment(self) -> Decimal:
        """The regular payment in roubles (the last one may differ)."""
        return self.installments[0].amount

    @property
    def total(self) -> Decimal:
        """Everything the borrower pays, roubles."""
        return sum((line.amount for line in self.installments), ZERO)

    @property
    def overpayment(self) -> Decimal:
        """What is paid above the loan, roubles."""
        return self.total - self.loan

    @property
    def flows(self) -> list[tuple[date, Decimal]]:
        """Flows for the PSK: the issue with minus, the payments with plus."""
        payments = [(line.due_on, line.amount) for line in self.installments]
        return [(self.issued_on, -self.loan), *payments]


def annuity(
    loan: Decimal,
    rate: Decimal,
    months: int,
    issued_on: date,
    conventions: Conventions = USUAL,
    exceptions: Exceptions | None = None,
) -> Schedule:
    """Return the schedule of `months` payments, the first a month after issue.

    Due dates keep the day of the issue and are clamped to the end of a shorter
    month (31 January, 28 February, 31 March), if `conventions` say nothing else.
    `exceptions`: days off as in `days_off`. Raises ValueError for a loan or
    term that is not positive and for a negative rate.
    """
    if loan <= 0 or months < 1 or rate < 0:
        raise ValueError("loan and months must be positive, rate not negative")
    regular = payment(loan, rate, months, conventions.step)
    rest, since, lines = loan, issued_on, []
    for number, due_on in enumerate(due_days(issued_on, months, conventions, exceptions), 1):
        charged = interest(rest, rate, since, due_on, conventions.day_count)
        # At an extreme rate a long month's interest can exceed the annuity: then
        # the line pays the interest alone, unpaid interest is never capitalised.
        principal = min(rest, max(ZERO, regular - charged))
        if number == months:
            principal = rest
        rest -= principal
        lines.append(
            Installment(
                due_on,
                (due_on - since).days,
                principal + charged,
                charged,
                principal,
                rest,
            )
        )
        since = due_on
    return Schedule(loan, rate, issued_on, tuple(lines))


def due_days(
    issued_on: date,
    months: int,
    conventions: Conventions = USUAL,
    exceptions: Exceptions | None = None,
) -> list[date]:
    """Return the days the payments are due on, moved off days off as the lender does."""
    start, first = issued_on, 1
    if conventions.payment_day:
        # a month with that day, so that later ones are clamped from it
        start = date(issued_on.year - 1, 12, conventions.payment_day)
        first = whole_months(start, issued_on)[0]

    def due_on(number: int) -> date:
        return shifted(anniversary(start, number), conventions.shift, exceptions)

    while (due_on(first) - issued_on).days < max(conventions.shortest_days, 1):
        first += 1
    return [due_on(number) for number in range(first, first + months)]


def payment(loan: Decimal, rate: Decimal, months: int, step: Decimal = ZERO) -> Decimal:
    """Return the annuity payment in roubles: equal months of a twelfth of the rate.

    With a `step` it is rounded up to whole steps, else half up to the kopeck.
    """
    if not rate:
        exact = loan / months
    else:
        monthly = rate / 1200
        exact = loan * monthly / (1 - (1 + monthly) ** -months)
    if not step:
        return kopecks(exact)
    # a payment that is whole already is no step more because of the last digit of a division
    return kopecks((kopecks(exact) / step).quantize(Decimal(1), ROUND_UP) * step)


def interest(
    rest: Decimal, rate: Decimal, since: date, until: date, day_count: str = ACTUAL
) -> Decimal:
    """Return the interest on `rest` roubles, half up to the kopeck.

    Charged from the day after `since` to `until` inclusive; `day_count` as in
    `Conventions`, KeyError for another.
    """
    days, of = DAY_COUNTS[day_count](since, until)
    # One division, so that an exact half kopeck is seen as a half.
    return kopecks(rest * rate * days / (100 * of))


def _actual(since: date, until: date) -> tuple[int, int]:
    """A period over 31 December of a leap year is split there."""
    common = leap = 0
    for year in range(since.year, until.year + 1):
        first = max(since, date(year - 1, 12, 31))
        days = (min(until, date(year, 12, 31)) - first).days
        if isleap(year):
            leap += days
        else:
            common += days
    return common * 366 + leap * 365, 365 * 366


def _actual_365(since: date, until: date) -> tuple[int, int]:
    return (until - since).days, 365


def _thirty_360(since: date, until: date) -> tuple[int, int]:
    """The 31st is the 30th (ISDA 30E/360)."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months * 30 + min(until.day, 30) - min(since.day, 30), 360


DAY_COUNTS: dict[str, Callable[[date, date], tuple[int, int]]] = {
    ACTUAL: _actual,
    ACTUAL_365: _actual_365,
    THIRTY_360: _thirty_360,
}
