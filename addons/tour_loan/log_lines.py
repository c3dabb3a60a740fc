"""Lines of Odoo's log: without personal data, and as JSON where a machine reads them.

``TOUR_LOAN_LOG_FORMAT=json`` makes each line an object; else Odoo's own format stays. Both
are masked here, where a line is written, whoever wrote it and whatever he passed. Nobody
writes a line by what he sends: in an argument every sign that ends a line, or moves the
cursor of who reads it, is written as an escape, and what a text or a traceback has of more
lines stands indented below the first.
"""

import copy
import json
import logging
import re
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import wraps
from numbers import Number

from odoo.http import Application

from .rules.masking import mask, mask_patterns, mask_text
from .tools import server_setting

REQUEST = "tour_loan_request"  # of the thread that answers it
REQUEST_ID = re.compile(r"[0-9a-f]{32}")
INCIDENT = re.compile(r"\bincident ([0-9a-f]{32})\b")
# All that ends a line for somebody (str.splitlines), C0 and C1, and what turns text round.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
INDENT = "    "


class Masked(logging.Formatter):
    """Masks what goes out, then leaves the line to another formatter."""

    def __init__(self, inner: logging.Formatter):
        super().__init__()
        self.inner = inner

    def format(self, record):
        return self.inner.format(self.masked(record))

    def masked(self, record) -> logging.LogRecord:
        """Return a copy of the record that holds its text and traceback masked."""
        shown = copy.copy(record)  # other handlers and tests have the record as it is
        shown.msg, shown.args = _below(mask_patterns(_text(record))), None
        if record.exc_info and not record.exc_text:
            shown.exc_text = self.formatException(record.exc_info)
        for name in ("exc_text", "stack_info"):
            if told := getattr(shown, name):
                setattr(shown, name, INDENT + _below(mask_patterns(told)))
        return shown


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record):
        message = record.getMessage()
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            "database": getattr(record, "dbname", None),
            "process": record.process,
            "request": getattr(threading.current_thread(), REQUEST, None),
        }
        if incident := INCIDENT.search(message):
            line["incident"] = incident[1]
        if record.exc_text:
            line["traceback"] = record.exc_text
        return _one_line(
            json.dumps(
                {name: value for name, value in line.items() if value is not None},
                ensure_ascii=False,
                default=str,
            )
        )


def _text(record) -> str:
    """Return a record's text of arguments that are masked by the names they go under."""
    try:
        args = record.args
        if isinstance(args, Mapping):
            return str(record.msg) % {k: _masked_argument(v) for k, v in mask(args).items()}
        if isinstance(args, tuple) and args:
            return str(record.msg) % tuple(map(_masked_argument, args))
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # a mask is a text where a number was wanted
        return record.getMessage()


def _masked_argument(value):
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, str):
        return _one_line(mask_text(value))
    if value is None or isinstance(value, Number):
        return value
    return _OneLine(mask(value) if isinstance(value, Mapping | list | tuple) else value)


class _OneLine:
    """Anything, errors above all, that is written as one line."""

    def __init__(self, value):
        self._value = value

    def __str__(self):
        return _one_line(str(self._value))

    def __repr__(self):
        return _one_line(repr(self._value))


def _one_line(text: str) -> str:
    return _escaped(text).replace("\n", "\\n")


def _below(text: str) -> str:
    """Return a text whose further lines cannot be taken for lines of the log."""
    return _escaped(text).replace("\n", f"\n{INDENT}")


def _escaped(text: str) -> str:
    return CONTROL.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text)


def install() -> None:
    """Guard every handler Odoo writes its log by."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Masked):
            continue
        inner = handler.formatter or logging.Formatter()
        if server_setting("tour_loan", "log_format") == "json":
            inner = JsonLines()
        handler.setFormatter(Masked(inner))


def install_requests() -> None:
    """Give each request the id that nginx logs it under, or one of our own."""
    Application.__call__ = _named(Application.__call__)


def _named(call):
    @wraps(call)
    def __call__(self, environ, start_response):
        thread, given = threading.current_thread(), environ.get("HTTP_X_REQUEST_ID", "")
        setattr(thread, REQUEST, given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex)
        try:
            return call(self, environ, start_response)
        finally:
            setattr(thread, REQUEST, None)

    return __call__
