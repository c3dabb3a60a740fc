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
from .protocol.profile import Profile, load, read

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
    profile = _profile(env)
    settings = (_local.profile_of, *(access_of(profile, one) for one in profile.publications))
    if getattr(_local, "settings", None) != settings:
        _local.exchange = made(profile)
        _local.settings = settings
    _local.exchange.directory = Directory(env)
    return _local.exchange


def made(profile: Profile, keep_wsdl: bool = True) -> Exchange:
    """Return a new exchange over a profile.

    :param keep_wsdl: take WSDLs that were got before, and keep them
    """
    return Exchange(
        profile,
        cache_file=wsdl_cache() if keep_wsdl else None,
        mask=mask_text,
        access=lambda name: access_of(profile, name),
    )


def wsdl_cache() -> Path:
    return Path(config["data_dir"]) / "moyamfo_wsdl.sqlite"


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


def profile(env) -> Profile:
    """Return the profile in use.

    :raises ProfileError: it is wrong
    """
    return _profile(env)


def used_text(env) -> str:
    """Return the text of the profile in use; "" if its file cannot be read."""
    used = None if setting("profile") else env["moyamfo.profile"]._used()
    if used:
        return used[1]
    try:
        return profile_path(setting("profile")).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _profile(env) -> Profile:
    """Return the profile in use, read once a thread and again when it changed.

    A file that the settings name wins; then the version in use, then the shipped one.
    """
    name = setting("profile")
    used = None if name else env["moyamfo.profile"]._used()
    if used:
        stamp = ("version", *used)
    else:
        path = profile_path(name)
        try:
            stamp = (str(path), path.stat().st_mtime_ns)
        except OSError:
            stamp = (str(path), 0)
    if getattr(_local, "profile_of", None) != stamp:
        _local.profile = _told(read(used[1], TOLD, PROFILES) if used else load(path, TOLD))
        _local.profile_of = stamp
    return _local.profile


def _addresses(env) -> bool:
    """Whether a publication of the profile has an address of its own."""
    try:
        names = _profile(env).publications
    except ProfileError:
        return False
    return any(setting(f"{name}_url") for name in names)


def _told(profile: Profile) -> Profile:
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
