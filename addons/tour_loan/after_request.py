"""What is written when a request is over: the events it caused.

Neither a page's read-only transaction nor one that is rolled back can hold them. By then
the request's own connection is free, so this needs no second one, and the answer has not
left yet.
"""

from functools import wraps

from odoo.http import Request

from . import refusals


def install():
    """Wrap the serving of requests; once a process."""
    Request._serve_db = _with_events(Request._serve_db)


def _with_events(serve_db):
    @wraps(serve_db)
    def _serve_db(self):
        from .models.audit.event import write_kept  # noqa: PLC0415 (models are loaded by then)

        ended = None
        try:
            return serve_db(self)
        except Exception as error:
            ended = error
            raise
        finally:
            refusals.ending(self, ended)
            write_kept(self)

    return _serve_db
