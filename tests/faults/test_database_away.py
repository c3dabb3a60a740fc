"""The database is away, full or cuts a connection: come again, and nothing is lost."""

from contextlib import contextmanager
from threading import Thread

import psycopg2
import pytest
import requests

from tests.e2e import outcome
from tests.e2e.story import wait_until

from .deaths import locked, request_hangs
from .forms import Forms

PAGES = (
    *("/", "/my", "/my/applications", "/tour_loan/login", "/ru/tour_loan/login"),
    *("/web", "/web/login", "/ru/web/login", "/odoo", "/odoo/action-1", "/nothing/here"),
    *("/web/database/manager", "/web/database/selector", "//web//login", "/WEB/LOGIN"),
)
MACHINES = (
    *("/tour_loan/v1/rpc", "/moyamfo_sync/ping", "/payment/payu_ru/webhook"),
    *("/web/dataset/call_kw", "/jsonrpc", "/web/session/authenticate"),
)


@contextmanager
def away(stack):
    stack.take_database_away()
    try:
        yield
    finally:
        stack.bring_database_back()


@contextmanager
def full(stack):
    """Somebody else holds every connection the database has."""
    held = []

    try:
        while True:
            try:
                while True:
                    held.append(stack.postgres.connect(stack.database))
            except psycopg2.OperationalError as error:
                assert "too many" in str(error) or "reserved" in str(error), error
            with held[0].cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name LIKE 'odoo-%'"
                )
                if not cursor.fetchall():
                    break
            held[0].rollback()
        yield
    finally:
        for connection in held:
            connection.close()


def get(stack, path, session=requests, **headers):
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", **headers}
    return session.get(f"{stack.url()}{path}", headers=headers, timeout=60, allow_redirects=False)


def post(stack, path, **headers):
    return requests.post(f"{stack.url()}{path}", json={}, headers=headers, timeout=60)


def assert_says_come_again(answer, where):
    assert answer.status_code == 503, f"{where}: {answer.status_code} {answer.text[:300]}"
    assert int(answer.headers["Retry-After"]) > 0
    assert "Set-Cookie" not in answer.headers, where


def assert_page(answer, where="page"):
    assert_says_come_again(answer, where)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Попробуйте ещё раз" in answer.text


def assert_json(answer, where="machine"):
    assert_says_come_again(answer, where)
    said = answer.json()
    assert (said["jsonrpc"], said["error"]["code"]) == ("2.0", -32603), where


def assert_everybody_is_told(stack, session):
    for path in PAGES:
        assert_page(get(stack, path, session), path)
        assert_page(get(stack, path, **{"X-Odoo-Database": "nosuch"}), path)
    assert_page(session.post(f"{stack.url()}/tour_loan/login", {"phone": "1"}, timeout=60))
    for path in MACHINES:
        assert_json(post(stack, path), path)
    assert_json(get(stack, "/tour_loan/v1/openrpc.json"))


@pytest.fixture
def visitor(stack):
    """Somebody with a session, in the middle of his questionnaire."""
    visitor = Forms(stack).order()
    visitor.submit()
    visitor.submit(".tl-code-form", code=visitor.code())
    return visitor


def test_the_database_goes_and_comes_back(stack, sandbox, visitor):
    page, main = visitor.answer.url.removeprefix(stack.url()), stack.odoo_pid()
    began = stack.log_path.stat().st_size
    with away(stack):
        assert_everybody_is_told(stack, visitor.session)
        assert_page(get(stack, page, visitor.session))
        assert get(stack, "/web/health").json() == {"status": "pass"}
        assert get(stack, "/web/health?db_server_status=1").status_code == 500
        # the worker of scheduled jobs ends with its connection; who replaces it waits
        wait_until(lambda: "The database is away" in logged(stack, began))
        assert_page(get(stack, page, visitor.session))
    # everything goes on, without anybody's help: pages with their sessions, the agency,
    # jobs, scheduled jobs; the main process is the same
    wait_until(lambda: get(stack, page, visitor.session).status_code == 200)
    visitor.open(f"{stack.url()}{page}")
    visitor.fill_in()
    assert "result" in sandbox.call(visitor.order_number, "application.get")
    outcome.settle(stack)
    # who listens for scheduled jobs is the only one of Odoo at this database
    listens = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = 'postgres' "
        "AND application_name LIKE 'odoo-%'"
    )
    wait_until(lambda: stack.sql(listens))
    wait_until(lambda: "The database is back" in logged(stack, began))
    assert stack.odoo_pid() == main


def test_no_connection_is_left(stack, visitor):
    page = visitor.answer.url.removeprefix(stack.url())
    with full(stack):
        assert_everybody_is_told(stack, visitor.session)
        assert_page(get(stack, page, visitor.session))
    wait_until(lambda: get(stack, page, visitor.session).status_code == 200)


@pytest.mark.parametrize("table", ["res_users", "tour_loan_application", "tour_loan_document"])
def test_a_connection_is_cut_under_a_page(stack, visitor, table):
    """In the check of the session, in the handler, in the template."""
    page = f"/my/applications/{visitor.answer.url.split('/')[5]}"
    page += "/passport" if table != "tour_loan_document" else "/documents/1"
    answers = []
    with locked(stack, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
        asking = Thread(target=lambda: answers.append(get(stack, page, visitor.session)))
        asking.start()
        request_hangs(stack)
        cut(stack)
        asking.join()
    assert_page(answers[0])
    assert get(stack, page, visitor.session).status_code in (200, 404)


def test_a_connection_is_cut_under_an_agency_s_call(stack, sandbox, visitor):
    answers = []
    with locked(stack, "LOCK TABLE tour_loan_application IN ACCESS EXCLUSIVE MODE"):
        asking = Thread(
            target=lambda: answers.append(sandbox.call(visitor.order_number, "application.get"))
        )
        asking.start()
        request_hangs(stack)
        cut(stack)
        asking.join()
    assert "away" in answers[0], answers
    assert "result" in sandbox.call(visitor.order_number, "application.get")


def test_nobody_chooses_a_database_by_a_header(stack, visitor):
    for session in (requests, visitor.session):
        for path in ("/tour_loan/login", "/web/database/selector", "/web/health", "/nothing"):
            plain, with_header = (
                get(stack, path, session, **headers)
                for headers in ({}, {"X-Odoo-Database": "nosuch"})
            )
            assert with_header.status_code == plain.status_code, path
            assert "database" not in with_header.text.lower(), path
    visitor.open(visitor.answer.url)


def cut(stack):
    """End the connections that wait for a lock."""
    stack.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )


def logged(stack, since: int) -> str:
    with stack.log_path.open("rb") as log:
        log.seek(since)
        return log.read().decode(errors="replace")
