"""What a profile has to say: only what nothing can be done without."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from . import dto
from .places import Shape, Wrong, is_required

if TYPE_CHECKING:
    from .operations import Call, Operation

# operation → the record it sends, or the rows it answers with
SENDS = {
    "load_application": "application",
    "change_application": "application",
    "cancel_application": "cancel",
    "sign_contract": "signature",
    "commit_application": "commit",
    "tour_refund": "tour_refund",
    "load_payment": "payment",
    "reverse_payment": "reversal",
}
READS = {
    "get_applications": "application_state",
    "changed_applications": "application_state",
    "get_payments": "booked_payment",
    "changed_payments": "booked_payment",
    "get_contracts": "contract",
    "changed_contracts": "contract",
}
LISTS: Mapping[str, Collection[str] | None] = {
    "application_status": {
        "in_review", "needs_data", "approved", "declined", "signed", "ready",
        "committed", "funded", "annulled", "cancelled",
        "stopped",
    },
    "needs": None,
    "decline_code": {"lender", "self_ban", "identity", "limits", "agency", "borrower"},
    "loan_status": {"pending", "active", "overdue", "closed", "annulled", "ceded", "court"},
    "payment_status": {"booked", "waiting", "reversed", "refused"},
}  # fmt: skip
# Of what is sent: one of each group has to get there.
_WHOSE = ("uid", "accounting_number", "loan_number", "number", "order_number", "application_uid")
SENT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "application": (("uid", "number"), ("amount",)),
    "cancel": (_WHOSE,),
    "signature": (_WHOSE,),
    "commit": (_WHOSE,),
    "tour_refund": (_WHOSE, ("amount", "full")),
    "payment": (("loan_number",), ("amount",)),
    "reversal": (("payment_uid", "uid"),),
}
# Required by the record, and yet to be had without a key: what `reading` fills in.
FILLED = {
    "application_state": {"uid"},
    "contract": {"as_of"},
    "offer": {"psk_amount", "monthly_payment"},
}


class Demands:
    """Checks compiled operations; ``shapes``: the common ones."""

    def __init__(self, operations: Mapping[str, "Operation"], shapes: Mapping[str, Shape]):
        self.operations, self.shapes = operations, shapes

    def check(self) -> None:
        """:raises Wrong: something is missing that nothing can be done without"""
        for name, operation in self.operations.items():
            if operation.instead:
                continue
            if name in SENDS:
                self._sent(name, operation)
            else:
                self._read(name, operation, READS[name])

    def _sent(self, name: str, operation: "Operation") -> None:
        record = SENDS[name]
        named = operation.call.named | {n for step in operation.steps for n in step.named}
        for calls in (operation.call, *operation.steps):
            if record in calls.shapes:
                named |= calls.shapes[record].mapped
        for group in SENT[record]:
            if not named & set(group):
                raise Wrong(
                    ("keys", record),
                    f"{name} has to tell {' or '.join(group)}",
                )

    def _read(self, name: str, operation: "Operation", record: str) -> None:
        call = operation.call
        if record not in call.shapes:
            raise Wrong(("keys", record), f"is missing: {name} reads such rows")
        if call.answer.rows is None:
            raise Wrong(("operations", name, "answer", "rows"), "is missing: where do rows stand?")
        self._row(call, record, ("operations", name))
        shape = call.shapes[record]
        if record == "application_state" and not shape.mapped & {"uid", "number"}:
            raise Wrong(("keys", record, "uid"), "is missing, and number too: whose row is it?")

    def _row(self, call: "Call", record: str, way: tuple[str | int, ...]) -> None:
        shape = call.shapes[record]
        for one in fields(dto.RECORDS[record]):
            if is_required(one) and one.name not in shape.mapped | FILLED.get(record, set()):
                raise Wrong(
                    ("keys", record, one.name),
                    'is missing: no row can be read without it; a constant is {"default": …}',
                )
        for spot in shape.spots:
            if spot.record:
                if spot.record not in call.shapes:
                    raise Wrong(("keys", spot.record), f"is missing: {record}.{spot.field}")
                self._row(call, spot.record, way)
