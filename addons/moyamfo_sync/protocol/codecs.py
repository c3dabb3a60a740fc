"""One value to and from the wire, in the format that the profile says.

``make(kind, form, formats)`` gives a codec with ``encode(value)`` and ``decode(raw)``.
``decode`` gets what JSON or XML had (str, int, Decimal, bool, None) and raises
FormatError. "Empty" (None, "", and the dates that are 1C's or SQL Server's word for
none: of the years 1, 1753 and 3999) decodes to None.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from .errors import FormatError

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,6})?\Z")  # most of them are
KOPECK, MILLI = Decimal("0.01"), Decimal("0.001")
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MONEY = ("text", "number", "comma", "spaced", "kopecks", "kopecks_text")
PERCENT = ("text", "number", "comma", "share", "share_text", "a_day")
WHOLE = ("number", "text")
MONTHS = ("number", "text", "days", "days_of_30")
DAYS_A_MONTH = {"days": Decimal(365) / 12, "days_of_30": Decimal(30)}
ANY = "*"  # in words: any word that is not told


class Codec(Protocol):
    """What all codecs can do."""

    def encode(self, value: Any) -> Any:
        """Return what goes on the wire."""

    def decode(self, raw: Any) -> Any:
        """Return our value or None."""


@dataclass(frozen=True)
class Formats:
    """How values look on the wire unless a field says otherwise; see ``FORMS``."""

    zone: ZoneInfo
    datetime: str
    date: str
    phone: str
    money: str
    percent: str
    whole: str
    months: str
    boolean: tuple[Any, Any]


@dataclass(frozen=True)
class Unknown:
    """A word the profile does not know: shown to staff, changes nothing."""

    value: str

    def __str__(self) -> str:
        return f"unknown value «{self.value}»"


class Ignored(Exception):
    """The profile says (``null``) that rows with this word are none of ours."""


def clean(text: str) -> str:
    """Drop what XML 1.0 cannot carry (a control character from a paste)."""
    return NOT_XML.sub("", text)


def is_empty(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def masked_digits(mask: str, digits: str) -> str:
    """Fill the ``#`` of a mask."""
    rest = iter(digits)
    return "".join(next(rest) if sign == "#" else sign for sign in mask)


class Text:
    """``form``: a mask of ``#`` for a text of so many digits, None as it is."""

    def __init__(self, form: str | None = None):
        self.form = form

    def encode(self, value: Any) -> Any:
        text = clean(str(value))
        if not self.form:
            return text
        digits = re.sub(r"\D", "", text)
        return masked_digits(self.form, digits) if len(digits) == self.form.count("#") else text

    def decode(self, raw: Any) -> Any:
        if is_empty(raw):
            return None
        if isinstance(raw, bool):
            return "true" if raw else "false"
        return str(raw).strip()


class Digits:
    """A fixed count of digits: passport series (4) and number (6)."""

    def __init__(self, count: int, form: str | None = None):
        self.count, self.form = count, form or "#" * count

    def _digits(self, value: Any) -> str:
        digits = re.sub(r"\D", "", str(value))
        if len(digits) != self.count:
            # The value itself is personal data and stays out of the message.
            raise FormatError(f"{self.count} digits are needed, {len(digits)} given")
        return digits

    def encode(self, value: Any) -> Any:
        return masked_digits(self.form, self._digits(value))

    def decode(self, raw: Any) -> Any:
        return None if is_empty(raw) else self._digits(str(raw).zfill(self.count))


class Whole:
    """An integer; 1C likes to write ``12.0`` and ``1E1``."""

    def __init__(self, form: str):
        self.form = form

    def encode(self, value: Any) -> Any:
        return str(int(value)) if self.form == "text" else int(value)

    def decode(self, raw: Any) -> Any:
        number = decimal(raw)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise FormatError(f"«{shown(raw)}» is not a whole number")
        return int(number)


class Months(Whole):
    """A term in months; ``days``: as days of it, of a year's twelfth or of 30."""

    def encode(self, value: Any) -> Any:
        if self.form not in DAYS_A_MONTH:
            return super().encode(value)
        return int((int(value) * DAYS_A_MONTH[self.form]).to_integral_value(ROUND_HALF_UP))

    def decode(self, raw: Any) -> Any:
        number = super().decode(raw)
        if number is None or self.form not in DAYS_A_MONTH:
            return number
        months = int((number / DAYS_A_MONTH[self.form]).to_integral_value(ROUND_HALF_UP))
        # a month has 28 to 31 days, so calendar terms differ by a day or two a month at most
        if abs(number - months * DAYS_A_MONTH[self.form]) > max(Decimal(3), Decimal(months) / 2):
            raise FormatError(f"{number} days are no whole number of months")
        return months


class Number:
    """Decimal with a fixed step: money (kopecks) or per cent a year (thousandths).

    A JSON number is written through ``float``, whose shortest form repeats up to 15
    digits exactly; nothing is ever calculated in it.
    """

    FACTOR: Mapping[str, int | Decimal] = {"kopecks": 100, "kopecks_text": 100, "share": Decimal("0.01"),
              "share_text": Decimal("0.01"), "a_day": 1 / Decimal(365)}  # fmt: skip
    PLACES = {"kopecks": Decimal(1), "kopecks_text": Decimal(1), "share": Decimal("0.00001"),
              "share_text": Decimal("0.00001"), "a_day": Decimal("0.000001")}  # fmt: skip

    def __init__(self, step: Decimal, form: str):
        self.step, self.form = step, form
        self.factor = Decimal(self.FACTOR.get(form, 1))
        self.plain = self.factor == 1 and step == KOPECK

    def encode(self, value: Any) -> Any:
        number = Decimal(value).quantize(self.step, ROUND_HALF_UP) * self.factor
        number = number.quantize(self.PLACES.get(self.form, self.step), ROUND_HALF_UP)
        if self.form == "comma":
            return str(number).replace(".", ",")
        if self.form == "spaced":
            return f"{number:,f}".replace(",", "\u00a0").replace(".", ",")
        if self.form == "kopecks":
            return int(number)
        return str(number) if self.form.endswith("text") else float(number)

    def decode(self, raw: Any) -> Any:
        if type(raw) is str and self.plain and len(raw) <= 16 and raw[-3:-2] == ".":
            # roubles and kopecks, as most figures are
            try:
                number = Decimal(raw)
            except InvalidOperation:
                number = None
            if number is not None and number.is_finite():
                return number
        number = decimal(raw)
        if number is None:
            return None
        if self.factor != 1:
            number /= self.factor
        return number.quantize(self.step, ROUND_HALF_UP)


def decimal(raw: Any) -> Decimal | None:
    """Read a number in any of the dresses it comes in."""
    if isinstance(raw, str) and PLAIN_NUMBER.match(raw):
        return Decimal(raw)
    if is_empty(raw):
        return None
    if isinstance(raw, bool):
        raise FormatError(f"«{raw}» is not a number")
    text = re.sub(r"[\s']", "", str(raw)).replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise FormatError(f"«{shown(raw)}» is not a number") from None
    if not number.is_finite() or abs(number) >= Decimal("1e13"):
        raise FormatError(f"«{shown(raw)}» is not a usable number")
    return number


class Boolean:
    """``form`` is the pair (false, true) to write; reading is lenient."""

    TRUE = {"1", "true", "да", "истина", "yes"}
    FALSE = {"0", "false", "нет", "ложь", "no"}

    def __init__(self, form: tuple[Any, Any]):
        self.form = form

    def encode(self, value: Any) -> Any:
        return self.form[bool(value)]

    def decode(self, raw: Any) -> Any:
        if is_empty(raw):
            return None
        for value in (False, True):
            if type(raw) is type(self.form[value]) and raw == self.form[value]:
                return value
        word = str(raw).strip().lower()
        if word in self.TRUE or word in self.FALSE:
            return word in self.TRUE
        raise FormatError(f"«{shown(raw)}» is neither yes nor no")


class Phone:
    """E.164 here; the mask has ten ``#`` for a Russian number, one of another country
    goes as it is."""

    def __init__(self, mask: str):
        self.mask = mask

    def encode(self, value: Any) -> Any:
        digits = re.sub(r"\D", "", value)
        if len(digits) != 11 or digits[0] != "7":
            return value
        return masked_digits(self.mask, digits[1:])

    def decode(self, raw: Any) -> Any:
        if is_empty(raw):
            return None
        digits = re.sub(r"\D", "", str(raw))
        if len(digits) == 10:
            return f"+7{digits}"
        if len(digits) == 11 and digits[0] in "78":
            return f"+7{digits[1:]}"
        if not 8 <= len(digits) <= 15:
            raise FormatError("a phone number has a wrong length")
        return f"+{digits}"


class File:
    """Bytes as base64."""

    def encode(self, value: Any) -> Any:
        return base64.b64encode(value).decode()

    def decode(self, raw: Any) -> Any:
        if is_empty(raw):
            return None
        try:
            return base64.b64decode(re.sub(r"\s", "", str(raw)), validate=True)
        except (binascii.Error, ValueError):
            raise FormatError("a file is not in base64") from None


class Told(str):
    """A word of ours that remembers which ``word`` of theirs it stands for."""

    word = ""


class Word:
    """A word of the other side for a word of ours; the first of several is written.

    ``told``: what is decoded is shown to people as well, in their word (`Told`).
    """

    def __init__(self, name: str, words: Mapping[str, str | None], told: bool = False):
        self.name, self.words, self.told = name, words, told

    def encode(self, value: Any) -> Any:
        for theirs, ours in self.words.items():
            if ours == value and theirs != ANY:
                return theirs
        raise FormatError(f"{self.name} has no word for «{value}»")

    def decode(self, raw: Any) -> Any:
        word = TEXT.decode(raw)
        if word is None and "" not in self.words:
            return None
        word = word or ""
        ours = self.words.get(word, self.words.get(ANY, ""))
        if ours is None:
            raise Ignored(word)
        if not ours:
            return Unknown(word)
        if self.told:
            ours = Told(ours)
            ours.word = word
        return ours


def shown(raw: Any) -> str:
    """What a message may show of a value: its beginning."""
    text = str(raw)
    return text if len(text) <= 40 else f"{text[:40]}…"


TEXT = Text()
SIMPLE: dict[str, Callable[[Any], Codec]] = {
    "text": Text,
    "series": lambda form: Digits(4, form),
    "number6": lambda form: Digits(6, form),
    "whole": Whole,
    "months": Months,
    "money": lambda form: Number(KOPECK, form),
    "percent": lambda form: Number(MILLI, form),
    "boolean": Boolean,
    "phone": Phone,
    "file": lambda _form: File(),
}
