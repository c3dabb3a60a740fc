"""Bodies of our own messages to the agency, and the reading of its answer."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from . import wire
from .schemas.events import (
    Actualized,
    ActualizeParams,
    ActualizeRequest,
    ActualizeResponse,
    Callback,
)


class NoAnswer(Exception):
    """The agency's answer cannot be used; the agency's setting says what then."""


def callback_body(kind: str, changed_at: datetime, application: dict[str, Any]) -> bytes:
    """Return the body of one callback.

    :param kind: e.g. ``application.approved``
    :param application: the same dict the hooks return
    """
    return _json(
        Callback.model_validate({"type": kind, "timestamp": changed_at, "data": application})
    )


def test_body(now: datetime) -> bytes:
    """Return the body of a callback that only tries the connection."""
    return wire.dumps({"type": "test", "timestamp": wire.time_text(now), "data": {}})


def actualize_body(message_id: str, order_number: str, price: Decimal) -> bytes:
    """Return the body of ``order.actualize``; ``message_id`` is also the JSON-RPC id."""
    params = ActualizeParams.model_validate({"order_number": order_number, "amount": price})
    return _json(
        ActualizeRequest(jsonrpc="2.0", id=message_id, method="order.actualize", params=params)
    )


def actualize_answer(message_id: str, body: bytes) -> Actualized:
    """Return what the agency said.

    :raises NoAnswer: an error, a broken answer or an answer to something else
    """
    try:
        response = ActualizeResponse.model_validate(wire.loads(body))
    except (ValueError, ValidationError):
        raise NoAnswer() from None
    if response.id != message_id:
        raise NoAnswer()
    return response.result


def _json(message: BaseModel) -> bytes:
    return message.model_dump_json().encode("utf-8")
