"""Lines of Odoo's log: without personal data, and as JSON where a machine reads them.

``TOUR_LOAN_LOG_FORMAT=json`` makes each line an object; else Odoo's own format stays. Both
are masked here, where a line is written, whoever wrote it and whatever he passed.
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

from odoo.http import Application

from .rules.masking import mask, mask_patterns, mask_text
from .tools import server_setting

REQUEST = "tour_loan_request"  # of the thread that answers it
REQUEST_ID = re.compile(r"[0-9a-f]{32}")
INCIDENT = re.compile(r"\bincident ([0-9a-f]{32})\b")


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
        shown.msg, shown.args = mask_patterns(_text(record)), None
        if record.exc_info and not record.exc_text:
            shown.exc_text = mask_patterns(self.formatException(record.exc_info))
        elif record.exc_text:
            shown.exc_text = mask_patterns(record.exc_text)
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
        return json.dumps(
            {name: value for name, value in line.items() if value is not None},
            ensure_ascii=False,
            default=str,
        )


def _text(record) -> str:
    """Return a record's text of arguments that are masked by the names they go under."""
    try:
        args = record.args
        if isinstance(args, Mapping):
            return str(record.msg) % mask(args)
        if isinstance(args, tuple) and args:
            return str(record.msg) % tuple(map(_masked_argument, args))
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # a mask is a text where a number was wanted
        return record.getMessage()


def _masked_argument(value):
    if isinstance(value, Mapping | list | tuple):
        return mask(value)
    if isinstance(value, bytes):
        return mask_text(value.decode(errors="replace"))
    return mask_text(value) if isinstance(value, str) else value


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
