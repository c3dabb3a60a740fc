"""One outgoing record through all calls of its operation."""

from dataclasses import fields, replace
from typing import Any

from . import dto
from .answers import NotFound
from .calling import Caller
from .errors import BusinessError, FormatError
from .mapping import values_of
from .memory import Directory
from .operations import Call, Operation

DONE = "calls"


class Sender:
    """Sends by one operation of a profile."""

    def __init__(self, caller: Caller, operation: Operation, directory: Directory):
        self._caller, self._operation, self._directory = caller, operation, directory

    def send(self, record: Any, progress: dict[str, Any]) -> dto.Accepted:
        """Make the calls that ``progress`` does not know as done, in order.

        ``progress``: {"calls": how many succeeded, "number", "repeated", "taken"}.
        """
        record = self._with_numbers(record)
        calls = (self._operation.call, *self._operation.steps)
        for number, call in enumerate(calls):
            if progress.get(DONE, 0) > number:
                continue
            accepted = self._one(call, record, progress)
            if number == 0:
                progress["number"], progress["repeated"] = accepted.number, accepted.repeated
            progress[DONE] = number + 1
            progress.pop("rows", None)
        return dto.Accepted(number=progress["number"], repeated=progress["repeated"])

    def _one(self, call: Call, record: Any, progress: dict[str, Any]) -> dto.Accepted:
        known = {**values_of(record), **progress.get("taken", {})}
        if progress.get("number") and known.get("accounting_number") is None:
            known["accounting_number"] = progress["number"]
            if hasattr(record, "accounting_number"):
                record = replace(record, accounting_number=progress["number"])
        if call.each is None:
            return self._call(call, record, known, progress)
        accepted = dto.Accepted()
        for index, row in enumerate(getattr(record, call.each)):
            if progress.get("rows", 0) > index:
                continue
            accepted = self._call(call, row, known, progress)
            progress["rows"] = index + 1
        return accepted

    def _call(
        self, call: Call, record: Any, known: dict[str, Any], progress: dict[str, Any]
    ) -> dto.Accepted:
        caller = self._caller
        try:
            document, reply = caller.call(call, record, known)
        except NotFound:
            raise BusinessError("there is no such record") from None
        accepted = caller.judge.accepted(call, document, reply.status)
        progress["taken"] = {**progress.get("taken", {}), **caller.judge.taken(call, document)}
        return accepted

    def _with_numbers(self, record: Any) -> Any:
        """Fill in 1C's own numbers where this operation tells them."""
        own = {one.name for one in fields(record)}
        wanted = set(self._operation.call.mapped | self._operation.call.named)
        for step in self._operation.steps:
            wanted |= step.mapped | step.named
        uid = getattr(record, "application_uid", None) or record.uid
        for field, kind in (("accounting_number", "applications"), ("loan_number", "contracts")):
            if field in own & wanted and getattr(record, field) is None:
                number = self._directory.numbers(kind, [uid]).get(uid)
                whose = wanted & {"uid", "application_uid", "order_number", "number"}
                if number is None and not whose:
                    raise FormatError(f"{field}: 1C's number is not known yet")
                record = replace(record, **{field: number})
        return record
