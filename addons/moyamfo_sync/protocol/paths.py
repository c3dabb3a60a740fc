"""Where a value stands in a tree of objects, lists and plain values.

``Клиент.Паспорт.Серия``      names from the payload down
``Контакты[0].Телефон``       a place in a list, ``[-1]`` from its end; an object that
                              came alone is a list of one
``Поля[Имя=Сумма].Значение``  the element of a list of pairs by what its key says
``Строка.@Номер``             an attribute of XML; ``#text``: the text beside attributes
``/НомерЗаявки``              from the whole answer (a neighbour of ``return``), or a
                              parameter beside the payload
``.``                         the payload itself

A name with a dot, a slash or a bracket in it is written with a backslash before that
sign: ``Сумма\\.Итого`` (in JSON the backslash is doubled).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"((?:\\.|[^\\.\[\]])+)|\[(-?\d+)\]|\[((?:\\.|[^\\\]=])+)=((?:\\.|[^\\\]])*)\]")


@dataclass(frozen=True, slots=True)
class Select:
    """The element of a list whose ``key`` says ``value``."""

    key: str
    value: str


Step = str | int | Select


@dataclass(frozen=True, slots=True)
class Path:
    """``beside``: from the whole message, not from its payload. ``text``: as written."""

    steps: tuple[Step, ...]
    beside: bool = False
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> "Path":
        """:raises ValueError: no path"""
        if text == ".":
            return cls((), text=text)
        beside, at = text.startswith("/"), 0
        steps: list[Step] = []
        rest = text[1:] if beside else text
        while at < len(rest):
            found = _STEP.match(rest, at)
            if not found or (found[1] is None and not steps):
                raise ValueError(f"«{text}» is no path")
            if found[1] is not None:
                steps.append(_plain(found[1]))
            elif found[2] is not None:
                steps.append(int(found[2]))
            else:
                steps.append(Select(_plain(found[3]), _plain(found[4])))
            at = found.end()
            if rest[at : at + 1] == ".":
                at += 1
                if at == len(rest) or rest[at] == "[":
                    raise ValueError(f"«{text}» is no path")
            elif at < len(rest) and rest[at] != "[":
                raise ValueError(f"«{text}» is no path")
        if not steps:
            raise ValueError("an empty path")
        return cls(tuple(steps), beside, text)

    @property
    def plain(self) -> bool:
        """Whether it is nothing but names of elements."""
        return not self.beside and all(isinstance(s, str) and s[0] not in "@#" for s in self.steps)

    @property
    def writable(self) -> bool:
        """Whether a value can be put there: whose lists begin at a known place."""
        return all(
            isinstance(step, str)
            or (isinstance(after, str) and (not isinstance(step, int) or step >= 0))
            or (after is None and isinstance(step, int) and step >= 0)
            for step, after in zip(self.steps, (*self.steps[1:], None), strict=True)
        )

    @property
    def name(self) -> str:
        """The last name in it, by which a value is masked."""
        for step in reversed(self.steps):
            if isinstance(step, str):
                return step
        return "."

    def get(self, tree: Any) -> Any:
        """Return what stands there, None for nothing."""
        for step in self.steps:
            if isinstance(step, str):
                if isinstance(tree, list):
                    # one row without its list, or the first of many
                    tree = tree[0] if len(tree) == 1 else None
                tree = tree.get(step) if isinstance(tree, dict) else None
            else:
                tree = _pick(as_list(tree), step)
            if tree is None:
                return None
        return tree

    def put(self, tree: dict[str, Any], value: Any) -> None:
        """Set a value, making what is above it."""
        place: Any = tree
        for number, step in enumerate(self.steps):
            last = number + 1 == len(self.steps)
            after = None if last else self.steps[number + 1]
            if isinstance(step, str):
                if last:
                    place[step] = value
                else:
                    place = place.setdefault(step, {} if isinstance(after, str) else [])
                continue
            row = _row(place, step)
            if last:
                place[next(at for at, one in enumerate(place) if one is row)] = value
            place = row


def _row(rows: list[Any], step: int | Select) -> Any:
    """Return the object of a list that ``step`` names, added if need be."""
    if isinstance(step, int):
        while len(rows) <= step:
            rows.append({})
        return rows[step]
    for row in rows:
        if row.get(step.key) == step.value:
            return row
    rows.append({step.key: step.value})
    return rows[-1]


def _pick(rows: list[Any], step: int | Select) -> Any:
    if isinstance(step, int):
        return rows[step] if -len(rows) <= step < len(rows) else None
    for row in rows:
        if isinstance(row, dict) and str(row.get(step.key)) == step.value:
            return row
    return None


def as_list(raw: Any) -> list[Any]:
    """No rows come as nothing at all, one row without its list."""
    if raw is None or raw == "":
        return []
    return raw if isinstance(raw, list) else [raw]


def left_over(tree: Any, known: set[tuple[Step, ...]], way: tuple[Step, ...] = ()) -> Iterator[str]:
    """Yield dotted keys of a row that no path of ``known`` reaches."""
    if not isinstance(tree, dict):
        return
    for key, value in tree.items():
        path = (*way, key)
        if path in known:
            continue
        below = [one for one in known if one[: len(path)] == path]
        if not below:
            yield ".".join(map(str, path))
        elif all(isinstance(one[len(path)], str) for one in below):
            yield from left_over(value, known, path)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
