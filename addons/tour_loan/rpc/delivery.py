"""One POST to an agency's server, trusted with nothing.

The address is resolved once, checked, and that very address is connected to, so a name
that changes its mind in between (DNS rebinding) gains nothing. Redirects, proxies and
compressed answers do not exist here. One deadline covers lookup, connection, handshake,
sending and reading, however slowly the other side trickles.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from pydantic_core import Url
from pydantic_core import ValidationError as UrlError
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader

from .addresses import Found, Resolver, allowed, lookup

READ_LIMIT = 64 * 1024
"""Bytes of an answer that are read, status line and headers included."""

_HEADERS = {
    "content-type": "application/json",
    "user-agent": "tour_loan/1",
    "connection": "close",
}


@dataclass(frozen=True)
class Reply:
    """What became of one attempt.

    ``error`` is empty once a status line came, else a code: ``url``, ``address`` (refused
    by us), ``lookup``, ``connection``, ``tls``, ``timeout``, ``protocol``; ``detail`` is
    for staff. After ``timeout``, ``connection`` or ``protocol`` the other side may have
    done the work.
    """

    status: int | None = None
    body: bytes = b""
    error: str = ""
    detail: str = ""
    retry_after: int | None = None

    @property
    def accepted(self) -> bool:
        """2xx. A redirect is not."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """410: the agency wants no more of it."""
        return self.status == 410


class _Refused(Exception):
    """Nothing was sent; args are (code, detail)."""


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float = 5.0,
    allow_private: bool = False,
    *,
    resolver: Resolver = socket.getaddrinfo,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """POST ``body`` and return what happened; never raises for what the other side does.

    :param timeout: seconds for everything together
    :param allow_private: sandbox: http and private or loopback addresses are allowed
    :param tls: instead of the system's certificate authorities
    """
    deadline = time.monotonic() + timeout
    status, answer, retry_after = None, bytearray(), None
    try:
        target = _target(url, allow_private)
        channel = _open(target, deadline, allow_private, resolver, tls)
        with channel:
            response = _send(target, channel, body, headers)
            status = response.status
            retry_after = _retry_after(response.getheader("Retry-After"))
            while piece := response.read1(READ_LIMIT):
                answer += piece
    except _Refused as refused:
        return Reply(error=refused.args[0], detail=refused.args[1])
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Once the status has come, a body cut short does not undo it.
        if status is None:
            return Reply(error=_code(error), detail=f"{type(error).__name__}: {error}"[:200])
    return Reply(status=status, body=bytes(answer), retry_after=retry_after)


def _target(url: str, allow_private: bool) -> Url:
    try:
        target = Url(url)
    except UrlError:
        raise _Refused("url", "not an address") from None
    if target.scheme != "https" and not (allow_private and target.scheme == "http"):
        raise _Refused("url", "https only")
    if not target.host or target.username is not None or target.password is not None:
        raise _Refused("url", "no host, or a user name in it")
    return target


def _place(target: Url) -> tuple[str, int]:
    """Return host and port of an address that has them: `_target` saw to it."""
    assert target.host and target.port
    return target.host.strip("[]"), target.port


def _open(
    target: Url,
    deadline: float,
    allow_private: bool,
    resolver: Resolver,
    tls: ssl.SSLContext | None,
) -> "_Channel":
    host, port = _place(target)
    try:
        found = lookup(host, port, _left(deadline), resolver)
    except TimeoutError:
        raise
    except OSError as error:
        raise _Refused("lookup", str(error)[:200]) from None
    # One bad address among good ones is a trick, not an accident.
    for _family, address in found:
        if not allowed(address[0], allow_private):
            raise _Refused("address", f"{address[0]} is not allowed")
    connected = _connect(found, deadline)
    if target.scheme == "http":
        return _Channel(connected, deadline)
    try:
        connected.settimeout(_left(deadline))
        context = tls or _system_trust()
        secured = context.wrap_socket(connected, server_hostname=host.rstrip("."))
    except BaseException:
        connected.close()
        raise
    return _Channel(secured, deadline)


def _connect(found: list[Found], deadline: float) -> socket.socket:
    failure: OSError = OSError("no addresses")
    for index, (family, address) in enumerate(found):
        candidate = socket.socket(family, socket.SOCK_STREAM)
        try:
            # A silent address may not eat the time of those after it.
            candidate.settimeout(_left(deadline) / (len(found) - index))
            candidate.connect(address)
            return candidate
        except OSError as error:
            candidate.close()
            failure = error
    raise failure


def _send(
    target: Url, channel: "_Channel", body: bytes, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(*_place(target))
    if target.scheme == "https":
        connection.default_port = 443  # else ":443" would be sent in Host
    connection.sock = socket_like = cast(socket.socket, channel)
    given = {name.lower(): value for name, value in headers.items()}
    path = target.path or "/"
    connection.request(
        "POST",
        f"{path}?{target.query}" if target.query else path,
        body=body,
        headers={**_HEADERS, **given},
    )
    # not connection.getresponse(): with "connection: close" it closes the channel as
    # soon as the headers are in, and a body that comes a packet later is lost
    response = http.client.HTTPResponse(socket_like, method="POST")
    response.begin()
    return response


class _Channel(io.RawIOBase):
    """A connected socket as http.client uses one, under one deadline and one allowance of
    bytes to read; behind the allowance it looks like the end of the stream."""

    def __init__(self, connected: socket.socket, deadline: float):
        super().__init__()
        self._socket = connected
        self._deadline = deadline
        self._allowance = READ_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = memoryview(buffer)[: self._allowance]
        if not part:
            return 0
        self._socket.settimeout(_left(self._deadline))
        count = self._socket.recv_into(part)
        self._allowance -= count
        return count

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(_left(self._deadline))
            rest = rest[self._socket.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        self._socket.close()
        return super().close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("deadline")
    return left


def _code(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, OSError):
        return "connection"
    return "protocol"


def _retry_after(header: str | None) -> int | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); how long is believed, the outbox says."""
    try:
        seconds = Retry().parse_retry_after(header or "")
    except (InvalidHeader, ValueError, OverflowError):
        return None
    return max(int(seconds), 0)


@lru_cache(maxsize=1)
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()
