"""Annuity schedule: a preview for the borrower and a cross-check.

The schedule of record is the accounting system's; this one follows the usual
lender's practice: equal monthly payments, interest by actual days, half up to
the kopeck on each line, the last payment corrective.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .money import ZERO, kopecks
from .months import anniversary


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


def annuity(loan: Decimal, rate: Decimal, months: int, issued_on: date) -> Schedule:
    """Return the schedule of `months` payments, the first a month after issue.

    Due dates keep the day of the issue and are clamped to the end of a shorter
    month (31 January, 28 February, 31 March). Raises ValueError for a loan or
    term that is not positive and for a negative rate.
    """
    if loan <= 0 or months < 1 or rate < 0:
        raise ValueError("loan and months must be positive, rate not negative")
    regular = payment(loan, rate, months)
    rest, since, lines = loan, issued_on, []
    for number in range(1, months + 1):
        due_on = anniversary(issued_on, number)
        charged = interest(rest, rate, since, due_on)
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


def payment(loan: Decimal, rate: Decimal, months: int) -> Decimal:
    """Return the annuity payment in roubles: equal months of a twelfth of the rate."""
    if not rate:
        return kopecks(loan / months)
    monthly = rate / 1200
    return kopecks(loan * monthly / (1 - (1 + monthly) ** -months))


def interest(rest: Decimal, rate: Decimal, since: date, until: date) -> Decimal:
    """Return the interest on `rest` roubles, half up to the kopeck.

    Charged from the day after `since` to `until` inclusive, a day of a common
    year as 1/365 and of a leap year as 1/366 of the rate: a period over 31
    December is split there.
    """
    common = leap = 0
    for year in range(since.year, until.year + 1):
        first = max(since, date(year - 1, 12, 31))
        days = (min(until, date(year, 12, 31)) - first).days
        if isleap(year):
            leap += days
        else:
            common += days
    # One division, so that an exact half kopeck is seen as a half.
    return kopecks(rest * rate * (common * 366 + leap * 365) / (100 * 365 * 366))
