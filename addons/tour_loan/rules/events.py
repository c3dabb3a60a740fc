"""Events of information protection: their kinds, their chain, how they leave the house.

Directive 7219-У (it amends 757-П), 152-FZ art. 19: who did what, to whose data, when, from
where, by which door, why. An expert checks the chain with the standard library alone:
``hash`` is the SHA-256 of the UTF-8 bytes of ``canonical``, which holds every other field
of the row, its place in the chain and the hash of the row before.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

# kind -> (what it says, how grave: 0 to 10 as in CEF)
KINDS: dict[str, tuple[str, int]] = {
    # who came in, and who did not
    "login": ("Logged in", 2),
    "login_refused": ("Log-in refused", 5),
    "locked_out": ("Locked out", 7),
    "unlocked": ("Lock taken off", 5),
    "second_factor_set": ("Second factor set up", 4),
    "second_factor_removed": ("Second factor taken off", 7),
    "second_factor_refused": ("Second factor refused", 6),
    "password_changed": ("Password changed", 4),
    "session_ended": ("Session ended", 2),
    "staff_left": ("Employee has left", 5),
    # whose data were seen
    "read": ("Personal data read", 3),
    "search": ("Searched by personal data", 3),
    "shown": ("Masked data shown", 5),
    # whose were not
    "access_refused": ("Access refused", 6),
    # what was changed
    "user": ("User changed", 6),
    "rights": ("Rights changed", 7),
    "api_key": ("Key for programs changed", 7),
    "agency_key": ("Key of an agency changed", 7),
    "bank_details": ("Bank details of an agency changed", 7),
    "agency": ("Agency changed", 5),
    "product": ("Product changed", 6),
    "identified": ("Identification changed", 5),
    "setting": ("Setting changed", 6),
    "provider": ("Payment provider changed", 7),
    "text": ("Text changed", 5),
    # two pairs of eyes
    "proposed": ("Change proposed", 5),
    "confirmed": ("Change confirmed", 6),
    "refused": ("Change refused", 5),
    "withdrawn": ("Change withdrawn", 4),
    # the record itself
    "exported": ("Events exported", 4),
    "ended": ("Old events deleted", 3),
}
REFUSED_A_MINUTE = 20  # written of one person; who goes on asking fills no disk
# The fields of a row that its hash covers, in the order of an export.
FIELDS = (
    "id",
    "at",
    "kind",
    "uid",
    "login",
    "who",
    "address",
    "door",
    "way",
    "borrower",
    "application",
    "model",
    "records",
    "names",
    "count",
    "reason",
    "note",
)
GENESIS = ""


def canonical(row: Mapping[str, Any], number: int, previous: str) -> str:
    """Return what the hash of a row covers: JSON, keys sorted, no blanks, UTF-8 as it is."""
    told = {name: row[name] for name in FIELDS} | {"number": number, "previous": previous}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(row: Mapping[str, Any], number: int, previous: str) -> str:
    """Return the hash of the row that stands at ``number``, after one with ``previous``."""
    return hashlib.sha256(canonical(row, number, previous).encode()).hexdigest()


def broken_at(rows: Iterable[Mapping[str, Any]], number: int, previous: str) -> int | None:
    """Return the number where a chain breaks, None if it is whole.

    :param rows: in the order of ``number``, each with its ``number`` and ``hash``
    :param number: of the last row before them (0: none), and ``previous`` its hash
    """
    for row in rows:
        number += 1
        if row["number"] != number or link(row, number, previous) != row["hash"]:
            return number
        previous = row["hash"]
    return None


def json_line(row: Mapping[str, Any]) -> str:
    """Return a row as a line of JSON, what is empty left out; ``number`` and ``hash`` with it."""
    names = ("number", *FIELDS, "hash")
    told = {name: row[name] for name in names if row[name] not in (None, "", False)}
    return json.dumps(told, ensure_ascii=False)


def cef_line(row: Mapping[str, Any]) -> str:
    """Return a row as a line of ArcSight's Common Event Format, version 0."""
    words, severity = KINDS.get(row["kind"], (row["kind"], 5))
    head = ["CEF:0", "Tour Loan", "tour_loan", "1", row["kind"], words, str(severity)]
    subject = _subject(row)
    extension = {
        "rt": row["at"],
        "externalId": row["id"],
        "suid": row["uid"],
        "suser": row["login"],
        "src": row["address"],
        "request": row["door"],
        "act": row["way"],
        "duser": subject,
        "cnt": row["count"],
        "reason": row["reason"],
        "cs1": row["names"],
        "cs1Label": "fields" if row["names"] else "",
        "cs2": f"{row['model']} {row['records']}".strip() if row["model"] else "",
        "cs2Label": "records" if row["model"] else "",
        "cs3": row["hash"],
        "cs3Label": "hash" if row["hash"] else "",
        "msg": row["note"],
    }
    told = (
        f"{key}={_escaped(str(value), '=')}"
        for key, value in extension.items()
        if value not in (None, "", False)
    )
    return "|".join([*(_escaped(part, "|") for part in head), " ".join(told)])


def _subject(row: Mapping[str, Any]) -> str:
    if row["borrower"]:
        return f"borrower {row['borrower']}"
    return f"application {row['application']}" if row["application"] else ""


def _escaped(text: str, special: str) -> str:
    text = text.replace("\\", "\\\\").replace(special, f"\\{special}")
    return text.replace("\r", "\\r").replace("\n", "\\n")


LAYOUTS = {"jsonl": json_line, "cef": cef_line}
