"""``rpc.discover``: the OpenRPC service discovery method."""

from typing import Any

from ..registry import method
from ..schemas.base import Params


class DiscoverParams(Params):
    """Nothing is needed."""


@method("rpc.discover", example={"params": {}})
def run(agency: Any, params: DiscoverParams) -> dict[str, Any]:
    """Return this OpenRPC document."""
    # Imported late: the document is made of all methods, this one among them.
    from ..openrpc import document

    return document(agency.get_base_url())
