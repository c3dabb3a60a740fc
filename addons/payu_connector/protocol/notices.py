"""Notices (IPN v4): what PayU posts to the shop when a payment changes.

Unknown fields are ignored and numbers may be text. ``orderData.amount`` is the amount of
the payment, in refund notices too. Where a refund notice keeps the sum and our reference
of the refund is not published; the places below are those of the sibling countries'
descriptions, and a notice without them makes us ask the status.
"""

import hashlib
from dataclasses import replace

from . import money, statuses
from .answers import branch, branches, load, text
from .events import Event, Refund, event_id
from .statuses import Meaning


def parse(body: bytes) -> Event:
    """Return the normal form of a notice.

    :raises ValueError: no JSON, no payment reference, or a sum that is none
    """
    content = load(body)
    order = branch(content.get("orderData"))
    reference = text(order.get("merchantPaymentReference"))
    status = text(order.get("status"))
    if not reference or not status:
        raise ValueError("the notice names no payment or no status")
    authorization = branch(content.get("authorization"))
    event = Event(
        reference=reference,
        provider_reference=text(order.get("payuPaymentReference")),
        status=status,
        amount=money.parse(order.get("amount")),
        currency=text(order.get("currency")),
        method=text(branch(content.get("paymentResult")).get("paymentMethod")),
        message=text(authorization.get("responseMessage") or authorization.get("responseCode")),
        refund=_refund(content, order, status),
        chargeback=_is_yes(branch(order.get("refundInfo")).get("chargeback")),
    )
    return replace(event, event_id=event_id(event, body))


def unreadable(body: bytes) -> Event:
    """Return what is left of a signed message that :func:`parse` refuses: that it came."""
    return Event("", "", "", None, "", event_id=hashlib.sha256(body).hexdigest())


def _refund(content: dict, order: dict, status: str) -> Refund | None:
    meaning = statuses.meaning_of(status)
    if meaning not in (Meaning.REFUNDED, Meaning.REVERSED):
        return None
    details = (branches(content.get("refund")) or [{}])[-1]
    refund = Refund(
        reference=text(
            details.get("merchantRefundReference") or order.get("merchantRefundReference")
        ),
        request_id=text(order.get("refundRequestId") or details.get("refundRequestId")),
        amount=money.parse(details.get("amount")),
        currency=text(details.get("currency") or order.get("currency")),
        done=True,
    )
    is_named = refund.reference or refund.request_id or refund.amount
    # A release of the hold is no refund, unless it says which refund it carries out.
    return refund if is_named or meaning is Meaning.REFUNDED else None


def _is_yes(value) -> bool:
    return value is True or text(value).lower() in ("1", "true", "yes")
