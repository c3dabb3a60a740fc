"""The exchange as this server's settings say: one per thread, built when first used."""

import logging
import threading
from pathlib import Path

from odoo.tools import config

from odoo.addons.tour_loan.rules.masking import mask_text
from odoo.addons.tour_loan.rules.questionnaire import TOLD
from odoo.addons.tour_loan.tools import is_neutralized, server_setting

from .protocol.errors import ProfileError
from .protocol.exchange import Exchange
from .protocol.profile import load

_logger = logging.getLogger(__name__)
PROFILES = Path(__file__).parent / "profiles"
_local = threading.local()


def is_configured(env) -> bool:
    return bool(server_setting("moyamfo_sync", "url")) and not is_neutralized(env)


def exchange(env) -> Exchange:
    """Return this thread's exchange.

    :raises ProfileError: no address is set, the profile is wrong, or the database of
        ``env`` is a neutralized copy
    """
    if is_neutralized(env):
        raise ProfileError("this database is a neutralized copy")
    settings = tuple(
        server_setting("moyamfo_sync", name) for name in ("url", "login", "password", "profile")
    )
    url, login, password, profile = settings
    if not url:
        raise ProfileError("moyamfo_sync.url is not set on this server")
    if getattr(_local, "settings", None) != settings:
        _local.exchange = Exchange(
            _load(profile),
            url,
            login,
            password,
            cache_file=Path(config["data_dir"]) / "moyamfo_wsdl.sqlite",
            mask=mask_text,
        )
        _local.settings = settings
    return _local.exchange


def _load(name: str):
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
    _local.settings = None


def profile_path(name: str) -> Path:
    """A profile of this addon by its name, or a file anywhere by its path."""
    if "/" in name:
        return Path(name)
    return PROFILES / f"{name or 'default'}.json"
