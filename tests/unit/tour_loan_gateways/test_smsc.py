"""The client of the SMS gateway follows nobody elsewhere."""

import importlib.util
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.places import ADDONS

spec = importlib.util.spec_from_file_location(
    "tour_loan_smsc", ADDONS / "tour_loan" / "gateways" / "smsc.py"
)
client = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(client)


class Elsewhere(BaseHTTPRequestHandler):
    """Sends everybody on, with the body (307); at the other address all is well."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        is_first = not self.path.startswith("/elsewhere")
        answer = b"" if is_first else b'{"id": 7, "cnt": 1, "balance": "5", "status": 1}'
        self.send_response(307 if is_first else 200)
        if is_first:
            self.send_header("Location", f"/elsewhere{self.path}")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture
def asked():
    """Return the addresses that were asked for; ``asked.gateway`` is the client."""
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    server.asked = asked = Asked()
    asked.gateway = client.Gateway(f"http://127.0.0.1:{server.server_port}", "login", "secret")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()


class Asked(list):
    gateway = None


def test_a_redirect_of_an_sms_is_not_followed_and_it_is_tried_again(asked):
    answer = asked.gateway.send("+79161234567", "Code 123456", 7)
    assert asked == ["/rest/send/"]
    assert not answer.accepted
    assert answer.again


def test_a_redirect_of_a_question_is_no_answer(asked):
    assert asked.gateway.balance().error
    with pytest.raises(ValueError, match="."):
        asked.gateway.status("+79161234567", 7)
    assert asked == ["/sys/balance.php", "/sys/status.php"]
