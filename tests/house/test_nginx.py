"""docker/nginx.conf in a real nginx, in front of a server that answers as Odoo does.

Left out only where there is no nginx to be had (scripts/get_nginx.py).
"""

import http.server
import re
import subprocess
import threading
import time

import pytest
import requests

from scripts import get_nginx
from scripts.odoo import free_port
from scripts.places import ROOT

NGINX = get_nginx.program()
RPC = "/tour_loan/v1/rpc"


class OdooLike(http.server.BaseHTTPRequestHandler):
    """Answers with the status the request asks for, in HTML unless it is 200 or 401."""

    def do_POST(self):
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


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """Yield nginx's address and the server behind it."""
    folder = tmp_path_factory.mktemp("nginx")
    behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OdooLike)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    port = free_port()
    text = (ROOT / "docker" / "nginx.conf").read_text()
    text = text.replace("listen 80 default_server", f"listen 127.0.0.1:{port} default_server")
    text = text.replace("127.0.0.1:8069", f"127.0.0.1:{behind.server_port}")
    text = re.sub(r"listen 908\d;", lambda _: f"listen 127.0.0.1:{free_port()};", text)
    text = text.replace("include /etc/nginx/mime.types;", "")
    text = text.replace("/dev/stdout", f"{folder}/access.log").replace("/dev/stderr", "stderr")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("http {", "http { " + temporary)
    text = f"daemon off; master_process off; pid {folder}/pid;\n{text}"
    (folder / "nginx.conf").write_text(text)
    server = subprocess.Popen([NGINX, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"])
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            requests.get(address, timeout=1)
            break
        except requests.ConnectionError:
            time.sleep(0.05)
    yield address, behind
    server.terminate()
    server.wait(10)
    behind.shutdown()


def post(front, status=200, path=RPC, body=b"{}"):
    """Send a request whose answer behind nginx has ``status``."""
    return requests.post(front[0] + path, body, headers={"X-Wanted": str(status)}, timeout=10)


class TestNginx:
    __test__ = NGINX is not None

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

    @pytest.mark.parametrize("path", ["/queue_job/runjob", "/web/database/manager", "/jsonrpc"])
    def test_ways_in_that_are_not_for_the_outside_are_closed(self, front, path):
        assert post(front, path=path).status_code == 404

    def test_people_get_odoo_pages_with_security_headers(self, front):
        answer = post(front, 404, path="/my")
        assert answer.text == "<html>Not here</html>"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"

    def test_a_flood_of_calls_is_slowed_down_in_json(self, front):
        with requests.Session() as session:
            answers = [session.post(front[0] + RPC, b"{}", timeout=10) for _ in range(300)]
        slowed = [answer for answer in answers if answer.status_code == 429]
        assert slowed
        assert slowed[0].headers["Retry-After"] == "1"
        assert slowed[0].json()["error"]["code"] == -32005

    def test_nothing_behind_is_a_json_503(self, front):
        front[1].server_close()
        front[1].shutdown()
        time.sleep(2)  # the flood before must be forgotten
        answer = post(front)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == -32603
