"""Amounts on PayU's wire: decimal text with exactly two places, never a float."""

import re
from decimal import Decimal

CENT = Decimal("0.01")
WRITTEN_LENGTH = 40
_TEXT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


class NoSum(ValueError):
    """Something that should be a sum of money and is none; ``written`` is what stands there."""

    def __init__(self, written: object) -> None:
        self.written = str(written)[:WRITTEN_LENGTH].encode("utf-8", "replace").decode()
        super().__init__(f"not a sum of money: {self.written}")


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


def number(amount: Decimal) -> int | float:
    """Return roubles as the JSON number that the published clients write in refunds.

    The shortest text of a float of at most 15 digits is the exact sum again.

    :raises ValueError: not a sum of money, or one of more digits
    """
    exact = Decimal(text(amount))
    if len(exact.as_tuple().digits) > 15:
        raise ValueError(f"not a sum for a JSON number: {amount}")
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def parse(value: object) -> Decimal | None:
    """Return the amount of a JSON field (text, int or Decimal), ``None`` if it is absent.

    JSON must be read with ``parse_float=Decimal``; see :func:`answers.load`.

    :raises NoSum: there is something, but it is no sum of money
    """
    if value is None or value == "":
        return None
    written = str(value).strip()
    if isinstance(value, (bool, float)) or not _TEXT.fullmatch(written):
        raise NoSum(value)
    amount = Decimal(written)
    if amount != amount.quantize(CENT):
        raise NoSum(value)
    return amount.quantize(CENT)
