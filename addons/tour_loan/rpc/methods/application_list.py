"""``application.list``: everything that changed, page by page."""

from typing import Annotated, Any

from pydantic import Field

from ..examples import APPLICATION
from ..registry import method
from ..schemas.application import Application
from ..schemas.base import Params, Schema, Time, text_of


class ListParams(Params):
    """Where to start and how much to take."""

    updated_since: Time | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, text_of(500)] | None = Field(
        None, description="of an earlier answer; it remembers `updated_since`"
    )


class ListResult(Schema):
    """One page."""

    items: list[Application]
    next_cursor: str | None = Field(
        None, description="pass it as `cursor` for the next page; null on the last one"
    )
    resume_cursor: str | None = Field(
        None,
        description="keep it from the last page: as `cursor` of the next reconcile it gives "
        "just what has changed since, with nothing missed",
    )


@method(
    "application.list",
    example={
        "params": {"updated_since": "2026-06-01T00:00:00+03:00", "limit": 100},
        "result": {
            "items": [APPLICATION],
            "next_cursor": None,
            "resume_cursor": "MTA0Mg",
        },
    },
)
def run(agency: Any, params: ListParams) -> ListResult:
    """Return the agency's applications in the order they changed: the bulk reconcile.
    Complete even while others write: a change still being written is left for a later
    page, never skipped. An application that changes meanwhile may come twice; the greater
    `sequence` is the later."""
    return agency._rpc_application_list(params)
