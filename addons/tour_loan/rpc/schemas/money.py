"""Money on the wire: ``{"amount": "145000.00", "currency": "RUB"}``, Decimal inside."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from .base import Schema, problem

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?")
_KOPECK = Decimal("0.01")
_TOO_MUCH = Decimal(10) ** 12


def _read_amount(value: Any) -> Decimal:
    """A string of JSON or a Decimal of ours. A JSON number has been a float somewhere,
    so it is refused; so are signs, exponents, spaces and a third decimal place."""
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not 0 <= value < _TOO_MUCH:
        raise problem("money")
    exact = value.quantize(_KOPECK)
    if exact != value:
        raise problem("money")
    return exact


Amount = Annotated[
    Decimal,
    PlainValidator(_read_amount),
    PlainSerializer("{:.2f}".format, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_AMOUNT.pattern}$",
            "description": "decimal string, at most two places, not negative",
            "examples": ["145000.00"],
        }
    ),
]


class Money(Schema):
    """A sum, never negative. In results a bare Decimal is taken for roubles."""

    amount: Amount
    currency: Literal["RUB"]

    @model_validator(mode="before")
    @classmethod
    def _from_decimal(cls, value: Any) -> Any:
        if isinstance(value, Decimal):
            return {"amount": value, "currency": "RUB"}
        return value


def _check_positive(money: Money) -> Money:
    if not money.amount:
        raise problem("not_positive", at=("amount",))
    return money


PositiveMoney = Annotated[Money, AfterValidator(_check_positive)]
