"""JSON as it may come and as it leaves: stricter than the standard library by default."""

import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

# The deepest real request has 6 levels; more is an attack or a mistake.
MAX_DEPTH = 32


def loads(body: bytes) -> Any:
    """Parse RFC 8259 JSON in UTF-8.

    :raises ValueError: not UTF-8, a byte order mark, NaN or Infinity, a duplicate key, a
        lone surrogate, a number no machine can hold, or nesting beyond ``MAX_DEPTH``
    """
    source = body.decode("utf-8")
    try:
        value = _DECODER.decode(source)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check_depth(value)
    if "\\u" in source:
        # Escapes can smuggle in half a surrogate pair, which no UTF-8 answer can hold.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def dumps(value: Any) -> bytes:
    """Return compact UTF-8 JSON; Decimal, date and datetime become strings."""
    return _ENCODER.encode(value).encode("utf-8")


def time_text(moment: datetime) -> str:
    """Return ``2026-07-15T09:00:00Z``; a naive datetime is UTC, as everywhere in Odoo."""
    moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no wire form")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_text
)
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_constant=_refuse)


def _check_depth(value: Any) -> None:
    level = [value]
    for _depth in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        if not deeper:
            return
        level = deeper
    raise ValueError("nested too deeply")
