"""The agency's order: what it sells, for how much, what was paid, how long it holds."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Schema, Time, problem, text_of
from .money import PositiveMoney

OrderNumber = Annotated[str, text_of(64)]


class Advance(Schema):
    """What the customer already paid to the agency."""

    amount: PositiveMoney
    paid_at: Time
    receipt_number: Annotated[str, text_of(64)] | None = None


class Item(Schema):
    """One line of the order."""

    name: Annotated[str, text_of(255)]
    kind: Literal["tour", "insurance", "visa", "transfer", "other"]
    price: PositiveMoney


Items = Annotated[list[Item], Field(max_length=100)]


def check_advance(price: PositiveMoney | None, advance: Advance | None) -> None:
    """Refuse an advance that leaves nothing to lend."""
    if price and advance and advance.amount.amount >= price.amount:
        raise problem("advance_not_below_price", at=("advance", "amount", "amount"))


class Order(Schema):
    """A tour order as the agency numbers it."""

    number: OrderNumber = Field(description="the agency's own, the key of idempotency")
    price: PositiveMoney = Field(description="of the whole order, the advance included")
    advance: Advance
    held_until: Time = Field(description="the agency keeps the tour and its price till then")
    items: Items | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_advance(self.price, self.advance)
        return self


class OrderChange(Schema):
    """The parts of an order that may change before signing; what is absent stays."""

    price: PositiveMoney | None = None
    advance: Advance | None = None
    held_until: Time | None = None
    items: Items | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_advance(self.price, self.advance)
        return self
