"""One-time SMS codes: derived, never stored.

The challenge holds a random nonce; the code is the truncated HMAC (the dynamic
truncation of RFC 4226, section 5.3) of nonce, purpose, phone and documents under a
key that lives in the server's configuration. Whoever reads the database learns no
code; whoever sends the SMS recomputes it.
"""

import hashlib
import hmac
import secrets
import struct

DIGITS = 6
LIFETIME_SECONDS = 300
MAX_ATTEMPTS = 5
RESEND_SECONDS = 60
MIN_KEY_BYTES = 32
# Sends allowed in a window of so many seconds. The limit of an address is wide: a mobile
# operator puts hundreds of people behind one.
SEND_LIMITS = (
    (3600, {"phone": 5, "session": 15, "ip": 200}),
    (86400, {"phone": 10, "session": 40, "ip": 1000}),
)
LOGINS_A_DAY = 20  # to one phone, the confirmed ones too


def new_nonce() -> str:
    """Return 128 random bits as hex."""
    return secrets.token_hex(16)


def code(key: bytes, nonce: str, purpose: str, phone: str, digest: str) -> str:
    """Return the six digits that this challenge's SMS carries.

    ``digest``: what is confirmed (SHA-256 over the documents), so that a code never
    fits another set of documents. ValueError: the key is too short to protect it.
    """
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"the code key must have at least {MIN_KEY_BYTES} bytes")
    text = "\n".join((nonce, purpose, phone, digest)).encode()
    mac = hmac.digest(key, text, hashlib.sha256)
    offset = mac[-1] & 0xF
    number = struct.unpack_from(">I", mac, offset)[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matches(expected: str, typed: str) -> bool:
    """Compare in constant time; spaces and dashes people type do not count."""
    typed = "".join(character for character in typed if character.isdigit())
    return hmac.compare_digest(expected.encode(), typed.encode())


def digest_of(hashes: list[str]) -> str:
    """Return one SHA-256 (hex) over the SHA-256 of each document, in order."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
