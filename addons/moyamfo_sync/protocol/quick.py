"""A plan of a record's places compiled once: names of elements → what to do with their text.

The same that `mapping.Decoder` does with a tree, for XML rows whose keys are plain names;
tests hold both against each other. Texts met before are not read again: of 20,000
contracts the dates are a few thousand.
"""

# "read" and "write" here are no methods of an Odoo model
# pylint: disable=method-required-super

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from . import dto
from .errors import FormatError
from .mapping import fill
from .places import Shape, Spot, is_required

REMEMBERED = 20_000  # texts of one field
# of these kinds; figures and names hardly come twice
REPEATED = ("day", "moment", "word", "percent", "months", "whole", "boolean", "phone")
SHORT = 5  # a blank or a zero, then: those do
UNREAD: Any = object()
Values = dict[str, Any]


class Leaf:
    """A plain value."""

    __slots__ = ("read", "remembers", "field", "known", "many", "path")

    def __init__(self, spot: Spot):
        self.field, self.many = spot.field, spot.many
        self.path = spot.path.text if spot.path else ""
        bare = spot.reader is None and spot.told.default is None and spot.codec is not None
        self.read: Callable[[Any], Any] = spot.codec.decode if bare and spot.codec else spot.read
        self.remembers = spot.kind in REPEATED
        self.known: dict[str | None, Any] = {}

    def value(self, element: Any, text: str | None) -> Any:
        """Return what an element's text means, read once.

        A blank one is never remembered: what has children has blanks for its text.
        """
        if not text or text.isspace():
            if len(element):
                raise FormatError(f"{self.path}: a plain value is needed")
            text = None
        elif len(self.known) >= REMEMBERED:
            self.known.clear()
        value = self.decoded(text)
        if text is not None:
            self.known[text] = value
        return value

    def decoded(self, text: str | None) -> Any:
        """Return what a text means.

        :raises FormatError: nothing readable; says where
        """
        try:
            return self.read(text)
        except FormatError as error:
            raise FormatError(f"{self.path}: {error}") from None


class Branch:
    """An element that is a part of the same record."""

    __slots__ = ("by_tag", "steps")

    def __init__(self) -> None:
        self.steps: dict[str, Any] = {}
        self.by_tag: dict[Any, Any] = {}  # with their namespaces, as they were met

    def step(self, tag: Any) -> Any:
        return self.steps.get(local(tag)) if isinstance(tag, str) else None


class Nested:
    """An element that is a record of its own; ``many``: each of them a row."""

    __slots__ = ("field", "many", "plan")

    def __init__(self, field: str, many: bool, plan: "Plan"):
        self.field, self.many, self.plan = field, many, plan


class Plan:
    """How a row of one record is read."""

    def __init__(self, shapes: Mapping[str, Shape], name: str):
        shape = shapes[name]
        self.name, self.type = name, dto.RECORDS[name]
        self._root = Branch()
        self._defaults: list[tuple[str, Spot]] = []
        own = fields(self.type)
        self._required = tuple(one.name for one in own if is_required(one))
        self._plain = {
            one.name: one.default for one in own if not is_required(one) and not _made(one)
        }
        self._lists = tuple(one.name for one in own if _made(one))
        self._where = {s.field: s.path.text for s in shape.spots if s.path}
        for spot in shape.spots:
            if spot.told.default is not None:
                self._defaults.append((spot.field, spot))
            if spot.path is None:
                continue
            step: Any = (
                Nested(spot.field, spot.many, Plan(shapes, spot.record))
                if spot.record
                else Leaf(spot)
            )
            place = self._root
            for key in map(str, spot.path.steps[:-1]):
                place = place.steps.setdefault(key, Branch())
            place.steps[str(spot.path.steps[-1])] = step

    @classmethod
    def of(cls, shapes: Mapping[str, Shape], name: str) -> "Plan | None":
        """Return the plan, None if the places are not of its kind."""
        shape = shapes[name]
        simple = not shape.composed and all(
            (spot.path is None or (spot.path.plain and spot.path.steps))
            and not spot.told.asked
            and spot.told.split is None
            and (not spot.record or cls.of(shapes, spot.record) is not None)
            for spot in shape.spots
        )
        paths = [spot.path.steps for spot in shape.spots if spot.path is not None]
        return cls(shapes, name) if simple and len(paths) == len(set(paths)) else None

    def read(self, element: Any, unknown: set[str], part: bool = False) -> Values:
        """Return the values of a row, of a mere ``part`` none if it has only empty ones.

        :raises FormatError: one of them is unreadable
        """
        values: Values = {}
        self._walk(element, self._root, values, unknown, ())
        if part and not any(value not in (None, "", 0, False) for value in values.values()):
            return {}
        for field, spot in self._defaults:
            if field not in values:
                value = spot.read(None)
                if value is not None:
                    values[field] = value
        return values

    def made(self, values: Values) -> Any:
        """Return the record; the same as calling its class, without a keyword for each.

        :raises FormatError: a required field is missing
        """
        fill(self.name, values)
        for name in self._required:
            if name not in values:
                raise FormatError(
                    f"{self._where.get(name, f'{self.name}.{name}')}: is empty or missing"
                )
        record = object.__new__(self.type)
        state = self._plain.copy()
        for name in self._lists:
            state[name] = []
        state.update(values)
        record.__dict__ = state
        return record

    def _walk(
        self, element: Any, branch: Branch, values: Values, unknown: set[str], way: tuple[str, ...]
    ) -> None:
        by_tag = branch.by_tag
        for child in element:
            tag = child.tag
            try:
                step = by_tag[tag]
            except KeyError:
                step = by_tag[tag] = branch.step(tag)
            if step.__class__ is Leaf:
                text = child.text
                value = step.known.get(text, UNREAD)
                if value is UNREAD:
                    if step.remembers or not text or len(text) < SHORT or text.isspace():
                        value = step.value(child, text)
                    else:
                        value = step.decoded(text)
                field = step.field
                if value is None:
                    continue
                if step.many:
                    values.setdefault(field, []).append(value)
                elif field in values:
                    raise FormatError(f"{step.path}: a plain value is needed")
                else:
                    values[field] = value
            elif step.__class__ is Nested:
                self._nested(child, step, values, unknown)
            elif step.__class__ is Branch:
                self._walk(child, step, values, unknown, (*way, local(tag)))
            elif isinstance(tag, str):  # else a comment
                unknown.add(".".join((*way, local(tag))))

    def _nested(self, child: Any, step: Nested, values: Values, unknown: set[str]) -> None:
        plan = step.plan
        if step.many:
            if not len(child) and not (child.text or "").strip():
                return
            row = plan.made(plan.read(child, unknown))
            values.setdefault(step.field, []).append(row)
            return
        if found := plan.read(child, unknown, part=True):
            values[step.field] = plan.made(found)


def local(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def _made(one: Field[Any]) -> bool:
    return one.default_factory is not MISSING
