"""``calculator.quote``: what a loan would cost a month, for the tour's page."""

from typing import Any, Self

from pydantic import model_validator

from ..errors import AgencyRule, Limit
from ..examples import QUOTE
from ..registry import method
from ..schemas.base import Date, Params, problem
from ..schemas.money import Money, PositiveMoney
from ..schemas.quote import Quote
from ..schemas.terms import Months, Product


class QuoteParams(Params):
    """Price and advance; with ``months`` just that term."""

    price: PositiveMoney
    advance: Money
    months: Months | None = None
    starts_on: Date | None = None
    product: Product | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.advance.amount >= self.price.amount:
            raise problem("advance_not_below_price", at=("advance", "amount"))
        return self


@method(
    "calculator.quote",
    errors=(Limit, AgencyRule),
    example={
        "params": {
            "price": {"amount": "145000.00", "currency": "RUB"},
            "advance": {"amount": "14500.00", "currency": "RUB"},
        },
        "result": QUOTE,
    },
)
def run(agency: Any, params: QuoteParams) -> Quote:
    """Preview monthly payments for every term the lender's product allows. Writes nothing
    and is fast; the lender's own offer decides in the end."""
    return agency._rpc_calculator_quote(params)
