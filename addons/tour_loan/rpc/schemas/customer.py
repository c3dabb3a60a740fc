"""The customer as far as the agency knows him: it prefills the questionnaire."""

import re
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from .base import Date, Email, IpAddress, Phone, Scalar, Schema, Time, problem, text_of


def _digits(code: str, pattern: str, form: str, shown: str) -> Scalar:
    """Make a ``str`` a number of a document.

    :param code: the error's code
    :param pattern: what is accepted, with groups
    :param form: what is kept, as ``re.Match.expand`` takes it
    :param shown: the pattern of the kept form, for the JSON schema
    """
    accepted = re.compile(pattern)

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise problem("wrong_type", expected="string")
        match = accepted.fullmatch(value.strip())
        if not match:
            raise problem(code)
        return match.expand(form)

    return Scalar(read, str, {"type": "string", "pattern": f"^{shown}$"})


Series = Annotated[str, _digits("passport_series", r"([0-9]{2}) ?([0-9]{2})", r"\1\2", "[0-9]{4}")]
Number = Annotated[str, _digits("passport_number", r"([0-9]{6})", r"\1", "[0-9]{6}")]
DivisionCode = Annotated[
    str, _digits("division_code", r"([0-9]{3})-?([0-9]{3})", r"\1-\2", "[0-9]{3}-[0-9]{3}")
]


class Passport(Schema):
    """The Russian internal passport, or what is known of it."""

    series: Series | None = Field(None, description="four digits, a space between is fine")
    number: Number | None = Field(None, description="six digits")
    issued_on: Date | None = None
    division_code: DivisionCode | None = Field(None, description="770-001")
    issued_by: Annotated[str, text_of(500)] | None = Field(None, description="as in the passport")


class Consent(Schema):
    """Proof that the customer let the agency pass his data on (152-FZ article 6)."""

    given_at: Time = Field(description="when he ticked it himself")
    ip: IpAddress = Field(description="his address then, IPv4 or IPv6")
    text_version: Annotated[str, text_of(64)] = Field(description="which wording he agreed to")


class Customer(Schema):
    """Anything the agency knows; the borrower checks and completes it himself."""

    phone: Phone = Field(description="Russian mobile, +79161234567; codes are sent there")
    email: Email | None = None
    last_name: Annotated[str, text_of(100)] | None = Field(
        None, description="Cyrillic, as in the passport"
    )
    first_name: Annotated[str, text_of(100)] | None = None
    middle_name: Annotated[str, text_of(100)] | None = Field(
        None, description="absent if he has none"
    )
    birth_date: Date | None = None
    passport: Passport | None = Field(None, description="the Russian one, see below")
    registration_address: Annotated[str, text_of(500)] | None = Field(
        None, description="in one line, as in the passport"
    )
    consent: Consent | None = Field(
        None, description="required as soon as more than phone and e-mail is sent"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        told = {name for name in self.model_fields_set if getattr(self, name) is not None}
        if told - {"phone", "email", "consent"} and not self.consent:
            raise problem("consent_required", at=("consent",))
        return self
