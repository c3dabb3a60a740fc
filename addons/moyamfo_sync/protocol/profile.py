"""The contract with one lender's 1C, as data.

Services differ from lender to lender, so names of operations, parameters and
keys, formats and Russian words live in a JSON file (``profiles/default.json`` is
the commented example). Loading checks everything once and says where it is wrong.
Names are compared by code point and must be copied from the WSDL, never retyped:
mixed Latin and Cyrillic letters do occur.
"""

import json
from collections.abc import Collection
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import codecs, dto
from .errors import ProfileError

JSON_OPERATIONS = {
    "load_application": "application",
    "change_application": "application",
    "cancel_application": "cancel",
    "sign_contract": "signature",
    "commit_application": "commit",
    "tour_refund": "tour_refund",
    "load_payment": "payment",
    "reverse_payment": "reversal",
    "get_applications": "application_state",
    "get_payments": "booked_payment",
}
READS = ("get_applications", "get_payments", "get_contracts")
ENUMS = {
    "application_status": {
        "in_review", "needs_data", "approved", "declined", "signed", "ready",
        "committed", "funded", "annulled", "cancelled",
    },
    "needs": None,
    "decline_code": {"lender", "self_ban", "identity", "limits", "agency", "borrower"},
    "loan_status": {"pending", "active", "overdue", "closed", "annulled", "ceded", "court"},
    "payment_status": {"booked", "waiting", "reversed", "refused"},
}  # fmt: skip
PAGING = ("uids", "changed_since", "page", "page_size")
ANSWER = ("result", "number")
PAGE_ANSWER = ("rows", "more", "as_of")


@dataclass(frozen=True)
class Formats:
    """How values look on the wire; see ``codecs``."""

    zone: ZoneInfo
    datetime: str
    date: str
    phone: str
    money: str
    boolean: tuple


@dataclass(frozen=True)
class Operation:
    """A SOAP operation; ``parameter`` is the name of its single string parameter,
    ``timeout`` the seconds to wait for each piece of the answer."""

    name: str
    parameter: str | None
    timeout: float


@dataclass(frozen=True)
class Profile:
    """A checked profile. ``keys``: record → our field → remote key path.

    ``answers``: the same for the questionnaire's neutral names; ``unmapped`` are those
    the profile does not mention: such answers stay here.
    """

    name: str
    wsdl: str
    address: str
    namespace: str
    binding: str
    connect_timeout: float
    page_size: int
    formats: Formats
    operations: dict[str, Operation]
    keys: dict[str, dict[str, tuple[str, ...] | None]]
    answers: dict[str, tuple[str, ...] | None]
    unmapped: tuple[str, ...]
    constants: dict[str, dict]
    enums: dict[str, dict[str, str]]
    paging: dict[str, str]
    page_answer: dict[str, str]
    answer: dict[str, str]
    ok_words: tuple[str, ...]
    repeat_words: tuple[str, ...]
    transient_faults: tuple[str, ...]
    technical_faults: tuple[str, ...]
    contracts: dict[str, str]


def load(path, questions=None) -> Profile:
    """Read and check a profile file; ``questions``: see ``parse``.

    :raises ProfileError: unreadable, not JSON or not a profile; says where
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ProfileError(f"profile {path}: {error.strerror}") from None
    except ValueError as error:
        raise ProfileError(f"profile {path}: not JSON: {error}") from None
    return parse(data, questions)


def parse(data: dict, questions=None) -> Profile:
    """Check the content of a profile file and return it as a Profile.

    :param questions: what a questionnaire may tell: {neutral name: values of a list, or ()}
    """
    root, questions = _Node(data, ""), questions or {}
    answers = _answers(root.node("keys").node("application"), questions)
    service = root.node("service")
    return Profile(
        name=root.text("name"),
        wsdl=service.text("wsdl"),
        address=service.text("address"),
        namespace=service.text("namespace"),
        binding=service.text("binding"),
        connect_timeout=root.number("connect_timeout", 1, 60),
        page_size=int(root.number("page_size", 1, 10000)),
        formats=_formats(root.node("formats")),
        operations=_operations(root.node("operations")),
        keys={name: _keys(root.node("keys"), name, questions) for name in dto.RECORDS},
        answers=answers,
        unmapped=tuple(name for name in questions if name not in answers),
        constants={name: root.node("constants").data.get(name, {}) for name in dto.OUTGOING},
        enums={
            name: _enum(root.node("enums"), name, known)
            for name, known in _lists(answers, questions).items()
        },
        paging=_names(root.node("paging"), PAGING),
        page_answer=_names(root.node("page_answer"), PAGE_ANSWER),
        answer=_names(root.node("answer"), ANSWER),
        ok_words=root.node("answer").words("ok"),
        repeat_words=root.node("answer").words("repeated"),
        transient_faults=root.words("transient_faults"),
        technical_faults=root.words("technical_faults"),
        contracts=_names(root.node("contracts"), (*PAGING, "row", "more", "as_of")),
    )


class _Node:
    """A JSON object with its path, so that every complaint says where."""

    def __init__(self, data, path):
        if not isinstance(data, dict):
            raise ProfileError(f"{path or 'profile'}: an object is needed")
        self.data, self.path = data, path

    def at(self, name):
        return f"{self.path}.{name}" if self.path else name

    def node(self, name):
        return _Node(self.data.get(name), self.at(name))

    def text(self, name):
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            raise ProfileError(f"{self.at(name)}: a text is needed")
        return value

    def number(self, name, low, high):
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ProfileError(f"{self.at(name)}: a number is needed")
        if not low <= value <= high:
            raise ProfileError(f"{self.at(name)}: must be from {low} to {high}")
        return value

    def words(self, name):
        value = self.data.get(name)
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            raise ProfileError(f"{self.at(name)}: a list of texts is needed")
        return tuple(value)

    def only(self, known):
        extra = sorted(set(self.data) - set(known))
        if extra:
            raise ProfileError(f"{self.at(extra[0])}: not a known name")


def _formats(node) -> Formats:
    try:
        zone = ZoneInfo(node.text("zone"))
    except (ZoneInfoNotFoundError, ValueError):
        raise ProfileError(f"{node.at('zone')}: no such time zone") from None
    phone = node.text("phone")
    if phone.count("#") != 10:
        raise ProfileError(f"{node.at('phone')}: ten # are needed")
    money = node.text("money")
    if money not in ("string", "number"):
        raise ProfileError(f"{node.at('money')}: string or number")
    boolean = node.data.get("boolean")
    if not isinstance(boolean, list) or len(boolean) != 2:
        raise ProfileError(f"{node.at('boolean')}: two values, for no and for yes")
    return Formats(zone, node.text("datetime"), node.text("date"), phone, money, tuple(boolean))


def _operations(node) -> dict[str, Operation]:
    node.only((*JSON_OPERATIONS, "get_contracts"))
    operations = {}
    for name in (*JSON_OPERATIONS, "get_contracts"):
        one = node.node(name)
        parameter = one.text("parameter") if name in JSON_OPERATIONS else None
        operations[name] = Operation(one.text("name"), parameter, one.number("timeout", 1, 600))
    return operations


def mapped_fields(record):
    """The fields of a record that a profile gives a place of their own."""
    return [one for one in fields(record) if one.name != dto.ANSWERS]


def _answers(node, questions) -> dict[str, tuple[str, ...] | None]:
    """Question → path of remote keys; what a profile does not know of is left out."""
    return {
        name: None if node.data[name] is None else tuple(node.text(name).split("."))
        for name in questions
        if name in node.data
    }


def _lists(answers, questions) -> dict[str, Collection[str] | None]:
    """List → our words: of the exchange itself, and of the mapped questions that have one."""
    return ENUMS | {
        name: questions[name] for name, path in answers.items() if path and questions[name]
    }


def _keys(parent, name, questions) -> dict[str, tuple[str, ...] | None]:
    """Field → path of remote keys; null = this lender has no such field."""
    node = parent.node(name)
    record = dto.RECORDS[name]
    known = mapped_fields(record)
    node.only([*(one.name for one in known), *(questions if record is dto.Application else ())])
    paths = {}
    for one in known:
        if one.name not in node.data:
            raise ProfileError(f"{node.at(one.name)}: missing (null if not exchanged)")
        if node.data[one.name] is None:
            if name in dto.INCOMING and is_required(one):
                raise ProfileError(f"{node.at(one.name)}: is required, cannot be null")
            paths[one.name] = None
        else:
            paths[one.name] = tuple(node.text(one.name).split("."))
    return paths


def _enum(parent, name, known) -> dict[str, str]:
    """Their word → our word; both sides are checked, a word of theirs may not repeat."""
    node = parent.node(name)
    for theirs in node.data:
        ours = node.text(theirs)
        if known is not None and ours not in known:
            raise ProfileError(f"{node.at(theirs)}: «{ours}» is none of {', '.join(sorted(known))}")
    return dict(node.data)


def _names(node, names) -> dict[str, str]:
    return {name: node.text(name) for name in names}


def is_required(one) -> bool:
    """Whether a dataclass field has neither a default nor a default factory."""
    return one.default is MISSING and one.default_factory is MISSING


def codec_of(one):
    """The codec of a dataclass field: named by ``wire()`` or following from its type."""
    if one.metadata.get("codec"):
        return one.metadata["codec"]
    return codecs.BY_TYPE[base_type(one)]


def base_type(one):
    """``str`` for ``str | None``, ``Consent`` for ``list[Consent]``, and so on."""
    kind = one.type
    if getattr(kind, "__origin__", None) is list:
        kind = get_args(kind)[0]
    return next((arg for arg in get_args(kind) if arg is not type(None)), kind)


def is_list(one) -> bool:
    return getattr(one.type, "__origin__", None) is list


def nested_record(one):
    """The name of the record a field holds, or None for a plain value."""
    kind = base_type(one)
    return dto.NAMES[kind] if is_dataclass(kind) else None
