"""What every room of the Odoo shell needs: settings of the server, signed values."""

import os
import socket
import ssl
import threading
from configparser import ConfigParser
from datetime import datetime
from functools import cache

from cryptography import x509

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


def certificate_end(host: str, port: int) -> datetime:
    """Return when the certificate ends that a server shows, aware UTC, whoever signed it.

    :raises OSError, ssl.SSLError: it cannot be asked
    """
    context = ssl.create_default_context()
    # the date is wanted of a certificate that is wrong, too: browsers say that it is
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        shown = x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True))
    return shown.not_valid_after_utc


def bounded(seconds: float, function, *arguments):
    """Return what ``function`` returns; raise ``TimeoutError`` if it takes longer.

    For a call to somebody else, whose own time-outs bound each step only. The thread may go
    on for a while: give it nothing of Odoo's.
    """
    done = []

    def run():
        try:
            done.append((True, function(*arguments)))
        except Exception as error:
            done.append((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise TimeoutError(f"no answer within {seconds:.0f} s")
    went_well, value = done[0]
    if went_well:
        return value
    raise value
