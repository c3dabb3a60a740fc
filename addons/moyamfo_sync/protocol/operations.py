"""Operations of a profile, compiled: what one call is made of, and how its answer is read."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from . import dto, forms, language
from .checks import READS, SENDS
from .codecs import Codec
from .language_wire import Answer, Publication, Request, SettingValue
from .paths import Path
from .places import Compiler, Shape, Wrong, is_list, kind_of, near, nested, parsed
from .templates import Piece, Template

Way = tuple[str | int, ...]
TWINS = {"changed_applications": "get_applications", "changed_payments": "get_payments",
         "changed_contracts": "get_contracts"}  # fmt: skip
BY_HAND = ("staff", "never")
QUESTION = "question"
ROW = "row:"


@dataclass(frozen=True)
class Texts:
    """A template with the codecs of its fields; other names come from earlier calls."""

    template: Template
    codecs: Mapping[Piece, Codec]


@dataclass(frozen=True)
class Reading:
    """An ``Answer`` with its paths parsed; ``told`` has what needs no parsing."""

    told: Answer
    payload: Path | None
    result: tuple[Path, ...]
    message: tuple[Path, ...]
    number: tuple[Path, ...]
    known: Path | None
    take: tuple[tuple[str, Path], ...]
    rows: Path | None
    more: Path | None
    total: Path | None
    cursor: Path | None
    row_cursor: bool
    as_of: Path | None
    ok: re.Pattern[str] | None
    repeated: re.Pattern[str] | None
    number_pattern: re.Pattern[str] | None


@dataclass(frozen=True)
class Call:
    """One request and its answer.

    :ivar record: the name of the record it is made of
    :ivar named: fields told in templates and addresses
    """

    name: str
    publication: str
    kind: str
    timeout: float
    record: str
    shapes: Mapping[str, Shape]
    request: Request
    content: str
    prefix: Path | None
    wrap: Path | None
    fixed: tuple[tuple[Path, Any], ...]
    path: Texts | None
    query: Mapping[str, Texts]
    headers: Mapping[str, Texts]
    answer: Reading
    each: str | None = None
    into: str = ""

    @property
    def pages(self) -> str:
        """How further pages are asked for: as told, else by what the question can say."""
        told = self.mapped | self.named
        usual = next((name for name in ("cursor", "offset", "page") if name in told), "none")
        return self.answer.told.pages or usual

    @property
    def mapped(self) -> set[str]:
        """Fields of its record that have a key."""
        return self.shapes[self.record].mapped if self.record in self.shapes else set()

    @property
    def named(self) -> set[str]:
        texts = [self.path, *self.query.values(), *self.headers.values()]
        texts += [value for _path, value in self.fixed if isinstance(value, Texts)]
        return {piece.name for one in texts if one for piece in one.template.pieces}


@dataclass(frozen=True)
class Operation:
    """``instead``: "", staff or never; ``steps``: further calls after ``call``."""

    instead: str
    call: Call
    steps: tuple[Call, ...]
    details: tuple[Call, ...]
    filter: bool
    each: str | None
    days: int

    @property
    def name(self) -> str:
        """How the lender calls it."""
        return self.call.name

    @property
    def timeout(self) -> float:
        """Seconds that all of it may take."""
        return self.call.timeout * (1 + len(self.steps))


class OperationCompiler:
    """Compiles what a profile says of operations."""

    def __init__(self, told: language.Profile, compiler: Compiler, shapes: Mapping[str, Shape]):
        self.told, self.compiler, self.shapes = told, compiler, shapes

    def all(self) -> dict[str, Operation]:
        known = {**SENDS, **READS}
        for name in self.told.operations:
            if name not in known:
                raise Wrong(("operations", name), f"not a known name{near(name, known)}")
        return {name: self._operation(name) for name in known}

    def _operation(self, name: str) -> Operation:
        source, told = self._source(name)
        record = SENDS.get(name, QUESTION)
        way: Way = ("operations", source)
        instead = told.instead or ""
        if instead:
            told = language.Operation(instead=instead, name="—")
        call = self._call(told, record, way, reads=READS.get(name, ""), idle=bool(instead))
        taken = [name for name, _path in call.answer.take]
        steps = []
        for number, step in enumerate(told.then):
            here = (*way, "then", number)
            steps.append(self._step(step, record, here, told, taken))
            taken += [name for name, _path in steps[-1].answer.take]
        details = tuple(
            self._call(one, QUESTION, (*way, "details", number), into=one.into)
            for number, one in enumerate(told.details)
        )
        return Operation(
            instead=instead,
            call=call,
            steps=tuple(steps),
            details=details,
            # asked by ids with what only tells changes: all that changed comes
            filter=told.filter and not (name in TWINS.values() and source in TWINS),
            each=told.each,
            days=told.days,
        )

    def _source(self, name: str) -> tuple[str, language.Operation]:
        """Return whose words tell this operation: its own, its twin's, or another's."""
        operations = self.told.operations
        twins = {**TWINS, **{theirs: ours for ours, theirs in TWINS.items()}}
        source = name if name in operations else twins.get(name, name)
        if source not in operations:
            return name, language.Operation(instead="staff")
        told, seen = operations[source], {source}
        while told.instead and told.instead not in BY_HAND:
            other = told.instead
            if other not in operations:
                known = [*BY_HAND, *operations]
                raise Wrong(
                    ("operations", source, "instead"),
                    f"«{other}» is neither staff, never nor an operation{near(other, known)}",
                )
            if other in seen or (source in READS) != (other in READS):
                raise Wrong(("operations", source, "instead"), "leads nowhere")
            seen.add(other)
            mine = {"keys": told.keys or operations[other].keys}
            source, told = other, operations[other].model_copy(update=mine)
        return source, told

    def _step(
        self, step: language.Step, record: str, way: Way, told: language.Operation, taken: list[str]
    ) -> Call:
        each = ""
        if step.each:
            one = {f.name: f for f in fields(dto.RECORDS[record])}.get(step.each)
            if one is None or not is_list(one) or not nested(one):
                raise Wrong((*way, "each"), f"is no list of {record}")
            each = nested(one)
        call = self._call(step, each or record, way, outer=record, taken=taken, each=step.each)
        return replace(call, timeout=told.timeout)

    def _call(
        self,
        told: language.Operation | language.Step | language.Detail,
        record: str,
        way: Way,
        *,
        reads: str = "",
        idle: bool = False,
        outer: str = "",
        taken: list[str] | None = None,
        each: str | None = None,
        into: str = "",
    ) -> Call:
        publication, name = self._publication(told, way)
        request = told.request
        parameter = getattr(told, "parameter", None)
        if parameter:
            if request.parameter:
                raise Wrong((*way, "parameter"), "stands in request already")
            request = request.model_copy(
                update={"parameter": parameter, "content": request.content or "json"}
            )
        self._fits(publication, request, told.name, way, idle)
        shapes = self._shapes(told, way)
        texts = _TextCompiler(self.compiler, record, outer, taken)
        here = (*way, "request")
        content = request.content or _usual(publication.kind, request.verb)
        if content == "none" and record in shapes and not idle and publication.kind == "http":
            self._all_told(request, shapes[record], here)
        return Call(
            name=told.name,
            publication=name,
            kind=publication.kind,
            timeout=getattr(told, "timeout", 30.0),
            record=record,
            shapes=shapes,
            request=request,
            content=content,
            prefix=_path(request.parameter, (*here, "parameter")),
            wrap=_path(request.wrap, (*here, "wrap")),
            fixed=tuple(
                (_whole(key, (*here, "fixed", key)), texts.value(value, (*here, "fixed", key)))
                for key, value in request.fixed.items()
            ),
            path=texts.parse(request.path, (*here, "path")) if request.path else None,
            query={k: texts.parse(v, (*here, "query", k)) for k, v in request.query.items()},
            headers={k: texts.parse(v, (*here, "headers", k)) for k, v in request.headers.items()},
            answer=self._reading(told.answer, shapes, way, reads, publication),
            each=each,
            into=into,
        )

    def _publication(
        self, told: language.Operation | language.Step | language.Detail, way: Way
    ) -> tuple[Publication, str]:
        known = self.told.publications
        name = told.publication or (next(iter(known)) if len(known) == 1 else "")
        if name not in known:
            if told.publication is None and getattr(told, "instead", None):
                name = next(iter(known))
            else:
                text = f"no such publication{near(name, known)}" if name else "is missing"
                raise Wrong((*way, "publication"), text)
        return known[name], name

    def _fits(
        self, publication: Publication, request: Request, name: str, way: Way, idle: bool
    ) -> None:
        if idle:
            return
        soap = publication.kind == "soap"
        if soap and not name:
            raise Wrong((*way, "name"), "is missing: the SOAP operation")
        if soap and (request.path or request.query or request.verb != "POST"):
            raise Wrong((*way, "request"), "verb, path and query are of HTTP, not of SOAP")
        if soap and request.content in ("json", "xml") and not request.parameter:
            raise Wrong((*way, "request", "parameter"), "is missing: which parameter has the text?")
        if soap and request.content in ("form", "none"):
            raise Wrong((*way, "request", "content"), "is of HTTP, not of SOAP")
        if request.content == "xml" and not request.root:
            raise Wrong((*way, "request", "root"), "is missing: the name of the XML's root")
        if request.list and request.content == "form":
            raise Wrong((*way, "request", "list"), "a form is no list")

    def _all_told(self, request: Request, shape: Shape, way: Way) -> None:
        if (
            any(path for path in shape.paths())
            and shape.name != QUESTION
            and not (request.path or request.query)
        ):
            raise Wrong((*way, "content"), "none: then nothing of the record is told")

    def _shapes(
        self, told: language.Operation | language.Step | language.Detail, way: Way
    ) -> Mapping[str, Shape]:
        keys = getattr(told, "keys", None) or {}
        composed = getattr(told, "composed", None) or {}
        own = dict(self.shapes)
        for name in {**keys, **composed}:
            if name not in dto.RECORDS:
                part = "keys" if name in keys else "composed"
                raise Wrong((*way, part, name), f"no such record{near(name, dto.RECORDS)}")
            own[name] = self.compiler.shape(
                name,
                keys.get(name, {} if name in composed else self.told.keys.get(name, {})),
                composed.get(name, [] if name in keys else self.told.composed.get(name, [])),
                self.told.constants.get(name, {}),
                ((*way, "keys", name), (*way, "composed", name)),
            )
        return own

    def _reading(
        self,
        told: Answer | None,
        shapes: Mapping[str, Shape],
        way: Way,
        reads: str,
        publication: Publication,
    ) -> Reading:
        merged: Answer = self.told.answer
        at: Way = ("answer",)
        given: dict[str, Any] = {}
        if told is not None:
            given = {name: getattr(told, name) for name in told.model_fields_set}
            merged, at = merged.model_copy(update=given), (*way, "answer")

        def paths(name: str) -> tuple[Path, ...]:
            value = getattr(merged, name)
            many = value if isinstance(value, list) else [] if value is None else [value]
            return tuple(_whole(one, (*at, name)) for one in many)

        def pattern(name: str) -> re.Pattern[str] | None:
            text = getattr(merged, name)
            try:
                return re.compile(text) if text else None
            except re.error as error:
                raise Wrong((*at, name), f"is no regular expression: {error}") from None

        number = pattern("number_pattern")
        if number is not None and number.groups != 1:
            raise Wrong((*at, "number_pattern"), "one group is needed")
        if merged.content == "void" and (merged.rows or merged.result or merged.number):
            if told is not None and not reads:
                merged = merged.model_copy(
                    update={n: None for n in ("rows", "result", "number") if n not in given}
                )
            if merged.rows or merged.result or merged.number:
                raise Wrong((*at, "content"), "void: then nothing can be read from it")
        cursor = merged.cursor or ""
        in_row = cursor.startswith(ROW)
        return Reading(
            told=merged,
            payload=_path(merged.payload, (*at, "payload")),
            result=paths("result"),
            message=paths("message"),
            number=paths("number"),
            known=_path(merged.known, (*at, "known")),
            take=tuple(
                (name, _whole(path, (*at, "take", name))) for name, path in merged.take.items()
            ),
            rows=_path(merged.rows, (*at, "rows")),
            more=_path(merged.more, (*at, "more")),
            total=_path(merged.total, (*at, "total")),
            cursor=_path(cursor.removeprefix(ROW) or None, (*at, "cursor")),
            row_cursor=in_row,
            as_of=_path(merged.as_of, (*at, "as_of")),
            ok=pattern("ok_pattern"),
            repeated=pattern("repeated_pattern"),
            number_pattern=number,
        )


class _TextCompiler:
    """Parses templates of one call's fields."""

    def __init__(self, compiler: Compiler, record: str, outer: str, taken: list[str] | None):
        self.compiler, self.taken = compiler, taken or []
        self.fields = {one.name: one for one in fields(dto.RECORDS[record])}
        if outer and outer != record:
            extra = {one.name: one for one in fields(dto.RECORDS[outer])}
            self.fields = {**extra, **self.fields}
        self.known = [*self.fields, *self.taken, *(compiler.questions or {})]

    def parse(self, text: str, way: Way) -> Texts:
        template, made = parsed(text, way), {}
        for piece in template.pieces:
            one = self.fields.get(piece.name)
            if piece.name not in self.known:
                raise Wrong(way, f"{piece.name}: no such field{near(piece.name, self.known)}")
            if one is None:
                continue
            if nested(one) or (is_list(one) and one.default_factory is not MISSING):
                raise Wrong(way, f"{piece.name} is no plain value")
            try:
                kind = kind_of(one)
                made[piece] = forms.make(
                    "text" if kind == "word" else kind, piece.form, self.compiler.formats
                )
            except ValueError as error:
                raise Wrong(way, f"{piece.name}: {error}") from None
        return Texts(template, made)

    def value(self, value: Any, way: Way) -> Any:
        """A constant, or a text with fields in braces."""
        if isinstance(value, SettingValue) or not isinstance(value, str) or "{" not in value:
            return value
        return self.parse(value, way)


def _usual(kind: str, verb: str) -> str:
    if kind == "soap":
        return "tree"
    return "none" if verb in ("GET", "DELETE") else "json"


def _path(text: str | None, way: Way) -> Path | None:
    return None if text is None else _whole(text, way)


def _whole(text: str, way: Way) -> Path:
    try:
        return Path.parse(text)
    except ValueError as error:
        raise Wrong(way, str(error)) from None
