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
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

DIGITS = 6
LIFETIME_SECONDS = 300
MAX_ATTEMPTS = 5
RESEND_SECONDS = 60
MIN_KEY_BYTES = 32
# Codes that were sent and not confirmed, (window in seconds, how many). Of a line: what one
# application sent to one phone, or one browser session asked to log in with.
LINE_LIMITS = ((3600, 5), (86400, 10))
# Of whoever asks about a phone that is not shown to be his. The limit of an address is wide:
# a mobile operator puts hundreds of people behind one.
SENDER_LIMITS = {
    "session": ((3600, 15), (86400, 40)),
    "ip": ((3600, 200), (86400, 1000)),
}
# What all strangers together may cause to one phone in a day is shared out among their
# applications (see ``seconds_over_share``): those whose agency named this phone, those where
# somebody typed it. Eight make 20 SMS at the most, five make 10.
SHARED_A_DAY = {"named": 8, "typed": 5}
DAY_SECONDS = 86400
LOGIN_SMS_A_DAY = 10
# Birth dates that a day's logins may try for one phone: from unknown browsers, and from
# those the phone has been confirmed in.
LOGIN_DATES_A_DAY = {"login": 10, "known_login": 5}
CLOCK_SKEW_SECONDS = 30


def new_nonce() -> str:
    """Return 128 random bits as hex."""
    return secrets.token_hex(16)


def key_name(key: bytes) -> str:
    """Return what a key is called where the key itself may not stand: eight hex digits."""
    return hmac.digest(key, b"name of the key", hashlib.sha256).hex()[:8]


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


def date_digest(key: bytes, phone: str, born: str) -> str:
    """Return what stands for a birth date (ISO, or empty) in a login's challenge.

    The code depends on it, and nobody reads the date from it.
    """
    text = "\n".join(("birth date", phone, born)).encode()
    return hmac.digest(key, text, hashlib.sha256).hex()


def is_over(now: datetime, expires_at: datetime) -> bool:
    """Return whether a code's time is over, by the clock of the server.

    Before the code was made it is over too: the clock was set back, and would let the
    code live longer than it may.
    """
    made_at = expires_at - timedelta(seconds=LIFETIME_SECONDS + CLOCK_SKEW_SECONDS)
    return not made_at <= now < expires_at


def seconds_left(window: int, passed: float) -> int:
    """Return how long something still counts that happened ``passed`` seconds ago.

    A negative ``passed`` (the clock was set back) counts as just now.
    """
    return ceil(min(window, max(0, window - passed)))


def seconds_over_share(applications: int, sent: int, others: Iterable[Sequence[float]]) -> int:
    """Return for how long an application has to wait for its share of a phone's SMS.

    Nobody knows before the first code whose phone it is, so the applications of a day share
    what is sent to it: ``applications`` of them get a first code, half as many a second, a
    third as many a third. Who repeats takes from those who repeat as often, not from him
    who asks for the first time.

    :param sent: codes this application sent to the phone within a day, unconfirmed
    :param others: of each other one, how many seconds ago it sent its own, newest first
    """
    nth = sent + 1
    left = sorted(
        seconds_left(DAY_SECONDS, passed[nth - 1]) for passed in others if len(passed) >= nth
    )
    share = max(1, applications // nth)
    return left[len(left) - share] if len(left) >= share else 0


def digest_of(hashes: list[str]) -> str:
    """Return one SHA-256 (hex) over the SHA-256 of each document, in order."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
