"""Records' fields with their places on the wire, compiled of a profile's keys."""

# "read" and "write" here are no methods of an Odoo model
# pylint: disable=method-required-super

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

from . import codecs, dto, forms, language
from .codecs import Codec, Formats
from .errors import FormatError
from .paths import Path
from .templates import Piece, Template, squeezed

KINDS = {str: "text", int: "whole", Decimal: "money", bool: "boolean", datetime: "moment",
         date: "day", bytes: "file"}  # fmt: skip
Words = Mapping[str, Mapping[str, str | None]]


class Wrong(ValueError):
    """A mistake at a place of the profile, said by its way."""

    def __init__(self, way: tuple[str | int, ...], text: str):
        super().__init__(text)
        self.way = way


@dataclass(frozen=True)
class Spot:
    """One field at one place.

    :ivar kinds: of an answer of the questionnaire whose type only its value tells
    :ivar pattern: what of the value is meant; ``reader``: also what stands around it
    :ivar record: the name of the nested record, "" for a plain value
    """

    field: str
    path: Path | None
    codec: Codec | None
    kind: str
    kinds: Mapping[str, Codec]
    record: str
    many: bool
    told: language.Place
    personal: bool
    required: bool
    pattern: re.Pattern[str] | None
    reader: re.Pattern[str] | None

    def write(self, value: Any) -> Any:
        """Return the wire's form of one plain value of ours."""
        codec = self.codec or self.kinds.get(KINDS.get(type(value), ""))
        if codec is None:
            raise FormatError(f"{type(value).__name__} has no such format")
        raw = codec.encode(value)
        if self.pattern is not None:
            found = self.pattern.search(str(raw))
            raw = found[found.re.groups and 1] if found else ""
        return self.told.around.replace("{}", str(raw)) if self.told.around else raw

    def read(self, raw: Any) -> Any:
        """Return our value of a plain one, None for nothing."""
        if isinstance(raw, dict) and "#text" in raw:
            raw = raw["#text"]
        if isinstance(raw, (dict, list)):
            raise FormatError("a plain value is needed")
        if self.reader is not None and raw is not None:
            found = self.reader.search(str(raw))
            raw = found[found.re.groups and 1] if found else None
        if codecs.is_empty(raw) and self.told.default is not None:
            raw = self.told.default
        if self.codec is None:
            raise FormatError("has no format of its own")  # an answer is never read
        return self.codec.decode(raw)

    def nothing(self) -> Any:
        """What stands for an absent value where the lender wants all keys."""
        if self.told.empty is not None:
            return self.told.empty
        if self.many and self.told.split is None:
            return []
        return "" if self.codec is None else forms.nothing(self.kind, self.codec)


@dataclass(frozen=True)
class Composed:
    """A key of several fields; ``codecs`` by (field, format)."""

    path: Path
    template: Template
    codecs: Mapping[Piece, Codec]
    kinds: Mapping[Piece, Mapping[str, Codec]]

    def write(self, values: Mapping[str, Any]) -> str:
        def text(piece: Piece) -> str | None:
            value = values.get(piece.name)
            if value is None or value == "":
                return None
            codec = self.codecs.get(piece) or self.kinds[piece].get(KINDS.get(type(value), ""))
            return str(codec.encode(value) if codec else value)

        return squeezed(self.template.build(text))

    def read(self, raw: Any) -> dict[str, Any]:
        """:raises FormatError: the text is of another shape"""
        if codecs.is_empty(raw):
            return {}
        parts = self.template.take_apart(str(raw))
        if parts is None:
            raise FormatError(f"{self.path.text}: is not of the shape {self.template.text}")
        found = {}
        for piece in self.template.pieces:
            if piece.name in parts and piece in self.codecs:
                found[piece.name] = self.codecs[piece].decode(parts[piece.name])
        return found


@dataclass(frozen=True)
class Shape:
    """A record with all its places."""

    name: str
    type: type[Any]
    spots: tuple[Spot, ...]
    composed: tuple[Composed, ...]
    constants: tuple[tuple[Path, Any], ...]
    personal: frozenset[str]

    @property
    def mapped(self) -> set[str]:
        """Names of fields that have a place."""
        return {spot.field for spot in self.spots} | {
            piece.name for one in self.composed for piece in one.template.pieces
        }

    def spot(self, name: str) -> Spot | None:
        return next((spot for spot in self.spots if spot.field == name), None)

    def paths(self) -> Iterator[Path]:
        """Every place values stand in."""
        for spot in self.spots:
            if spot.path is not None:
                yield spot.path
        for one in self.composed:
            yield one.path


class Compiler:
    """Makes shapes; ``questions``: neutral names with the values of a list, None: any name."""

    def __init__(
        self,
        formats: Formats,
        enums: Words,
        questions: Mapping[str, Collection[str]] | None,
        lists: Mapping[str, Collection[str] | None],
    ):
        self.formats, self.enums, self.questions, self.lists = formats, enums, questions, lists

    def shape(
        self,
        name: str,
        keys: language.Keys,
        composed: list[language.Composed],
        constants: Mapping[str, Any],
        way: tuple[tuple[str | int, ...], tuple[str | int, ...]],
    ) -> Shape:
        """:param way: of the keys, of the composed ones"""
        record = dto.RECORDS[name]
        own = {one.name: one for one in fields(record) if one.name != dto.ANSWERS}
        spots: list[Spot] = []
        for field_name, told in keys.items():
            here = (*way[0], field_name)
            if field_name not in own and not self._is_question(record, field_name):
                raise Wrong(here, f"is no field of {name}{near(field_name, own)}")
            many = told if isinstance(told, list) else [told]
            for number, one in enumerate(many):
                if one is not None:
                    place = one if isinstance(one, language.Place) else language.Place(key=one)
                    at = (*here, number) if isinstance(told, list) else here
                    spots.append(self._spot(field_name, own.get(field_name), place, at))
        made = [
            self._composed(record, own, one, (*way[1], number))
            for number, one in enumerate(composed)
        ]
        fixed = [(_path(key, (*way[0], key)), value) for key, value in constants.items()]
        personal = {s.path.name for s in spots if s.personal and s.path} | {
            one.path.name for one in made if self._hides(own, one)
        }
        shape = Shape(name, record, tuple(spots), tuple(made), tuple(fixed), frozenset(personal))
        _conflicts(shape, name in dto.OUTGOING, way[0])
        return shape

    def _is_question(self, record: type[Any], name: str) -> bool:
        return record is dto.Application and (self.questions is None or name in self.questions)

    def _hides(self, own: Mapping[str, Field[Any]], one: Composed) -> bool:
        names = [piece.name for piece in one.template.pieces]
        return any(name not in own or own[name].metadata.get("personal") for name in names)

    def _spot(
        self, name: str, one: Field[Any] | None, told: language.Place, way: tuple[str | int, ...]
    ) -> Spot:
        path = None if told.key is None else _path(told.key, way)
        if path is None and told.default is None and not told.asked:
            raise Wrong(way, "needs a key, or a default")
        try:
            pattern = re.compile(told.pattern) if told.pattern else None
        except re.error as error:
            raise Wrong((*way, "pattern"), f"is no regular expression: {error}") from None
        if pattern is not None and pattern.groups > 1:
            raise Wrong((*way, "pattern"), "one group at most")
        if told.around is not None and "{}" not in told.around:
            raise Wrong((*way, "around"), "{} is needed for the value")
        reader = pattern
        if told.around is not None and pattern is None:
            before, _gap, after = (part.strip() for part in told.around.partition("{}"))
            reader = re.compile(rf"^\s*{re.escape(before)}\s*(.*?)\s*{re.escape(after)}\s*$", re.S)
        record = nested(one) if one else ""
        kind = "" if record or one is None else kind_of(one)
        codec: Codec | None = None
        kinds: Mapping[str, Codec] = {}
        if not record:
            codec, kinds = self._codecs(name, one, kind, told, way)
        return Spot(
            field=name,
            path=path,
            codec=codec,
            kind=kind,
            kinds=kinds,
            record=record,
            many=bool(one and is_list(one)),
            told=told,
            personal=one is None or bool(one.metadata.get("personal")),
            required=bool(one and is_required(one)),
            pattern=pattern,
            reader=reader,
        )

    def _codecs(
        self,
        name: str,
        one: Field[Any] | None,
        kind: str,
        told: language.Place,
        way: tuple[str | int, ...],
    ) -> tuple[Codec | None, Mapping[str, Codec]]:
        words = one.metadata.get("words", "") if one else ""
        if one is None and self.questions and self.questions.get(name):
            words = name
        if words:
            return self._word(words, one, told, way), {}
        if told.words is not None:
            raise Wrong((*way, "words"), "this field has no words")
        kind = kind or dto.ANSWER_KINDS.get(name, "")
        if kind:
            return self._make(kind, told.format, way), {}
        return None, self._any_kind(told.format, way)

    def _any_kind(self, form: Any, way: tuple[str | int, ...]) -> Mapping[str, Codec]:
        """Codecs of whatever an answer may turn out to be."""
        made, why = {}, ""
        for kind in ("text", "day", "money", "boolean", "whole"):
            try:
                made[kind] = forms.make(kind, form, self.formats)
            except ValueError as error:
                why = str(error)
        if form is not None and set(made) <= {"day"} and "%" not in str(form):
            raise Wrong((*way, "format"), why)
        return made

    def _make(self, kind: str, form: Any, way: tuple[str | int, ...]) -> Codec:
        try:
            return forms.make(kind, form, self.formats)
        except ValueError as error:
            raise Wrong((*way, "format"), str(error)) from None

    def _word(
        self,
        words: str,
        one: Field[Any] | None,
        told: language.Place,
        way: tuple[str | int, ...],
    ) -> Codec:
        theirs = told.words
        at: tuple[str | int, ...] = (*way, "words")
        if theirs is None:
            at = ("enums", words)
            if words not in self.enums:
                raise Wrong(at, f"is missing: {'.'.join(map(str, way))} needs these words")
            theirs = dict(self.enums[words])
        known = self.lists.get(words) or (self.questions or {}).get(words)
        for word, ours in theirs.items():
            if known and ours is not None and ours not in known:
                raise Wrong((*at, word), f"«{ours}» is none of {', '.join(sorted(known))}")
        return codecs.Word(f"enums.{words}", theirs, bool(one and one.metadata.get("told")))

    def _composed(
        self,
        record: type[Any],
        own: Mapping[str, Field[Any]],
        one: language.Composed,
        way: tuple[str | int, ...],
    ) -> Composed:
        template = parsed(one.template, (*way, "template"))
        made: dict[Piece, Codec] = {}
        kinds: dict[Piece, Mapping[str, Codec]] = {}
        for piece in template.pieces:
            field_one = own.get(piece.name)
            if field_one is None and not self._is_question(record, piece.name):
                raise Wrong((*way, "template"), f"{piece.name}{near(piece.name, own)}: no field")
            if field_one is not None and (nested(field_one) or is_list(field_one)):
                raise Wrong((*way, "template"), f"{piece.name} is no plain value")
            place = language.Place(key=one.key, format=piece.form)
            kind = kind_of(field_one) if field_one else ""
            codec, kinds[piece] = self._codecs(
                piece.name, field_one, kind, place, (*way, "template")
            )
            if codec:
                made[piece] = codec
        return Composed(_path(one.key, (*way, "key")), template, made, kinds)


def parsed(text: str, way: tuple[str | int, ...]) -> Template:
    try:
        return Template.parse(text)
    except ValueError as error:
        raise Wrong(way, str(error)) from None


def _path(text: str, way: tuple[str | int, ...]) -> Path:
    try:
        return Path.parse(text)
    except ValueError as error:
        raise Wrong(way, str(error)) from None


def _conflicts(shape: Shape, outgoing: bool, way: tuple[str | int, ...]) -> None:
    """Refuse two values at one place, and a value where an object has to be."""
    seen: dict[tuple[Any, ...], str] = {}
    places = [(s.field, s.path, bool(s.told.words or s.pattern)) for s in shape.spots]
    places += [("composed", one.path, False) for one in shape.composed]
    if outgoing:
        places += [("constants", path, False) for path, _value in shape.constants]
    shared: set[tuple[Any, ...]] = set()
    for name, path, apart in places:
        if path is None or not path.steps:
            continue
        here = (*way, name) if name not in ("composed", "constants") else (name, shape.name)
        if outgoing and not path.writable:
            raise Wrong(here, f"nothing can be written to «{path.text}»")
        key = (path.beside, *path.steps)
        if key in seen and not (not outgoing and (apart or key in shared)):
            raise Wrong(here, f"«{path.text}» is the key of {seen[key]} already")
        shared |= {key} if apart else set()
        for other, its in seen.items():
            shorter, longer = sorted((other, key), key=len)
            if (
                shorter != longer
                and longer[: len(shorter)] == shorter
                and (not _is_object(shape, shorter))
            ):
                raise Wrong(here, f"«{path.text}» and the key of {its} cannot both be")
        seen[key] = name


def _is_object(shape: Shape, key: tuple[Any, ...]) -> bool:
    """Whether a nested record stands there, whose keys have their own place."""
    return any(
        s.record and not s.many and s.path and (s.path.beside, *s.path.steps) == key
        for s in shape.spots
    )


def near(name: str, known: Collection[str]) -> str:
    """« (did you mean …?)» for a misspelt name."""
    from difflib import get_close_matches

    close = get_close_matches(name, [str(one) for one in known], 1, 0.7)
    return f" (did you mean {close[0]}?)" if close else ""


def is_required(one: Field[Any]) -> bool:
    """Whether a dataclass field has neither a default nor a default factory."""
    return one.default is MISSING and one.default_factory is MISSING


def kind_of(one: Field[Any]) -> str:
    """The kind of a field: named by ``wire()`` or following from its type."""
    if one.metadata.get("words"):
        return "word"
    return one.metadata.get("kind") or KINDS[base_type(one)]


def base_type(one: Field[Any]) -> Any:
    """``str`` for ``str | None``, ``Consent`` for ``list[Consent]``, and so on."""
    kind: Any = one.type
    if is_list(one):
        kind = get_args(next((a for a in get_args(kind) if get_args(a)), kind))[0]
    return next((arg for arg in get_args(kind) if arg is not type(None)), kind)


def is_list(one: Field[Any]) -> bool:
    kind: Any = one.type
    return any(getattr(each, "__origin__", None) is list for each in (kind, *get_args(kind)))


def nested(one: Field[Any]) -> str:
    """The name of the record a field holds, "" for a plain value."""
    kind: Any = base_type(one)
    return dto.NAMES.get(kind, "")
