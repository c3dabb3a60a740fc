"""From pydantic's errors to ours: stable codes, and the path to the field."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from .errors import Problem

MOST = 100
"""Problems told at once; a body of nonsense must not become an answer of megabytes."""

_LONGEST_PATH = 200

_EXPECTED = {
    "string_type": "string",
    "int_type": "integer",
    "int_from_float": "integer",
    "bool_type": "boolean",
    "model_type": "object",
    "dict_type": "object",
    "list_type": "array",
}
# pydantic's type → (our code, the name of its limit)
_LIMITS = {
    "string_too_long": ("too_long", "max_length"),
    "string_too_short": ("too_short", "min_length"),
    "too_long": ("too_long", "max_length"),
    "too_short": ("too_short", "min_length"),
    "less_than_equal": ("too_big", "le"),
    "greater_than_equal": ("too_small", "ge"),
}
_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_pattern_mismatch": "wrong_format",
}


def problems(error: ValidationError) -> list[Problem]:
    """Return at most ``MOST`` problems; what the caller sent is never quoted."""
    details = error.errors(include_url=False, include_input=False)
    return [_problem({**detail}) for detail in details[:MOST]]


def path_text(parts: tuple[str | int, ...]) -> str:
    """("tour", "tourists", 0, "last_name") → ``tour.tourists[0].last_name``."""
    return "".join(_path_parts(parts)).removeprefix(".")[:_LONGEST_PATH]


def _path_parts(parts: tuple[str | int, ...]) -> Iterator[str]:
    for part in parts:
        yield f"[{part}]" if isinstance(part, int) else f".{part}"


def _problem(detail: dict[str, Any]) -> Problem:
    kind, context = detail["type"], detail.get("ctx", {})
    path = path_text((*detail["loc"], *context.get("at", ())))
    if "at" in context:  # raised by schemas.base.problem
        values = {name: value for name, value in context.items() if name != "at"}
        return Problem(path, kind, values)
    if kind in _EXPECTED:
        return Problem(path, "wrong_type", {"expected": _EXPECTED[kind]})
    if kind in _LIMITS:
        code, limit = _LIMITS[kind]
        return Problem(path, code, {"limit": context[limit]})
    if kind == "literal_error":
        return Problem(path, "not_allowed", {"expected": context["expected"].replace(" or ", ", ")})
    return Problem(path, _CODES.get(kind, "invalid"))
