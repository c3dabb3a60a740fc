"""``application.create``: hand an order and its customer over."""

from typing import Any, Self

from pydantic import Field, model_validator

from ..errors import AgencyRule, Limit, OrderConflict
from ..examples import APPLICATION, CREATE
from ..registry import method
from ..schemas.application import Application
from ..schemas.base import Extra, Params, problem
from ..schemas.customer import Customer
from ..schemas.order import Order
from ..schemas.terms import Terms, Urls
from ..schemas.tour import Tour


class CreateParams(Params):
    """An order to lend for."""

    order: Order
    tour: Tour
    customer: Customer
    terms: Terms | None = None
    urls: Urls
    test: bool = Field(False, description="play everything, never reach the lender")
    extra: Extra = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Self:
        # The same day passes: the hour of departure is not always known.
        if self.tour.starts_on < self.order.held_until.date():
            raise problem("departure_before_hold_end", at=("tour", "starts_on"))
        return self


@method(
    "application.create",
    changes=True,
    errors=(OrderConflict, Limit, AgencyRule),
    example={"params": CREATE, "result": APPLICATION},
)
def run(agency: Any, params: CreateParams) -> Application:
    """Create an application, or return the one this order already has. Idempotent by
    (agency, order.number): the same content gives the same application and a live link,
    other content `order_conflict` with the differing paths. An order whose application
    ended without money may be created anew. Send the customer's browser to
    `redirect_url`; opening it consumes nothing, the button on the page does."""
    return agency._rpc_application_create(params)
