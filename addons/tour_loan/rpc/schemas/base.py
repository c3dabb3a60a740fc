"""What every schema is made of: the base class and the scalar types.

Input comes from JSON already parsed by ``wire.loads``; results come from models as plain
dicts that may hold Decimal, date and datetime. Each type accepts both forms and has one
wire form.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import GroupedMetadata
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ...rules import identity
from ..wire import time_text


def problem(code: str, at: tuple[str, ...] = (), **values: Any) -> PydanticCustomError:
    """Return the error to raise in a validator.

    :param code: of ``messages.SHAPES``
    :param at: members below the place being validated, e.g. ("advance", "amount")
    :param values: what the message names
    """
    return PydanticCustomError(code, code, {"at": at, **values})


class Schema(BaseModel):
    """No coercion, no unknown members, immutable; values never appear in a traceback."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        serialize_by_alias=True,
    )


class Params(Schema):
    """Base of every method's parameters."""

    locale: Literal["ru", "en"] | None = Field(
        None, description="language of error messages, `ru` unless told"
    )


@dataclass(frozen=True, eq=False)  # a key of caches by identity
class Scalar(GroupedMetadata):
    """Makes an annotated type one with one reader, one wire form and its JSON schema."""

    read: Callable[[Any], Any]
    write: Callable[[Any], str]
    schema: dict[str, Any]

    def __iter__(self) -> Iterator[object]:
        yield PlainValidator(self.read)
        yield PlainSerializer(self.write, return_type=str, when_used="json")
        yield WithJsonSchema(self.schema)


def text_of(longest: int) -> StringConstraints:
    """Make a ``str`` one line of text, 1…``longest`` characters, outer blanks cut."""
    return StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=longest,
        pattern=r"^[^\x00-\x1f\x7f]*$",
    )


# -- times ---------------------------------------------------------------------------

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
# A year outside is a typing mistake, and could not be moved to another zone anyway.
_YEARS = range(1900, 2200)


def _read_date(value: Any) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise problem("date") from None
    if type(value) is not date or value.year not in _YEARS:
        raise problem("date")
    return value


def _read_time(value: Any) -> datetime:
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise problem("time") from None
    if not isinstance(value, datetime) or value.year not in _YEARS:
        raise problem("time")
    # Only a model can hand over a naive datetime, and Odoo's are UTC.
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


Date = Annotated[
    date,
    Scalar(
        _read_date,
        date.isoformat,
        {"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"},
    ),
]
Time = Annotated[
    datetime,
    Scalar(
        _read_time,
        time_text,
        {
            "type": "string",
            "format": "date-time",
            "pattern": f"^{_TIME.pattern}$",
            "description": "ISO 8601 with an offset; answers are in UTC",
        },
    ),
]

# -- percents ------------------------------------------------------------------------

_THOUSANDTH = Decimal("0.001")


def _read_percent(value: Any) -> Decimal:
    if not isinstance(value, Decimal | str):
        raise problem("wrong_type", expected="string")
    try:
        number = Decimal(value)
        exact = number.quantize(_THOUSANDTH)
    except ArithmeticError:
        raise problem("wrong_format") from None
    if exact != number or not 0 <= number < 10_000:
        raise problem("wrong_format")
    return exact


Percent = Annotated[
    Decimal,
    Scalar(
        _read_percent,
        "{:.3f}".format,
        {
            "type": "string",
            "pattern": r"^[0-9]{1,4}\.[0-9]{3}$",
            "description": "per cent a year, three decimal places",
        },
    ),
]

# -- people and machines -------------------------------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise problem("wrong_type", expected="string")
    return value.strip()


def _read_phone(value: Any) -> str:
    written = _string(value)
    if identity.check_phone(written):
        raise problem("phone")
    return identity.normal_phone(written)


def _read_email(value: Any) -> str:
    written = identity.normal_email(_string(value))
    if identity.check_email(written):
        raise problem("email")
    return written


def _read_ip(value: Any) -> str:
    try:
        return str(ipaddress.ip_address(_string(value)))
    except ValueError:
        raise problem("ip") from None


def _read_uuid(value: Any) -> str:
    written = _string(value)
    if not _UUID.fullmatch(written):
        raise problem("uuid")
    return written.lower()


Phone = Annotated[
    str,
    Scalar(
        _read_phone,
        str,
        {
            "type": "string",
            "pattern": f"^{identity.PHONE_PATTERN}$",
            "description": "Russian mobile number, E.164; local spellings are normalised",
            "examples": ["+79161234567", "8 (916) 123-45-67"],
        },
    ),
]
Email = Annotated[
    str, Scalar(_read_email, str, {"type": "string", "format": "email", "maxLength": 254})
]
IpAddress = Annotated[
    str, Scalar(_read_ip, str, {"type": "string", "description": "IPv4 or IPv6 address"})
]
ApplicationId = Annotated[
    str,
    Scalar(
        _read_uuid,
        str,
        {"type": "string", "format": "uuid", "pattern": f"^{_UUID.pattern}$"},
    ),
]


def _check_extra(value: dict[str, str]) -> dict[str, str]:
    for key, content in value.items():
        if "\x00" in key or "\x00" in content:
            # PostgreSQL cannot hold it.
            raise problem("wrong_format", at=(key,))
    return value


Extra = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=64)],
        Annotated[str, StringConstraints(max_length=500)],
    ],
    Field(max_length=20, description="anything of the agency's own: kept and returned"),
    AfterValidator(_check_extra),
]
