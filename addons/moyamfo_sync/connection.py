"""The exchange as this server's settings say: one per thread, built when first used."""

import logging
import threading
from pathlib import Path

from odoo.tools import config

from odoo.addons.tour_loan.rules.masking import mask_text
from odoo.addons.tour_loan.rules.questionnaire import TOLD
from odoo.addons.tour_loan.tools import is_neutralized, server_setting

from .protocol.access import Access, resolve, settings_of
from .protocol.errors import ProfileError
from .protocol.exchange import Exchange
from .protocol.profile import Profile, load

_logger = logging.getLogger(__name__)
PROFILES = Path(__file__).parent / "profiles"
_local = threading.local()


def setting(name: str) -> str:
    return server_setting("moyamfo_sync", name)


def is_configured(env) -> bool:
    """Whether any publication has an address."""
    return bool(setting("url") or _addresses(env)) and not is_neutralized(env)


def exchange(env) -> Exchange:
    """Return this thread's exchange.

    :raises ProfileError: no address is set, the profile is wrong, or the database of
        ``env`` is a neutralized copy
    """
    if is_neutralized(env):
        raise ProfileError("this database is a neutralized copy")
    if not is_configured(env):
        raise ProfileError("moyamfo_sync.url is not set on this server")
    name = setting("profile")
    profile = _profile(name)
    settings = (name, *(access_of(profile, one) for one in profile.publications))
    if getattr(_local, "settings", None) != settings:
        _local.exchange = made(profile)
        _local.settings = settings
    _local.exchange.directory = Directory(env)
    return _local.exchange


def made(profile: Profile, keep_wsdl: bool = True) -> Exchange:
    """Return a new exchange over a profile.

    :param keep_wsdl: take WSDLs that were got before, and keep them
    """
    cache_file = Path(config["data_dir"]) / "moyamfo_wsdl.sqlite"
    return Exchange(
        profile,
        cache_file=cache_file if keep_wsdl else None,
        mask=mask_text,
        access=lambda name: access_of(profile, name),
    )


def access_of(profile: Profile, publication: str) -> Access:
    """Return where a publication is, and what lets us in."""
    further = settings_of(profile.source)
    return resolve(publication, profile.publications[publication], setting, further)


class Directory:
    """1C's numbers of our records, for profiles that ask by them; see ``protocol.memory``."""

    def __init__(self, env):
        self.env = env  # of a job: the server's own

    def numbers(self, kind, uids):
        return {uid: number for uid, number in self._pairs(kind, "uuid", uids)}

    def uids(self, kind, numbers):
        return {number: uid for uid, number in self._pairs(kind, "number", numbers)}

    def _pairs(self, kind, by, values):
        if kind == "contracts":
            values, loans = list(values), self.env["tour_loan.loan"]
            if by == "number":
                rows = loans.search([("number", "in", values)])
            else:
                ours = [("application_id.uuid", "in", values)]
                rows = loans.search(["|", *ours, ("books_uid", "in", values)])
            return [(row._moyamfo_key(), row.number) for row in rows if row.number]
        names = {"uuid": "uuid", "number": "accounting_number"}
        rows = self.env["tour_loan.application"].search(
            [(names[by], "in", list(values)), ("test", "=", False)]
        )
        return [(row.uuid, row.accounting_number) for row in rows if row.accounting_number]


def _profile(name: str) -> Profile:
    """Return a profile, read once a thread and again when its file changed."""
    path = profile_path(name)
    try:
        stamp = (str(path), path.stat().st_mtime_ns)
    except OSError:
        stamp = (str(path), 0)
    if getattr(_local, "profile_of", None) != stamp:
        _local.profile, _local.profile_of = _load(name), stamp
    return _local.profile


def _addresses(env) -> bool:
    """Whether a publication of the profile has an address of its own."""
    try:
        names = _profile(setting("profile")).publications
    except ProfileError:
        return False
    return any(setting(f"{name}_url") for name in names)


def _load(name: str) -> Profile:
    profile = load(profile_path(name), TOLD)
    if profile.unmapped:
        # not an error: the lender's system may have no place for it
        _logger.info(
            "The profile %s does not say where these answers go, they stay here: %s",
            profile.name,
            ", ".join(profile.unmapped),
        )
    return profile


def forget():
    """Build the exchange anew next time: the WSDL may have changed."""
    _local.settings = _local.profile_of = None


def profile_path(name: str) -> Path:
    """A profile of this addon by its name, or a file anywhere by its path."""
    if "/" in name:
        return Path(name)
    return PROFILES / f"{name or 'default'}.json"
