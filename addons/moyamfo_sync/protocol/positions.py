"""JSON text with the line of each value, so that a complaint says where to look."""

import json
import re
from typing import Any

from .errors import ProfileError

Way = tuple[str | int, ...]
_SPACE = re.compile(r"[ \t\r\n]*")


def read(text: str) -> tuple[Any, dict[Way, int]]:
    """Return the value of a JSON text and {path: line, from 1}.

    :raises ProfileError: not JSON, or a name stands twice in one object (Python's own
        reader would silently keep the last)
    """
    lines: dict[Way, int] = {}
    try:
        value, end = _value(text, _skip(text, 0), (), lines)
        if _skip(text, end) != len(text):
            raise json.JSONDecodeError("something follows the end", text, end)
    except json.JSONDecodeError as error:
        raise ProfileError(f"profile (line {error.lineno}): not JSON: {error.msg}") from None
    except RecursionError:
        raise ProfileError("profile: not JSON: nested too deeply") from None
    return value, lines


def dotted(way: Way) -> str:
    """``operations.get_contracts.rows``, a list's places in brackets."""
    text = ""
    for step in way:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".") or "profile"


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at  # it matches everywhere


def _value(text: str, at: int, way: Way, lines: dict[Way, int]) -> tuple[Any, int]:
    lines[way] = text.count("\n", 0, at) + 1
    if text[at : at + 1] == "{":
        return _object(text, at + 1, way, lines)
    if text[at : at + 1] == "[":
        return _list(text, at + 1, way, lines)
    return json.JSONDecoder().raw_decode(text, at)


def _object(text: str, at: int, way: Way, lines: dict[Way, int]) -> tuple[Any, int]:
    result: dict[str, Any] = {}
    at = _skip(text, at)
    if text[at : at + 1] == "}":
        return result, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("a name in quotes is needed", text, at)
        name, end = json.JSONDecoder().raw_decode(text, at)
        line = text.count("\n", 0, at) + 1
        if name in result:
            raise ProfileError(f"{dotted((*way, name))} (line {line}): stands here twice")
        at = _skip(text, end)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("a colon is needed", text, at)
        result[name], at = _value(text, _skip(text, at + 1), (*way, name), lines)
        at, ended = _next(text, at, "}")
        if ended:
            return result, at


def _list(text: str, at: int, way: Way, lines: dict[Way, int]) -> tuple[Any, int]:
    result: list[Any] = []
    at = _skip(text, at)
    if text[at : at + 1] == "]":
        return result, at + 1
    while True:
        value, at = _value(text, at, (*way, len(result)), lines)
        result.append(value)
        at, ended = _next(text, at, "]")
        if ended:
            return result, at


def _next(text: str, at: int, closing: str) -> tuple[int, bool]:
    """Step over a comma or the closing bracket; return whether it closed."""
    at = _skip(text, at)
    sign = text[at : at + 1]
    if sign == closing:
        return at + 1, True
    if sign != ",":
        raise json.JSONDecodeError(f"a comma or {closing} is needed", text, at)
    return _skip(text, at + 1), False
