"""What is no answer of the service itself, met before anything is read."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .conftest import protocol

errors = protocol.errors
access, channel, language = protocol.access, protocol.channel, protocol.language_wire


@pytest.fixture
def stranger():
    """A server that answers all with ``says`` (status, headers, body), and notes who asks."""
    asked, says = [], {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, dict(self.headers)))
            status, headers, body = says["answer"]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_arguments):
            """The test says what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    server.asked, server.says = asked, says
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def raw():
    """A server of bare sockets: ``play(function of a connection)`` for each connection."""
    server = socket.create_server(("127.0.0.1", 0))
    plays, ended = [], threading.Event()

    def serve():
        while not ended.is_set():
            try:
                connection, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=plays[-1], args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()

    def play(function):
        plays.append(function)
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield play
    ended.set()
    server.close()


def made(url, auth=({"type": "basic"},), words=(), **settings):
    publication = language.Publication.model_validate({"kind": "http", "auth": list(auth)})
    values = {"login": "login", "password": "password", **settings}
    return channel.Channel(publication, access.Access(url, values), 5, words)


def ask(url, seconds=10, **options):
    return made(url).ask("POST", f"{url}/ws", seconds, body=b"<x/>", **options)


def test_a_redirect_is_not_followed(stranger):
    stranger.says["answer"] = 302, {"Location": f"{stranger.url}/elsewhere"}, b""
    with pytest.raises(errors.TransportError, match="HTTP 302"):
        ask(stranger.url)
    assert [path for path, _headers in stranger.asked] == ["/ws"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>1C is being updated</html>"), "HTML page"),
        ((200, {}, b"\xef\xbb\xbf\n<!DOCTYPE html><html>login</html>"), "HTML page"),
        ((401, {}, b""), "login or rights"),
        ((403, {}, b""), "login or rights"),
        ((503, {"Retry-After": "7"}, "Блокировка Иванова".encode()), "HTTP 503: Блокировка$"),
        ((429, {"Retry-After": "7"}, b"secret"), "HTTP 429$"),
        ((200, {"Content-Length": "900"}, b"<x>"), "broke|cut off"),
    ],
)
def test_what_is_no_answer_of_the_service_is_told_without_its_body(stranger, answer, why):
    stranger.says["answer"] = answer
    one = made(stranger.url, words=("Блокировка",))
    with pytest.raises(errors.TransportError, match=why) as told:
        one.ask("GET", stranger.url, 10)
    assert told.value.retry_after == (7 if answer[0] in (429, 503) else None)
    assert isinstance(told.value, errors.AccessRefused) == (answer[0] in (401, 403))


def test_one_byte_a_second_ends_at_the_deadline(raw):
    def drip(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                connection.sendall(b"x")
                time.sleep(0.2)
        except OSError:
            connection.close()

    with pytest.raises(errors.TransportError, match="in time") as late:
        ask(raw(drip), seconds=1)
    assert late.value.maybe_received


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nX-A"])
def test_headers_that_never_end_end_at_the_deadline(raw, begin):
    def drip(connection):
        connection.recv(65536)
        try:
            connection.sendall(begin)
            while True:
                connection.sendall(b"x" if begin else b"")
                time.sleep(0.2)
        except OSError:
            connection.close()

    with pytest.raises(errors.TransportError, match="in time"):
        ask(raw(drip), seconds=1)


def test_a_body_without_a_length_that_drips_is_not_taken_for_whole(raw):
    def drip(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        try:
            while True:
                connection.sendall(b"<a/>")
                time.sleep(0.2)
        except OSError:
            connection.close()

    with pytest.raises(errors.TransportError, match="in time"):
        ask(raw(drip), seconds=1)


def test_an_endless_answer_is_cut(stranger, monkeypatch):
    monkeypatch.setattr(channel, "ANSWER_LIMIT", 1000)
    stranger.says["answer"] = 200, {}, b"x" * 100_000
    with pytest.raises(errors.TransportError, match="longer than"):
        ask(stranger.url)


def keeps_for_one(connection, count=[0]):  # noqa: B006
    """Answers once on a connection, closes it under the second request."""
    data = connection.recv(65536)
    count[0] += 1
    if data:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        connection.recv(65536)
    connection.close()


def test_a_kept_connection_that_closes_under_a_question_is_asked_anew(raw, monkeypatch):
    monkeypatch.setattr(channel, "IDLE_SECONDS", 600)
    url = raw(keeps_for_one)
    one = made(url)
    for _time in range(3):
        assert one.ask("GET", url, 10, safe=True).body == b"ok"


def test_what_may_have_been_done_is_never_sent_twice_by_itself(raw, monkeypatch):
    monkeypatch.setattr(channel, "IDLE_SECONDS", 600)
    url = raw(keeps_for_one)
    one = made(url)
    one.ask("POST", url, 10, body=b"1")
    with pytest.raises(errors.TransportError, match="broke") as broken:
        one.ask("POST", url, 10, body=b"2")
    assert broken.value.maybe_received


def test_a_connection_that_idled_is_not_used_again(raw, monkeypatch):
    monkeypatch.setattr(channel, "IDLE_SECONDS", -1)
    url = raw(keeps_for_one)
    one = made(url)
    for _time in range(3):
        assert one.ask("POST", url, 10, body=b"1").body == b"ok"
        assert len(one._adapter.sockets) == 1


def test_a_proxys_basic_a_header_token_and_no_cookies(stranger):
    stranger.says["answer"] = 200, {"Set-Cookie": "s=1"}, b"ok"
    auth = [
        {"type": "basic", "login": "proxy_login", "password": "proxy_password"},
        {"type": "header", "name": "X-Token", "value": "Bearer {token}"},
    ]
    one = made(stranger.url, auth, token="т-1", proxy_login="п", proxy_password="")
    for _time in range(2):
        one.ask("GET", stranger.url, 10)
    headers = stranger.asked[1][1]
    assert headers["Authorization"] == "Basic 0L86"
    assert headers["X-Token"].encode("latin-1").decode() == "Bearer т-1"
    assert "Cookie" not in headers


def test_without_credentials_none_are_sent(stranger):
    stranger.says["answer"] = 200, {}, b"ok"
    made(stranger.url, []).ask("GET", stranger.url, 10)
    assert "Authorization" not in stranger.asked[0][1]


def test_a_certificate_is_a_setting(stranger):
    with pytest.raises(errors.ProfileError, match="certificate"):
        made(stranger.url, [{"type": "certificate"}])
    publication = language.Publication.model_validate(
        {"kind": "http", "auth": [{"type": "certificate"}]}
    )
    one = channel.Channel(
        publication, access.Access("https://x", certificate="/c.pem", ca="/ca.pem"), 5
    )
    assert (one._session.cert, one._session.verify) == ("/c.pem", "/ca.pem")


SETTINGS = {
    "url": "https://one", "login": "l", "password": "p", "ca": "/ca.pem",
    "far_url": "https://far/", "far_login": "fl", "near_password": "np",
}  # fmt: skip


def access_of(name, auth=({"type": "basic"},), more=()):
    publication = language.Publication.model_validate({"kind": "http", "auth": list(auth)})
    return access.resolve(name, publication, lambda key: SETTINGS.get(key, ""), more)


def test_common_secrets_go_only_to_the_common_address():
    near, far = access_of("near"), access_of("far")
    assert (near.url, near.values, near.ca) == (
        "https://one", {"login": "l", "password": "np"}, "/ca.pem",
    )  # fmt: skip
    assert (far.url, far.values, far.ca) == ("https://far", {"login": "fl"}, "")
    with pytest.raises(errors.ProfileError, match="token"):
        far.value("token")


def test_every_named_setting_is_looked_for():
    auth = [
        {"type": "wsse", "login": "wsse_login", "password": "wsse_password"},
        {"type": "header", "name": "X", "token": "secret_x"},
    ]
    SETTINGS["wsse_login"], SETTINGS["secret_x"], SETTINGS["secret_y"] = "w", "x", "y"
    assert access_of("near", auth, {"secret_y"}).values.items() >= {
        "wsse_login": "w", "secret_x": "x", "secret_y": "y",
    }.items()  # fmt: skip
    assert access.settings_of({"a": [{"setting": "secret_y"}, 1], "b": {}}) == {"secret_y"}


@pytest.mark.parametrize("url", ["ftp://x", "x", "https://user:pass@x", "https://"])
def test_an_address_has_to_be_one(url):
    with pytest.raises(errors.ProfileError):
        access.Access(url)


def test_no_address_is_told():
    publication = language.Publication(kind="http")
    with pytest.raises(errors.ProfileError, match="far_url"):
        access.resolve("far", publication, lambda _name: "")


def test_tls_that_is_not_trusted_is_told(stranger):
    url = stranger.url.replace("http:", "https:")
    with pytest.raises(errors.TransportError, match="TLS") as untrusted:
        made(url).ask("GET", url, 10)
    assert not untrusted.value.maybe_received


def test_a_date_header_that_is_none():
    assert channel.http_date("soon") is None and channel.http_date(None) is None
