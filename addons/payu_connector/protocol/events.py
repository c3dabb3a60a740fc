"""The normal form: what PayU said about a payment, whichever way it said it."""

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal

from . import money, statuses
from .statuses import Meaning


@dataclass(frozen=True)
class Refund:
    """One refund of a payment.

    ``reference`` is our merchantRefundReference, ``request_id`` PayU's refundRequestId
    (given only to accounts that asked for it); a refund made in PayU's cabinet has a
    foreign reference or none. ``problem`` is what stands in place of its sum.
    """

    reference: str = ""
    request_id: str = ""
    amount: Decimal | None = None
    currency: str = ""
    done: bool = False
    chargeback: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Event:
    """One statement of PayU about one payment.

    ``amount`` is always the amount of the payment, in refund notices too; the sum of a
    refund stands in ``refund.amount``. ``code`` is the bank's answer (GWERROR_51),
    ``message`` its wording. ``chargeback`` is its reason, "" if it is none;
    ``problem`` is what stands in place of its sum. ``event_id`` is the same for every
    repeat of the same statement.
    """

    reference: str
    provider_reference: str
    status: str
    amount: Decimal | None
    currency: str
    method: str = ""
    message: str = ""
    code: str = ""
    refund: Refund | None = None
    chargeback: str = ""
    problem: str = ""
    event_id: str = field(default="", compare=False)

    @property
    def meaning(self) -> Meaning:
        """What the status asks of us."""
        return statuses.meaning_of(self.status)


@dataclass(frozen=True)
class Report:
    """The answer to a status question: the payment and all its refunds."""

    payment: Event
    refunds: tuple[Refund, ...] = ()


def event_id(event: Event, body: bytes) -> str:
    """Return what tells this statement from every other one (64 hex digits).

    The sum belongs to it: a right notice after a wrong one is another statement. Two
    equal part refunds without any id differ only in their bodies.
    """
    refund = event.refund
    distinction = ""
    if refund or event.chargeback or event.problem:
        distinction = (refund and (refund.request_id or refund.reference)) or hashlib.sha256(
            body
        ).hexdigest()
    parts = [
        event.reference,
        event.provider_reference,
        event.status,
        money.text(event.amount) if event.amount else "",
        event.currency,
        distinction,
        event.chargeback,
        *([refund.done] if refund else []),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
