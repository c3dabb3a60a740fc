import json

import psycopg2
from psycopg2.pool import PoolError
from werkzeug.exceptions import NotFound
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from odoo.exceptions import AccessDenied, UserError
from odoo.http import RegistryError
from odoo.tests import BaseCase

from ..away import answer
from ..away.trouble import is_trouble


def raised(error, behind=None):
    """Return ``error`` as Python leaves it when it was raised while handling ``behind``."""
    error.__context__ = behind
    return error


class TestTrouble(BaseCase):
    """Whether the database is at fault: real ones are cut in ``tests/faults``."""

    def test_what_the_database_raises_when_it_is_away_or_full(self):
        for error in (
            psycopg2.OperationalError("server closed the connection"),
            psycopg2.InterfaceError("cursor already closed"),
            psycopg2.DatabaseError("server closed the connection unexpectedly"),
            psycopg2.errors.AdminShutdown("terminating connection"),
            psycopg2.errors.DiskFull("could not extend file"),
            psycopg2.errors.TooManyConnections("too many clients"),
            PoolError("The Connection Pool Is Full"),
            RegistryError("Cannot get registry"),
        ):
            self.assertTrue(is_trouble(error), error)
            self.assertTrue(is_trouble(raised(AccessDenied(), error)), error)
            self.assertTrue(is_trouble(raised(ValueError("a page"), error)), error)

    def test_what_was_said_on_purpose_stays(self):
        away = psycopg2.OperationalError("away")
        for error in (
            psycopg2.ProgrammingError("no such column"),
            psycopg2.errors.UniqueViolation("twice"),
            ValueError("a bug"),
            AccessDenied(),
            raised(UserError("Somebody is at it."), away),
            raised(NotFound(), away),
        ):
            self.assertFalse(is_trouble(error), error)


class TestAnswer(BaseCase):
    def answer(self, path="/my", method="GET", status=503, **options):
        return answer.of(
            Request(EnvironBuilder(path, method=method, **options).get_environ()), status
        )

    def test_people_get_a_russian_page_that_comes_again(self):
        for path in ("/", "/my", "/ru/my", "/web/login", "/tour_loan/start/1/2", "/nothing"):
            page = self.answer(path)
            self.assertEqual(page.status_code, 503)
            self.assertEqual(page.mimetype, "text/html")
            self.assertIn("Попробуйте ещё раз", page.get_data(as_text=True))
            self.assertTrue(int(page.headers["Refresh"]))
            self.assertTrue(int(page.headers["Retry-After"]))

    def test_what_was_sent_is_not_sent_again(self):
        page = self.answer("/my/applications/1/review", "POST", data={"code": "1"})
        self.assertNotIn("Refresh", page.headers)

    def test_machines_get_json(self):
        for path, options in (
            ("/tour_loan/v1/rpc", {}),
            ("/ru/tour_loan/v1/openrpc.json", {}),
            ("/tour_loan/monitor", {}),
            ("/moyamfo_sync/ping", {}),
            ("/payment/payu_ru/webhook", {"method": "POST"}),
            ("/payment/another/webhook", {"method": "POST"}),
            ("/my/applications/1/state", {}),
            ("/my/loans/1/transaction/2", {"method": "POST", "json": {}}),
            ("/anything", {"headers": {"Accept": "application/json"}}),
        ):
            said = self.answer(path, **options)
            self.assertEqual(said.mimetype, "application/json", path)
            error = json.loads(said.get_data())
            self.assertEqual((error["jsonrpc"], error["id"]), ("2.0", None))
            self.assertEqual(error["error"]["code"], -32603)

    def test_a_page_that_cannot_be_shown_says_so(self):
        page = self.answer(status=500)
        self.assertEqual(page.status_code, 500)
        self.assertNotIn("Retry-After", page.headers)
        self.assertIn("Не получилось", page.get_data(as_text=True))
