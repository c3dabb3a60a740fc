"""The secret of the link that starts a questionnaire: derived, so nothing stored opens one.

A link ends in ``<uuid>/<generation>.<mac>``: all but the mac may stand in the database.
"""

import base64
import hashlib
import hmac
import json

from .tools import code_key, code_keys

# Raw JSON text can hold no tab, so this stands for the mac and for nothing else.
SEAL = "\t"


def secret(uuid: str, generation: int, key: bytes = b"") -> str:
    """Return the last part of the link of an application (its ``generation``-th)."""
    text = f"link\n{uuid}\n{generation}".encode()
    digest = hmac.digest(key or code_key(), text, hashlib.sha256)
    return f"{generation}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


def is_secret(uuid: str, generation: int, given: str) -> bool:
    """Tell whether ``given`` is that last part, under this key or one before it."""
    known = [secret(uuid, generation, key).encode() for key in code_keys()]
    return any([hmac.compare_digest(each, given.encode()) for each in known])  # each, always


def sealed(text: str, link: str | None) -> str:
    """Return a JSON message as it may be stored: without the mac of its ``link``."""
    return text.replace(link.rpartition(".")[2], SEAL) if link else text


def opened(text: str) -> str:
    """Return a stored message as it was sent, byte for byte."""
    if SEAL not in text:
        return text
    message = json.loads(text, strict=False)
    application = message.get("result") or message["data"]
    # of our own member: what the agency made us echo may look like any link
    uuid, ending = application["redirect_url"].split("/")[-2:]
    return text.replace(SEAL, secret(uuid, int(ending.partition(".")[0])).partition(".")[2])
