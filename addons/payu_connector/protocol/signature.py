"""The REST v4 signature, the same for our requests and for PayU's notices.

``HMAC-SHA256(secret, merchant + date + METHOD + path + query + md5hex(body))`` in
lower-case hex, no separators, the query without its question mark. For a notice the
path and query are those of the address written in PayU's cabinet, which behind a proxy
is not what the server sees.
"""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import urlsplit

HEADER_MERCHANT = "X-Header-Merchant"
HEADER_DATE = "X-Header-Date"
HEADER_SIGNATURE = "X-Header-Signature"
HEADER_IDEMPOTENCY_KEY = "X-Header-Idempotency-Key"


def sign(merchant: str, secret: str, date: str, method: str, url: str, body: bytes) -> str:
    """Return the signature of one message.

    :param date: the very text of the ``X-Header-Date`` header
    :param url: address or path; only path and query count
    :param body: the very bytes that travel, ``b""`` for GET
    """
    parts = urlsplit(url)
    body_digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    message = f"{merchant}{date}{method.upper()}{parts.path}{parts.query}{body_digest}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def is_valid(
    signature: str, merchant: str, secret: str, date: str, method: str, url: str, body: bytes
) -> bool:
    """Say in constant time whether ``signature`` is ours; an empty secret signs nothing.

    The date is not judged: whether PayU dates its repeats anew is unknown, and a replay
    is harmless because the ledger knows every event it has seen.
    """
    if not secret or not signature or not merchant:
        return False
    expected = sign(merchant, secret, date, method, url, body)
    return hmac.compare_digest(expected.encode(), signature.lower().encode())


def headers(
    merchant: str,
    secret: str,
    moment: datetime,
    method: str,
    path: str,
    body: bytes,
    idempotency_key: str = "",
) -> dict[str, str]:
    """Return the headers of a request.

    :param moment: now, aware; written once and signed as written
    :param idempotency_key: 1 to 36 characters; PayU keeps the answer for 24 hours
    :raises ValueError: naive moment, or a key of a wrong length
    """
    if moment.tzinfo is None:
        raise ValueError("the moment of a request needs its time zone")
    date = moment.isoformat(timespec="seconds")
    result = {
        "Accept": "application/json",
        # Bare, and with every request: as the published clients send it.
        "Content-Type": "application/json",
        HEADER_MERCHANT: merchant,
        HEADER_DATE: date,
        HEADER_SIGNATURE: sign(merchant, secret, date, method, path, body),
    }
    if idempotency_key:
        if len(idempotency_key) > 36:
            raise ValueError("an idempotency key has at most 36 characters")
        result[HEADER_IDEMPOTENCY_KEY] = idempotency_key
    return result
