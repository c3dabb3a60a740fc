"""``application.change``: another price, advance, tour or hold before signing."""

from typing import Any, Self

from pydantic import model_validator

from ..errors import AgencyRule, Limit, NotFound, WrongState
from ..examples import APPLICATION
from ..registry import method
from ..schemas.application import Application, Reference
from ..schemas.base import problem
from ..schemas.order import OrderChange
from ..schemas.tour import Tour


class ChangeParams(Reference):
    """What is new; what is absent stays."""

    order: OrderChange | None = None
    tour: Tour | None = None

    @model_validator(mode="after")
    def _check_change(self) -> Self:
        new_order = self.order and self.order.model_dump(exclude_none=True)
        if not new_order and not self.tour:
            raise problem("nothing_to_change")
        return self


@method(
    "application.change",
    changes=True,
    errors=(NotFound, WrongState, Limit, AgencyRule),
    example={
        "params": {
            "order_number": "SLON-2026-0715",
            "order": {
                "advance": {
                    "amount": {"amount": "36250.00", "currency": "RUB"},
                    "paid_at": "2026-06-01T13:05:00+03:00",
                }
            },
        },
        "result": APPLICATION,
    },
)
def run(agency: Any, params: ChangeParams) -> Application:
    """Change the order before it is signed: price, advance (also to top up after a smaller
    approval), hold, items, or the tour as a whole. After an approval the lender decides
    anew, unless the loan gets smaller within the offer."""
    return agency._rpc_application_change(params)
