"""How often somebody may try to log in, and whose attempts count together.

A password is guessed by trying; whoever tries in vain is refused for a while. It must not
be the way to lock somebody else out: so attempts are counted by login **and** address
first, and what a stranger tries elsewhere touches nobody. The wider counts, of a login
from everywhere and of an address whatever the login, catch who spreads his attempts. They
do not reach browsers in which this very login got in before, and a passkey names no login
to be tried: whoever keeps attacking an account keeps its owner out of neither.

Half an hour at the least, from the last attempt on: GOST R 57580.1-2017, measure RD.11.
"""

import ipaddress
from typing import NamedTuple


class Limit(NamedTuple):
    """So many vain attempts in so many minutes, counted from the first one.

    The last of them locks for as many minutes, counted from itself.
    """

    tries: int
    minutes: int


class Budget(NamedTuple):
    """What one attempt is counted by.

    ``scope``: what the key is made of; ``key``: its parts; ``forgiven``: success ends it
    """

    scope: str
    key: tuple[str, ...]
    limit: Limit
    forgiven: bool = False


LEAST = 30  # minutes
OWN = Limit(5, LEAST)
WIDE = {
    # password: tried with a login; factor: the code asked for after the password;
    # passkey and key (of a program): name no login, and are no words one could guess
    "password": {"login": Limit(50, 60), "address": Limit(50, LEAST)},
    "factor": {"login": Limit(10, 60)},
    "passkey": {"address": Limit(20, LEAST)},
    "key": {"address": Limit(20, LEAST)},
}


def budgets(kind: str, login: str, address: str, device: str = "") -> list[Budget]:
    """Return what an attempt is counted by, the narrowest first.

    :param kind: password, factor, passkey, key
    :param login: as it was typed; empty where none is named
    :param address: of who tries, see ``network``
    :param device: names his browser if this login got in there before
    """
    if login and device:
        return [Budget("browser", (kind, login, device), OWN, forgiven=True)]
    parts = {"login": (kind, login), "address": (kind, address)}
    own = [Budget("login_address", (kind, login, address), OWN, forgiven=True)] if login else []
    return own + [Budget(scope, parts[scope], limit) for scope, limit in WIDE[kind].items()]


def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the /64 that one subscriber has."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    known = getattr(known, "ipv4_mapped", None) or known
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False))


def minutes_left(seconds: float) -> int:
    """Return how many minutes to tell somebody who has to wait: at least one."""
    return max(1, -int(-seconds // 60))
