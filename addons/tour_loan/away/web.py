"""Requests while the database is away: 503, and nothing of the session is lost."""

import logging
from functools import wraps

import psycopg2
from werkzeug.exceptions import RequestEntityTooLarge

import odoo.http
from odoo.http import Application, Request
from odoo.tools import config

from . import answer
from .trouble import is_trouble

_logger = logging.getLogger(__name__)
# Bytes of a body, before it is known who sends it, and for visitors; for staff: Odoo's own.
VISITOR_BYTES, STAFF_BYTES = 256 * 1024, odoo.http.DEFAULT_MAX_CONTENT_LENGTH
HEALTH = "/web/health"  # alive is who answers; the database is a question of its own there


def install():
    odoo.http.DEFAULT_MAX_CONTENT_LENGTH = VISITOR_BYTES
    Application.__call__ = _without_database_header(Application.__call__)
    Request._serve_db = _with_answer(Request._serve_db)
    Request._serve_nodb = _health_only(Request._serve_nodb)
    Request._update_served_exception = _without_database(Request._update_served_exception)


def _without_database_header(call):
    """Nobody chooses a database by a header where the command line names one.

    A name that does not exist led to the routes Odoo has without a database.
    """

    @wraps(call)
    def __call__(self, environ, start_response):
        if config["db_name"] and len(config["db_name"]) == 1:
            environ.pop("HTTP_X_ODOO_DATABASE", None)
        return call(self, environ, start_response)

    return __call__


def _with_answer(serve_db):
    """Answer ourselves where Odoo would log the session out and go on without a database."""

    @wraps(serve_db)
    def _serve_db(self):
        try:
            return serve_db(self)
        except Exception as error:
            if not is_trouble(error):
                raise
            root = _root(error)
            ours = not isinstance(root, psycopg2.Error)  # not the database's: a bug in an addon
            _logger.warning("No answer from the database: %r", root, exc_info=ours)
        self.session.can_save = False
        if self.httprequest.path == HEALTH:
            self.db = None
            return self._serve_nodb()
        return answer.of(self.httprequest)

    return _serve_db


def _health_only(serve_nodb):
    """Serve nothing of Odoo's no-database map but the sign of life."""

    @wraps(serve_nodb)
    def _serve_nodb(self):
        if self.httprequest.path == HEALTH or not config["db_name"]:
            return serve_nodb(self)
        return answer.of(self.httprequest)

    return _serve_nodb


def _without_database(update_served_exception):
    """Let no page of errors be made of what is in the database when that is the trouble."""

    @wraps(update_served_exception)
    def _update_served_exception(self, error):
        if is_trouble(error):
            return error
        try:
            return update_served_exception(self, error)
        except Exception as second:
            if is_trouble(second):
                raise
            if isinstance(second, RequestEntityTooLarge):  # Odoo reads it again for its page
                error.error_response = answer.of(self.httprequest, 413)
                return error
            _logger.exception("The page of errors could not be shown.")
            error.error_response = answer.of(self.httprequest, 500)
            return error

    return _update_served_exception


def _root(error):
    """Return the error behind an error."""
    while behind := error.__cause__ or error.__context__:
        error = behind
    return error
