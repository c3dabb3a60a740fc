"""PayU's answers. Three outcomes only: done, refused, unclear.

*Refused* means that nothing was carried out. *Unclear* means that it may have been: a
time-out, a fault of theirs, a page instead of JSON. After an unclear answer the status
is asked; nothing is repeated blindly.
"""

import json
from dataclasses import dataclass
from decimal import Decimal

from . import money, statuses
from .events import Event, Refund, Report

#: "You have asked for this already": it may have been carried out, so ask the status.
ALREADY = frozenset(
    {
        "ALREADY_AUTHORIZED",
        "ALREADY_PENDING_AUTHORIZATION",
        "AUTHORIZATION_ALREADY_IN_PROGRESS",
        "ALREADY_CANCELLED",
    }
)

#: Codes of a refusal that the next call would get as well: not reached, too many calls.
NO_USE = frozenset({"NO_CONNECTION", "TOO_MANY_REQUESTS"})


class Refused(Exception):
    """PayU did not do it; ``code`` is its word for why (``DUPLICATE_ORDER``...)."""

    def __init__(self, code: str, message: str = ""):
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class Unclear(Exception):
    """Whether PayU did it is not known."""


@dataclass(frozen=True)
class Page:
    """A payment page made for an order."""

    url: str
    provider_reference: str


def load(body: bytes) -> dict:
    """Read a JSON object; numbers with a point become Decimal, never float.

    :raises ValueError: not a JSON object
    """
    value = json.loads(body, parse_float=Decimal)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def text(value) -> str:
    """Return a field that is a number in some examples and text in others."""
    return "" if value is None else str(value).replace("\0", "").strip()


def branch(value) -> dict:
    """Return a nested object, ``{}`` if it is absent or something else."""
    return value if isinstance(value, dict) else {}


def branches(value) -> list[dict]:
    """Return the objects of a list; a single object counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    return (
        [item for item in value or [] if isinstance(item, dict)] if isinstance(value, list) else []
    )


def _read(http_status: int, body: bytes) -> dict:
    """Return the content of an answer that says SUCCESS."""
    if http_status == 429:
        raise Refused("TOO_MANY_REQUESTS", "PayU asks to wait a minute")
    if http_status >= 500 or 300 <= http_status < 400:
        raise Unclear(f"HTTP {http_status}")
    try:
        content = load(body)
    except ValueError as error:
        raise Unclear(f"HTTP {http_status} without JSON") from error
    status = text(content.get("status")).upper()
    if status in ALREADY:
        raise Unclear(status)
    if http_status >= 400 or status != "SUCCESS":
        raise Refused(status or f"HTTP_{http_status}", text(content.get("message")))
    return content


def page(http_status: int, body: bytes, reference: str, amount: Decimal) -> Page:
    """Read the answer to ``authorize``.

    :raises Refused: no page; Unclear: perhaps a page, but we have no address of it
    """
    content = _read(http_status, body)
    try:
        echoed_amount = money.parse(content.get("amount"))
    except ValueError as error:
        raise Unclear("the answer names no sum of money") from error
    if text(content.get("merchantPaymentReference")) not in ("", reference):
        raise Unclear("the answer is about another payment")
    if echoed_amount not in (None, amount):
        raise Unclear("the answer is about another sum")
    url = text(branch(content.get("paymentResult")).get("url"))
    if not url.startswith(("https://", "http://")):
        raise Unclear("no page address in the answer")
    return Page(url, text(content.get("payuPaymentReference")))


def refund(http_status: int, body: bytes) -> str:
    """Read the answer to ``refund``; return PayU's refundRequestId, often empty.

    Success means "accepted": the money goes back later, and a notice says so.
    """
    return text(_read(http_status, body).get("refundRequestId"))


def report(http_status: int, body: bytes, reference: str) -> Report:
    """Read the answer to ``status``; an unknown reference is the status NOT_FOUND.

    The answer of older accounts names no sum: then ``payment.amount`` is ``None``.

    :raises Refused: not answered; Unclear: not understood
    """
    if http_status == 404:
        try:
            load(body)
        except ValueError as error:  # a proxy's page, or a wrong address: not PayU's word
            raise Unclear("HTTP 404 without JSON") from error
        return Report(Event(reference, "", "NOT_FOUND", None, ""))
    content = _read(http_status, body)
    if text(content.get("merchantPaymentReference")) not in ("", reference):
        raise Unclear("the answer is about another payment")
    try:
        amount, currency = _paid(content)
        refunds = tuple(_refund(item) for item in branches(content.get("refunds")))
    except ValueError as error:
        raise Unclear(str(error)) from error
    payment = Event(
        reference=reference,
        provider_reference=text(content.get("payuPaymentReference")),
        status=text(content.get("paymentStatus")),
        amount=amount,
        currency=currency,
        message=text(content.get("message")),
    )
    return Report(payment, refunds)


def _paid(content: dict) -> tuple[Decimal | None, str]:
    """Return the sum of the payment: said outright, captured, or authorised; in this order."""
    amount, currency = money.parse(content.get("amount")), text(content.get("currency"))
    captures = [
        item
        for item in branches(content.get("captures"))
        if text(item.get("status")).upper() in ("COMPLETE", "SUCCESS")
    ]
    if amount is None and captures:
        sums = [money.parse(item.get("amount")) for item in captures]
        amount = sum(sums) if None not in sums else None
        currency = currency or text(captures[0].get("currency"))
    if amount is None:
        for item in branches(content.get("authorizations")):
            amount = money.parse(item.get("amount")) or amount
            currency = text(item.get("currency")) or currency
    return amount, currency


def _refund(item: dict) -> Refund:
    return Refund(
        reference=text(item.get("merchantRefundReference")),
        request_id=text(item.get("refundRequestId")),
        amount=money.parse(item.get("amount")),
        currency=text(item.get("currency")),
        done=text(item.get("status")).upper() in statuses.REFUND_DONE,
    )
