"""The requests we make. A call is encoded once; those bytes are signed and sent."""

import json
import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from . import money

API = "/api/v4/payments"
CURRENCY = "RUB"
MINIMUM_PAGE_SECONDS = 60
REFERENCE_LENGTH = 60
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Call:
    """A request to PayU: method, path below the host, body bytes.

    ``identity`` is what of the body makes it this call and no other; empty means all of it.
    """

    method: str
    path: str
    body: bytes = b""
    identity: bytes = b""

    def idempotency_key(self, database: str) -> str:
        """Return the key under which PayU remembers this very call (36 characters).

        The same call of the same database has the same key, however often it is repeated.
        Another body gives another key: otherwise PayU would replay the answer, and the
        payment page, of a former sum.

        :param database: what tells this database from others of the same merchant
        """
        digest = uuid.uuid5(uuid.NAMESPACE_URL, f"{database} {self.method} {self.path}")
        return str(uuid.uuid5(digest, (self.identity or self.body).decode()))


@dataclass(frozen=True)
class Payer:
    """Who pays; PayU requires every field but the address he calls from and his clock."""

    first_name: str
    last_name: str
    email: str
    phone: str
    country_code: str
    ip: str = ""
    time: datetime | None = None


@dataclass(frozen=True)
class Order:
    """A payment to be made on PayU's page.

    ``method`` is PayU's code of the way to pay, empty if the payer chooses there;
    ``page_seconds`` is how long the page may be used.
    """

    reference: str
    amount: Decimal
    description: str
    payer: Payer
    success_url: str
    fail_url: str
    page_seconds: int
    language: str = "RU"
    method: str = ""


def clean_reference(text: str) -> str:
    """Return ``text`` with everything PayU's status path cannot carry turned to dashes."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text)[:REFERENCE_LENGTH].strip("-")


def _check_reference(reference: str) -> None:
    if not _REFERENCE.fullmatch(reference):
        raise ValueError(f"not a reference for PayU: {reference!r}")


def _encode(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def authorize(order: Order) -> Call:
    """Create a payment and get the address of its page.

    There is no total in the request: the amount is the sum of the products, so there is
    one product, once.

    :raises ValueError: a reference, sum or page time that PayU would refuse
    """
    _check_reference(order.reference)
    if order.page_seconds < MINIMUM_PAGE_SECONDS:
        raise ValueError(f"a page lives at least {MINIMUM_PAGE_SECONDS} seconds")
    authorization = {
        "usePaymentPage": "YES",
        "paymentPageOptions": {"orderTimeout": order.page_seconds},
    }
    if order.method:
        authorization["paymentMethod"] = order.method
    payer = order.payer
    client = {
        "billing": {
            "firstName": payer.first_name,
            "lastName": payer.last_name,
            "email": payer.email,
            "phone": payer.phone,
            "countryCode": payer.country_code,
        },
        "communicationLanguage": order.language,
    }
    payload = {
        "merchantPaymentReference": order.reference,
        "currency": CURRENCY,
        "successUrl": order.success_url,
        "failUrl": order.fail_url,
        "authorization": authorization,
        "client": client,
        "products": [
            {
                "name": order.description,
                "sku": order.reference,
                "unitPrice": money.text(order.amount),
                "quantity": 1,
                "vat": 0,
            }
        ],
    }
    # A repeat comes from another second, perhaps from another address: still this payment.
    identity = _encode(payload)
    if payer.ip:
        client["clientIp"] = payer.ip
    if payer.time:
        client["clientTime"] = payer.time.isoformat(timespec="seconds")
    return Call("POST", f"{API}/authorize", _encode(payload), identity)


def status(reference: str) -> Call:
    """Ask how a payment stands."""
    _check_reference(reference)
    return Call("GET", f"{API}/status/{quote(reference)}")


def refund(
    provider_reference: str, original: Decimal, amount: Decimal, refund_reference: str
) -> Call:
    """Give money back, all or part of it.

    :param original: the amount of the payment
    :raises ValueError: more than was paid, or no sum at all
    """
    _check_reference(refund_reference)
    if amount > original:
        raise ValueError("a refund is never more than the payment")
    return Call(
        "POST",
        f"{API}/refund",
        _encode(
            {
                "payuPaymentReference": provider_reference,
                "originalAmount": money.number(original),
                "amount": money.number(amount),
                "currency": CURRENCY,
                "merchantRefundReference": refund_reference,
            }
        ),
    )
