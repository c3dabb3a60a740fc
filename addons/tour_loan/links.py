"""The secret of the link that starts a questionnaire: derived, so nothing stored opens one.

A link ends in ``<uuid>/<generation>.<mac>``: all but the mac may stand in the database.
"""

import base64
import hashlib
import hmac
import json

from .tools import code_key

# Raw JSON text can hold no tab, so this stands for the mac and for nothing else.
SEAL = "\t"


def secret(uuid: str, generation: int) -> str:
    """Return the last part of the link of an application (its ``generation``-th)."""
    digest = hmac.digest(code_key(), f"link\n{uuid}\n{generation}".encode(), hashlib.sha256)
    return f"{generation}.{base64.urlsafe_b64encode(digest[:18]).decode()}"


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
