"""Whom a publication is at, and what lets us in: settings of the server, never of a profile.

For the publication ``payments`` of a profile a value is looked for as ``payments_url``,
``payments_password`` and so on. A publication without an address of its own stands at the
common ``url``, and only there the common login, password and token are taken: who edits a
profile cannot send them to another host.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .errors import ProfileError
from .language_wire import Basic, Header, Publication, Wsse

FILES = ("certificate", "ca")


@dataclass(frozen=True)
class Access:
    """One publication's address and secrets.

    :ivar url: scheme, host and port, perhaps a path before the profile's own
    :ivar values: settings by their names in the profile
    :ivar certificate: path of a PEM with certificate and key; ``ca``: of the authority's
    """

    url: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: str = ""
    ca: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ProfileError("the address of the accounting system is no http(s) address")

    def value(self, name: str) -> str:
        """:raises ProfileError: the setting is not set"""
        try:
            return self.values[name]
        except KeyError:
            raise ProfileError(f"the setting {name} of the publication is not set") from None


def resolve(
    name: str, publication: Publication, setting: Callable[[str], str], more: Collection[str] = ()
) -> Access:
    """Return the access of a publication; ``setting`` reads one of the server's.

    :param more: further settings, which requests ask for (`settings_of`)

    :raises ProfileError: no address is set
    """
    own = setting(f"{name}_url")
    url = own or setting("url")
    if not url:
        raise ProfileError(f"neither moyamfo_sync.url nor moyamfo_sync.{name}_url is set")

    def value(word: str) -> str:
        return setting(f"{name}_{word}") or ("" if own else setting(word))

    wanted = {"login", "password", "token", *_named(publication), *more}
    found = {word: value(word) for word in wanted}
    return Access(
        url.rstrip("/"),
        {word: text for word, text in found.items() if text},
        **{word: value(word) for word in FILES},
    )


def _named(publication: Publication) -> set[str]:
    names: set[str] = set()
    for one in publication.auth:
        if isinstance(one, (Basic, Wsse)):
            names |= {one.login, one.password}
        elif isinstance(one, Header):
            names.add(one.token)
    return names


def settings_of(source: Any) -> set[str]:
    """Names of settings that values of a profile's requests ask for."""
    if isinstance(source, dict):
        if set(source) == {"setting"}:
            return {str(source["setting"])}
        return set().union(*map(settings_of, source.values())) if source else set()
    if isinstance(source, list):
        return set().union(*map(settings_of, source)) if source else set()
    return set()
