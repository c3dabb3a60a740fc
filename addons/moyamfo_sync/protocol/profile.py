"""The contract with one lender's accounting system, as data.

Services differ from lender to lender, so names of operations, parameters and keys,
formats and Russian words live in a JSON file in the language of ``language``;
docs/accounting.md tells it by examples. Loading checks everything once and says where
the file is wrong, by path and line. Names are compared by code point and must be copied
from the WSDL, never retyped: mixed Latin and Cyrillic letters do occur.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pydantic

from . import codecs, dto, forms, language, positions
from .checks import LISTS, Demands
from .errors import ProfileError
from .language_wire import Publication
from .operations import Operation, OperationCompiler
from .places import Compiler, Shape, Wrong, near

Questions = Mapping[str, Collection[str]]
PLAIN = {  # pydantic's errors in plain words
    "missing": "is missing",
    "string_type": "a text is needed",
    "string_too_short": "a text is needed",
    "dict_type": "an object is needed",
    "model_type": "an object is needed",
    "model_attributes_type": "an object is needed",
    "list_type": "a list is needed",
    "bool_type": "true or false is needed",
    "int_type": "a whole number is needed",
    "float_type": "a number is needed",
    "none_required": "nothing (null) is needed",
}


@dataclass(frozen=True)
class Profile:
    """A checked profile.

    :ivar shapes: record → its places; an operation may have others
    :ivar unmapped: answers of the questionnaire this profile does not mention: they stay
        here; ``not_exchanged``: the same of all other fields, ``record.field``
    :ivar source: the file's content, for who compares or shows it
    :ivar folder: where the file stood, for a WSDL beside it
    """

    name: str
    connect_timeout: float
    page_size: int
    formats: codecs.Formats
    empty: str
    publications: Mapping[str, Publication]
    operations: Mapping[str, Operation]
    shapes: Mapping[str, Shape]
    unmapped: tuple[str, ...]
    not_exchanged: tuple[str, ...]
    transient_faults: tuple[str, ...]
    technical_faults: tuple[str, ...]
    stale_faults: tuple[str, ...]
    source: Mapping[str, Any]
    folder: File | None

    @property
    def personal(self) -> frozenset[str]:
        """Last names of keys whose values a log must not show."""
        own = [shape.personal for shape in self.shapes.values()]
        for operation in self.operations.values():
            for call in (operation.call, *operation.steps, *operation.details):
                own += [shape.personal for shape in call.shapes.values()]
        return frozenset().union(*own)


def load(path: str | File, questions: Questions | None = None) -> Profile:
    """Read and check a profile file; ``questions``: see ``parse``.

    :raises ProfileError: unreadable, not JSON or not a profile; says where
    """
    file = File(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ProfileError(f"profile {file.name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ProfileError(f"profile {file.name}: not in UTF-8") from None
    return read(text, questions, file.parent)


def read(text: str, questions: Questions | None = None, folder: File | None = None) -> Profile:
    """Check the text of a profile: complaints name the line."""
    data, lines = positions.read(text)
    return parse(data, questions, lines, folder)


def parse(
    data: Any,
    questions: Questions | None = None,
    lines: Mapping[positions.Way, int] | None = None,
    folder: File | None = None,
) -> Profile:
    """Check the content of a profile file and return it as a Profile.

    :param questions: what a questionnaire may tell: {neutral name: values of a list, or ()};
        None: any name may be mapped
    :raises ProfileError: the first mistake, by its path
    """
    try:
        told = language.Profile.model_validate(data)
        return _compiled(told, data, questions, folder)
    except pydantic.ValidationError as error:
        raise _plain(error, data, lines or {}) from None
    except Wrong as wrong:
        raise _said(wrong.way, str(wrong), lines or {}) from None


def _compiled(
    told: language.Profile, data: Any, questions: Questions | None, folder: File | None
) -> Profile:
    formats = _formats(told.formats)
    lists = {**LISTS, **{name: values for name, values in (questions or {}).items() if values}}
    for name in told.enums:
        if name not in lists and questions is not None:
            raise Wrong(("enums", name), f"no such list{near(name, lists)}")
    compiler = Compiler(formats, told.enums, questions, lists)
    for part, known in (("keys", [*told.keys]), ("composed", [*told.composed])):
        for name in known:
            if name not in dto.RECORDS:
                raise Wrong((part, name), f"no such record{near(name, dto.RECORDS)}")
    for name in told.constants:
        if name not in dto.OUTGOING:
            raise Wrong(("constants", name), f"no such record{near(name, dto.OUTGOING)}")
    shapes = {
        name: compiler.shape(
            name,
            told.keys.get(name, {}),
            told.composed.get(name, []),
            told.constants.get(name, {}),
            (("keys", name), ("composed", name)),
        )
        for name in dto.RECORDS
        if name in told.keys or name in told.composed or name in told.constants
    }
    made = OperationCompiler(told, compiler, shapes).all()
    Demands(made, shapes).check()
    mapped = {name: shape.mapped for name, shape in shapes.items()}
    own = _all_mapped(made, mapped)
    return Profile(
        name=told.name,
        connect_timeout=told.connect_timeout,
        page_size=told.page_size,
        formats=formats,
        empty=told.formats.empty,
        publications=told.publications,
        operations=made,
        shapes=shapes,
        unmapped=tuple(name for name in questions or () if name not in own["application"]),
        not_exchanged=tuple(
            f"{name}.{field}"
            for name, record in dto.RECORDS.items()
            if name != "question"
            for field in record.__dataclass_fields__
            if field != dto.ANSWERS and field not in own[name]
        ),
        transient_faults=tuple(told.transient_faults),
        technical_faults=tuple(told.technical_faults),
        stale_faults=tuple(told.stale_faults),
        source=data,
        folder=folder,
    )


def _all_mapped(made: Mapping[str, Operation], mapped: dict[str, set[str]]) -> dict[str, set[str]]:
    """Record → fields with a place anywhere: an operation may have keys of its own, and an
    answer that stands only in an address is mapped too."""
    own = {name: set(mapped.get(name, ())) for name in dto.RECORDS}
    for operation in made.values():
        for call in (operation.call, *operation.steps):
            for name, shape in call.shapes.items():
                own[name] |= shape.mapped
            if call.record in own:
                own[call.record] |= call.named
    return own


def _formats(told: language.Formats) -> codecs.Formats:
    try:
        zone = ZoneInfo(told.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong(("formats", "zone"), "no such time zone") from None
    if len(told.boolean) != 2:
        raise Wrong(("formats", "boolean"), "two values, for no and for yes")
    formats = codecs.Formats(
        zone=zone,
        datetime=told.datetime,
        date=told.date,
        phone=told.phone,
        money=told.money,
        percent=told.percent,
        whole=told.whole,
        months=told.months,
        boolean=(told.boolean[0], told.boolean[1]),
    )
    for kind in forms.SAMPLES:
        try:
            forms.make(kind, None, formats)
        except ValueError as error:
            raise Wrong(("formats", forms.DEFAULTS.get(kind, kind)), str(error)) from None
    return formats


def _plain(
    error: pydantic.ValidationError, data: Any, lines: Mapping[positions.Way, int]
) -> ProfileError:
    """The first mistake in plain words."""
    found = _first(error, data)
    way, kind = _own(found["loc"], data), found["type"]
    if kind == "extra_forbidden":
        text = "not a known name"
    elif kind in ("greater_than_equal", "less_than_equal"):
        text = f"must be {found['msg'].removeprefix('Input should be ')}"
    else:
        text = PLAIN.get(kind) or found["msg"].removeprefix("Value error, ")
    return _said(way, text, lines)


def _first(error: pydantic.ValidationError, data: Any) -> Any:
    """Of a union's branches the one that came furthest."""
    found = error.errors()
    first = _own(found[0]["loc"], data)
    same = [one for one in found if _own(one["loc"], data)[: len(first) - 1] == first[:-1]]
    return max(same or found, key=lambda one: len(_own(one["loc"], data)))


def _own(loc: tuple[Any, ...], data: Any) -> positions.Way:
    """pydantic's place without the names of its union's branches."""
    way: list[str | int] = []
    for number, step in enumerate(loc):
        if isinstance(data, dict) and step in data:
            way.append(step)
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            way.append(step)
            data = data[step]
        elif number + 1 == len(loc) and isinstance(data, dict) and isinstance(step, str):
            way.append(step)  # what is missing
    return tuple(way)


def _said(way: positions.Way, text: str, lines: Mapping[positions.Way, int]) -> ProfileError:
    line = next((lines[way[:n]] for n in range(len(way), -1, -1) if way[:n] in lines), None)
    where = f" (line {line})" if line else ""
    return ProfileError(f"{positions.dotted(way)}{where}: {text}")
