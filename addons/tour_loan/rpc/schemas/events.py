"""What we send to the agency: callbacks, and the question whether the order still stands."""

from typing import Annotated, Literal

from pydantic import Field

from .application import Application
from .base import Schema, Time
from .money import Money, PositiveMoney
from .order import OrderNumber


class Callback(Schema):
    """The Standard Webhooks envelope of every change of an application."""

    type: Annotated[str, Field(pattern=r"^application\.[a-z_]+$")] = Field(
        description="`application.<status>`, or `application.updated` when the status stays"
    )
    timestamp: Time = Field(description="of the change")
    data: Application


class ActualizeParams(Schema):
    """Is the order still available, at this price? Asked before the borrower signs."""

    order_number: OrderNumber
    amount: Money = Field(description="the price of the whole order, as we know it")


class ActualizeRequest(Schema):
    """The signed JSON-RPC call to the agency's ``actualize_url``."""

    jsonrpc: Literal["2.0"]
    id: str
    method: Literal["order.actualize"]
    params: ActualizeParams


class Actualized(Schema):
    """The agency's answer, the JSON-RPC ``result``."""

    available: bool
    price: PositiveMoney | None = Field(None, description="today's, if it has changed")
    valid_until: Time | None = Field(None, description="until when the answer holds")


class ActualizeResponse(Schema):
    """The agency's JSON-RPC answer; an answer with ``error`` counts as none."""

    jsonrpc: Literal["2.0"]
    id: str
    result: Actualized
