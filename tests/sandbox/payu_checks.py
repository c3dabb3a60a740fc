"""What PayU refuses: signatures, dates, malformed requests. Written from its descriptions, on its side.

Nothing here comes from the addon: if both were wrong in the same way, the tests would not see it.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

CLOCK_TOLERANCE = timedelta(minutes=10)
METHODS = {"CCVISAMC", "INTCARD", "FASTER_PAYMENTS", "SBERPAY", "TPAY", "ALFAPAY", "BNPL"}
BILLING = ("firstName", "lastName", "email", "phone", "countryCode")
_SUM = re.compile(r"\d{1,10}(\.\d{1,2})?")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Refused(Exception):
    """PayU's refusal: ``Refused(http status, status word, message)``."""

    def __init__(self, code, status, message):
        super().__init__(message)
        self.code, self.status, self.message = code, status, message


def signature(merchant, secret, date, method, path, query, body) -> str:
    """The v4 signature: of a request that came, or of a notice to be sent."""
    parts = (
        merchant,
        date,
        method,
        path,
        query,
        hashlib.md5(body, usedforsecurity=False).hexdigest(),
    )
    return hmac.new(secret.encode(), "".join(parts).encode(), hashlib.sha256).hexdigest()


def caller(request, merchant, secret, now=None) -> None:
    """Refuse a request whose merchant, date or signature is not right."""
    headers = request.headers
    if headers.get("X-Header-Merchant") != merchant:
        raise Refused(401, "INVALID_ACCOUNT", "Unknown merchant")
    date = headers.get("X-Header-Date", "")
    query = request.query_string.decode()
    right = signature(
        merchant, secret, date, request.method, request.path, query, request.get_data()
    )
    if not hmac.compare_digest(headers.get("X-Header-Signature", "").encode(), right.encode()):
        raise Refused(401, "HASH_MISMATCH", "Invalid signature")
    try:
        age = (now or datetime.now(UTC)) - datetime.fromisoformat(date)
    except (ValueError, TypeError):  # not a date, or one without an offset
        raise Refused(400, "INPUT_ERROR", "X-Header-Date is not ISO 8601 with an offset") from None
    if abs(age) > CLOCK_TOLERANCE:
        raise Refused(400, "REQUEST_EXPIRED", f"The date of the request is {age} old")
    if len(headers.get("X-Header-Idempotency-Key", "")) > 36:
        raise Refused(400, "INPUT_ERROR", "The idempotency key has more than 36 characters")


def content(request) -> dict:
    """The JSON object of a request."""
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        raise Refused(415, "INPUT_ERROR", "Content-Type must be application/json")
    try:
        value = json.loads(request.get_data())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Refused(400, "INPUT_ERROR", "The body is not a JSON object")
    return value


def amount(value, field) -> Decimal:
    """A positive sum written as ``1500.50``."""
    if isinstance(value, bool) or not _SUM.fullmatch(str(value)) or not Decimal(str(value)):
        raise Refused(400, "INVALID_AMOUNT", f"{field} is not a sum: {value!r}")
    return Decimal(str(value)).quantize(Decimal("0.01"))


def currency(value) -> None:
    """Roubles only."""
    if value != "RUB":
        raise Refused(
            400, "INVALID_CURRENCY", f"Currency {value!r} is not allowed for this account"
        )


def order(fields) -> dict:
    """Check an authorize request; return what of it a payment keeps."""
    reference = fields.get("merchantPaymentReference")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise Refused(400, "INPUT_ERROR", "merchantPaymentReference is required")
    currency(fields.get("currency"))
    billing = (fields.get("client") or {}).get("billing") or {}
    for name in BILLING:
        if not billing.get(name):
            raise Refused(400, "INPUT_ERROR", f"client.billing.{name} is required")
    if not re.fullmatch(r"[A-Z]{2}", billing["countryCode"]):
        raise Refused(400, "INPUT_ERROR", "client.billing.countryCode is not a country")
    authorization = fields.get("authorization") or {}
    if authorization.get("usePaymentPage") != "YES":
        raise Refused(400, "INPUT_ERROR", "Only the payment page is allowed for this account")
    method = authorization.get("paymentMethod")
    if method is not None and method not in METHODS:
        raise Refused(400, "INVALID_PAYMENT_METHOD", f"Unknown payment method {method!r}")
    seconds = (authorization.get("paymentPageOptions") or {}).get("orderTimeout", 3600)
    if not isinstance(seconds, int) or seconds < 60:
        raise Refused(400, "INPUT_ERROR", "orderTimeout is at least 60 seconds")
    success_url = fields.get("successUrl") or fields.get("returnUrl") or ""
    fail_url = fields.get("failUrl") or fields.get("returnUrl") or ""
    for url in (success_url, fail_url):
        if not re.match(r"https?://", url):
            raise Refused(400, "INPUT_ERROR", "successUrl and failUrl are required")
    return {
        "reference": reference,
        "amount": str(_total(fields.get("products"))),
        "method": method,
        "seconds": seconds,
        "success_url": success_url,
        "fail_url": fail_url,
        "payer": f"{billing['firstName']} {billing['lastName']}",
        "email": billing["email"],
        "phone": billing["phone"],
        "description": "; ".join(product["name"] for product in fields["products"]),
    }


def _total(products) -> Decimal:
    if not isinstance(products, list) or not products:
        raise Refused(400, "INPUT_ERROR", "products are required")
    total = Decimal(0)
    for product in products:
        if not isinstance(product, dict) or not product.get("name") or not product.get("sku"):
            raise Refused(400, "INPUT_ERROR", "products[].name and sku are required")
        quantity, vat = product.get("quantity"), product.get("vat", 0)
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise Refused(400, "INPUT_ERROR", "products[].quantity is a whole number")
        if not isinstance(vat, int) or not 0 <= vat <= 100:
            raise Refused(400, "INPUT_ERROR", "products[].vat is a whole number of per cent")
        total += amount(product.get("unitPrice"), "products[].unitPrice") * quantity
    return total
