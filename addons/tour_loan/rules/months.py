"""Calendar months between days, clamped at a month's end."""

from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta


@lru_cache(maxsize=4096)  # all terms of a quote, and all quotes of a day, ask for the same days
def anniversary(start: date, months: int) -> date:
    """Return the day `months` after start: 31 January, 28 February, 31 March."""
    moved: date = start + relativedelta(months=months)
    return moved


def whole_months(start: date, on: date) -> tuple[int, int]:
    """Return (months, days): whole months clamped at a month's end, and the rest.

    From 31 January to 28 February is one whole month.
    """
    months = (on.year - start.year) * 12 + on.month - start.month
    if anniversary(start, months) > on:
        months -= 1
    return months, (on - anniversary(start, months)).days
