"""One value to and from the wire, as the profile's ``formats`` say.

Every codec has ``encode(value, formats, enums)`` and ``decode(raw, formats,
enums)``; ``decode`` gets what JSON or XML had (str, int, Decimal, bool, None)
and raises FormatError. "Empty" (None, "", 1C's date 0001-01-01) decodes to None.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from .errors import FormatError

KOPECK = Decimal("0.01")
MILLI = Decimal("0.001")
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Unknown:
    """A word the profile does not know: shown to staff, changes nothing."""

    value: str

    def __str__(self):
        return f"unknown value «{self.value}»"


def clean(text: str) -> str:
    """Drop what XML 1.0 cannot carry (a control character from a paste)."""
    return NOT_XML.sub("", text)


def _is_empty(raw) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


class Text:
    def encode(self, value, formats, enums):
        return clean(value)

    def decode(self, raw, formats, enums):
        return None if _is_empty(raw) else str(raw).strip()


class Whole:
    """An integer; 1C likes to write ``12.0`` and ``1E1``."""

    def encode(self, value, formats, enums):
        return int(value)

    def decode(self, raw, formats, enums):
        number = _decimal(raw)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise FormatError(f"«{raw}» is not a whole number")
        return int(number)


class Number:
    """Decimal with a fixed step: money (kopecks) or per cent (thousandths).

    ``formats.money`` is ``string`` ("145000.00") or ``number``. A JSON number
    is written through ``float``, whose shortest form repeats up to 15 digits
    exactly; nothing is ever calculated in it.
    """

    def __init__(self, step):
        self.step = step

    def encode(self, value, formats, enums):
        number = Decimal(value).quantize(self.step, ROUND_HALF_UP)
        return str(number) if formats.money == "string" else float(number)

    def decode(self, raw, formats, enums):
        number = _decimal(raw)
        return None if number is None else number.quantize(self.step, ROUND_HALF_UP)


def _decimal(raw):
    if _is_empty(raw):
        return None
    if isinstance(raw, bool):
        raise FormatError(f"«{raw}» is not a number")
    text = re.sub(r"\s", "", str(raw)).replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise FormatError(f"«{raw}» is not a number") from None
    if not number.is_finite() or abs(number) >= Decimal("1e13"):
        raise FormatError(f"«{raw}» is not a usable number")
    return number


class Boolean:
    """``formats.boolean`` is the pair (false, true) to write; reading is lenient."""

    TRUE = {"1", "true", "да", "истина"}
    FALSE = {"0", "false", "нет", "ложь"}

    def encode(self, value, formats, enums):
        return formats.boolean[bool(value)]

    def decode(self, raw, formats, enums):
        if _is_empty(raw):
            return None
        word = str(raw).strip().lower()
        if word in self.TRUE:
            return True
        if word in self.FALSE:
            return False
        raise FormatError(f"«{raw}» is neither yes nor no")


class Moment:
    """An aware UTC datetime; the wire has local time of the lender's zone."""

    def encode(self, value, formats, enums):
        if value.tzinfo is None:
            raise FormatError("a time without a zone must not leave the cabinet")
        return value.astimezone(formats.zone).strftime(formats.datetime)

    def decode(self, raw, formats, enums):
        moment = _local(raw, formats)
        if moment is None:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=formats.zone)
        return moment.astimezone(timezone.utc)


class Day:
    """A calendar date; the wire's time of day means nothing."""

    def encode(self, value, formats, enums):
        return value.strftime(formats.date)

    def decode(self, raw, formats, enums):
        moment = _local(raw, formats)
        return None if moment is None else moment.date()


def _local(raw, formats):
    """Read the profile's format or ISO 8601. 1C's empty date is None: it has to
    go before any step between time zones (year 1 minus three hours overflows)."""
    if _is_empty(raw):
        return None
    text = str(raw).strip()
    if text.startswith("0001"):
        return None
    for read in (
        lambda: datetime.strptime(text, formats.datetime),
        lambda: datetime.strptime(text, formats.date),
        lambda: datetime.fromisoformat(text.replace("Z", "+00:00")),
    ):
        try:
            return read()
        except ValueError:
            continue
    raise FormatError(f"«{text}» is not a date")


class Phone:
    """E.164 here; ``formats.phone`` is a mask with ten ``#`` for a Russian number.

    A number of another country goes as it is.
    """

    def encode(self, value, formats, enums):
        digits = re.sub(r"\D", "", value)
        if len(digits) != 11 or digits[0] != "7":
            return value
        rest = iter(digits[1:])
        return "".join(next(rest) if sign == "#" else sign for sign in formats.phone)

    def decode(self, raw, formats, enums):
        if _is_empty(raw):
            return None
        digits = re.sub(r"\D", "", str(raw))
        if len(digits) == 10:
            return f"+7{digits}"
        if len(digits) == 11 and digits[0] in "78":
            return f"+7{digits[1:]}"
        if not 8 <= len(digits) <= 15:
            raise FormatError("a phone number has a wrong length")
        return f"+{digits}"


class Digits:
    """A fixed count of digits: passport series (4) and number (6)."""

    def __init__(self, count):
        self.count = count

    def encode(self, value, formats, enums):
        digits = re.sub(r"\D", "", value)
        if len(digits) != self.count:
            # The value itself is personal data and stays out of the message.
            raise FormatError(f"{self.count} digits are needed, {len(digits)} given")
        return digits

    def decode(self, raw, formats, enums):
        if _is_empty(raw):
            return None
        return self.encode(str(raw).zfill(self.count), formats, enums)


class Told(str):
    """A word of ours that remembers which ``word`` of theirs it stands for."""

    word = ""


class Word:
    """A Russian word of the other side for a word of ours, by ``enums[name]``.

    ``told``: what is decoded is shown to people as well, in their word (`Told`).
    """

    def __init__(self, name, told=False):
        self.name, self.told = name, told

    def encode(self, value, formats, enums):
        for theirs, ours in enums[self.name].items():
            if ours == value:
                return theirs
        raise FormatError(f"enums.{self.name} has no word for «{value}»")

    def decode(self, raw, formats, enums):
        if _is_empty(raw):
            return None
        word = str(raw).strip()
        ours = enums[self.name].get(word)
        if ours is None:
            return Unknown(word)
        if self.told:
            ours = Told(ours)
            ours.word = word
        return ours


TEXT = Text()
WHOLE = Whole()
MONEY = Number(KOPECK)
PERCENT = Number(MILLI)
BOOLEAN = Boolean()
MOMENT = Moment()
DAY = Day()
PHONE = Phone()
PASSPORT_SERIES = Digits(4)
PASSPORT_NUMBER = Digits(6)
BY_TYPE = {str: TEXT, int: WHOLE, Decimal: MONEY, bool: BOOLEAN, datetime: MOMENT, date: DAY}
