"""The terms wished for, and the pages to come back to."""

import ipaddress
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError, Url
from pydantic_core import ValidationError as UrlError

from .base import Schema, problem, text_of

ALLOW_LOOPBACK = "allow_loopback"
"""Context key: http is allowed to loopback hosts (sandbox)."""

_FORBIDDEN = frozenset("\\ \t\r\n") | {chr(code) for code in range(0x20)}

Months = Annotated[int, Field(ge=1, le=120)]
Product = Annotated[str, text_of(64)]


class Terms(Schema):
    """A wish; the lender decides."""

    months: Months | None = None
    product: Product | None = Field(None, description="code of the lender's product")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _read_url(value: Any, info: ValidationInfo) -> str:
    """Return the address as a browser would understand it (WHATWG form, punycode host)."""
    if not isinstance(value, str) or len(value) > 2000 or not _FORBIDDEN.isdisjoint(value):
        raise problem("url")
    try:
        url = Url(value)
    except (UrlError, PydanticCustomError):
        raise problem("url") from None
    if not url.host or url.username is not None or url.password is not None:
        raise problem("url")
    loopback_allowed = (info.context or {}).get(ALLOW_LOOPBACK, False)
    is_sandbox = url.scheme == "http" and loopback_allowed and _is_loopback(url.host)
    if url.scheme != "https" and not is_sandbox:
        raise problem("https")
    return str(url)


WebAddress = Annotated[
    str,
    PlainValidator(_read_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https://", "maxLength": 2000}),
]


class Urls(Schema):
    """Where the borrower's browser is sent; hosts must be on the agency's list."""

    success: WebAddress
    failure: WebAddress
    back: WebAddress | None = None
