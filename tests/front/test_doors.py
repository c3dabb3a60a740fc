"""What a stranger reaches of a real server, through nginx and past it."""

import http.client
from itertools import product
from urllib.parse import urlsplit

import pytest
import requests

from .nginx import PROGRAM

PREFIXES = ("", "/ru", "/en", "/en_US", "/ru_RU", "/EN", "/", "/en/ru", "/en/")
SHUT = (
    "/xmlrpc/2/common",
    "/xmlrpc/common",
    "/jsonrpc",
    "/json/2/res.partner/search_read",
    "/json/1/res.partner",
    "/json/version",
    "/queue_job/runjob?job_uuid=x",
    "/web/database/list",
    "/web/database/manager",
    "/web/database/selector",
    "/web/signup",
    "/web/reset_password",
    "/web/session/authenticate",
    "/web/session/get_lang_list",
    "/web/version",
    "/my/account",
    "/my/addresses",
    "/my/security",
    "/my/payment_method",
    "/payment/pay",
    "/payment/transaction",
    "/payment/demo/simulate_payment",
    "/mail/view",
    "/websocket",
    "/websocket/health",
    "/web/content/1",
    "/web/image/res.partner/1/avatar_128",
)
OPEN = ("/web/health", "/web/login", "/tour_loan/login", "/web/static/img/logo.png")
XML = "<?xml version='1.0'?><methodCall><methodName>version</methodName></methodCall>"


def asked(address: str, path: str, method: str = "GET", body: str = "", **headers) -> int:
    """Ask for exactly this path: a library would tidy it up first."""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): text for name, text in headers.items()}
        )
        return connection.getresponse().status
    finally:
        connection.close()


class TestDoors:
    __test__ = PROGRAM is not None

    @pytest.fixture(params=["through nginx", "past it", "past nginx and front"])
    def address(self, request, nginx, stack):
        return {
            "through nginx": nginx.address,
            "past it": stack.url(),
            "past nginx and front": stack.direct_url,
        }[request.param]

    def test_no_prefix_verb_or_body_opens_what_no_table_names(self, address):
        answers = {}
        for prefix, path in product(PREFIXES, SHUT):
            answers["GET", prefix + path] = asked(address, prefix + path)
            answers["XML", prefix + path] = asked(
                address, prefix + path, "POST", XML, Content_Type="text/xml"
            )
            answers["JSON", prefix + path] = asked(
                address, prefix + path, "POST", '{"params":{}}', Content_Type="application/json"
            )
        assert {key: status for key, status in answers.items() if status != 404} == {}

    def test_other_verbs_and_headers_open_nothing(self, address):
        answers = {}
        for path in SHUT:
            for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
                answers[method, path] = asked(address, path, method)
            for headers in (
                {"X_Odoo_Database": "nosuch"},
                {"X_Odoo_Database": "postgres", "X_Forwarded_Host": "localhost"},
                {"Authorization": "Basic cnVubmVyOnJ1bm5lcg=="},
                {"X_Forwarded_For": "127.0.0.1", "X_Real_IP": "127.0.0.1"},
                {"Host": "nosuch.example"},
            ):
                answers[str(headers), path] = asked(address, path, **headers)
        assert {key: status for key, status in answers.items() if status != 404} == {}

    def test_what_the_tables_name_answers(self, address):
        assert {path: asked(address, path) for path in OPEN} == dict.fromkeys(OPEN, 200)

    def test_a_job_is_run_by_its_runner_only_and_does_run(self, stack, address):
        stack.sql("UPDATE ir_cron SET nextcall = now() WHERE active")
        [(before,)] = stack.sql("SELECT count(*) FROM queue_job WHERE state = 'failed'")
        assert asked(address, "/queue_job/runjob?job_uuid=x") == 404
        assert before == 0


class TestHeaders:
    __test__ = PROGRAM is not None

    def test_cookies_and_headers_behind_tls(self, nginx):
        for path in ("/web/login", "/tour_loan/login"):
            answer = requests.get(
                nginx.address + path, headers={"X-Forwarded-Proto": "https"}, timeout=60
            )
            cookies = answer.raw.headers.getlist("Set-Cookie")
            assert any(cookie.startswith("session_id=") for cookie in cookies)
            for cookie in cookies:
                assert "; Secure" in cookie and "SameSite=Lax" in cookie, cookie
            assert answer.headers["Strict-Transport-Security"] == (
                "max-age=31536000; includeSubDomains"
            )

    def test_without_tls_cookies_still_work(self, nginx):
        answer = requests.get(f"{nginx.address}/web/login", timeout=60)
        [cookie] = answer.raw.headers.getlist("Set-Cookie")
        assert "; Secure" not in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
        assert "Strict-Transport-Security" not in answer.headers

    def test_no_header_is_sent_twice(self, nginx):
        for path in ("/web/login", "/tour_loan/login", "/web/static/img/logo.png", "/nothing"):
            answer = requests.get(nginx.address + path, timeout=60)
            for name in ("Referrer-Policy", "X-Frame-Options", "X-Content-Type-Options"):
                assert len(answer.raw.headers.getlist(name)) == 1, (path, name)
            assert answer.headers["Referrer-Policy"] == "same-origin"

    def test_what_a_visitor_meets_is_russian_and_leads_to_the_phone_login(self, nginx):
        for path in ("/", "/my", "/my/home", "/my/applications"):
            answer = requests.get(nginx.address + path, timeout=60)
            assert urlsplit(answer.url).path == "/tour_loan/login", path
            assert 'lang="ru"' in answer.text

    def test_the_real_odoo_logs_no_secret_of_a_link(self, nginx):
        for prefix in ("", "/ru", "/en", "/EN", "/"):
            asked(nginx.address, f"{prefix}/tour_loan/start/0b8f5c1e/hush-path?x=hush")
        asked(nginx.address, "/web/health")
        log = (nginx.folder / "access.log").read_text()
        assert "/tour_loan/start/0b8f5c1e/***" in log
        assert "hush" not in log + (nginx.folder / "error.log").read_text()
