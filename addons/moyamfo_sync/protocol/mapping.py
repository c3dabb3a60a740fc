"""Records to and from trees of plain values, by the places of a shape.

The same trees serve JSON, XML and XDTO (`trees`), so a lender may use any of them.
"""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any

from . import dto
from .errors import FormatError
from .paths import Path, as_list, left_over
from .places import Shape, Spot, is_required

Shapes = Mapping[str, Shape]
Tree = dict[str, Any]
ABSENT: Any = object()  # no key at all


# === OUT === #


class Encoder:
    """Writes records by shapes.

    :param empty: what stands for an absent value: omit, null, explicit
    """

    def __init__(self, shapes: Shapes, empty: str):
        self.shapes, self.empty = shapes, empty

    def encode(self, name: str, values: Mapping[str, Any]) -> tuple[Any, Tree]:
        """Return what a record becomes: the payload, and what stands beside it.

        :param values: of the record's fields and of its answers
        :raises FormatError: a value cannot be written as the profile wants; the message
            names our field and never shows the value
        """
        shape = self.shapes.get(name)
        payload: Tree = {}
        beside: Tree = {}
        whole: list[Any] = []  # a payload that is nothing but one plain value
        if shape is None:
            return payload, beside

        def put(path: Path, value: Any) -> None:
            if not path.steps:
                whole.append(value)
            else:
                path.put(beside if path.beside else payload, value)

        for path, value in shape.constants:
            put(path, value)
        for spot in shape.spots:
            if spot.path is None:
                continue
            try:
                raw: Any
                if values.get(spot.field) == [] and name == "question":
                    raw = [] if spot.told.split is None else ""  # of none, not of all
                else:
                    raw = self._raw(spot, values.get(spot.field))
            except FormatError as error:
                raise FormatError(f"{name}.{spot.field}: {error}") from None
            if raw is ABSENT:
                continue
            if spot.record and not spot.many and not spot.path.steps:
                payload.update(raw)
            else:
                put(spot.path, raw)
        for one in shape.composed:
            text = one.write(values)
            if text or self.empty == "explicit":
                put(one.path, text)
        return (whole[0] if whole else payload), beside

    def _raw(self, spot: Spot, value: Any) -> Any:
        if value is None or value == []:
            if spot.told.empty is not None or self.empty == "explicit":
                return {} if spot.record and not spot.many else spot.nothing()
            return None if self.empty == "null" else ABSENT
        if spot.many:
            rows = [self._item(spot, item) for item in value]
            return rows if spot.told.split is None else spot.told.split.join(map(str, rows))
        return self._item(spot, value)

    def _item(self, spot: Spot, value: Any) -> Any:
        if spot.record:
            return self.encode(spot.record, values_of(value))[0]
        return spot.write(value)


def values_of(record: Any) -> dict[str, Any]:
    """The fields of a record, with the answers of a questionnaire among them."""
    values = dict(vars(record))
    return {**values.pop(dto.ANSWERS, {}), **values}


# === IN === #


class Decoder:
    """Reads rows by shapes.

    :ivar unknown: keys nobody knows: 1C may add one at any time, which must be seen and
        must not stop the exchange
    """

    def __init__(self, shapes: Shapes):
        self.shapes = shapes
        self.unknown: set[str] = set()
        self._known: dict[str, set[tuple[Any, ...]]] = {}

    def decode(self, name: str, row: Any, asked: Mapping[str, Any] | None = None) -> Any:
        """Return the record ``name`` read from a row.

        :param asked: values of fields that come from the question
        :raises FormatError: a required field is absent or empty, or a value unreadable
        :raises Ignored: the profile says that the row is none of ours
        """
        return self.made(name, self.values(name, row, asked or {}))

    def made(self, name: str, values: dict[str, Any]) -> Any:
        """Return the record of its values.

        :raises FormatError: a required one is missing
        """
        record: Any = dto.RECORDS[name]
        fill(name, values)
        for one in required(record):
            if one not in values:
                raise FormatError(f"{self._where(name, one)}: is empty or missing")
        return record(**values)

    def values(self, name: str, row: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that a row tells."""
        shape, values = self.shapes[name], {}
        if not isinstance(row, dict) and any(path.steps for path in shape.paths()):
            raise FormatError(f"{name}: an object is needed")
        for one in shape.composed:
            values.update(one.read(one.path.get(row)))
        for spot in shape.spots:
            if spot.field in values:
                continue
            if spot.told.asked:
                value = asked.get(spot.field)
            else:
                value = self._value(spot, row)
            if value is not None and value != []:
                values[spot.field] = value
        if name not in self._known:
            self._known[name] = known(self.shapes, name)
        self.unknown.update(left_over(row, self._known[name]))
        return values

    def _value(self, spot: Spot, row: Any) -> Any:
        raw = None if spot.path is None else spot.path.get(row)
        try:
            if spot.many:
                if spot.told.split is not None and isinstance(raw, str):
                    raw = [part.strip() for part in raw.split(spot.told.split)]
                return [self._item(spot, item) for item in as_list(raw)]
            return self._item(spot, raw)
        except FormatError as error:
            raise FormatError(f"{spot.path.text if spot.path else spot.field}: {error}") from None

    def _item(self, spot: Spot, raw: Any) -> Any:
        if not spot.record:
            return spot.read(raw)
        if not spot.many and not self._has_content(spot.record, raw):
            # xsi:nil on a complex element comes as an object with empty fields
            return None
        if spot.path is not None and not spot.path.steps:
            # the same row: what is left over of it, the outer record says
            inner = Decoder(self.shapes)
            return inner.decode(spot.record, raw)
        return self.decode(spot.record, raw)

    def _has_content(self, name: str, raw: Any) -> bool:
        """Whether a nested record is there: nothing of it, or only zeros, is none."""
        return any(_content(path.get(raw)) for path in self.shapes[name].paths() if path.steps)

    def _where(self, name: str, field: str) -> str:
        spot = self.shapes[name].spot(field)
        return spot.path.text if spot is not None and spot.path is not None else f"{name}.{field}"


def fill(name: str, values: dict[str, Any]) -> None:
    """What follows from the rest of an offer where the lender does not tell it."""
    if name == "offer" and values.get("schedule"):
        lines = values["schedule"]
        values.setdefault("monthly_payment", lines[0].amount)
        if "amount" in values:
            total: Decimal = sum((line.amount for line in lines), Decimal(0))
            values.setdefault("psk_amount", total - values["amount"])


def row_key(shape: Shape, row: Any) -> str:
    """Whatever identifies an unreadable row to a person."""
    names = ("number", "uid") if shape.name == "contract" else ("uid", "number", "loan_number")
    for name in names:
        spot = shape.spot(name)
        found = spot.path.get(row) if spot is not None and spot.path is not None else None
        if found is not None and not isinstance(found, (dict, list)):
            return str(found)[:80]
    return "?"


def known(shapes: Shapes, name: str) -> set[tuple[Any, ...]]:
    """Steps of every place of a record; a nested one at "." has its own there."""
    shape = shapes[name]
    found = {path.steps for path in shape.paths() if path.steps}
    for spot in shape.spots:
        if spot.record and spot.path is not None and not spot.path.steps:
            found |= known(shapes, spot.record)
    return found


@cache
def required(record: Any) -> tuple[str, ...]:
    """Names of the fields without which there is no record."""
    return tuple(one.name for one in fields(record) if is_required(one))


def _content(raw: Any) -> bool:
    if isinstance(raw, dict):
        return any(_content(value) for value in raw.values())
    if isinstance(raw, list):
        return any(map(_content, raw))
    text = str(raw).strip()
    return (
        raw is not None
        and raw is not False
        and not (text in ("", "0", "0.0", "0.00", "false") or text.startswith("0001-01-01"))
    )
