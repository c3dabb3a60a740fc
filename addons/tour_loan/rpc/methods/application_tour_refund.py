"""``application.tour_refund``: the agency gives the price of the tour back."""

from typing import Annotated, Any

from pydantic import Field

from ..errors import AgencyRule, NotFound, WrongState
from ..examples import APPLICATION
from ..registry import method
from ..schemas.application import Application, Reference
from ..schemas.base import text_of
from ..schemas.money import PositiveMoney


class TourRefundParams(Reference):
    """How much, and on what papers."""

    amount: PositiveMoney | None = Field(None, description="absent: all that was paid out")
    document_numbers: Annotated[
        list[Annotated[str, text_of(64)]], Field(min_length=1, max_length=20)
    ]
    reason: Annotated[str, text_of(500)] | None = None


@method(
    "application.tour_refund",
    changes=True,
    errors=(NotFound, WrongState, AgencyRule),
    example={
        "params": {
            "order_number": "SLON-2026-0715",
            "amount": {"amount": "40000.00", "currency": "RUB"},
            "document_numbers": ["ВЗ-77"],
        },
        "result": {**APPLICATION, "status": "funded", "sequence": 12},
    },
)
def run(agency: Any, params: TourRefundParams) -> Application:
    """After `funded`: return the whole price of the tour or a part of it to the lender. It
    is a merchant refund, never a repayment of the borrower's; shown in `requests` until
    the lender confirms it."""
    return agency._rpc_application_tour_refund(params)
