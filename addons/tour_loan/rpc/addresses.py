"""Which addresses a message of ours may go to (server-side request forgery, OWASP A10)."""

import ipaddress
import socket
import threading
from collections.abc import Callable
from typing import Any

# IPv6 ranges that carry an IPv4 address inside: NAT64, Teredo, 6to4, IPv4-mapped. Where
# they lead depends on the network, so none of them is a destination.
_EMBEDDING = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")
_MOST_ADDRESSES = 4

Resolver = Callable[..., Any]
"""``socket.getaddrinfo`` or a replacement of the same shape."""
Found = tuple[socket.AddressFamily, tuple[Any, ...]]
"""Family and socket address."""


def allowed(address: str, allow_private: bool) -> bool:
    """May we connect to ``address``? Private and loopback ones only in a sandbox;
    link-local (a cloud's metadata service), multicast and reserved ones never."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # a scoped address, «fe80::1%eth0»
        return False
    if ip.version == 6 and any(ip in network for network in _EMBEDDING):
        return False
    if ip.is_loopback:
        return allow_private
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local or ip.is_reserved:
        return False
    if ip.is_global:
        return ip.version == 4 or ip in _IPV6_UNICAST
    return allow_private and ip.is_private


def lookup(host: str, port: int, timeout: float, resolver: Resolver) -> list[Found]:
    """Resolve once, within ``timeout`` seconds: getaddrinfo itself knows no time limit.

    :return: at most four (family, socket address) pairs
    :raises TimeoutError: no answer in time
    :raises OSError: no such host
    """
    answer: list[Any] = []

    def ask() -> None:
        try:
            answer.append(resolver(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    if not answer:
        raise TimeoutError("name lookup")
    if isinstance(answer[0], Exception):
        raise OSError(str(answer[0]))
    return [(entry[0], entry[4]) for entry in answer[0]][:_MOST_ADDRESSES]
