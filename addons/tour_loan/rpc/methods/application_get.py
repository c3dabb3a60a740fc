"""``application.get``: one application as it stands."""

from typing import Any

from ..errors import NotFound
from ..examples import APPLICATION
from ..registry import method
from ..schemas.application import Application, Reference


class GetParams(Reference):
    """Which application."""


@method(
    "application.get",
    errors=(NotFound,),
    example={"params": {"order_number": "SLON-2026-0715"}, "result": APPLICATION},
)
def run(agency: Any, params: GetParams) -> Application:
    """Return an application, by `application_id` or by `order_number` (the latest one of
    that order)."""
    return agency._rpc_application_get(params)
