"""Is this the same order again? Contents compared in their normal form."""

from collections.abc import Iterator
from typing import Any

from .problems import path_text
from .schemas.base import Params

Path = tuple[str | int, ...]


def content(params: Params) -> dict[str, Any]:
    """Return what was asked for as plain JSON, normalised: amounts with two places, times
    in UTC, phones in E.164, absent and null alike, the language of messages left out.
    Fit to be stored (jsonb) and compared."""
    return params.model_dump(mode="json", exclude_none=True, exclude={"locale"})


def differing_paths(known: Any, given: Any) -> list[str]:
    """Return the paths at which two contents differ, e.g. ``["order.price.amount"]``."""
    return [path_text(path) for path in _differences(known, given, ())]


def _differences(known: Any, given: Any, at: Path) -> Iterator[Path]:
    if isinstance(known, dict) and isinstance(given, dict):
        for key in sorted({*known, *given}):
            yield from _differences(known.get(key), given.get(key), (*at, key))
    elif isinstance(known, list) and isinstance(given, list) and len(known) == len(given):
        for index, pair in enumerate(zip(known, given, strict=True)):
            yield from _differences(*pair, (*at, index))
    elif known != given:
        yield at
