"""Money and per cents: exact Decimal in, roubles and kopecks out.

Amounts are `Decimal` roubles; rates are `Decimal` per cent (30 means 30 %).
A float is refused everywhere: it has already lost the kopeck.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")
ZERO = Decimal("0.00")
NO_BREAK_SPACE = "\u00a0"


class TooFine(ValueError):
    """A sum with parts of a kopeck."""


_WIRE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
_FINE = re.compile(r"[0-9]{1,15}\.[0-9]{3,}")


def parse(value: str | int | Decimal) -> Decimal:
    """Return the exact amount of a wire value such as "145000.00".

    Raises TypeError for a float or another type, ValueError for text that is
    not a plain decimal number with at most two places (no exponent, no spaces).
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"money is never {type(value).__name__}")
    text = str(value)
    if isinstance(value, Decimal) and value.is_finite():
        # 145000.000 is the same money as 145000.00; 0.001 is not money.
        text = format(value.normalize(), "f")
    if not _WIRE.fullmatch(text):
        raise ValueError(f"not an amount of money: {text[:40]!r}")
    return Decimal(text).quantize(KOPECK)


def parse_typed(text: str) -> Decimal:
    """Return the amount a person typed: "145 000,50 ₽", "145000.5", "1 000 руб".

    Raises ValueError like `parse`; TooFine, one of them, for more than two places.
    """
    plain = re.sub(r"\s", "", text).lower()
    plain = re.sub(r"(₽|руб\.?|р\.?)$", "", plain).replace(",", ".")
    if _FINE.fullmatch(plain):
        raise TooFine(f"parts of a kopeck: {plain[:40]}")
    return parse(plain)


def kopecks(amount: Decimal) -> Decimal:
    """Return the amount rounded half up to the kopeck."""
    return amount.quantize(KOPECK, ROUND_HALF_UP)


def percent_of(amount: Decimal, rate: Decimal) -> Decimal:
    """Return `rate` per cent of the amount, half up to the kopeck."""
    return kopecks(amount * rate / 100)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return how many per cent of the whole the part is, not rounded.

    Not rounded so that 9.999 % never passes for the minimal 10 %.
    """
    return part * 100 / whole


def to_wire(amount: Decimal) -> str:
    """Return the decimal string of the wire: "145000.00"."""
    return format(kopecks(amount), "f")


def format_amount(amount: Decimal) -> str:
    """Return the amount as Russian pages show it: "145 000,00 ₽" (NBSP)."""
    text = f"{kopecks(amount):,.2f}".replace(",", NO_BREAK_SPACE).replace(".", ",")
    return f"{text}{NO_BREAK_SPACE}₽"


def format_percent(rate: Decimal, places: int = 3) -> str:
    """Return the rate as Russian pages show it: "29,827 %" (NBSP), half up."""
    rounded = rate.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:f}".replace(".", ",") + NO_BREAK_SPACE + "%"
