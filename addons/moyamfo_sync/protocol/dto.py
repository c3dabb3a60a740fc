"""What travels between the cabinet and MoyaMFO, in our words.

A field's codec follows from its type unless ``wire()`` names one. A field
without a default is required: its absence is a FormatError. ``personal`` marks
what the exchange log shows masked. Remote key names are in the profile.
"""

from dataclasses import MISSING, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from . import codecs
from .codecs import Unknown


def wire(codec=None, *, personal=False, default=MISSING):
    """A dataclass field with its codec and the mark of personal data."""
    options = {} if default is MISSING else {"default": default}
    return field(metadata={"codec": codec, "personal": personal}, **options)


def personal(default=MISSING):
    return wire(personal=True, default=default)


# === OUT === #

Answer = str | date | Decimal | bool | None
ANSWERS = "answers"
# What a value's type does not tell.
ANSWER_CODECS = {
    "passport_series": codecs.PASSPORT_SERIES,
    "passport_number": codecs.PASSPORT_NUMBER,
    "work_phone": codecs.PHONE,
}


@dataclass(kw_only=True)
class Consent:
    """One document the borrower confirmed by an SMS code."""

    document: str
    version: str | None = None
    sha256: str | None = None
    signed_at: datetime
    code_uid: str | None = None
    phone: str | None = wire(codecs.PHONE, personal=True, default=None)
    ip: str | None = personal(None)


@dataclass(kw_only=True)
class Application:
    """A submitted application; ``uid`` is the stable id both sides know it by.

    ``answers``: the questionnaire by its neutral names, all of it personal. Which there
    are is declared by who asks; the profile maps the names, a codec follows from the value.
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
    months: int
    product: str | None = None
    tour_country: str | None = None
    tour_operator: str | None = None
    tour_hotel: str | None = None
    tour_starts_on: date | None = None
    tour_nights: int | None = None
    held_until: datetime | None = None
    phone: str = wire(codecs.PHONE, personal=True)
    identified_by: str | None = None
    consents: list[Consent] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass(kw_only=True)
class Cancel:
    uid: str
    reason: str
    cancelled_at: datetime


@dataclass(kw_only=True)
class SignedDocument:
    name: str
    version: str | None = None
    sha256: str


@dataclass(kw_only=True)
class Signature:
    """The evidence of a simple electronic signature (АСП); the code itself stays here."""

    uid: str
    signed_at: datetime
    phone: str = wire(codecs.PHONE, personal=True)
    code_uid: str
    code_sent_at: datetime | None = None
    ip: str | None = personal(None)
    user_agent: str | None = None
    amount: Decimal | None = None
    documents: list[SignedDocument] = field(default_factory=list)


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


@dataclass(kw_only=True)
class TourRefund:
    """The agency gives the tour's price back to the lender: never a repayment."""

    uid: str
    application_uid: str
    amount: Decimal
    full: bool
    refunded_at: datetime
    document_numbers: list[str] = field(default_factory=list)


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
    months: int
    rate: Decimal = wire(codecs.PERCENT)
    psk: Decimal = wire(codecs.PERCENT)
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
    status: str | Unknown = wire(codecs.Word("application_status"))
    needs: list[str | Unknown] = field(
        default_factory=list, metadata={"codec": codecs.Word("needs", told=True)}
    )
    decline_code: str | Unknown | None = wire(codecs.Word("decline_code"), default=None)
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
class Contract:
    """A loan as 1C keeps it, with its figures as of ``as_of``."""

    number: str
    uid: str | None = None
    application_uid: str | None = None
    status: str | Unknown = wire(codecs.Word("loan_status"))
    signed_on: date | None = None
    issued_on: date | None = None
    closed_on: date | None = None
    amount: Decimal
    months: int | None = None
    rate: Decimal | None = wire(codecs.PERCENT, default=None)
    psk: Decimal | None = wire(codecs.PERCENT, default=None)
    as_of: datetime
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    overdue: Decimal | None = None
    payoff: Decimal | None = None
    next_payment_on: date | None = None
    next_payment_amount: Decimal | None = None
    payment_order: str | None = None
    # whose it is, if it did not begin with an application of ours; as 1C writes them
    phone: str | None = personal(None)
    birth_date: date | None = personal(None)
    schedule: list[Installment] = field(default_factory=list)


@dataclass(kw_only=True)
class BookedPayment:
    """A payment as 1C booked it, split by kind; roubles."""

    uid: str
    loan_number: str
    amount: Decimal
    status: str | Unknown = wire(codecs.Word("payment_status"))
    booked_at: datetime | None = None
    principal: Decimal | None = None
    interest: Decimal | None = None
    penalty: Decimal | None = None
    overpaid: Decimal | None = None


@dataclass(kw_only=True)
class BadRow:
    """A row that could not be read; the others of its page are fine."""

    key: str
    reason: str


@dataclass(kw_only=True)
class Page:
    """One page of an answer: readable rows, unreadable ones, keys nobody knows."""

    rows: list
    bad: list[BadRow] = field(default_factory=list)
    more: bool = False
    as_of: datetime | None = None
    unknown_keys: set[str] = field(default_factory=set)


OUTGOING = {
    "application": Application,
    "consent": Consent,
    "cancel": Cancel,
    "signature": Signature,
    "document": SignedDocument,
    "commit": Commit,
    "tour_refund": TourRefund,
    "payment": Payment,
    "reversal": Reversal,
}
INCOMING = {
    "application_state": ApplicationState,
    "offer": Offer,
    "offer_line": OfferLine,
    "payout": Payout,
    "contract": Contract,
    "installment": Installment,
    "booked_payment": BookedPayment,
}
RECORDS = OUTGOING | INCOMING
NAMES = {record: name for name, record in RECORDS.items()}
