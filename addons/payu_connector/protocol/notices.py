"""Notices (IPN v4): what PayU posts to the shop when a payment changes.

Unknown fields are ignored and numbers may be text. ``orderData.amount`` is the amount of
the payment, in refund notices too; a refund has a node of its own, with a status. A refund
of the same day may come as a bare REVERSED without that node: then the status is asked, as
for everything a notice leaves out.
"""

import hashlib
from dataclasses import replace
from typing import Any

from . import money, statuses
from .answers import branch, branches, chargeback, load, refund_of, text
from .events import Event, Refund, event_id
from .statuses import Meaning


def parse(body: bytes) -> Event:
    """Return the normal form of a notice; a sum that is none makes its ``problem``.

    :raises ValueError: no JSON, no payment reference, no status
    """
    content = load(body)
    order = branch(content.get("orderData"))
    reference = text(order.get("merchantPaymentReference"))
    status = text(order.get("status"))
    if not reference or not status:
        raise ValueError("the notice names no payment or no status")
    problem, amount = "", None
    try:
        amount = money.parse(order.get("amount"))
    except money.NoSum as error:
        problem = error.written
    authorization = branch(content.get("authorization"))
    refunds = branches(content.get("refund"))
    # One node is described; of several the status answer tells which are which.
    details = refunds[0] if len(refunds) == 1 else {}
    event = Event(
        reference=reference,
        provider_reference=text(order.get("payuPaymentReference")),
        status=status,
        amount=amount,
        currency=text(order.get("currency")),
        method=text(branch(content.get("paymentResult")).get("paymentMethod")),
        message=text(authorization.get("responseMessage") or authorization.get("responseCode")),
        code=text(authorization.get("responseCode")),
        refund=_refund(details, order, status),
        chargeback=chargeback(order, content, *refunds),
        problem=problem,
    )
    return replace(event, event_id=event_id(event, body))


def unreadable(body: bytes) -> Event:
    """Return what is left of a signed message that :func:`parse` refuses: that it came."""
    return Event("", "", "", None, "", event_id=hashlib.sha256(body).hexdigest())


def _refund(details: dict[str, Any], order: dict[str, Any], status: str) -> Refund | None:
    meaning = statuses.meaning_of(status)
    is_back = meaning in (Meaning.REFUNDED, Meaning.REVERSED)
    if not is_back and not details:
        return None
    refund = refund_of(details, is_done=is_back)
    refund = replace(
        refund,
        reference=refund.reference or text(order.get("merchantRefundReference")),
        request_id=text(order.get("refundRequestId")) or refund.request_id,
        currency=refund.currency or text(order.get("currency")),
    )
    is_named = refund.reference or refund.request_id or refund.amount or refund.problem
    # A release of the hold is no refund, unless it says which refund it carries out.
    return refund if is_named or meaning is Meaning.REFUNDED else None
