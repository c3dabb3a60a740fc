"""The calculator's answer."""

from pydantic import Field

from .application import Preview
from .base import Schema
from .money import Money


class Quote(Schema):
    """Previews for every term the product allows, the shortest first."""

    amount: Money = Field(description="of the loan: price minus advance")
    previews: list[Preview]
