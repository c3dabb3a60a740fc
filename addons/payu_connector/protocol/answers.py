"""PayU's answers. Three outcomes only: done, refused, unclear.

*Refused* means that nothing was carried out. *Unclear* means that it may have been: a
time-out, a fault of theirs, a page instead of JSON. After an unclear answer the status
is asked; nothing is repeated blindly.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

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

#: "Too many calls"; its headers say when to come back.
LIMIT = "LIMIT_CALLS_EXCEEDED"

#: Codes of a refusal that the next call would get as well: not reached, too many calls.
NO_USE = frozenset({"NO_CONNECTION", LIMIT})

#: The longest text that is kept of any field: references, statuses, messages.
TEXT_LENGTH = 255
URL_LENGTH = 4000
#: Where a payer may be led without TLS: a PayU of tests.
IN_THIS_MACHINE = frozenset({("http", "127.0.0.1"), ("http", "localhost")})


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


def _number(written: str) -> Decimal | str:
    """Return a number with a point or an exponent exactly; one beyond all bounds as text."""
    try:
        return Decimal(written)
    except ArithmeticError:
        return written


def load(body: bytes) -> dict[str, Any]:
    """Read a JSON object; numbers with a point become Decimal, never float.

    :raises ValueError: not a JSON object, or one nested too deep to be read
    """
    try:
        value = json.loads(body, parse_float=_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def text(value: object, length: int = TEXT_LENGTH) -> str:
    """Return a field that is a number in some examples and text in others.

    What no database can store (NUL, half a surrogate pair) is left out, and what is longer
    than any such field is cut.
    """
    if value is None:
        return ""
    kept = str(value)[:length].encode("utf-8", "ignore").decode()
    return kept.replace("\0", "").strip()


def branch(value: object) -> dict[str, Any]:
    """Return a nested object, ``{}`` if it is absent or something else."""
    return value if isinstance(value, dict) else {}


def branches(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; a single object counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    return (
        [item for item in value or [] if isinstance(item, dict)] if isinstance(value, list) else []
    )


def chargeback(*places: dict[str, Any]) -> str:
    """Return the reason of a chargeback named in one of ``places``; "" if none is.

    It is described as the text of the reason. Whatever else stands there, except an outright
    no (absent, null, false, 0, empty), is a chargeback too: money that a bank took back must
    not pass for an ordinary refund.
    """
    for place in places:
        for info in (place, *branches(place.get("refundInfo"))):
            said = info.get("chargeback")
            if said is True:
                return "true"
            if isinstance(said, (dict, list)) and said:
                return text(json.dumps(said, ensure_ascii=False, default=str))
            if said and text(said):
                return text(said)
    return ""


def _content(http_status: int, body: bytes) -> dict[str, Any]:
    """Return the content of an answer, whatever it says.

    :raises Refused: the limit of calls; Unclear: a fault of theirs, or no JSON
    """
    if http_status >= 500 or 300 <= http_status < 400:
        raise Unclear(f"HTTP {http_status}")
    try:
        content = load(body)
    except ValueError as error:
        if http_status == 429:
            raise Refused(LIMIT, "PayU asks to wait") from error
        raise Unclear(f"HTTP {http_status} without JSON") from error
    if http_status == 429 or LIMIT in (
        text(content.get("status")).upper(),
        text(content.get("code")).upper(),
    ):
        raise Refused(LIMIT, text(content.get("message")) or "PayU asks to wait")
    return content


def _read(http_status: int, body: bytes) -> dict[str, Any]:
    """Return the content of an answer that says SUCCESS."""
    content = _content(http_status, body)
    status = text(content.get("status")).upper()
    if status in ALREADY:
        raise Unclear(status)
    if http_status >= 400 or status != "SUCCESS":
        raise Refused(status or f"HTTP_{http_status}", text(content.get("message")))
    return content


def _leads_safely(url: str) -> bool:
    """Say whether a payer may be led there: by TLS, or inside this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(parts.hostname)) or (
        (parts.scheme, parts.hostname) in IN_THIS_MACHINE
    )


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
    url = text(branch(content.get("paymentResult")).get("url"), URL_LENGTH)
    if not _leads_safely(url):
        raise Unclear("no page address in the answer")
    return Page(url, text(content.get("payuPaymentReference")))


def refund(http_status: int, body: bytes) -> str:
    """Read the answer to ``refund``; return PayU's refundRequestId, often empty.

    Success means "accepted": the money goes back later, and a notice says so.
    """
    return text(_read(http_status, body).get("refundRequestId"))


def report(http_status: int, body: bytes, reference: str) -> Report:
    """Read the answer to ``status``; an unknown reference is the status NOT_FOUND.

    It is judged by the HTTP status and ``paymentStatus`` alone: the description knows no
    ``status`` in it and no reference of ours, though one client reads the former. The answer
    of some accounts names no sum: then ``payment.amount`` is ``None``.

    :raises Refused: not answered; Unclear: not understood
    """
    content = _content(http_status, body)
    if http_status == 404:
        return Report(Event(reference, "", "NOT_FOUND", None, ""))
    said = text(content.get("status")).upper()
    status = text(content.get("paymentStatus"))
    if http_status >= 400 or (not status and said not in ("", "SUCCESS")):
        raise Refused(said or f"HTTP_{http_status}", text(content.get("message")))
    if not status:
        raise Unclear("the answer names no status of the payment")
    if text(content.get("merchantPaymentReference")) not in ("", reference):
        raise Unclear("the answer is about another payment")
    problem, amount, currency = "", None, ""
    try:
        amount, currency = _paid(content, status)
    except money.NoSum as error:
        problem = error.written
    refunds = tuple(refund_of(item) for item in branches(content.get("refunds")))
    failed = _failed(content)
    payment = Event(
        reference=reference,
        provider_reference=text(content.get("payuPaymentReference")),
        status=status,
        amount=amount,
        currency=currency,
        message=text(failed.get("responseMessage")) or text(content.get("message")),
        code=text(failed.get("responseCode")),
        problem=problem,
        chargeback=chargeback(content),
    )
    return Report(payment, refunds)


def _paid(content: dict[str, Any], status: str) -> tuple[Decimal | None, str]:
    """Return the sum of the payment: said outright, captured, or authorised; in this order.

    Only authorizations with ``authorized: SUCCESS`` carry money.

    :raises money.NoSum: a sum that is none, or a payment said to be paid by failed attempts only
    """
    amount, currency = money.parse(content.get("amount")), text(content.get("currency"))
    captures = [
        item
        for item in branches(content.get("captures"))
        if text(item.get("status")).upper() in ("", "COMPLETE", "SUCCESS")
    ]
    attempts = branches(content.get("authorizations"))
    carried = [item for item in attempts if text(item.get("authorized")).upper() == "SUCCESS"]
    for moves in (captures, carried):
        sums = [money.parse(item.get("amount")) for item in moves]
        if amount is None and moves and None not in sums:
            amount = sum((carries for carries in sums if carries is not None), Decimal())
            currency = currency or text(moves[0].get("currency"))
    says_money = statuses.meaning_of(status) in statuses.MONEY
    if says_money and attempts and not carried and not captures:
        raise money.NoSum("authorized: FAILED")
    return amount, currency


def _failed(content: dict[str, Any]) -> dict[str, Any]:
    """Return the last attempt, if it failed; ``{}`` otherwise."""
    last = (branches(content.get("authorizations")) or [{}])[-1]
    return last if text(last.get("authorized")).upper() == "FAILED" else {}


def refund_of(item: dict[str, Any], is_done: bool | None = None) -> Refund:
    """Return a refund as an answer lists it or a notice tells of it.

    :param is_done: what a refund without a status of its own is taken for
    """
    status = text(item.get("status")).upper()
    problem, amount = "", None
    try:
        amount = money.parse(item.get("amount"))
    except money.NoSum as error:
        problem = error.written
    return Refund(
        reference=text(item.get("merchantRefundReference")),
        request_id=text(item.get("refundRequestId")),
        amount=amount,
        currency=text(item.get("currency")),
        done=status in statuses.REFUND_DONE if status else bool(is_done),
        chargeback=chargeback(item),
        problem=problem,
    )
