"""Browsers a phone was confirmed in: what their cookie holds.

``<device>.<mac>.<mac>…``: a random device, and for each phone an HMAC over both under the
key of the codes. It names no phone, and shows one only to who knows it already.
"""

import base64
import hashlib
import hmac
import re
import secrets

PHONES_KEPT = 5
_DEVICE = re.compile(r"[0-9a-f]{32}")


def marked(key: bytes, cookie: str, phone: str) -> str:
    """Return the cookie with ``phone`` (E.164) added; the oldest of many goes."""
    device, *marks = cookie.split(".")
    if not _DEVICE.fullmatch(device):
        device, marks = secrets.token_hex(16), []
    mark = _mark(key, device, phone)
    marks = [known for known in marks if known != mark][1 - PHONES_KEPT :]
    return ".".join([device, *marks, mark])


def is_marked(key: bytes, cookie: str, phone: str) -> bool:
    """Return whether ``phone`` was confirmed in the browser of this cookie."""
    device, *marks = cookie.split(".")
    mark = _mark(key, device, phone).encode()
    # every mark is compared: the time tells nothing
    found = [hmac.compare_digest(mark, known.encode()) for known in marks[:PHONES_KEPT]]
    return any(found) and bool(_DEVICE.fullmatch(device))


def _mark(key: bytes, device: str, phone: str) -> str:
    digest = hmac.digest(key, f"browser\n{device}\n{phone}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()
