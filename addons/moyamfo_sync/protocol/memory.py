"""What one question or operation of several calls has to remember between its calls."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class Directory(Protocol):
    """Knows the other side's numbers of our records; the database behind it is not ours.

    ``kind``: ``applications`` (uid of an application ↔ 1C's number of it), ``contracts``
    (uid of the application ↔ number of its contract).
    """

    def numbers(self, kind: str, uids: Iterable[str]) -> Mapping[str, str]:
        """Return {uid: number} of those that have one."""

    def uids(self, kind: str, numbers: Iterable[str]) -> Mapping[str, str]:
        """Return {number: uid} of those known."""


class NoDirectory:
    """Knows nothing."""

    def numbers(self, kind: str, uids: Iterable[str]) -> Mapping[str, str]:
        return {}

    def uids(self, kind: str, numbers: Iterable[str]) -> Mapping[str, str]:
        return {}


class Progress:
    """Which calls of an operation succeeded, by the record's id, and what they gave.

    A repeat goes on after the last call that succeeded. The caller may hand in a dict of
    its own (``Exchange.send(progress=)``) and keep it with the message; else it is
    remembered here, until this process ends.
    """

    LIMIT = 1000

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def of(self, kind: str, uid: str) -> dict[str, Any]:
        if len(self._known) > self.LIMIT:
            self._known.pop(next(iter(self._known)))
        return self._known.setdefault((kind, uid), {})

    def done(self, kind: str, uid: str) -> None:
        self._known.pop((kind, uid), None)


class Cursors:
    """Where page ``n`` of a question begins, for lenders whose pages have no numbers."""

    LIMIT = 1000

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], str] = {}

    def keep(self, question: tuple[Any, ...], page: int, cursor: str) -> None:
        if len(self._known) > self.LIMIT:
            self._known.clear()
        self._known[(*question, page)] = cursor

    def of(self, question: tuple[Any, ...], page: int) -> str | None:
        return self._known.get((*question, page))
