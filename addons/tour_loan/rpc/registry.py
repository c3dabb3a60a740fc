"""The methods the agency may call: one file each in ``methods/``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import RpcError
from .schemas.base import Schema

Run = Callable[..., Any]
"""(agency, params) → result: what the agency's hook returns, checked when serialised."""


@dataclass(frozen=True)
class Method:
    """A callable method and what OpenRPC says of it."""

    name: str
    changes: bool
    params: type[Schema]
    result: type[Schema] | None
    run: Run
    errors: tuple[type[RpcError], ...]
    example: Mapping[str, Any]
    description: str


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    changes: bool = False,
    errors: tuple[type[RpcError], ...] = (),
    example: Mapping[str, Any],
) -> Callable[[Run], Run]:
    """Register ``run(agency, params: Params) -> Result`` under ``name``.

    The two models are read from the annotations (a result that is no Schema is sent as
    it is), the description from the docstring.

    :param changes: it writes, so a repeated ``webhook-id`` must not run it again
    :param errors: own errors it may answer with
    :param example: {"params": …, "result": …} in wire form, shown in OpenRPC
    """

    def register(run: Run) -> Run:
        result = run.__annotations__["return"]
        METHODS[name] = Method(
            name=name,
            changes=changes,
            params=run.__annotations__["params"],
            result=result if issubclass(result, Schema) else None,
            run=run,
            errors=errors,
            example=example,
            description=" ".join((run.__doc__ or "").split()),
        )
        return run

    return register
