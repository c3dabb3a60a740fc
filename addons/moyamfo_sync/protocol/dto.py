"""What travels between the cabinet and MoyaMFO, in our words.

A field's kind (`forms`) follows from its type unless ``wire()`` names one. A field
without a default is required: its absence is a FormatError. ``personal`` marks
what the exchange log shows masked. Remote key names are in the profile, and what a
profile does not mention is not exchanged: a new field here breaks no profile.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .codecs import Unknown


def wire(
    kind: str = "",
    *,
    words: str = "",
    told: bool = False,
    personal: bool = False,
    default: Any = MISSING,
) -> Any:
    """A dataclass field with its kind and the mark of personal data.

    :param words: the list of the profile its words are translated by; ``told``: shown to
        people as well, in the lender's word
    """
    metadata = {"kind": kind, "words": words, "told": told, "personal": personal}
    if default is list:
        return field(default_factory=list, metadata=metadata)
    return field(metadata=metadata, **({} if default is MISSING else {"default": default}))


def personal(default: Any = MISSING) -> Any:
    return wire(personal=True, default=default)


# === OUT === #

Answer = str | date | Decimal | bool | None
ANSWERS = "answers"
# What a value's type does not tell.
ANSWER_KINDS = {
    "passport_series": "series",
    "passport_number": "number6",
    "work_phone": "phone",
}


@dataclass(kw_only=True)
class Consent:
    """One document the borrower confirmed by an SMS code."""

    document: str
    version: str | None = None
    sha256: str | None = None
    signed_at: datetime
    code_uid: str | None = None
    phone: str | None = wire("phone", personal=True, default=None)
    ip: str | None = personal(None)


@dataclass(kw_only=True)
class Application:
    """A submitted application; ``uid`` is the stable id both sides know it by.

    ``answers``: the questionnaire by its neutral names, all of it personal. Which there
    are is declared by who asks; the profile maps the names, a codec follows from the value.
    ``accounting_number``, ``loan_number`` (here and below): 1C's own, filled in by the
    exchange's directory where a profile asks for them.
    """

    uid: str
    number: str | None = None
    submitted_at: datetime
    agency_code: str
    agency_name: str | None = None
    agency_inn: str | None = None
    order_number: str
    price: Decimal
    advance: Decimal
    amount: Decimal
    months: int = wire("months")
    product: str | None = None
    tour_country: str | None = None
    tour_operator: str | None = None
    tour_hotel: str | None = None
    tour_starts_on: date | None = None
    tour_nights: int | None = None
    held_until: datetime | None = None
    phone: str = wire("phone", personal=True)
    identified_by: str | None = None
    consents: list[Consent] = field(default_factory=list)
    accounting_number: str | None = None
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass(kw_only=True)
class Cancel:
    uid: str
    reason: str
    cancelled_at: datetime
    accounting_number: str | None = None
    loan_number: str | None = None


@dataclass(kw_only=True)
class SignedDocument:
    """``content``: the file itself, where the lender takes it."""

    name: str
    version: str | None = None
    sha256: str
    content: bytes | None = wire("file", personal=True, default=None)


@dataclass(kw_only=True)
class Signature:
    """The evidence of a simple electronic signature (АСП); the code itself stays here."""

    uid: str
    signed_at: datetime
    phone: str = wire("phone", personal=True)
    code_uid: str
    code_sent_at: datetime | None = None
    ip: str | None = personal(None)
    user_agent: str | None = None
    amount: Decimal | None = None
    documents: list[SignedDocument] = field(default_factory=list)
    accounting_number: str | None = None
    loan_number: str | None = None


@dataclass(kw_only=True)
class Commit:
    """The agency booked: the lender may pay it. Bank details as the agency's record has them."""

    uid: str
    committed_at: datetime
    amount: Decimal
    order_number: str
    booking_number: str | None = None
    agency_code: str
    agency_name: str | None = None
    agency_inn: str | None = None
    agency_account: str | None = None
    agency_bic: str | None = None
    agency_bank: str | None = None
    accounting_number: str | None = None
    loan_number: str | None = None


@dataclass(kw_only=True)
class TourRefund:
    """The agency gives the tour's price back to the lender: never a repayment."""

    uid: str
    application_uid: str
    amount: Decimal
    full: bool
    refunded_at: datetime
    document_numbers: list[str] = field(default_factory=list)
    accounting_number: str | None = None
    loan_number: str | None = None


@dataclass(kw_only=True)
class Payment:
    """Money a borrower paid; ``uid`` makes a repeat recognisable."""

    uid: str
    loan_number: str
    amount: Decimal
    paid_at: datetime
    order_id: str | None = None
    operation_id: str | None = None
    early: bool | None = None


@dataclass(kw_only=True)
class Reversal:
    """A repayment undone after a refund at the acquirer or a chargeback."""

    uid: str
    payment_uid: str
    amount: Decimal
    reversed_at: datetime
    reason: str | None = None
    accounting_number: str | None = None
    loan_number: str | None = None


# === IN === #


@dataclass(kw_only=True)
class Accepted:
    """1C took the message; ``repeated`` = it knew it already."""

    number: str | None = None
    repeated: bool = False


@dataclass(kw_only=True)
class OfferLine:
    """One line of an offered schedule, roubles."""

    due_on: date
    amount: Decimal
    principal: Decimal
    interest: Decimal
    rest: Decimal


@dataclass(kw_only=True)
class Offer:
    """Conditions the lender offers; rates are per cent a year, sums roubles."""

    amount: Decimal
    months: int = wire("months")
    rate: Decimal = wire("percent")
    psk: Decimal = wire("percent")
    psk_amount: Decimal
    monthly_payment: Decimal
    valid_until: datetime
    schedule: list[OfferLine] = field(default_factory=list)


@dataclass(kw_only=True)
class Payout:
    """Money the lender sent to the agency."""

    amount: Decimal
    paid_on: date
    payment_order: str | None = None


@dataclass(kw_only=True)
class ApplicationState:
    """An application as 1C has it. ``decline_text`` is the lender's inner reason: staff only."""

    uid: str
    number: str | None = None
    status: str | Unknown = wire(words="application_status")
    needs: list[str | Unknown] = wire(words="needs", told=True, default=list)
    decline_code: str | Unknown | None = wire(words="decline_code", default=None)
    decline_text: str | None = None
    offer: Offer | None = None
    payout: Payout | None = None
    loan_number: str | None = None
    changed_at: datetime | None = None


@dataclass(kw_only=True)
class Installment:
    """One line of a contract's schedule with what is already paid of it, roubles."""

    due_on: date
    amount: Decimal
    principal: Decimal
    interest: Decimal
    rest: Decimal | None = None
    paid_amount: Decimal | None = None
    paid_on: date | None = None


@dataclass(kw_only=True)
class Borrower:
    """Whose contract it is, for one that did not begin here."""

    last_name: str | None = personal(None)
    first_name: str | None = personal(None)
    middle_name: str | None = personal(None)
    birth_date: date | None = personal(None)
    # as they write it: a loan of ours is none the worse for a phone that is none
    phone: str | None = personal(None)


@dataclass(kw_only=True)
class Contract:
    """A loan as 1C keeps it, with its figures as of ``as_of`` (of the answer, where a
    profile maps none)."""

    number: str
    uid: str | None = None
    application_uid: str | None = None
    status: str | Unknown = wire(words="loan_status")
    signed_on: date | None = None
    issued_on: date | None = None
    closed_on: date | None = None
    amount: Decimal
    months: int | None = wire("months", default=None)
    rate: Decimal | None = wire("percent", default=None)
    psk: Decimal | None = wire("percent", default=None)
    as_of: datetime
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    overdue: Decimal | None = None
    payoff: Decimal | None = None
    next_payment_on: date | None = None
    next_payment_amount: Decimal | None = None
    payment_order: str | None = None
    borrower: Borrower | None = None
    schedule: list[Installment] = field(default_factory=list)


@dataclass(kw_only=True)
class BookedPayment:
    """A payment as 1C booked it, split by kind; roubles."""

    uid: str
    loan_number: str
    amount: Decimal
    status: str | Unknown = wire(words="payment_status")
    booked_at: datetime | None = None
    principal: Decimal | None = None
    interest: Decimal | None = None
    penalty: Decimal | None = None
    overpaid: Decimal | None = None
    paid_at: datetime | None = None
    channel: str | None = None


@dataclass(kw_only=True)
class BadRow:
    """A row that could not be read; the others of its page are fine."""

    key: str
    reason: str


@dataclass(kw_only=True)
class Ahead:
    """A time that lies in the future and must not be believed."""

    key: str
    field: str
    moment: datetime


@dataclass(kw_only=True)
class Page:
    """One page of an answer: readable rows, unreadable ones, keys nobody knows.

    ``foreign``: rows nobody asked for, where the question named ids and the profile does
    not say that it has no filter: a finding for staff, never an answer. ``ahead``: times
    of rows, or of the page itself (key ""), further in the future than clocks differ.
    ``cursor``: where the next page begins, for `Exchange.changed_…(cursor=)`.
    """

    rows: list[Any]
    bad: list[BadRow] = field(default_factory=list)
    more: bool = False
    as_of: datetime | None = None
    unknown_keys: set[str] = field(default_factory=set)
    foreign: list[Any] = field(default_factory=list)
    ahead: list[Ahead] = field(default_factory=list)
    cursor: str | None = None


@dataclass(kw_only=True)
class Question:
    """What a question may say; which of it a lender's operation takes, its keys tell.

    ``number``, ``numbers``: 1C's own for ``uid``, ``uids``, from the exchange's directory.
    """

    uids: list[str] | None = None
    numbers: list[str] | None = None
    uid: str | None = None
    number: str | None = None
    changed_since: datetime | None = None
    changed_until: datetime | None = None
    day: date | None = None
    page: int | None = None
    page_size: int | None = None
    offset: int | None = None
    cursor: str | None = None


OUTGOING: Mapping[str, type[Any]] = {
    "application": Application,
    "consent": Consent,
    "cancel": Cancel,
    "signature": Signature,
    "document": SignedDocument,
    "commit": Commit,
    "tour_refund": TourRefund,
    "payment": Payment,
    "reversal": Reversal,
    "question": Question,
}
INCOMING: Mapping[str, type[Any]] = {
    "application_state": ApplicationState,
    "offer": Offer,
    "offer_line": OfferLine,
    "payout": Payout,
    "contract": Contract,
    "borrower": Borrower,
    "installment": Installment,
    "booked_payment": BookedPayment,
}
RECORDS: Mapping[str, type[Any]] = {**OUTGOING, **INCOMING}
NAMES = {record: name for name, record in RECORDS.items()}
