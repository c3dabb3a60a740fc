"""Contracts of one answer, row by row, whatever the answer is.

A typed XML answer is read by iterparse: one contract is in memory at a time. Its rows are
found by their whole path, so a name that stands at another level too is no row. Where the
keys of a contract are plain names, a plan compiled once reads them (`quick`); else they go
through a tree like everything else.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from lxml import etree

from . import dto
from .answers import flag, moment
from .codecs import Formats, Ignored
from .errors import FormatError, TransportError
from .mapping import Decoder, row_key
from .operations import Call
from .quick import Plan
from .soap import fault_of
from .streams import Cleaned
from .trees import SECURE_PARSER, element_value

AHEAD = timedelta(minutes=10)  # what clocks may differ by
NOWHERE = ("",)  # a way no element has


class Ahead:
    """Finds times that lie in the future."""

    FIELDS = {
        "application_state": ("changed_at",),
        "contract": ("as_of",),
        "booked_payment": ("booked_at",),
    }

    def __init__(self, limit: timedelta = AHEAD):
        self.until = datetime.now(UTC) + limit

    def of(self, name: str, row: Any, key: str) -> Iterator[dto.Ahead]:
        for field in self.FIELDS[name]:
            value = getattr(row, field)
            if value is not None and value > self.until:
                yield dto.Ahead(key=key, field=field, moment=value)

    def page(self, as_of: datetime | None) -> Iterator[dto.Ahead]:
        if as_of is not None and as_of > self.until:
            yield dto.Ahead(key="", field="as_of", moment=as_of)


class ContractStream:
    """Iterate over contracts; afterwards ``more``, ``as_of`` and the findings are set.

    Yields ``dto.Contract`` or, for an unreadable row, ``dto.BadRow``. Rows that nobody
    asked for are kept in ``foreign`` and not yielded, unless the profile says that its
    question has no filter.

    :ivar cursor: where the next page begins, if this lender has such
    """

    def __init__(
        self,
        rows: Iterator[Any],
        *,
        wanted: Collection[str] | None = None,
        filtered: bool = True,
        answered_at: datetime | None = None,
        ahead: Ahead | None = None,
    ):
        self._rows, self._wanted, self._filtered = rows, wanted, filtered
        self._ahead = ahead or Ahead()
        self.more = False
        self.as_of = answered_at
        self.cursor: str | None = None
        self.unknown_keys: set[str] = set()
        self.foreign: list[dto.Contract] = []
        self.ahead: list[dto.Ahead] = []

    def __iter__(self) -> Iterator[dto.Contract | dto.BadRow]:
        for row in self._rows:
            if isinstance(row, dto.Contract):
                # by its own id, of one that did not begin here
                asked = self._wanted is None or row.application_uid in self._wanted
                if not (asked or row.uid in (self._wanted or ())):
                    self.foreign += [row] if self._filtered else []
                    continue
                self.ahead += self._ahead.of("contract", row, row.number)
            yield row
        self.ahead += self._ahead.page(self.as_of)


class TypedRows:
    """Rows of a typed XML answer.

    :param file: the raw body
    :param raise_fault: called with 1C's text if the body is a SOAP fault
    """

    def __init__(
        self,
        file: IO[bytes],
        call: Call,
        formats: Formats,
        raise_fault: Callable[[str], Any],
    ):
        self._file, self._call, self._formats = file, call, formats
        self._raise_fault = raise_fault
        self.stream: ContractStream | None = None
        self._decoder = Decoder(call.shapes)
        self._plan = Plan.of(call.shapes, "contract")
        answer = call.answer
        payload = answer.payload.steps if answer.payload else ("return",)
        assert answer.rows is not None  # the profile's check
        self._row = (*payload, *answer.rows.steps)
        self._more = (*payload, *answer.more.steps) if answer.more else NOWHERE
        self._as_of = (*payload, *answer.as_of.steps) if answer.as_of else NOWHERE

    @staticmethod
    def fits(call: Call) -> bool:
        """Whether the answer can be read so: rows at a plain path of typed XML."""
        answer = call.answer
        paths = [p for p in (answer.payload, answer.rows, answer.more, answer.as_of) if p]
        return (
            call.kind == "soap"
            and answer.told.content == "tree"
            and answer.rows is not None
            and bool(answer.rows.steps)
            and all(path.plain for path in paths)
            and not (answer.result or answer.total or answer.cursor)
        )

    def __iter__(self) -> Iterator[Any]:
        """Yield rows; sets ``more`` and ``as_of`` of the stream on the way."""
        assert self.stream is not None
        names = {self._row[-1], "Fault", "Body", *self._more[-1:], *self._as_of[-1:]}
        tags = [f"{{*}}{name}" for name in names if name]
        answered = False
        try:
            events = etree.iterparse(Cleaned(self._file), tag=tags, **SECURE_PARSER)
            for _event, element in events:
                name = etree.QName(element).localname
                way = _way(element)
                if way == self._row:
                    yield from self._read(element)
                    _forget(element)
                elif way == self._more:
                    self.stream.more = flag(element.text)
                elif way == self._as_of:
                    found = moment(element.text, self._formats)
                    self.stream.as_of = found or self.stream.as_of
                elif name == "Body":
                    answered = True
                    if text := fault_of(element.getparent()):
                        self._raise_fault(text)
        except etree.XMLSyntaxError as error:
            raise TransportError("the answer breaks off, or is no XML") from error
        if not answered:
            raise FormatError("the answer is no SOAP envelope")
        self.stream.unknown_keys |= self._decoder.unknown

    def _read(self, element: Any) -> Iterator[Any]:
        assert self.stream is not None
        tree: Any = None
        try:
            if self._plan is not None:
                row = self._plan.read(element, self._decoder.unknown)
            else:
                tree = element_value(element)
                row = self._decoder.values("contract", tree, {})
            yield contract_of(row, self.stream.as_of, self._decoder, self._plan)
        except Ignored:
            return
        except FormatError as error:
            tree = element_value(element) if tree is None else tree
            key = row_key(self._call.shapes["contract"], tree)
            yield dto.BadRow(key=key, reason=str(error))


def contract_of(
    values: dict[str, Any], as_of: datetime | None, decoder: Decoder, plan: Plan | None = None
) -> dto.Contract:
    """Return the contract; where it has no moment of its own, the answer's."""
    if "as_of" not in values and as_of is not None:
        spot = decoder.shapes["contract"].spot("as_of")
        if spot is None:
            values["as_of"] = as_of
    made = plan.made(values) if plan is not None else decoder.made("contract", values)
    assert isinstance(made, dto.Contract)
    return made


def _way(element: Any) -> tuple[str, ...]:
    """Names from below the response element down to this one."""
    names = []
    while element is not None:
        tag = element.tag
        names.append(tag.rpartition("}")[2])
        element = element.getparent()
    # Envelope, Body, the response element
    return tuple(reversed(names))[3:]


def _forget(element: Any) -> None:
    """Free a row that was read, and its older neighbours."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
