"""What is no answer of the service itself, met before zeep reads anything."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from .conftest import protocol

transport, errors = protocol.transport, protocol.errors


@pytest.fixture
def stranger():
    """A server that answers all with ``says`` (status, headers, body), and notes who asks."""
    asked, says = [], {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = says["answer"]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_arguments):
            """The test says what was asked."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    server.asked, server.says = asked, says
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


ASKS = [
    lambda one, url: one._load_remote_data(url),
    lambda one, url: one.post(url, b"<x/>", {}),
]


@pytest.fixture
def one(profile):
    return transport.SoapTransport(profile, "login", "password")


@pytest.mark.parametrize("ask", ASKS, ids=["description", "call"])
def test_a_redirect_is_not_followed(stranger, one, ask):
    stranger.says["answer"] = 302, {"Location": f"{stranger.url}/elsewhere"}, b""
    with pytest.raises(errors.TransportError, match="HTTP 302"):
        ask(one, f"{stranger.url}/ws")
    assert stranger.asked == ["/ws"]


@pytest.mark.parametrize("ask", ASKS, ids=["description", "call"])
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>1C is being updated</html>"), "HTML page"),
        ((401, {}, b""), "login or rights"),
        ((503, {"Retry-After": "7"}, b"later"), "HTTP 503: later"),
    ],
)
def test_what_is_no_answer_of_the_service_is_told(stranger, one, ask, answer, why):
    stranger.says["answer"] = answer
    with pytest.raises(errors.TransportError, match=why) as told:
        ask(one, stranger.url)
    assert told.value.retry_after == (7 if answer[0] == 503 else None)
