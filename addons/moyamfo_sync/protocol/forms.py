"""Which formats a value of each kind may have, and the codec of it.

Every format is tried on a sample when a profile is loaded: what cannot be read back is
refused there, not on the first real application.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from . import codecs, moments
from .codecs import Codec, Formats
from .errors import FormatError

SAMPLES: dict[str, Any] = {
    "text": "123456",
    "series": "0405",
    "number6": "001234",
    "whole": 12,
    "months": 12,
    "money": Decimal("1234567.89"),
    "percent": Decimal("29.9"),
    "boolean": True,
    "phone": "+79161234567",
    "moment": datetime(2026, 11, 24, 10, 20, tzinfo=UTC),
    "day": date(2026, 11, 24),
    "file": b"%PDF",
}
WORDS = {
    "whole": codecs.WHOLE,
    "months": codecs.MONTHS,
    "money": codecs.MONEY,
    "percent": codecs.PERCENT,
}
DEFAULTS = {"moment": "datetime", "day": "date"}


def make(kind: str, form: Any, formats: Formats) -> Codec:
    """Return the codec of a kind; ``form`` None: as ``formats`` say.

    :raises ValueError: no such format; the text says which there are
    """
    if form is None:
        form = getattr(formats, DEFAULTS.get(kind, kind), None)
    codec = _made(kind, form, formats)
    _try(kind, form, codec)
    return codec


def _made(kind: str, form: Any, formats: Formats) -> Codec:
    if kind in WORDS and form not in WORDS[kind]:
        raise ValueError(f"«{form}» is none of {', '.join(WORDS[kind])}")
    if kind == "boolean":
        if not isinstance(form, (list, tuple)) or len(form) != 2 or form[0] == form[1]:
            raise ValueError("two different values, for no and for yes")
        return codecs.Boolean((form[0], form[1]))
    if form is not None and not isinstance(form, str):
        raise ValueError("a text is needed")
    if kind == "phone" and str(form).count("#") != 10:
        raise ValueError("ten # are needed")
    if kind in ("series", "number6") and form and form.count("#") != (4 if kind == "series" else 6):
        raise ValueError(f"{4 if kind == 'series' else 6} # are needed")
    if kind == "text" and form is not None and "#" not in form:
        raise ValueError("a mask of # for digits is needed")
    if kind == "file" and form not in (None, "base64"):
        raise ValueError("a file goes as base64")
    if kind == "moment":
        return moments.Moment(str(form), formats)
    if kind == "day":
        return moments.Day(str(form), formats)
    return codecs.SIMPLE[kind](form)


def _try(kind: str, form: Any, codec: Codec) -> None:
    sample = SAMPLES[kind]
    try:
        back = codec.decode(codec.encode(sample))
    except (FormatError, ValueError) as error:
        raise ValueError(f"«{form}» cannot be read back: {error}") from None
    if kind == "moment":
        # a format may leave out the time of day, or say only hours; never the day
        good = abs((back - sample).total_seconds()) < 24 * 3600
    elif kind == "percent":
        good = abs(back - sample) < Decimal("0.005")
    else:
        good = kind == "text" or back == sample
    if not good:
        raise ValueError(f"«{form}» writes {sample} so that it reads as {back}")


def nothing(kind: str, codec: Codec) -> Any:
    """The explicit empty value of a kind: "", 0, no, 1C's empty date."""
    if isinstance(codec, (moments.Moment, moments.Day)):
        return moments.empty(codec.form)
    if isinstance(codec, codecs.Boolean):
        return codec.form[0]
    if kind in ("money", "percent", "whole", "months"):
        return codec.encode(0)
    return ""
