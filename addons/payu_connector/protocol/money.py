"""Amounts on PayU's wire: decimal text with exactly two places, never a float."""

import re
from decimal import Decimal

CENT = Decimal("0.01")
_TEXT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def text(amount: Decimal) -> str:
    """Return roubles as PayU wants them, e.g. ``"1500.50"``.

    :raises TypeError: not a Decimal (a float has already lost the exact sum)
    :raises ValueError: not positive, or finer than a kopeck
    """
    if not isinstance(amount, Decimal):
        raise TypeError(f"an amount is a Decimal, not {type(amount).__name__}")
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(CENT):
        raise ValueError(f"not a sum of money: {amount}")
    return f"{amount:.2f}"


def parse(value) -> Decimal | None:
    """Return the amount of a JSON field (text, int or Decimal), ``None`` if it is absent.

    JSON must be read with ``parse_float=Decimal``; see :func:`answers.load`.

    :raises ValueError: there is something, but it is no sum of money
    """
    if value is None or value == "":
        return None
    if isinstance(value, (bool, float)) or not _TEXT.fullmatch(str(value).strip()):
        raise ValueError(f"not a sum of money: {value!r}")
    amount = Decimal(str(value).strip())
    if amount != amount.quantize(CENT):
        raise ValueError(f"not a sum of money: {value!r}")
    return amount.quantize(CENT)
