"""docker/nginx.conf in front of a server that answers as the test wants.

Left out only where there is no nginx to be had (scripts/get_nginx.py).
"""

import http.server
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from .nginx import PROGRAM, Names, Nginx

RPC = "/tour_loan/v1/rpc"


class OdooLike(http.server.BaseHTTPRequestHandler):
    """Answers with the status the request asks for, in HTML unless it is 200 or 401."""

    def do_POST(self):
        self.server.seen = self.headers
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = int(self.headers.get("X-Wanted", 200))
        body = b'{"jsonrpc":"2.0"}' if status in (200, 401, 429) else b"<html>Not here</html>"
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "77")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_arguments):
        """Say nothing."""


class Moved(OdooLike):
    """The same, grown up elsewhere."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"moved")

    do_GET = do_POST


class Front(NamedTuple):
    """nginx, what is behind it, and what both say."""

    address: str
    behind: http.server.ThreadingHTTPServer
    names: Names
    log: Path


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Start nginx in front of such a server, found by its name."""
    folder = tmp_path_factory.mktemp("nginx")
    behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OdooLike)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    # 300 calls in a row are a flood also where a machine has much else to do
    changes = {"rate=50r/s": "rate=5r/s"}
    with Nginx(folder, behind.server_port, changes=changes) as nginx:
        yield Front(nginx.address, behind, nginx.names, folder / "access.log")
    behind.shutdown()


def post(front, status=200, path=RPC, body=b"{}"):
    """Send a request whose answer behind nginx has ``status``."""
    address = front.address + path
    return requests.post(address, body, headers={"X-Wanted": str(status)}, timeout=10)


def waited_for(condition, seconds=30):
    """Wait until a condition holds, tell whether it did."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


class TestNginx:
    __test__ = PROGRAM is not None

    @pytest.mark.parametrize("status", [404, 500, 502, 504])
    def test_an_odoo_without_its_database_is_a_json_503_for_agencies(self, front, status):
        answer = post(front, status)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "10"
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["error"]["code"] == -32603

    def test_a_refusal_of_odoo_passes_as_it_is(self, front):
        assert post(front, 401).json() == {"jsonrpc": "2.0"}
        busy = post(front, 429)
        assert (busy.status_code, busy.headers["Retry-After"]) == (429, "77")

    def test_a_body_above_256_kib_is_refused_in_json(self, front):
        assert post(front, body=b"x" * 256 * 1024).status_code == 200
        answer = post(front, body=b"x" * (256 * 1024 + 1))
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == -32600

    @pytest.mark.parametrize("prefix", ["", "/ru", "/EN", "/en_GB", "/sr@latin", "/", "/ru/en"])
    def test_ways_in_that_are_not_for_the_outside_are_closed(self, front, prefix):
        for path in (
            "/queue_job/runjob",
            "/web/database/manager",
            "/xmlrpc/2/common",
            "/XMLRPC",
            "/jsonrpc",
            "/json/2/res.partner/read",
            "/web//signup",
            "/web/reset_password/",
            "/web/session/authenticate",
            "/metrics",
        ):
            assert post(front, path=prefix + path).status_code == 404, prefix + path
        assert post(front, path=f"{prefix}/web/login_help").status_code == 200

    def test_what_outsiders_must_not_choose_stays_outside(self, front):
        names = ("X-Odoo-Database", "X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL")
        headers = dict.fromkeys((*names, "Forwarded", "Proxy", "X-Forwarded-Prefix"), "hush")
        headers |= {"X-Forwarded-For": "203.0.113.1", "X-Forwarded-Host": "evil.example"}
        requests.get(f"{front.address}/my", headers=headers, timeout=10)
        seen = front.behind.seen
        assert "hush" not in str(seen)
        assert seen["X-Forwarded-For"] == "127.0.0.1"
        assert seen["X-Forwarded-Host"] == front.address.removeprefix("http://")

    def test_bodies_are_as_large_as_their_route_needs(self, front):
        def largest(path) -> int:
            kib = 1024
            sizes = (64 * kib, 256 * kib, 1024 * kib, 30 * 1024 * kib)
            return max(n for n in sizes if post(front, path=path, body=b"x" * n).status_code == 200)

        assert largest("/my/applications/x/passport") == largest("/ru/tour_loan/divisions") == 2**16
        assert largest("/payment/payu_ru/webhook") == largest("/moyamfo_sync/ping") == 2**18
        assert largest("/web/export/xlsx") == 2**20
        assert largest("/web/dataset/call_kw/tour_loan.agency/write") == 30 * 2**20

    def test_people_get_odoo_pages_with_security_headers(self, front):
        answer = post(front, 404, path="/my")
        assert answer.text == "<html>Not here</html>"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in answer.headers

    def test_a_flood_of_calls_is_slowed_down_in_json(self, front):
        with requests.Session() as session:
            answers = [session.post(front.address + RPC, b"{}", timeout=10) for _ in range(300)]
        slowed = [answer for answer in answers if answer.status_code == 429]
        assert slowed
        assert slowed[0].headers["Retry-After"] == "1"
        assert slowed[0].json()["error"]["code"] == -32005

    @pytest.mark.parametrize(
        "path",
        [
            "/web/login",
            "/ru/web/login",
            "/web//login",
            "/web/login/totp",
            "/web/login/second_factor",
            "/auth/passkey/start-auth",
            "/tour_loan/login",
            "/tour_loan/login/",
            "/EN/Tour_Loan/Login",
        ],
    )
    def test_guessing_passwords_and_codes_is_slowed_down(self, front, path):
        # the limit is one for all of them: it has to be full, not to be filled by this one
        answers = [post(front, path=path).status_code for _ in range(40)]
        assert 429 in answers
        assert set(answers) <= {200, 429}

    def test_other_pages_are_not_slowed_down(self, front):
        answers = {post(front, path="/tour_loan/login_help").status_code for _ in range(40)}
        assert answers == {200}

    def test_no_secret_of_a_link_is_logged(self, front):
        post(front, path="/tour_loan/start/0b8f5c1e/hush-path?hush=query")
        post(front, path="/tour_loan/start/0b8f5c1e/hush-path/")
        post(front, path="/ru/tour_loan/start/0b8f5c1e/hush-path")
        post(front, path="//tour_loan///start/0b8f5c1e/hush-path")
        post(front, path="/TOUR_LOAN/Start/0b8f5c1e/hush-path")
        post(front, path="/my/loans/7/transaction/hush-token")
        post(front, path="/en_GB/my/loans/7/transaction/hush-token")
        post(front, path="/my/loans/7?access_token=hush-token")
        assert waited_for(lambda: '/my/loans/7"' in front.log.read_text())
        log = front.log.read_text()
        assert "/tour_loan/start/0b8f5c1e/***" in log
        assert "hush" not in log

    def test_an_odoo_that_comes_back_at_another_address_is_found(self, front):
        assert post(front).status_code == 200
        port = front.behind.server_port
        moved = http.server.ThreadingHTTPServer(("127.0.0.2", port), Moved)
        threading.Thread(target=moved.serve_forever, daemon=True).start()
        front.names.address = "127.0.0.2"
        try:
            assert waited_for(lambda: post(front, path="/my").text == "moved")
        finally:
            front.names.address = "127.0.0.1"
            moved.shutdown()
            moved.server_close()
        assert waited_for(lambda: post(front, path="/my").text != "moved")

    def test_nothing_behind_is_a_json_503_and_logged_without_secrets(self, front):
        front.behind.shutdown()
        front.behind.server_close()
        # the flood before must be forgotten
        assert waited_for(lambda: post(front).status_code != 429)
        answer = post(front)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == -32603
        assert post(front, path="/tour_loan/start/0b8f5c1e/hush-path").status_code == 503
        page = post(front, path="/my/applications")
        assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
        assert "ненадолго недоступен" in page.content.decode()
        errors = front.log.with_name("error.log").read_text()
        assert RPC in errors
        assert "hush-path" not in errors

    def test_one_that_does_not_start_leaves_nothing_behind(self, tmp_path, monkeypatch):
        def impatient(_nginx):
            raise KeyboardInterrupt

        monkeypatch.setattr(Nginx, "_listens", impatient)
        nginx = Nginx(tmp_path, 1)
        with pytest.raises(KeyboardInterrupt), nginx:
            """Not reached."""
        assert nginx.process.returncode is not None
        assert nginx.names.socket.fileno() == -1
