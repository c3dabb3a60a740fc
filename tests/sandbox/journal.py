"""Every message a sandbox server got or sent, kept in its database."""

import json
from datetime import UTC, datetime

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT, direction TEXT, operation TEXT,
    method TEXT, url TEXT, request_headers TEXT, request_body TEXT,
    status INTEGER, response_body TEXT, fault TEXT, error TEXT, seconds REAL
);
"""
BODY_LIMIT = 200_000  # characters of a body kept


def now() -> str:
    """The moment as ISO 8601 in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def as_text(body) -> str:
    """A body (bytes, str, dict of a form, or None) as text for the journal."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    elif body is None:
        body = ""
    elif not isinstance(body, str):
        body = json.dumps(body, ensure_ascii=False, default=str)
    return body[:BODY_LIMIT]


def write(database, **values) -> None:
    """Add one message; ``values`` are columns of SCHEMA (``direction``: in or out)."""
    values.setdefault("at", now())
    columns = ", ".join(values)
    marks = ", ".join(f":{column}" for column in values)
    database.execute(f"INSERT INTO message ({columns}) VALUES ({marks})", values)


def read(database, direction=None, operation=None, after=0, limit=1000) -> list[dict]:
    """Messages with id > ``after``, newest first."""
    rows = database.execute(
        """SELECT * FROM message WHERE id > ? AND (? IS NULL OR direction = ?)
           AND (? IS NULL OR operation = ?) ORDER BY id DESC LIMIT ?""",
        (after, direction, direction, operation, operation, limit),
    )
    return [dict(row) for row in rows]
