"""Delivery against real local sockets that behave well and badly."""

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from .agency import rpc
from .servers import BODY, OK, post, serving

delivery = rpc.delivery


def test_message_arrives_whole():
    with serving(OK) as server:
        outcome = post(f"http://127.0.0.1:{server.port}/hook?a=1")
    assert outcome == delivery.Reply(status=200, body=b"ok")
    assert outcome.accepted
    [request] = server.requests
    head, _blank, body = request.partition(b"\r\n\r\n")
    assert body == BODY
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    for header in (
        b"Host: 127.0.0.1:%d" % server.port,
        b"webhook-id: msg_1",
        b"content-type: application/json",
        b"Content-Length: %d" % len(BODY),
    ):
        assert header in head


def test_header_is_sent_once_whatever_its_letter_case():
    with serving(OK) as server:
        rpc.delivery.post(
            f"http://127.0.0.1:{server.port}/",
            BODY,
            {"Content-TYPE": "application/json; charset=utf-8"},
            allow_private=True,
        )
    head = server.requests[0].lower()
    assert head.count(b"content-type:") == 1
    assert b"content-type: application/json; charset=utf-8\r\n" in head


def test_body_that_comes_a_packet_after_the_headers_is_read():
    def in_two(_server, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        time.sleep(0.1)
        connection.sendall(b"ok")

    with serving(in_two) as server:
        outcome = post(f"http://127.0.0.1:{server.port}/")
    assert outcome == delivery.Reply(status=200, body=b"ok")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_accepted(status):
    with serving(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status) as server:
        assert post(f"http://127.0.0.1:{server.port}/").accepted


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_anything_else_is_not(status):
    with serving(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nno" % status) as server:
        outcome = post(f"http://127.0.0.1:{server.port}/")
    assert (outcome.status, outcome.body, outcome.error) == (status, b"no", "")
    assert not outcome.accepted
    assert outcome.gone == (status == 410)


def test_redirect_is_not_followed():
    with serving(OK) as elsewhere:
        redirect = (
            b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:%d/\r\n"
            b"Content-Length: 0\r\n\r\n" % elsewhere.port
        )
        with serving(redirect) as server:
            outcome = post(f"http://127.0.0.1:{server.port}/")
    assert outcome.status == 307
    assert not outcome.accepted
    assert elsewhere.requests == []


def test_proxy_of_the_environment_is_ignored(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(OK) as server:
        assert post(f"http://127.0.0.1:{server.port}/").accepted


class TestDeadline:
    """The other side is slower than any test would wait: coming back at all is the proof."""

    def outcome(self, answer, scheme="http", timeout=0.5):
        with serving(answer) as server:
            return post(f"{scheme}://127.0.0.1:{server.port}/", timeout=timeout)

    def test_silence(self):
        outcome = self.outcome(lambda server, connection: server.finished.wait())
        assert (outcome.status, outcome.error) == (None, "timeout")

    def test_trickling_headers(self):
        def trickle(server, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not server.finished.wait(0.05):
                connection.sendall(b"X")

        outcome = self.outcome(trickle)
        assert (outcome.status, outcome.error) == (None, "timeout")

    def test_trickling_body_of_an_accepted_message(self):
        def trickle(server, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not server.finished.wait(0.05):
                connection.sendall(b"X")

        outcome = self.outcome(trickle, timeout=3)  # the status arrives on a busy machine too
        assert outcome.accepted
        assert set(outcome.body) == set(b"X")
        assert len(outcome.body) < 100000

    def test_peer_that_does_not_read(self):
        with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
            outcome = delivery.post(
                f"http://127.0.0.1:{listener.getsockname()[1]}/",
                b"x" * 30_000_000,
                {},
                timeout=0.5,
                allow_private=True,
            )
        assert outcome.error == "timeout"

    def test_name_lookup_that_hangs(self):
        over = threading.Event()
        outcome = post(
            "http://agency.example/", timeout=0.3, resolver=lambda *_args, **_options: over.wait()
        )
        over.set()
        assert outcome.error == "timeout"

    def test_handshake_that_hangs(self):
        outcome = self.outcome(lambda server, connection: server.finished.wait(), "https")
        assert outcome.error == "timeout"


class TestAnswerSize:
    def test_huge_body_is_read_no_further_than_the_limit(self):
        sent = []

        def flood(server, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while not server.finished.is_set():
                sent.append(connection.send(b"x" * 65536))

        with serving(flood) as server:
            outcome = post(f"http://127.0.0.1:{server.port}/")
        assert outcome.accepted
        assert 60_000 < len(outcome.body) < delivery.READ_LIMIT
        # The rest stays in the sockets' buffers and is thrown away.
        assert sum(sent) < 50_000_000

    def test_endless_headers_are_cut(self):
        def flood(server, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not server.finished.is_set():
                connection.sendall(b"X-Header: " + b"x" * 1000 + b"\r\n")

        with serving(flood) as server:
            outcome = post(f"http://127.0.0.1:{server.port}/", timeout=3)
        assert len(outcome.body) < delivery.READ_LIMIT
        assert outcome.error in ("", "protocol")

    def test_endless_100_continue_is_cut(self):
        def flood(server, connection):
            while not server.finished.is_set():
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

        with serving(flood) as server:
            outcome = post(f"http://127.0.0.1:{server.port}/", timeout=3)
        assert outcome.status is None
        assert outcome.error in ("protocol", "connection")

    def test_chunked_answer(self):
        chunked = (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        )
        with serving(chunked) as server:
            assert post(f"http://127.0.0.1:{server.port}/").body == b"hello world"

    @pytest.mark.parametrize(
        "rubbish",
        [b"", b"\x16\x03\x01\x00", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-x\r\n", b"\r\n\r\n"],
    )
    def test_what_is_not_http_is_an_error_not_an_exception(self, rubbish):
        with serving(rubbish) as server:
            outcome = post(f"http://127.0.0.1:{server.port}/")
        assert outcome.status is None
        assert outcome.error in ("protocol", "connection")

    def test_body_cut_short_does_not_undo_the_status(self):
        with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") as server:
            outcome = post(f"http://127.0.0.1:{server.port}/")
        assert (outcome.status, outcome.body) == (200, b"half")

    def test_nobody_there(self):
        with serving(OK) as server:
            port = server.port
        outcome = post(f"http://127.0.0.1:{port}/")
        assert outcome.error == "connection"


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            (b"120", 120),
            (b"0", 0),
            (b"99999999999999", 99_999_999_999_999),
            (b"-5", None),
            (b"soon", None),
            (b"\xb2", None),
        ],
    )
    def test_retry_after_is_read(self, header, seconds):
        answer = b"HTTP/1.1 503 X\r\nRetry-After: %b\r\nContent-Length: 0\r\n\r\n" % header
        with serving(answer) as server:
            assert post(f"http://127.0.0.1:{server.port}/").retry_after == seconds

    def test_retry_after_as_a_date(self):
        moment = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
        answer = b"HTTP/1.1 429 X\r\nRetry-After: %b\r\nContent-Length: 0\r\n\r\n" % moment.encode()
        with serving(answer) as server:
            outcome = post(f"http://127.0.0.1:{server.port}/")
        assert 110 <= outcome.retry_after <= 120
