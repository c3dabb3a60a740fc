"""What every room of the Odoo shell needs: settings of the server, signed values."""

import os
from configparser import ConfigParser
from functools import cache

from odoo.tools import config, str2bool, verify_hash_signed

from .gateways import smsc
from .rules import codes
from .rules.codes import MIN_KEY_BYTES


def server_setting(section: str, name: str, default: str = "") -> str:
    """Return a setting of this server: the environment first, then odoo.conf.

    Secrets and addresses of counterparties are settings of the server, not rows of
    the database: a stolen dump gives nobody a code, a password or a signature.
    ``server_setting("tour_loan", "sms_url")`` reads ``TOUR_LOAN_SMS_URL``, else
    ``sms_url`` in section ``[tour_loan]``.
    """
    value = os.environ.get(f"{section}_{name}".upper())
    if value is None:
        value = _sections(config["config"]).get(section, {}).get(name)
    return default if value in (None, "") else value


@cache
def _sections(path) -> dict:
    """Return the sections of odoo.conf; Odoo itself reads only ``[options]``."""
    parser = ConfigParser(interpolation=None)
    if path:
        parser.read(path)
    return {name: dict(parser[name]) for name in parser.sections()}


def said(env, term) -> str:
    """Return a lazy term in the language of ``env``.

    What `env._(term)` does; Odoo's own checker takes only literal ones there (E8502).
    """
    return term._translate(env.lang or "en_US")


def is_neutralized(env) -> bool:
    """Return whether this database is a copy from which nothing may leave.

    `odoo neutralize` sets the mark. Addresses and passwords are settings of the server,
    so that a copy on the same server would have them.
    """
    # sudo: a parameter of the system that everybody's messages hang on
    return str2bool(env["ir.config_parameter"].sudo().get_param("database.is_neutralized"), False)


def sms_gateway(env) -> smsc.Gateway:
    """Return the SMS gateway of this server's settings; a neutralized copy has none."""
    if is_neutralized(env):
        return smsc.Gateway("", "", "")
    names = ("sms_url", "sms_login", "sms_password", "sms_sender")
    return smsc.Gateway(*(server_setting("tour_loan", name) for name in names))


def code_keys() -> list[bytes]:
    """Return the key SMS codes and links are derived from, and the one before it, if any.

    ValueError: there is none, or one is too short to protect anything.
    """
    before = server_setting("tour_loan", "code_key_before")
    keys = [
        server_setting("tour_loan", "code_key").encode(),
        *([before.encode()] if before else []),
    ]
    if any(len(key) < MIN_KEY_BYTES for key in keys):
        raise ValueError("a server setting code_key is missing or short, see odoo.conf")
    return keys


def code_key(name: str = "") -> bytes:
    """Return the key of that name (``codes.key_name``), the current one if it is gone."""
    keys = code_keys()
    return next((key for key in keys if name and codes.key_name(key) == name), keys[0])


def is_on(value: str) -> bool:
    """Return whether the text of a setting means yes."""
    return value.strip().lower() in {"1", "true", "yes", "on"}


def read_signed(env, scope: str, token: str):
    """Return what ``hash_sign`` signed, or None: Odoo's own check raises for nonsense."""
    try:
        # sudo: the key of the database is read, nothing of anybody's
        return verify_hash_signed(env(su=True), scope, token or "")
    except ValueError:
        return None
