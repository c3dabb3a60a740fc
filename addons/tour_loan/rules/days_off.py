"""Days off in Russia: on which no payment falls due (Civil Code art. 193).

Holidays are the Labour Code's (art. 112): one on a weekend gives the next working day off,
but for those of January, which the government moves by a decree each year, as other days
too. Years without a decree go by the law alone, and whoever knows more gives exceptions:
{day: is it off}. The library ``holidays`` would do; the release that knows 2027 wants a
newer dateutil than Odoo's (it gave the same days for 2025 to 2027).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

SATURDAY = 5
STAY, AFTER, BEFORE = "stay", "after", "before"
SHIFTS = (STAY, AFTER, BEFORE)
# (month, day), Labour Code art. 112
NEW_YEAR = [(1, day) for day in range(1, 9)]
HOLIDAYS = [(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]
# What the government moved: day -> is it off. Whoever adds a year gives the decree.
DECREED = {
    # No. 1335 of 2024-10-04
    date(2025, 5, 2): True,
    date(2025, 5, 8): True,
    date(2025, 6, 13): True,
    date(2025, 11, 1): False,
    date(2025, 11, 3): True,
    date(2025, 12, 31): True,
    date(2025, 2, 24): False,  # 23 February and 8 March went to May and June
    date(2025, 3, 10): False,
    # No. 1466 of 2025-09-24
    date(2026, 1, 9): True,
    date(2026, 12, 31): True,
    # of 2026, by the library named above
    date(2027, 2, 20): False,
    date(2027, 2, 22): True,
    date(2027, 11, 5): True,
    date(2027, 12, 31): True,
}
Exceptions = Mapping[date, bool]


def is_off(day: date, exceptions: Exceptions | None = None) -> bool:
    """Return whether a day is a weekend or a holiday; what ``exceptions`` say comes first."""
    for moved in (exceptions or {}, DECREED):
        if day in moved:
            return moved[day]
    return day.weekday() >= SATURDAY or day in _holidays(day.year)


def shifted(day: date, how: str, exceptions: Exceptions | None = None) -> date:
    """Return the day a payment is due when its own is off.

    :param how: ``stay``, ``after`` (the next working day) or ``before``; ValueError else
    """
    if how not in SHIFTS:
        raise ValueError(how)
    step = timedelta(days={STAY: 0, AFTER: 1, BEFORE: -1}[how])
    while step and is_off(day, exceptions):
        day += step
    return day


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    """Return the holidays of a year, and the days off given for those on a weekend."""
    days = {date(year, month, day) for month, day in (*NEW_YEAR, *HOLIDAYS)}
    for month, day in HOLIDAYS:
        given = date(year, month, day)
        if given.weekday() >= SATURDAY:
            while given in days or given.weekday() >= SATURDAY:
                given += timedelta(days=1)
            days.add(given)
    return frozenset(days)
