"""Values of the books in the dresses of the other interfaces, by moyamfo_fields.json.

The books' operations take and give what the JSON interface does: ``20261124101500``,
``"145000.00"``, 0 and 1. Each field there has three names: English, the path, its type.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

FIELDS = json.loads((Path(__file__).parent / "moyamfo_fields.json").read_text(encoding="utf-8"))
STAMP = "%Y%m%d%H%M%S"
EMPTY = ("", "0001-01-01", "0001-01-01T00:00:00", None)
# operation → the record in it, or in the rows of its answer
SENDS = {
    "LoadApplication": "application", "ChangeApplication": "application",
    "CancelApplication": "cancel", "SignContract": "signature", "CommitApplication": "commit",
    "TourRefund": "tour_refund", "LoadPayment": "payment", "ReversePayment": "reversal",
}  # fmt: skip
READS = {
    "GetApplications": "application_state", "GetPayments": "booked_payment",
    "GetContracts": "contract",
}  # fmt: skip


def get(tree, path):
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def put(tree, path, value):
    *way, last = path.split(".")
    for key in way:
        tree = tree.setdefault(key, {})
    tree[last] = value


def to_books(value, kind):
    """A typed value's text (ISO dates, true) as the books take it; None for an empty one."""
    if value in EMPTY:
        return None
    if kind in ("moment", "day"):
        return datetime.fromisoformat(value).strftime(STAMP)
    if kind == "boolean":
        return int(str(value).lower() in ("true", "1"))
    return value


def from_books(value, kind):
    """What the books say as a typed value's text; None for nothing."""
    if value in ("", None):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00" if kind == "moment" else value.isoformat()
    if kind in ("moment", "day"):
        moment = datetime.strptime(value, STAMP)
        return moment.isoformat() if kind == "moment" else moment.date().isoformat()
    return str(value) if isinstance(value, Decimal) else value


def stamp(text):
    """An ISO moment as the JSON questions have it."""
    return datetime.fromisoformat(text).strftime(STAMP)
