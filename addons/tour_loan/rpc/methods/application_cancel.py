"""``application.cancel``: the tour will not be bought."""

from typing import Annotated, Any

from ..errors import NotFound, WrongState
from ..examples import APPLICATION
from ..registry import method
from ..schemas.application import Application, Reference
from ..schemas.base import text_of


class CancelParams(Reference):
    """Which application and why."""

    reason: Annotated[str, text_of(500)]


@method(
    "application.cancel",
    changes=True,
    errors=(NotFound, WrongState),
    example={
        "params": {"order_number": "SLON-2026-0715", "reason": "The hotel is sold out"},
        "result": {**APPLICATION, "status": "cancelled", "decline_code": "agency"},
    },
)
def run(agency: Any, params: CancelParams) -> Application:
    """Cancel: at once before `committed`; afterwards it is a request to the lender, shown
    in `requests` until he confirms it."""
    return agency._rpc_application_cancel(params)
