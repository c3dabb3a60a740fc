"""Dates and times to and from the wire."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from .codecs import Formats, is_empty, shown
from .errors import FormatError

WORDS = ("iso", "utc", "unix", "unix_ms")  # of a moment, beside strftime's language
NEVER = (1753, 3999)  # years that mean none: SQL Server's first, 1C's last; and all beyond
FRACTION = re.compile(r"(\.\d{6})\d+")  # 1C's and .NET's ticks have seven digits


class Moment:
    """An aware UTC datetime; the wire has local time of the lender's zone, unless ``form``
    is one of WORDS."""

    def __init__(self, form: str, formats: Formats):
        self.form, self.formats = form, formats

    def encode(self, value: Any) -> Any:
        if value.tzinfo is None:
            raise FormatError("a time without a zone must not leave the cabinet")
        if self.form in ("unix", "unix_ms"):
            return int(value.timestamp()) * (1000 if self.form == "unix_ms" else 1)
        if self.form == "utc":
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        local = value.astimezone(self.formats.zone)
        if self.form == "iso":
            return local.isoformat(timespec="seconds")
        return local.strftime(self.form)

    def decode(self, raw: Any) -> Any:
        if self.form in ("unix", "unix_ms"):
            return self._of_epoch(raw)
        moment = _local(raw, (self.form, self.formats.datetime, self.formats.date))
        if moment is None:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.formats.zone)
        return moment.astimezone(UTC)

    def _of_epoch(self, raw: Any) -> datetime | None:
        if is_empty(raw) or str(raw).strip() == "0":
            return None
        try:
            seconds = int(str(raw)) / (1000 if self.form == "unix_ms" else 1)
            moment = datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise FormatError(f"«{shown(raw)}» is no time in seconds") from None
        return None if moment.year >= NEVER[1] else moment


class Day:
    """A calendar date; the wire's time of day means nothing."""

    def __init__(self, form: str, formats: Formats):
        self.form, self.formats = form, formats

    def encode(self, value: Any) -> Any:
        return value.strftime("%Y-%m-%d" if self.form in WORDS else self.form)

    def decode(self, raw: Any) -> Any:
        moment = _local(raw, (self.form, self.formats.datetime, self.formats.date))
        return None if moment is None else moment.date()


def empty(form: str) -> Any:
    """1C's date for none in this format."""
    if form in ("unix", "unix_ms"):
        return 0
    if form in WORDS:
        form = "%Y-%m-%dT%H:%M:%S"
    # strftime of the year 1 writes "1"
    return date(1, 1, 1).strftime(form.replace("%Y", "0001").replace("%y", "01"))


def _local(raw: Any, forms: tuple[str, ...]) -> datetime | None:
    """Read one of the formats or ISO 8601. What means none goes before any step between
    time zones (year 1 minus three hours overflows)."""
    if is_empty(raw):
        return None
    text = str(raw).strip()
    if text.startswith(("0001", "01.01.0001", "1/1/0001")):
        return None
    moment = _read(text, forms)
    return None if moment.year <= NEVER[0] or moment.year >= NEVER[1] else moment


@lru_cache(4096)
def _read(text: str, forms: tuple[str, ...]) -> datetime:
    for form in forms:
        if form in WORDS or not _fits(text, form):
            continue
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(FRACTION.sub(r"\1", text))
    except ValueError:
        raise FormatError(f"«{shown(text)}» is not a date") from None


def _fits(text: str, form: str) -> bool:
    """Digits without separators fit only if they are as many: strptime takes one for two."""
    return not text.isdigit() or len(text) == len(datetime(2026, 11, 24).strftime(form))
