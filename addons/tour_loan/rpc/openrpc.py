"""The OpenRPC 1.3 document (https://spec.open-rpc.org) made of the registered methods."""

from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from . import errors, methods  # noqa: F401  (importing `methods` registers them)
from .examples import ACTUALIZE, ACTUALIZED, CALLBACK
from .messages import text
from .registry import METHODS, Method
from .schemas.events import ActualizeRequest, ActualizeResponse, Callback

VERSION = "1.0.0"
PATH = "/tour_loan/v1/rpc"
_REFERENCE = "#/components/schemas/{model}"

_DESCRIPTION = """\
Loans for tour orders. One JSON-RPC 2.0 request a call (no batches), parameters by name,
UTF-8, at most 256 KiB. Every JSON-RPC answer is HTTP 200; 401 is a refused signature or an
unknown agency; 413, 415, 429 and 503 mean what they say, the last two with `Retry-After`.

Every message, both ways, is signed the Standard Webhooks way: `webhook-id`,
`webhook-timestamp` (Unix seconds, ±300 s) and `webhook-signature` (`v1,` and base64 of
HMAC-SHA256 over `id.timestamp.body`; several, separated by spaces, while a secret is being
rotated). Use a published `standardwebhooks` library with your `whsec_…` secret. Calls also
carry `x-agency` with your code.

A changing method repeated with the same `webhook-id` and body within 24 hours gets the
first answer again; with another body, -32600. So: on a time-out send the very same request
again, newly signed, under the same id.

Amounts are decimal strings, never JSON numbers. Unknown fields are refused with their path;
put what is yours into `extra`. Times have an offset. `data.code` of an error and `code` of
each of `data.errors` are stable, messages are not.

The members `x-callbacks` and `x-questions` describe what we send to you.
"""


@lru_cache(maxsize=8)
def document(base_url: str = "") -> dict[str, Any]:
    """Return the document; treat it as read-only.

    :param base_url: scheme and host of the server, e.g. ``https://cabinet.example``;
        without it the address is relative
    """
    names, schemas = _schemas()
    return {
        "openrpc": "1.3.2",
        "info": {
            "title": "Tour loans: agency API",
            "version": VERSION,
            "description": _DESCRIPTION,
        },
        "servers": [{"name": "cabinet", "url": base_url.rstrip("/") + PATH}],
        "methods": [_method(method, names, schemas) for _name, method in sorted(METHODS.items())],
        "x-callbacks": {
            "application": {
                "description": "POST to your URL, one per change, in the order of "
                "`data.sequence`; answer 2xx within 5 s, else it is repeated for 3 days "
                "under the same `webhook-id`. 410 switches the endpoint off.",
                "body": names[Callback, "serialization"],
                "example": CALLBACK,
            }
        },
        "x-questions": {
            "order.actualize": {
                "description": "POST to your `actualize_url` before the borrower signs, if "
                "you gave one; answer within 5 s.",
                "body": names[ActualizeRequest, "serialization"],
                "answer": names[ActualizeResponse, "validation"],
                "examples": [ACTUALIZE, ACTUALIZED],
            }
        },
        "components": {"schemas": schemas},
    }


def _schemas() -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return ({(model, mode): {"$ref": …}}, components)."""
    models: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        (ActualizeRequest, "serialization"),
        (ActualizeResponse, "validation"),
        (Callback, "serialization"),
    ]
    for method in METHODS.values():
        models.append((method.params, "validation"))
        if method.result:
            models.append((method.result, "serialization"))
    names, definitions = models_json_schema(models, ref_template=_REFERENCE)
    return names, definitions["$defs"]


def _method(method: Method, names: dict[Any, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    reference = names[method.params, "validation"]["$ref"]
    params = schemas[reference.rsplit("/", 1)[1]]
    required = params.get("required", [])
    known: tuple[type[errors.RpcError], ...] = (*errors.STANDARD, *method.errors)
    described = {
        "name": method.name,
        "summary": method.description.partition(".")[0] + ".",
        "description": method.description,
        "paramStructure": "by-name",
        # Required ones first, as OpenRPC wants it.
        "params": [
            {"name": name, "required": name in required, "schema": schema}
            for name, schema in sorted(
                params["properties"].items(), key=lambda item: item[0] not in required
            )
        ],
        "result": {
            "name": method.result.__name__ if method.result else "document",
            "schema": names[method.result, "serialization"] if method.result else {},
        },
        "errors": [
            {
                "code": error.code,
                "message": text(error.name, "en"),
                "data": error.__doc__,
            }
            for error in known
        ],
        "x-changes": method.changes,
    }
    if "result" in method.example:
        described["examples"] = [_example(method)]
    return described


def _example(method: Method) -> dict[str, Any]:
    return {
        "name": method.name,
        "params": [
            {"name": name, "value": value} for name, value in method.example["params"].items()
        ],
        "result": {"name": "result", "value": method.example["result"]},
    }
