"""What of a message may stand in a log: structure, references and sums; no person, no card."""

import json

#: Fields whose values never reach a log. ``bin`` and ``pan`` come masked, still not;
#: addresses carry tokens.
SECRET = frozenset(
    """
    firstName lastName email phone city state addressLine1 addressLine2 zipCode identityDocument
    number series ip time clientIp clientTime taxId companyName owner pan bin binNumber cvv
    expiryMonth expiryYear cardHolderName lastFourDigits token tokenHash bindingId ypmnBindingId
    sessionId authCode rrn cardIssuerBank issuerBank url successUrl failUrl returnUrl qr
    """.split()
)
HIDDEN = "***"
LENGTH = 2000


def mask(body: bytes | str) -> str:
    """Return a message fit for a log, at most 2000 characters; what is no JSON is not shown."""
    try:
        value = json.loads(body) if body else ""
        shown = json.dumps(_mask(value), ensure_ascii=False)
    except (ValueError, RecursionError):
        return f"({len(body)} bytes, not JSON)"
    return shown[:LENGTH].encode("utf-8", "replace").decode()


def _mask(value: object) -> object:
    if isinstance(value, dict):
        return {key: HIDDEN if key in SECRET else _mask(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mask(item) for item in value]
    return value
