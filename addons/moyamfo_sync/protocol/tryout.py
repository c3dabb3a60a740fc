"""For an integrator: see the very request of an operation, and what an answer is read as.

Nothing is sent here; `Exchange` does that with the same parts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from . import dto, forms
from .access import Access
from .answers import Judge, NotFound
from .asking import ask
from .channel import Channel, Reply
from .checks import READS, SENDS
from .codecs import Ignored
from .contracts import contract_of
from .errors import ExchangeError, FormatError
from .language_wire import WsdlFile
from .mapping import Decoder, row_key
from .operations import Call
from .profile import Profile
from .soap import Loader, Soap, wsdl_of
from .trees import MASK, json_text, masked, masked_text

NOBODY = "http://nobody.invalid"
SAMPLE_UID = "5f0e6a52-3f0b-4c55-9d39-1d2a7f3c0b11"
SAMPLES: dict[Any, Any] = {
    str: "Пример",
    int: forms.SAMPLES["whole"],
    bool: True,
    Decimal: forms.SAMPLES["money"],
    datetime: forms.SAMPLES["moment"],
    date: forms.SAMPLES["day"],
    bytes: forms.SAMPLES["file"],
}


@dataclass
class Preview:
    """A request as it would go; headers that let us in are masked.

    :ivar body: the very bytes as text, personal data included: for who may see the record
    :ivar masked: what the log would keep
    """

    publication: str
    verb: str
    path: str
    headers: dict[str, str]
    body: str
    masked: str


@dataclass
class Read:
    """What an answer says.

    :ivar error: why it is none, "" if it is one; ``kind``: of the error
    :ivar left_over: keys that the profile does not read
    """

    rows: list[Any] = field(default_factory=list)
    bad: list[dto.BadRow] = field(default_factory=list)
    left_over: set[str] = field(default_factory=set)
    accepted: dto.Accepted | None = None
    taken: dict[str, str] = field(default_factory=dict)
    more: bool = False
    error: str = ""
    kind: str = ""
    shown: str = ""


def sample(operation: str, answers: Mapping[str, Any] | None = None) -> Any:
    """Return a record as ``operation`` sends it, or the question it asks, of made-up values.

    :param answers: made-up ones of the questionnaire, by neutral name
    """
    if operation in READS:
        return dto.Question(
            uids=[SAMPLE_UID], uid=SAMPLE_UID, number="00012345", numbers=["00012345"],
            changed_since=forms.SAMPLES["moment"], changed_until=forms.SAMPLES["moment"],
            day=forms.SAMPLES["day"], page=1, page_size=50, offset=0, cursor="",
        )  # fmt: skip
    made = _made(dto.OUTGOING[SENDS[operation]])
    if isinstance(made, dto.Application):
        made.answers = {
            name: forms.SAMPLES.get(dto.ANSWER_KINDS.get(name, ""), value)
            for name, value in (answers or {}).items()
        }
    return made


def _made(record: type[Any]) -> Any:
    return record(**{name: _value(name, kind) for name, kind in get_type_hints(record).items()})


def _value(name: str, kind: Any) -> Any:
    inner = [one for one in get_args(kind) if one is not NoneType]
    if get_origin(kind) is dict:
        return {}
    if get_origin(kind) is list:
        return [_value(name, inner[0])]
    kind = inner[0] if inner else kind
    if is_dataclass(kind) and isinstance(kind, type):
        return _made(kind)
    if name == "uid" or name.endswith("_uid"):
        return SAMPLE_UID
    return forms.SAMPLES["phone"] if name == "phone" else SAMPLES[kind]


def calls(profile: Profile, operation: str) -> tuple[Call, ...]:
    """Return the calls of an operation, in order: a preview is of one of them."""
    one = profile.operations[operation]
    return (one.call, *one.steps, *one.details)


def preview(
    profile: Profile,
    operation: str,
    record: Any,
    *,
    step: int = 0,
    known: Mapping[str, Any] | None = None,
    wsdl: bytes | None = None,
) -> Preview:
    """Return the request of one call of ``operation`` for a record or a `dto.Question`.

    :param known: what earlier calls gave
    :param wsdl: of a SOAP publication whose profile has no file: its text
    :raises FormatError: a value cannot be written as the profile wants
    """
    call = calls(profile, operation)[step]
    publication = profile.publications[call.publication]
    asked = ask(call, record, known or {}, publication, lambda _name: MASK, profile.empty)
    told = json_text(masked(asked.shown, profile.personal)) if asked.shown else ""
    headers, body, path = asked.headers, asked.body or b"", asked.path
    for name in [*publication.headers, *(_header(one) for one in publication.auth)]:
        if name:
            headers[name] = MASK
    if call.kind == "soap":
        soap = Soap(_silent(profile, call), profile.folder, wsdl=wsdl)
        body, own = soap.request(call.name, asked.tree, asked.explicit)
        headers, path = {**headers, **own}, publication.address
    text = body.decode("utf-8", "replace")
    return Preview(call.publication, asked.verb, path, headers, text, told)


def wsdl(
    profile: Profile,
    operation: str,
    access: Callable[[str], Access],
    cache_file: Path | str | None = None,
    *,
    step: int = 0,
) -> bytes | None:
    """Return the WSDL of one call from its publication; None if it has a file, or no WSDL.

    :raises TransportError: it cannot be had
    """
    call = calls(profile, operation)[step]
    publication = profile.publications[call.publication]
    if call.kind != "soap" or isinstance(publication.wsdl, WsdlFile):
        return None
    access_ = access(call.publication)
    channel = Channel(publication, access_, profile.connect_timeout, profile.transient_faults)
    content: bytes = Loader(channel, cache_file, False).load(wsdl_of(channel, None))
    return content


def read(
    profile: Profile, operation: str, answer: str | bytes, *, step: int = 0, status: int = 200
) -> Read:
    """Return what an answer to one call of ``operation`` is read as; never raises for it."""
    call = calls(profile, operation)[step]
    content = answer.encode() if isinstance(answer, str) else answer
    judge, found = Judge(profile.transient_faults), Read()
    try:
        reply = Reply(status, {}, content, None, None, True)
        document = judge.document(call, reply, _silent(profile, call))
        found.shown = json_text(masked(document.whole, profile.personal))
        if operation in READS:
            judge.check(call, document)
            _rows(profile, operation, call, judge.rows(call, document), found)
        else:
            found.accepted = judge.accepted(call, document, status)
            found.taken = judge.taken(call, document)
    except NotFound:
        found.error, found.kind = "the answer says that there is none", "not_found"
    except ExchangeError as error:
        found.error, found.kind = masked_text(str(error), profile.personal), error.kind
    return found


def _rows(profile: Profile, operation: str, call: Call, raws: list[Any], found: Read) -> None:
    name, decoder = READS[operation], Decoder(call.shapes)
    for raw in raws:
        try:
            values = decoder.values(name, raw, _asked(profile, operation))
            if name == "contract":
                found.rows.append(contract_of(values, datetime.now(UTC), decoder))
            else:
                if "uid" not in values and "number" in values:
                    values["uid"] = values["number"]  # the directory will say whose it is
                found.rows.append(decoder.made(name, values))
        except Ignored:
            continue
        except FormatError as error:
            key = row_key(call.shapes[name], raw)
            found.bad.append(dto.BadRow(key=key, reason=str(error)))
    found.left_over = decoder.unknown


def _asked(profile: Profile, operation: str) -> dict[str, Any]:
    """Ids of nobody, for rows that say only what was asked for."""
    shape = profile.operations[operation].call.shapes[READS[operation]]
    return {spot.field: "asked" for spot in shape.spots if spot.told.asked}


def _silent(profile: Profile, call: Call) -> Channel:
    """A channel that is never asked."""
    publication = profile.publications[call.publication]
    names = {"login", "password", "token", "wsse_login", "wsse_password"}
    names |= {getattr(one, part, "") for one in publication.auth for part in PARTS}
    access = Access(NOBODY, dict.fromkeys(names, MASK), certificate=MASK)
    return Channel(publication, access, profile.connect_timeout, profile.transient_faults)


PARTS = ("login", "password", "token")


def _header(one: Any) -> str:
    return {"basic": "Authorization", "header": getattr(one, "name", "")}.get(one.type, "")
