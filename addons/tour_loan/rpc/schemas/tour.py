"""The tour: where, when, who flies. No travel documents: they are not needed here."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from .base import Date, Schema, Time, problem, text_of

_LATIN = re.compile(r"[A-Za-z'.-][A-Za-z '.-]*")


def _check_latin(name: str) -> str:
    if not _LATIN.fullmatch(name):
        raise problem("latin")
    return name


LatinName = Annotated[
    str,
    text_of(64),
    AfterValidator(_check_latin),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 64,
            "pattern": f"^{_LATIN.pattern}$",
            "description": "in Latin letters, as in the passport for travel",
        }
    ),
]


class Operator(Schema):
    """The tour operator."""

    name: Annotated[str, text_of(255)]
    registry_number: Annotated[str, text_of(32)] | None = Field(
        None, description="in the federal register of tour operators"
    )


class Hotel(Schema):
    """Where they stay. The words are the agency's own."""

    name: Annotated[str, text_of(255)]
    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    room: Annotated[str, text_of(128)] | None = None
    meal: Annotated[str, text_of(64)] | None = None
    placement: Annotated[str, text_of(64)] | None = None


class Flight(Schema):
    """One flight."""

    number: Annotated[str, text_of(16)]
    from_: Annotated[str, text_of(64)] = Field(
        alias="from", description="airport, IATA code or name"
    )
    to: Annotated[str, text_of(64)] = Field(description="airport, IATA code or name")
    departs_at: Time
    arrives_at: Time

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.arrives_at <= self.departs_at:
            raise problem("arrival_before_departure", at=("arrives_at",))
        return self


class Tourist(Schema):
    """One traveller."""

    last_name: LatinName
    first_name: LatinName
    is_borrower: bool | None = None
    birth_date: Date | None = None


def _check_borrower(tourists: list[Any]) -> list[Any]:
    if sum(bool(tourist.is_borrower) for tourist in tourists) > 1:
        raise problem("several_borrowers")
    return tourists


class Tour(Schema):
    """What is bought."""

    operator: Operator | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
    resort: Annotated[str, text_of(128)] | None = None
    hotel: Hotel | None = None
    departure_city: Annotated[str, text_of(128)] | None = None
    starts_on: Date
    nights: Annotated[int, Field(ge=1, le=365)]
    flights: Annotated[list[Flight], Field(max_length=20)] | None = None
    tourists: Annotated[
        list[Tourist],
        Field(min_length=1, max_length=50),
        AfterValidator(_check_borrower),
    ]
