"""What a call can be answered with instead of a result.

Codes -32700…-32603 are JSON-RPC 2.0 section 5.1; -32001…-32006 are ours. Every
class carries its code, its stable name (``data.code``) and whatever ``data`` the
agency's program needs; texts come from ``messages.py`` in the caller's language.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .messages import FIELDS, text


@dataclass(frozen=True)
class Problem:
    """One wrong field: ``path`` as ``tour.tourists[0].last_name``, a stable ``code`` of
    ``messages.FIELDS``, and the ``values`` its message names (strings or numbers)."""

    path: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in FIELDS:
            raise ValueError(f"No message for {self.code!r}")

    def as_dict(self, locale: str) -> dict[str, str]:
        """Return the wire form {path, code, message}."""
        return {
            "path": self.path,
            "code": self.code,
            "message": text(self.code, locale, self.values),
        }


class RpcError(Exception):
    """Base of every error that is answered. Raise a subclass, never this one.

    :param problems: the fields at fault, each answered in ``data.errors``
    :param data: further members of ``error.data``
    """

    code: int
    name: str

    def __init__(self, problems: Iterable[Problem] = (), **data: Any):
        super().__init__(self.name)
        self.problems = tuple(problems)
        self.data = data

    def as_dict(self, locale: str, message_locale: str = "") -> dict[str, Any]:
        """Return the JSON-RPC error object {code, message, data}.

        :param message_locale: of ``message``, if it is another than that of the fields
        """
        data = {"code": self.name, **self.data}
        if self.problems:
            data["errors"] = [problem.as_dict(locale) for problem in self.problems]
        return {
            "code": self.code,
            "message": text(self.name, message_locale or locale),
            "data": data,
        }


class ParseError(RpcError):
    """The body is not JSON as RFC 8259 has it, in UTF-8, without duplicate keys."""

    code, name = -32700, "parse_error"


class InvalidRequest(RpcError):
    """JSON, but not one JSON-RPC 2.0 request."""

    code, name = -32600, "invalid_request"


class MethodNotFound(RpcError):
    """No method of that name."""

    code, name = -32601, "method_not_found"


class InvalidParams(RpcError):
    """The parameters break the schema; ``errors`` say where."""

    code, name = -32602, "invalid_params"


class InternalError(RpcError):
    """Our fault. ``data.incident`` finds it in the log; nothing else leaves the server."""

    code, name = -32603, "internal_error"


class NotFound(RpcError):
    """This agency has no such application."""

    code, name = -32001, "not_found"


class OrderConflict(RpcError):
    """The order number is taken by other content.

    :param paths: where the contents differ, e.g. ``["order.price.amount"]``
    :param application_id: uuid of the application that holds the number
    """

    code, name = -32002, "order_conflict"

    def __init__(self, paths: list[str], application_id: str):
        problems = [Problem(path, "differs") for path in paths]
        super().__init__(problems, application_id=application_id)


class WrongState(RpcError):
    """The application's present ``status`` does not allow this."""

    code, name = -32003, "wrong_state"

    def __init__(self, status: str):
        super().__init__(status=status)


class CoolingOff(RpcError):
    """Signed, but the pause the law prescribes is not over.

    :param until: aware datetime (or Odoo's naive UTC) it ends at
    :param seconds_left: whole seconds till then
    """

    code, name = -32004, "cooling_off"

    def __init__(self, until: datetime, seconds_left: int):
        super().__init__(until=until, seconds_left=seconds_left)


class Limit(RpcError):
    """The loan is outside what the lender's product allows (sum, term)."""

    code, name = -32005, "limit"


class AgencyRule(RpcError):
    """Against what was agreed with the agency: its least advance, its own limits of a loan,
    a hold too short, a foreign host."""

    code, name = -32006, "agency_rule"


OWN = (NotFound, OrderConflict, WrongState, CoolingOff, Limit, AgencyRule)
STANDARD = (ParseError, InvalidRequest, MethodNotFound, InvalidParams, InternalError)
