"""HTTP to one publication: deadlines, credentials, verdicts on what is no answer.

What 1C, IIS and proxies do to each other (and why each line is here) was measured;
see ``tests/unit/moyamfo_sync_protocol``.
"""

import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader

from .access import Access
from .errors import AccessRefused, TransportError
from .language_wire import Basic, Header, Publication

ANSWER_LIMIT = 64 << 20  # bytes of an answer that is read at once
STREAM_LIMIT = 1 << 30  # bytes of one that is read row by row
ERROR_LIMIT = 1 << 20  # bytes read of an error answer
IN_MEMORY = 4 << 20  # of a streamed one
# A connection that idled longer is not used again: Apache closes its after five seconds,
# perhaps while our next request is on its way.
IDLE_SECONDS = 2.0
HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)", re.I)


@dataclass
class Reply:
    """An answer: ``body`` read whole, or ``file`` to be read from its beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    file: IO[bytes] | None
    answered_at: datetime | None
    whole: bool

    @property
    def is_html(self) -> bool:
        return "html" in self.headers.get("Content-Type", "") or bool(HTML.match(self.body[:200]))


class Deadline:
    """Ends a call whatever it waits for: name, handshake, headers or the next byte."""

    def __init__(self, adapter: "Adapter", seconds: float):
        self.passed = False
        self._adapter = adapter
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        for one in list(self._adapter.sockets):
            with suppress(OSError):  # it is over already
                one.shutdown(socket.SHUT_RDWR)


class Adapter(HTTPAdapter):
    """Knows the sockets of its connections, so that a deadline can close them."""

    def __init__(self, connect_timeout: float):
        self.connect_timeout = connect_timeout
        self.sockets: set[socket.socket] = set()
        self.ended: set[socket.socket] = set()
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        # pylint: disable=missing-return
        super().init_poolmanager(*arguments, **options)
        pools = {}
        for scheme, pool, connection in (
            ("http", HTTPConnectionPool, HTTPConnection),
            ("https", HTTPSConnectionPool, HTTPSConnection),
        ):
            own = {"sockets": self.sockets, "ended": self.ended}
            watched = type("Watched", (_Watched, connection), own)
            pools[scheme] = type("Pool", (pool,), {"ConnectionCls": watched})
        self.poolmanager.pool_classes_by_scheme = pools

    def let_go(self) -> None:
        """Close what belonged to connections that are closed."""
        while self.ended:
            twin = self.ended.pop()
            self.sockets.discard(twin)
            twin.close()

    def send(self, request: Any, *args: Any, timeout: Any = None, **kwargs: Any) -> Any:
        # a connection is had within its own time; of all else the deadline takes care
        return super().send(request, *args, timeout=(self.connect_timeout, timeout), **kwargs)


class _Watched:
    """A connection whose socket is known. A duplicate: TLS takes the first one away."""

    sockets: set[socket.socket]
    ended: set[socket.socket]
    _twin: socket.socket | None = None

    def _new_conn(self) -> Any:
        made = super()._new_conn()  # type: ignore[misc]
        self._twin = made.dup()
        self.sockets.add(self._twin)
        return made

    def close(self) -> None:
        # pylint: disable=missing-return
        super().close()  # type: ignore[misc]
        if self._twin is not None:
            # an answer may still be read from it, with "Connection: close"
            self.ended.add(self._twin)
            self._twin = None


class _NoAuth(requests.auth.AuthBase):
    """Nothing: or requests would look into ~/.netrc."""

    def __call__(self, request: Any) -> Any:
        return request


class Channel:
    """The way to one publication; one thread at a time."""

    def __init__(
        self,
        publication: Publication,
        access: Access,
        connect_timeout: float,
        words: tuple[str, ...] = (),
    ):
        """:param words: parts of texts that an error may repeat: locks, licences"""
        self.publication, self.access, self._words = publication, access, words
        self.answered_at: datetime | None = None  # their clock, of the latest answer
        self._adapter = Adapter(connect_timeout)
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.auth = self._auth()
        self._session.headers.update(_bytes(self._headers()))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)
        if access.ca:
            self._session.verify = access.ca
        if any(one.type == "certificate" for one in publication.auth):
            self._session.cert = access.certificate or access.value("certificate")
        self._used = 0.0

    def _auth(self) -> Any:
        for one in self.publication.auth:
            if isinstance(one, Basic):
                values = self.access.values
                login, password = values.get(one.login, ""), values.get(one.password, "")
                # As bytes: requests would encode a Cyrillic login in Latin-1 and fail.
                return HTTPBasicAuth(login.encode(), password.encode())
        return _NoAuth()

    def _headers(self) -> dict[str, str]:
        headers = dict(self.publication.headers)
        for one in self.publication.auth:
            if isinstance(one, Header):
                headers[one.name] = one.value.replace("{token}", self.access.value(one.token))
        return headers

    def ask(
        self,
        verb: str,
        url: str,
        seconds: float,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        safe: bool = False,
    ) -> Reply:
        """One request and its whole answer, within ``seconds``.

        :param safe: it may be asked again, if a kept connection closed under it
        :raises TransportError: no answer of the service itself came
        """
        fresh = time.monotonic() - self._used > IDLE_SECONDS
        if fresh:
            self._adapter.poolmanager.clear()
        started = time.monotonic()
        try:
            return self._once(verb, url, seconds, body, headers or {}, stream)
        except TransportError as error:
            closed = isinstance(error.__cause__, requests.ConnectionError) and (
                error.maybe_received and error.status is None
            )
            rest = seconds - (time.monotonic() - started)
            if not (safe and closed and not fresh and rest > 1):
                raise
            self._adapter.poolmanager.clear()
            return self._once(verb, url, rest, body, headers or {}, stream)
        finally:
            self._adapter.let_go()
            self._used = time.monotonic()

    def _once(
        self,
        verb: str,
        url: str,
        seconds: float,
        body: bytes | None,
        headers: Mapping[str, str],
        stream: bool,
    ) -> Reply:
        self.answered_at = None
        with Deadline(self._adapter, seconds) as deadline, _verdicts(deadline):
            response = self._session.request(
                verb,
                url,
                data=body,
                # As bytes: http.client would encode a Cyrillic SOAPAction in Latin-1 and fail.
                headers=_bytes(headers),
                timeout=seconds + 5,
                allow_redirects=False,
                stream=True,
            )
            try:
                reply = self._read(response, stream)
            except TransportError as cut:
                if deadline.passed:
                    raise TransportError("no answer in time") from cut
                raise
            finally:
                response.close()
            if deadline.passed:
                raise TransportError("no answer in time")
        self.answered_at = reply.answered_at
        self._judge(reply)
        return reply

    def _judge(self, reply: Reply) -> None:
        """Raise for what no service said."""
        status = reply.status
        if status in (401, 403):
            raise AccessRefused(f"HTTP {status}: login or rights are refused", status=status)
        if reply.is_html:
            raise TransportError(f"HTTP {status}: an HTML page instead of an answer", status=status)
        if 300 <= status < 400:
            raise TransportError(
                f"HTTP {status}: it sends us to another address, which is not followed",
                status=status,
            )
        if status in (429, 502, 503, 504):
            raise self.busy(reply)

    def busy(self, reply: Reply) -> TransportError:
        """The error of an answer that says nothing but its status, or a word we know."""
        text = reply.body[:10000].decode("utf-8", "replace")
        word = next((f": {word}" for word in self._words if word in text), "")
        wish = retry_after(reply.headers.get("Retry-After", ""))
        return TransportError(f"HTTP {reply.status}{word}", status=reply.status, retry_after=wish)

    def _read(self, response: requests.Response, stream: bool) -> Reply:
        good = response.status_code == 200
        html = "html" in response.headers.get("Content-Type", "")
        limit = ERROR_LIMIT if not good else STREAM_LIMIT if stream else ANSWER_LIMIT
        file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        size, declared = 0, response.headers.get("Content-Length", "")
        for chunk in response.iter_content(65536):
            size += len(chunk)
            if size > limit:
                raise TransportError(f"the answer is longer than {limit >> 20} MB")
            file.write(chunk)
        encoded = response.headers.get("Content-Encoding")
        if declared.isdigit() and not encoded and size < int(declared):
            raise TransportError("the answer was cut off")
        file.seek(0)
        keeps = stream and good and not html
        body = b"" if keeps else file.read()
        return Reply(
            response.status_code,
            response.headers,
            body,
            file if keeps else None,
            http_date(response.headers.get("Date")),
            declared.isdigit() or "Transfer-Encoding" in response.headers,
        )


@contextmanager
def _verdicts(deadline: Deadline) -> Iterator[None]:
    """Turn what requests and urllib3 raise into TransportError; addresses are not shown."""
    try:
        yield
    except requests.exceptions.ConnectTimeout as error:
        raise TransportError("no connection in time", maybe_received=False) from error
    except requests.exceptions.SSLError as error:
        raise TransportError("TLS: the certificate is not trusted", maybe_received=False) from error
    except (requests.exceptions.RequestException, HTTPError, OSError) as error:
        if deadline.passed or isinstance(error, requests.exceptions.ReadTimeout):
            raise TransportError("no answer in time") from error
        if isinstance(error, requests.exceptions.ConnectionError):
            refused = "Failed to establish a new connection" in str(error)
            text = "no connection" if refused else "the connection broke"
            raise TransportError(text, maybe_received=not refused) from error
        raise TransportError(f"HTTP: {type(error).__name__}") from error


def retry_after(header: str) -> float | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); how long is believed, the outbox says."""
    try:
        return max(float(Retry().parse_retry_after(header)), 0)
    except (InvalidHeader, ValueError, OverflowError):
        return None


def http_date(text: str | None) -> datetime | None:
    """Read a Date header (RFC 9110, 5.6.7); None if there is none or it is no date."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _bytes(headers: Mapping[str, str]) -> Any:
    return {name: value.encode() for name, value in headers.items()}
