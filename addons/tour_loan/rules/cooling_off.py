"""Cooling-off: the pause between signing and money.

353-FZ art. 7 part 9.3 (added by 9-FZ of 13.02.2025, in force since 01.09.2025):
from 50 000 to 200 000 roubles not earlier than 4 hours after the individual
conditions are signed, above that not earlier than 48 hours. No interest runs and
the borrower may refuse meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts from `lowest` to `highest` roubles, both inclusive, wait `pause`."""

    lowest: Decimal
    highest: Decimal | None
    pause: timedelta


BANDS = (
    Band(Decimal("0.00"), Decimal("49999.99"), timedelta(0)),
    Band(Decimal("50000.00"), Decimal("200000.00"), timedelta(hours=4)),
    Band(Decimal("200000.01"), None, timedelta(hours=48)),
)


def pause(amount: Decimal, bands: tuple[Band, ...] = BANDS) -> timedelta:
    """Return the pause a loan of this many roubles needs.

    Raises ValueError for an amount in no band: negative, or finer than a kopeck.
    """
    for band in bands:
        if band.lowest <= amount and (band.highest is None or amount <= band.highest):
            return band.pause
    raise ValueError(f"no cooling-off band for {amount}")


def until(signed_at: datetime, amount: Decimal, bands: tuple[Band, ...] = BANDS) -> datetime:
    """Return when money may go: `signed_at` itself when no pause is needed.

    The answer is in UTC exactly as `signed_at` is, naive or aware.
    """
    return signed_at + pause(amount, bands)
