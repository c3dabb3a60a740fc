"""Standard Webhooks signatures, both directions.

Source: https://github.com/standard-webhooks/standard-webhooks, spec v1: HMAC-SHA256 over
``id.timestamp.body``. The HMAC is the published library's; its ``verify`` is not used
because it takes one secret, its own clock, and fails on a body that is not UTF-8, which
deserves the answer «parse error» rather than «bad signature».
"""

import base64
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from standardwebhooks.webhooks import hmac_data

TOLERANCE = 300
"""Seconds the sender's clock may be off, either way."""

PREFIX = "whsec_"
_ID = re.compile(r"[!-~]{1,255}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
# Two secrets may be active at each side, doubled for a careless sender.
_MOST_SIGNATURES = 8


class SignatureRefused(Exception):
    """The message is not to be believed. Deliberately says no more than that."""


def new_secret() -> str:
    """Return a fresh ``whsec_…`` secret of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def sign(
    active_secrets: str | Iterable[str], message_id: str, now: datetime, body: bytes
) -> dict[str, str]:
    """Return the three headers for ``body``: one signature per active secret.

    :param message_id: stable over retries of the same message
    :param now: aware datetime
    """
    if isinstance(active_secrets, str):
        active_secrets = [active_secrets]
    timestamp = str(int(now.timestamp()))
    signatures = (
        base64.b64encode(_digest(secret, message_id, timestamp, body)).decode("ascii")
        for secret in active_secrets
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def verify(
    headers: Mapping[str, str],
    body: bytes,
    active_secrets: Iterable[str],
    now: datetime,
) -> str:
    """Return the message id if one signature is by one of ``active_secrets``.

    :param headers: any mapping of header names, in any letter case
    :param now: aware datetime
    :raises SignatureRefused: anything else, always the same
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    message_id = lowered.get("webhook-id", "")
    timestamp = lowered.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise SignatureRefused()
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise SignatureRefused()
    presented = list(_presented(lowered.get("webhook-signature", "")))
    matches = False
    for secret in active_secrets:
        expected = _digest(secret, message_id, timestamp, body)
        for signature in presented:
            # No early exit: the time taken says nothing of which secret fitted.
            matches |= hmac.compare_digest(expected, signature)
    if not matches:
        raise SignatureRefused()
    return message_id


def _presented(header: str) -> Iterable[bytes]:
    for part in header.split(" ")[:_MOST_SIGNATURES]:
        version, _comma, encoded = part.partition(",")
        if version == "v1":
            with suppress(ValueError):  # not base64: no signature
                yield base64.b64decode(encoded, validate=True)


def _digest(secret: str, message_id: str, timestamp: str, body: bytes) -> bytes:
    # Padding as the library does it: secrets are sometimes handed over without.
    key = base64.b64decode(secret.removeprefix(PREFIX) + "==")
    if not key:
        raise ValueError("empty webhook secret")
    return hmac_data(key, f"{message_id}.{timestamp}.".encode() + body)
