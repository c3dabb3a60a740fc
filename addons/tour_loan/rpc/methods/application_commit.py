"""``application.commit``: the tour is booked, the lender may pay."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ..errors import CoolingOff, NotFound, WrongState
from ..examples import APPLICATION
from ..registry import method
from ..schemas.application import Application, Reference
from ..schemas.base import Date, Schema, text_of


class BookingDocument(Schema):
    """A paper of the booking, by its number; the paper itself stays with the agency."""

    kind: Literal["contract", "voucher", "ticket", "insurance", "invoice", "other"]
    number: Annotated[str, text_of(64)]
    issued_on: Date | None = None


class CommitParams(Reference):
    """Proof of the booking."""

    booking_number: Annotated[str, text_of(64)]
    documents: Annotated[list[BookingDocument], Field(max_length=50)] | None = None


@method(
    "application.commit",
    changes=True,
    errors=(NotFound, WrongState, CoolingOff),
    example={
        "params": {
            "order_number": "SLON-2026-0715",
            "booking_number": "AT-5512087",
            "documents": [{"kind": "contract", "number": "ДТ-118"}],
        },
        "result": {**APPLICATION, "status": "committed", "sequence": 9},
    },
)
def run(agency: Any, params: CommitParams) -> Application:
    """Tell that the tour is booked; the lender pays the agency after that. Possible once
    the application is `ready`; during the cooling-off period the answer is `cooling_off`
    with the time it ends."""
    return agency._rpc_application_commit(params)
