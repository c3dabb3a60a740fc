"""Who tries passwords in vain is refused for a while: at every door, over all workers.

Odoo counts in the memory of each worker and by address alone. Here an attempt is counted
before it is made, on a connection of its own: whatever comes of the request, and however
many come at once, no more are tried than ``rules/lockout.py`` allows.
"""

import contextlib
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.fields import Domain
from odoo.tools import hmac

from odoo.addons.auth_passkey._vendor.webauthn.helpers import exceptions as webauthn

from ... import counters
from ...borrowed import current_request
from ...hot_path import ask_aside
from ...rules import browsers, lockout
from ...tools import code_keys
from ..outbox.ending import Period

_logger = logging.getLogger(__name__)

COOKIE = "tour_loan_staff_browser"
# what Odoo's passkeys raise at an answer that is none
NONSENSE = (
    *(AttributeError, KeyError, TypeError, ValueError),
    *(kind for kind in vars(webauthn).values() if isinstance(kind, type)),
)
TAKE = """
    INSERT INTO tour_loan_attempt AS known
        (key, kind, scope, login, address, count, refused, is_refused, began_at, locked_until)
    VALUES (%(key)s, %(kind)s, %(scope)s, (SELECT login FROM res_users WHERE login = %(login)s),
        %(address)s, 1, 0, false, now() AT TIME ZONE 'utc', NULL)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN {over} THEN 1 WHEN {full} THEN known.count ELSE known.count + 1 END,
        refused = CASE WHEN {over} THEN 0 WHEN {full} THEN known.refused + 1
            ELSE known.refused END,
        is_refused = NOT {over} AND {full},
        address = excluded.address,
        began_at = CASE WHEN {over} THEN excluded.began_at ELSE known.began_at END,
        locked_until = CASE WHEN NOT {over} AND known.count + 1 >= %(tries)s
            THEN CASE WHEN {full} THEN known.locked_until
                ELSE excluded.began_at + %(window)s * interval '1 minute' END END
    RETURNING is_refused, refused, login, extract(epoch FROM locked_until - now() AT TIME ZONE 'utc')
""".format(
    # a clock set back ends no lock-out
    over="(COALESCE(known.locked_until, known.began_at + %(window)s * interval '1 minute')"
    " <= excluded.began_at)",
    full="(known.count >= %(tries)s)",
)
GIVE_BACK = """
    UPDATE tour_loan_attempt SET count = GREATEST(count - 1, 0), locked_until = NULL
    WHERE key = ANY(%s)
"""
FORGIVE = "DELETE FROM tour_loan_attempt WHERE key = ANY(%s)"


class LockedOut(AccessDenied):
    """Too many vain attempts: this one was not made.

    :ivar seconds: until the next one is
    """

    seconds = 0.0


class Attempt(models.Model):
    """Vain attempts that count together, and until when no more is made."""

    _name = "tour_loan.attempt"
    _inherit = ["tour_loan.ending"]
    _description = "Attempts to log in"
    _log_access = False
    _order = "began_at desc, id desc"
    _rec_name = "login"
    _period = Period(None, 2)

    key = fields.Char(required=True, readonly=True, help="HMAC of what counts together.")
    kind = fields.Selection(
        [
            ("password", "Password"),
            ("factor", "Code of the second factor"),
            ("passkey", "Passkey"),
            ("key", "Key of a program"),
        ],
        "What was tried",
        required=True,
        readonly=True,
    )
    scope = fields.Selection(
        [
            ("browser", "Login in a known browser"),
            ("login_address", "Login from one address"),
            ("login", "Login from everywhere"),
            ("address", "Address, whatever the login"),
        ],
        "Counted by",
        required=True,
        readonly=True,
    )
    # of a user that exists; what else was typed may be somebody's password
    login = fields.Char("User", readonly=True)
    address = fields.Char("Last address", readonly=True)
    count = fields.Integer("In vain", required=True, readonly=True)
    refused = fields.Integer(required=True, readonly=True)
    is_refused = fields.Boolean(readonly=True, help="The last one was not made.")
    began_at = fields.Datetime("First", required=True, readonly=True)
    locked_until = fields.Datetime("Locked until", readonly=True)

    _key_uniq = models.UniqueIndex("(key)")

    @api.model
    def _ended(self, before):
        return Domain("began_at", "<", before)

    def action_let_in(self):
        """Button: end a lock-out before its time."""
        self.browse().check_access("write")
        for attempt in self:
            note = {"login": attempt.login, "address": attempt.address, "what": attempt.kind}
            self.env["tour_loan.event"]._record("unlocked", attempt, note=note)
        self.unlink()

    @api.model
    @contextlib.contextmanager
    def _counted(self, kind: str, login: str = ""):
        """Count what the block does as one attempt; raise ``LockedOut`` in place of it.

        In vain: the block ends with AccessDenied. What fails otherwise, a conflict that is
        run again above all, was no attempt. Without a request nobody tries: a job, a shell.
        """
        if not current_request():
            yield
            return
        taken = []
        try:
            for budget in self._budgets(kind, login):
                key = hmac(self.env(su=True), "tour_loan attempt", (budget.scope, *budget.key))
                self._take(kind, login, budget, key)
                taken.append((key, budget.forgiven))
            yield
        except LockedOut:
            self._settle(taken, forgive=False)
            raise
        except AccessDenied:
            raise
        except BaseException:
            self._settle(taken, forgive=False)
            raise
        self._settle(taken, forgive=True)

    def _budgets(self, kind, login):
        address = lockout.network(current_request().httprequest.remote_addr or "")
        device = login and known_device(login)
        return lockout.budgets(kind, login, address, device)

    def _take(self, kind, login, budget, key):
        """Count one attempt of ``budget``, or raise ``LockedOut``."""
        tries, window = budget.limit
        values = {
            **{"key": key, "kind": kind, "scope": budget.scope, "login": login},
            **{
                "address": current_request().httprequest.remote_addr,
                "tries": tries,
                "window": window,
            },
        }
        [(is_refused, refused, known, seconds)] = ask_aside(self.env.cr.dbname, TAKE, values)
        if not is_refused:
            return
        seconds = min(float(seconds or 0), window * 60)
        _logger.info("Attempt not made: %s, %s is locked", kind, budget.scope)
        if refused == 1:
            counters.count_attack_now("lock_out")
            note = {"what": kind, "counted_by": budget.scope, "tries": tries, "minutes": window}
            self.env["tour_loan.event"]._record(
                "locked_out", apart=True, uid=None, who=None, login=known, note=note
            )
        error = LockedOut(self._words(lockout.minutes_left(seconds), login))
        error.seconds = seconds
        raise error

    def _settle(self, taken, forgive):
        forgiven = [key for key, may_be in taken if forgive and may_be]
        others = [key for key, may_be in taken if not (forgive and may_be)]
        for statement, keys in ((FORGIVE, forgiven), (GIVE_BACK, others)):
            if keys:
                ask_aside(self.env.cr.dbname, statement, (keys,))

    def _words(self, minutes, login):
        """Return what the page or the program is told, in the language of who tries."""
        # sudo: nobody is logged in yet; the language of the page, else of the login's user
        user_sudo = self.env["res.users"].sudo().search([("login", "=", login)], limit=1)
        lang = self.env.context.get("lang") or user_sudo.lang or current_request().best_lang
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        env = self.with_context(lang=lang if lang in installed else "ru_RU").env
        return env._(
            "Too many failed attempts. Try again in %(minutes)s min, or ask an administrator.",
            minutes=minutes,
        )


def known_device(login: str) -> str:
    """Return the name of the visitor's browser if ``login`` got in there before, else ""."""
    cookie = current_request().cookies.get(COOKIE, "")
    try:
        known = bool(cookie) and any(
            browsers.is_marked(key, cookie, f"staff {login}") for key in code_keys()
        )
    except ValueError:  # a server without its key knows no browser
        return ""
    return cookie.split(".")[0] if known else ""


class ResUsers(models.Model):
    _inherit = "res.users"

    @contextlib.contextmanager
    def _assert_can_auth(self, user=None):
        """Override: Odoo counts in each worker's memory and shuts out whole addresses.

        What it guards is counted by ``_login`` and ``_check_credentials``.
        """
        yield

    def _login(self, credential, user_agent_env):
        """Override: count, whether there is such a user or not."""
        kind = _kind(credential)
        if not kind:
            return super()._login(credential, user_agent_env)
        login = "" if kind == "passkey" else str(credential.get("login") or "")
        counted = {**(user_agent_env or {}), COUNTED: True}
        with self.env["tour_loan.attempt"]._counted(kind, login), _nonsense_is_wrong(kind):
            if kind != "passkey" and not login:
                raise AccessDenied()
            return super()._login(credential, counted)

    def _check_credentials(self, credential, env):
        """Override: count what is asked past the login, too.

        The code after the password, a program's call by user id and password, the window
        that asks for the password once more, a change of the password.
        """
        kind = _kind(credential)
        if not kind or COUNTED in (env or {}):
            return super()._check_credentials(credential, env)
        # Odoo's page of the code calls this as the public user, on the one who logs in
        login = "" if kind == "passkey" else (self or self.env.user).sudo().login
        with self.env["tour_loan.attempt"]._counted(kind, login), _nonsense_is_wrong(kind):
            try:
                return super()._check_credentials(credential, env)
            except AccessDenied:
                if kind == "factor":
                    user_sudo = (self or self.env.user).sudo()
                    whose = {"uid": user_sudo.id, "login": user_sudo.login, "who": user_sudo.name}
                    self.env["tour_loan.event"]._record(
                        "second_factor_refused", apart=True, **whose
                    )
                raise


# In `_login`'s environment. An object: a program that sends an environment of its own
# (Odoo's `authenticate` takes one) cannot name it.
COUNTED = object()


def _kind(credential) -> str:
    """Return as what a credential is counted; a borrower's code has limits of its own."""
    kinds = {"tour_loan_code": "", "webauthn": "passkey", "totp": "factor", "totp_mail": "factor"}
    return kinds.get(credential.get("type"), "password")


@contextlib.contextmanager
def _nonsense_is_wrong(kind):
    """Make a refusal of what is no passkey's answer at all: Odoo lets the error out."""
    try:
        yield
    except NONSENSE as error:
        if kind != "passkey":
            raise
        raise AccessDenied() from error


class IdentityCheck(models.TransientModel):
    _inherit = "res.users.identitycheck"

    def _check_identity(self):
        """Override: "wrong password" would be no truth where none was tried."""
        try:
            return super()._check_identity()
        except Exception as error:
            if isinstance(error.__context__, LockedOut):
                raise error.__context__ from None
            raise
