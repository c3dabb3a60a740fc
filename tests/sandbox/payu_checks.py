"""What PayU refuses: signatures, dates, malformed requests. Written from its descriptions, on its side.

Nothing here comes from the addon: if both were wrong in the same way, the tests would not see it.
Where the four published clients differ (spelling of the payer's address, numbers or text, an offset
without its leading zero), every one of them is let through.
"""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

CLOCK_TOLERANCE = timedelta(minutes=10)
CARD = "CCVISAMC"
METHODS = {
    CARD,
    "INTCARD",
    "FASTER_PAYMENTS",
    "SBERPAY",
    "TPAY",
    "ALFAPAY",
    "BNPL",
    "MIRPAY",
    "SOM",
}
BILLING = ("firstName", "lastName", "email", "phone", "countryCode")
PAGE_SECONDS = 3600
_SUM = re.compile(r"\d{1,10}(\.\d{1,2})?")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SHORT_OFFSET = re.compile(r"([+-])(\d:\d\d)$")


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
    # As it stood in the request line: the server's own path is decoded already.
    line = urlsplit(request.environ.get("RAW_URI") or request.full_path)
    right = signature(
        merchant, secret, date, request.method, line.path, line.query, request.get_data()
    )
    if not hmac.compare_digest(headers.get("X-Header-Signature", "").encode(), right.encode()):
        raise Refused(401, "HASH_MISMATCH", "Invalid signature")
    try:
        # The TypeScript client on a machine in UTC writes "+0:00".
        moment = datetime.fromisoformat(_SHORT_OFFSET.sub(r"\g<1>0\2", date))
        age = (now or datetime.now(UTC)) - moment
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
        value = json.loads(request.get_data(), parse_float=Decimal)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(400, "INPUT_ERROR", "The body is not a JSON object")
    return value


def branch(fields, *names) -> dict:
    """A nested object; ``{}`` if there is none, refused if there is something else."""
    for name in names:
        fields = fields.get(name)
        if fields is None:
            return {}
        if not isinstance(fields, dict):
            raise Refused(400, "INPUT_ERROR", f"{name} is not an object")
    return fields


def whole(value) -> int | None:
    """A whole number, written as a number or as text; None if it is neither."""
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value)):
        return None
    return int(value)


def amount(value, field) -> Decimal:
    """A positive sum written as ``1500.50``, as a number or as text."""
    if isinstance(value, bool) or not _SUM.fullmatch(str(value)) or not Decimal(str(value)):
        raise Refused(400, "INVALID_AMOUNT", f"{field} is not a sum: {value!r}")
    return Decimal(str(value)).quantize(Decimal("0.01"))


def currency(value) -> None:
    """Roubles only."""
    if value != "RUB":
        raise Refused(
            400, "INVALID_CURRENCY", f"Currency {value!r} is not allowed for this account"
        )


def same_currency(value) -> None:
    """Of a capture or a refund: roubles, or nothing (the Go client can send only a number, 0)."""
    if value not in (None, "", 0):
        currency(value)


def order(fields) -> dict:
    """Check an authorize request; return what of it a payment keeps."""
    reference = fields.get("merchantPaymentReference")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise Refused(400, "INPUT_ERROR", "merchantPaymentReference is required")
    currency(fields.get("currency"))
    client = branch(fields, "client")
    billing = branch(client, "billing")
    for name in BILLING:
        if not isinstance(billing.get(name), str) or not billing[name]:
            raise Refused(400, "INPUT_ERROR", f"client.billing.{name} is required")
    if not re.fullmatch(r"[A-Z]{2}", billing["countryCode"]):
        raise Refused(400, "INPUT_ERROR", "client.billing.countryCode is not a country")
    language = client.get("communicationLanguage")
    if language and not re.fullmatch(r"[A-Za-z]{2}", str(language)):
        raise Refused(400, "INPUT_ERROR", "client.communicationLanguage is two letters")
    total = _total(fields.get("products"))
    return {
        "reference": reference,
        "amount": str(total),
        **_authorization(branch(fields, "authorization")),
        **_addresses(fields),
        "payer": f"{billing['firstName']} {billing['lastName']}",
        "email": billing["email"],
        "phone": billing["phone"],
        "description": "; ".join(product["name"] for product in fields["products"]),
        "details": json.dumps(
            {
                "billing": billing,
                "ip": client.get("clientIp") or client.get("ClientIp") or client.get("ip"),
                "time": client.get("clientTime") or client.get("ClientTime") or client.get("time"),
                "products": fields["products"],
            },
            ensure_ascii=False,
            default=str,
        ),
    }


def _authorization(authorization) -> dict:
    method = authorization.get("paymentMethod") or None
    if method is not None and method not in METHODS:
        raise Refused(400, "INVALID_PAYMENT_METHOD", f"Unknown payment method {method!r}")
    page = authorization.get("usePaymentPage") or "NO"
    if page not in ("YES", "NO"):
        raise Refused(400, "INPUT_ERROR", "usePaymentPage is YES or NO")
    if page == "NO":
        _direct(authorization, method)
    seconds = branch(authorization, "paymentPageOptions").get("orderTimeout")
    seconds = PAGE_SECONDS if seconds is None else whole(seconds)
    if seconds is None or seconds < 60:
        raise Refused(400, "INPUT_ERROR", "orderTimeout is at least 60 seconds")
    kind = "page" if page == "YES" else "card" if method == CARD else "bank"
    return {"method": method, "seconds": seconds, "kind": kind}


def _direct(authorization, method) -> None:
    """Refuse a payment without PayU's page that names nothing to take the money from."""
    token = branch(authorization, "merchantToken") or branch(authorization, "oneTimeUseToken")
    if token:  # no token was ever given out here
        raise Refused(400, "INVALID_TOKEN", "The token is not known")
    if method is None:
        raise Refused(400, "INPUT_ERROR", "authorization.paymentMethod is required")
    if method in (CARD, "INTCARD"):
        card = branch(authorization, "cardDetails")
        if not re.fullmatch(r"\d{12,19}", str(card.get("number") or "").replace(" ", "")):
            raise Refused(400, "INPUT_ERROR", "authorization.cardDetails.number is required")


def _addresses(fields) -> dict:
    both = fields.get("returnUrl")
    addresses = {
        "success_url": fields.get("successUrl") or both,
        "fail_url": fields.get("failUrl") or both,
    }
    for url in addresses.values():
        if not re.match(r"https?://", str(url)):
            raise Refused(400, "INPUT_ERROR", "returnUrl, or successUrl and failUrl, are required")
    return addresses


def _total(products) -> Decimal:
    """The sum of the products; an ``amount`` beside price and quantity wins."""
    if not isinstance(products, list) or not products:
        raise Refused(400, "INPUT_ERROR", "products are required")
    total = Decimal(0)
    for product in products:
        named = isinstance(product, dict) and all(
            isinstance(product.get(name), str) and product[name] for name in ("name", "sku")
        )
        if not named:
            raise Refused(400, "INPUT_ERROR", "products[].name and sku are required")
        quantity, vat = whole(product.get("quantity")), whole(product.get("vat") or 0)
        if quantity is None or quantity < 1:
            raise Refused(400, "INPUT_ERROR", "products[].quantity is a whole number")
        if vat is None or not 0 <= vat <= 100:
            raise Refused(400, "INPUT_ERROR", "products[].vat is a whole number of per cent")
        if product.get("amount") is not None:
            total += amount(product["amount"], "products[].amount")
        else:
            total += amount(product.get("unitPrice"), "products[].unitPrice") * quantity
    return total
