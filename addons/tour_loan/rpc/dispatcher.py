"""JSON-RPC 2.0 for single calls: https://www.jsonrpc.org/specification.

``parse`` never raises and ``handle`` raises only what its caller asked to let through, so
an HTTP controller needs neither try nor except.
"""

import logging
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from . import methods, wire  # noqa: F401  (importing `methods` registers them)
from .errors import (
    InternalError,
    InvalidParams,
    InvalidRequest,
    MethodNotFound,
    ParseError,
    Problem,
    RpcError,
)
from .messages import LOCALES
from .problems import problems
from .registry import METHODS, Method
from .schemas.terms import ALLOW_LOOPBACK

_logger = logging.getLogger(__name__)

BODY_LIMIT = 256 * 1024
"""Bytes; the controller answers 413 to more, before it checks anything else."""

_INCIDENT = b'{"jsonrpc":"2.0","error":{"code":-32603,'
_MEMBERS = {"jsonrpc", "method", "params", "id"}


@dataclass(frozen=True)
class Call:
    """One call as it came; ``error`` is set when it cannot even be looked at."""

    method: str = ""
    params: Any = None
    id: str | int | float | None = None
    is_notification: bool = False
    error: RpcError | None = None

    @property
    def changes(self) -> bool:
        """Would it write? Then a repeat must not run again."""
        known = METHODS.get(self.method)
        return bool(known and known.changes)

    @property
    def locale(self) -> str:
        """The language of the answer's messages."""
        return self._asked or LOCALES[0]

    @property
    def message_locale(self) -> str:
        """The language of ``error.message``: JSON-RPC's own words for a call that names
        neither a language nor a method of ours."""
        return self._asked or (LOCALES[0] if self.method in METHODS else "en")

    @property
    def _asked(self) -> str | None:
        asked = self.params.get("locale") if isinstance(self.params, dict) else None
        return asked if isinstance(asked, str) and asked in LOCALES else None


def parse(body: bytes) -> Call:
    """Read one call, a JSON-RPC request."""
    try:
        message = wire.loads(body)
    except ValueError:
        return Call(error=ParseError())
    if not isinstance(message, dict):
        return Call(error=InvalidRequest())
    # Echoed even when the rest is wrong, if it is an id at all (section 5, "id").
    call_id = message.get("id")
    if isinstance(call_id, bool) or not isinstance(call_id, str | int | float | None):
        return Call(error=InvalidRequest())
    unknown = sorted(message.keys() - _MEMBERS)
    if (
        message.get("jsonrpc") != "2.0"
        or not isinstance(message.get("method"), str)
        or not isinstance(message.get("params", {}), dict | list)
        or unknown
    ):
        refused = InvalidRequest(Problem(member[:200], "unknown_field") for member in unknown[:20])
        return Call(id=call_id, params=message.get("params"), error=refused)
    return Call(
        method=message["method"],
        params=message.get("params", {}),
        id=call_id,
        is_notification="id" not in message,
    )


def handle(
    call: Call,
    agency: Any,
    *,
    passthrough: tuple[type[BaseException], ...] = (),
    atomic: Callable[[], AbstractContextManager[Any]] = nullcontext,
    allow_loopback: bool = False,
    logger: logging.Logger = _logger,
) -> bytes | None:
    """Run the call and return the answer's body, or None for a notification.

    :param agency: the record the hooks ``_rpc_…`` are called on
    :param passthrough: exceptions that are the caller's business, e.g. a serialisation
        failure that Odoo retries
    :param atomic: opens what must be undone when the answer is an error (a savepoint)
    :param allow_loopback: let ``urls`` be http on this machine (sandbox)
    :param logger: gets the traceback of an unexpected exception with its incident id
    """
    if call.error:
        return refuse(call, call.error)
    try:
        try:
            with atomic():
                result = _run(call, agency, {ALLOW_LOOPBACK: allow_loopback})
        except RpcError as error:
            return refuse(call, error)
    except passthrough:
        raise
    except Exception:
        incident = uuid.uuid4().hex
        logger.exception("Agency call %r failed, incident %s", call.method, incident)
        return refuse(call, InternalError(incident=incident))
    if call.is_notification:
        return None
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (wire.dumps(call.id), result)


def refuse(call: Call, error: RpcError) -> bytes | None:
    """Return the answer that carries ``error``, or None for a notification."""
    if call.is_notification:
        return None
    # The error before the id: see `is_incident`.
    return wire.dumps(
        {
            "jsonrpc": "2.0",
            "error": error.as_dict(call.locale, call.message_locale),
            "id": call.id,
        }
    )


def is_incident(answer: bytes | None) -> bool:
    """Is this -32603, our own fault? Then it should not be kept as the answer for repeats
    of the call: the next try may succeed."""
    return answer is not None and answer.startswith(_INCIDENT)


def _run(call: Call, agency: Any, context: dict[str, Any]) -> bytes:
    method = METHODS.get(call.method)
    if method is None:
        raise MethodNotFound()
    if not isinstance(call.params, dict):
        raise InvalidParams([Problem("", "by_name")])
    try:
        params = method.params.model_validate(call.params, context=context)
    except ValidationError as error:
        raise InvalidParams(problems(error)) from None
    return _serialise(method, method.run(agency, params))


def _serialise(method: Method, result: Any) -> bytes:
    if method.result is None:
        return wire.dumps(result)
    # Checked as strictly as a request: a hook that forgets a member fails here, in its
    # savepoint, rather than at the agency.
    return method.result.model_validate(result).model_dump_json().encode("utf-8")
