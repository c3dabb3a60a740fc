"""What the law lets a lender ask of a person: dated numbers with their source.

Until the rule book comes this file is it. A row holds from its day on, for contracts
made from that day. Numbers and days were checked against published summaries of the
laws, not against their text (links in ``docs/unproven.md``): they are for the lender's
lawyer to check.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

YEAR_DAYS = 365
#: The cap on what is charged over the loan holds for loans of up to a year.
SHORT_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A limit from the day ``since`` on, with where it stands."""

    since: date
    value: Decimal
    source: str


#: Per cent of the loan a day.
DAILY_RATE = (Row(date(2023, 7, 1), Decimal("0.8"), "353-FZ art. 5 part 23, 613-FZ"),)
#: Full cost of the loan (PSK), per cent a year. The market average of the quarter plus a
#: third, which may be lower, is not here: it is published by category and by quarter.
PSK = (Row(date(2023, 7, 1), Decimal("292"), "353-FZ art. 6 part 11, 613-FZ"),)
#: The Bank of Russia's averages, a row a quarter from its first day. Nobody has filled it in.
MARKET: tuple[Row, ...] = ()
#: All that may be charged over a loan of up to a year, per cent of the loan.
OVERPAYMENT = (
    Row(date(2023, 7, 1), Decimal("130"), "353-FZ art. 5 part 24, 613-FZ"),
    Row(date(2026, 4, 1), Decimal("100"), "353-FZ art. 5 part 24, 545-FZ"),
)
#: Roubles one person may owe a lender of a kind: microcredit and microfinance company.
LARGEST = {
    "mkk": (Row(date(2017, 3, 29), Decimal("500000"), "151-FZ art. 12 part 3 item 2"),),
    "mfk": (Row(date(2017, 3, 29), Decimal("1000000"), "151-FZ art. 12 part 2 item 2"),),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """One limit that is broken: which (amount, rate, psk, overpayment), its value, ours."""

    what: str
    limit: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a borrower: roubles, months, per cent a year; None is not known.

    ``psk``: all that are known of it, the one that was said and the one computed.
    ``owed``: what he owes this lender besides.
    """

    amount: Decimal
    months: int
    rate: Decimal
    psk: tuple[Decimal, ...] = ()
    overpayment: Decimal | None = None
    owed: Decimal = Decimal(0)


def at(rows: Iterable[Row], on: date) -> Decimal:
    """Return the limit in force on a day; before the first row, that of the first."""
    rows = sorted(rows, key=lambda row: row.since)
    return next((row.value for row in reversed(rows) if row.since <= on), rows[0].value)


def market_of(on: date) -> Decimal | None:
    """Return the market average of the quarter of a day, None if none is known."""
    quarter = on.replace(month=on.month - (on.month - 1) % 3, day=1)
    return next((row.value for row in MARKET if row.since == quarter), None)


def since(on: date) -> date:
    """Return the day from which the limits of ``on`` hold: they are the same until ``on``."""
    tables = (DAILY_RATE, PSK, OVERPAYMENT, *LARGEST.values())
    days = [row.since for rows in tables for row in rows if row.since <= on]
    return max(days, default=date.min)


def breaches(terms: Terms, lender: str, on: date) -> list[Breach]:
    """Return the limits a contract made on a day would break, none if it is lawful.

    ``lender``: a key of ``LARGEST``. KeyError for another.
    """
    found = []
    largest = at(LARGEST[lender], on)
    if terms.amount + terms.owed > largest:
        found.append(Breach("amount", largest, terms.amount + terms.owed))
    yearly = at(DAILY_RATE, on) * YEAR_DAYS
    if terms.rate > yearly:
        found.append(Breach("rate", yearly, terms.rate))
    psk = max(terms.psk, default=Decimal(0))
    if psk > at(PSK, on):
        found.append(Breach("psk", at(PSK, on), psk))
    if terms.overpayment is not None and terms.months <= SHORT_MONTHS:
        most = terms.amount * at(OVERPAYMENT, on) / 100
        if terms.overpayment > most:
            found.append(Breach("overpayment", most, terms.overpayment))
    return found
