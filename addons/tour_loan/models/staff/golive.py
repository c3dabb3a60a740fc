"""What must not be so in production: one method a check, red, yellow or green.

``odoo golive`` prints it, *Tour Loan > Settings > Going live* shows it. Other addons of
ours add checks by inheriting ``tour_loan.golive``.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from odoo import api, models
from odoo.tools import config, ormcache

from ...tools import is_on, server_setting

RED, YELLOW, GREEN = "red", "yellow", "green"
COLOURS = [(RED, "Must not be so"), (YELLOW, "Look yourself"), (GREEN, "In order")]
PREFIX = "_golive_"
# docs/admin.md stands beside the code, not in the database
DOCS = "docs/admin.md"
GIGABYTE = 2**30
BACKUP_HOURS, DIVISIONS, CLOCK_SECONDS = 24, 10_000, 5
LAST_BACKUP = "tour_loan.last_backup_at"


@dataclass(frozen=True)
class Finding:
    """What a check found.

    :ivar colour: red (must not be so), yellow (cannot be known from here), green
    :ivar sentence: what is so, in the reader's language
    :ivar link: where it is mended: an address in Odoo, or a section of docs/admin.md
    """

    colour: str
    sentence: str
    link: str = ""


class GoLive(models.AbstractModel):
    """Each method ``_golive_<name>`` returns one Finding; it only reads."""

    _name = "tour_loan.golive"
    _description = "Checks before going live"

    @api.model
    def _findings(self) -> dict[str, Finding]:
        """Return {name of the check: Finding}, the red ones first."""
        names = sorted(name for name in dir(type(self)) if name.startswith(PREFIX))
        found = {name.removeprefix(PREFIX): self._find(name) for name in names}
        order = [colour for colour, _words in COLOURS]
        return dict(sorted(found.items(), key=lambda item: order.index(item[1].colour)))

    def _find(self, name) -> Finding:
        """Run one check; one that breaks hides no other, and is not green."""
        try:
            with self.env.cr.savepoint():
                return getattr(self, name)()
        except Exception as error:  # whatever it is, the administrator reads it here
            return Finding(
                RED, self.env._("This could not be checked: %s", f"{type(error).__name__}: {error}")
            )

    @staticmethod
    def _in_docs(section: str) -> str:
        return f"{DOCS}#{section}"

    @staticmethod
    def _action(xmlid: str) -> str:
        """Return the address of an action in Odoo."""
        return f"/odoo/action-{xmlid}"

    def _param(self, key: str) -> str:
        """Return a parameter past Odoo's memory: scripts write some by SQL."""
        self.env["ir.config_parameter"].flush_model()
        self.env.cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", (key,))
        [value] = self.env.cr.fetchone() or [""]
        return value or ""

    # --- who comes in ---

    def _golive_passwords(self) -> Finding:
        """A password that is the login, ``admin/admin`` above all."""
        # sudo: only whether a password is its login; the page is the administrator's
        users_sudo = self.env["res.users"].sudo()
        if users_sudo._tour_loan_has_open_door():
            return Finding(
                RED,
                self.env._(
                    "admin/admin works: whoever knows the address is the administrator. "
                    "Borrowers are not served until the password is changed."
                ),
                self._action("base.action_res_users"),
            )
        easy = users_sudo._tour_loan_with_login_as_password()
        if easy:
            return Finding(
                RED,
                self.env._("The password is the login: %s.", ", ".join(easy.mapped("login"))),
                self._action("base.action_res_users"),
            )
        return Finding(GREEN, self.env._("Nobody's password is his login."))

    def _golive_second_factor(self) -> Finding:
        """Staff without TOTP or passkey."""
        users = self.env["res.users"]
        if not users._tour_loan_factor_is_required():
            return Finding(
                RED,
                self.env._("Staff may do without a second factor: nothing requires it."),
                self._in_docs("settings"),
            )
        staff_sudo = users.sudo().search([("share", "=", False)])  # sudo: who has one, not which
        without = staff_sudo.filtered(lambda user: not user._tour_loan_has_factor())
        if without:
            return Finding(
                RED,
                self.env._(
                    "Staff without a second factor: %s.", ", ".join(without.mapped("login"))
                ),
                self._action("base.action_res_users"),
            )
        return Finding(GREEN, self.env._("All staff have a second factor."))

    def _golive_sign_up(self) -> Finding:
        """Odoo's own sign-up and "reset password"."""
        opened = self.env["ir.http"]._tour_loan_opened()
        doors = [name for name in opened if name.startswith(("/web/signup", "/web/reset"))]
        free = self._param("auth_signup.invitation_scope") == "b2c"
        reset = is_on(self._param("auth_signup.reset_password"))
        if free or reset or doors:
            return Finding(
                RED,
                self.env._("Strangers may make themselves an account or a new password."),
                self._action("base_setup.action_general_configuration"),
            )
        return Finding(GREEN, self.env._("Nobody signs up by himself."))

    def _golive_open_routes(self) -> Finding:
        opened = self.env["ir.http"]._tour_loan_opened()
        if opened:
            return Finding(
                YELLOW,
                self.env._("Opened to everybody by the setting open_routes: %s", " ".join(opened)),
                self._in_docs("settings"),
            )
        return Finding(GREEN, self.env._("No route is opened by a setting."))

    def _golive_database_list(self) -> Finding:
        """One database, and nobody is shown which."""
        if config["list_db"] or len(config["db_name"] or ()) != 1:
            return Finding(
                RED,
                self.env._("list_db must be off, and the command line must name one database."),
                self._in_docs("deployment"),
            )
        return Finding(GREEN, self.env._("One database, named on the command line."))

    # --- what kind of server ---

    def _golive_server(self) -> Finding:
        """What is fine on a programmer's machine only."""
        wrong = []
        if not config["workers"]:
            wrong.append("workers = 0")
        if not config["max_cron_threads"]:
            wrong.append("max_cron_threads = 0")
        if config["dev_mode"]:
            wrong.append("dev_mode")
        if config["test_enable"]:
            wrong.append("test_enable")
        if config["log_db"]:  # lines of the log in a table are not masked
            wrong.append("log_db")
        if "tour_loan" not in config["server_wide_modules"]:
            wrong.append("server_wide_modules without tour_loan")
        if wrong:
            return Finding(
                RED,
                self.env._("Settings for a programmer's machine: %s.", ", ".join(wrong)),
                self._in_docs("deployment"),
            )
        return Finding(GREEN, self.env._("Workers, scheduled jobs and server-wide addons are set."))

    def _golive_private_callbacks(self) -> Finding:
        if is_on(server_setting("tour_loan", "allow_private_callbacks")):
            return Finding(
                RED,
                self.env._("TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS is on: this is a sandbox's server."),
                self._in_docs("settings"),
            )
        return Finding(GREEN, self.env._("Messages go to public addresses by https only."))

    def _golive_tls(self) -> Finding:
        """TLS in front: the public address, and that Odoo believes its proxy."""
        url = self._param("web.base.url")
        trouble = self._address_trouble(url)
        if trouble:
            return Finding(
                RED,
                self.env._(
                    "The public address web.base.url (%(url)s): %(trouble)s",
                    url=url or "-",
                    trouble=trouble,
                ),
                self._action("base.ir_config_list_action"),
            )
        if not config["proxy_mode"]:
            return Finding(
                RED,
                self.env._("proxy_mode is off: Odoo sees neither TLS nor the visitor's address."),
                self._in_docs("nginx"),
            )
        return Finding(GREEN, self.env._("Borrowers come to %s.", url))

    def _golive_frozen_address(self) -> Finding:
        if not is_on(self._param("web.base.url.freeze")):
            return Finding(
                RED,
                self.env._("web.base.url.freeze is not True: a login changes the public address."),
                self._action("base.ir_config_list_action"),
            )
        return Finding(GREEN, self.env._("The public address is frozen."))

    def _golive_certificate(self) -> Finding:
        """The end of the certificate, as a scheduled job saw it last."""
        end = moment(self._param("tour_loan.certificate_ends_at"))
        if not end:
            return Finding(
                YELLOW,
                self.env._("The end of the certificate is not known: a scheduled job asks for it."),
                self._in_docs("monitoring"),
            )
        days = (end - self._now()).days
        sentence = self.env._("The certificate ends in %s days.", days)
        return Finding(RED if days < 14 else GREEN, sentence, self._in_docs("nginx"))

    def _golive_backup(self) -> Finding:
        last = moment(self._param(LAST_BACKUP))
        if not last:
            return Finding(RED, self.env._("No backup was ever made."), self._in_docs("backup"))
        hours = (self._now() - last) / timedelta(hours=1)
        if not -1 < hours < BACKUP_HOURS:
            return Finding(
                RED,
                self.env._("The last backup is of %s UTC.", f"{last:%Y-%m-%d %H:%M}"),
                self._in_docs("backup"),
            )
        return Finding(GREEN, self.env._("The last backup is %s hours old.", round(hours)))

    def _golive_clock(self) -> Finding:
        """The database's clock against the server's, and a counterparty's against both."""
        self.env.cr.execute("SELECT clock_timestamp()")
        off = abs((self.env.cr.fetchone()[0] - self._now()).total_seconds())
        if off > CLOCK_SECONDS:
            return Finding(
                RED,
                self.env._("The database's clock and the server's differ by %s s.", round(off)),
                self._in_docs("deployment"),
            )
        seen = self._seen_clocks()
        wrong = [f"{name} {seconds:+.0f} s" for name, seconds in seen if abs(seconds) > 60]
        if len(wrong) > len(seen) / 2:  # one of several may be wrong itself
            return Finding(
                RED,
                self.env._("The clocks of counterparties go otherwise: %s.", ", ".join(wrong)),
                self._in_docs("deployment"),
            )
        if not seen:
            return Finding(
                YELLOW,
                self.env._(
                    "Database and server agree. Compared with no other clock yet: press "
                    "Check connection."
                ),
                self._action("tour_loan.golive_action"),
            )
        return Finding(GREEN, self.env._("The clocks agree."))

    def _seen_clocks(self) -> list[tuple[str, float]]:
        """Return (counterparty, its clock's seconds ahead of ours), as last seen."""
        checked = self.env["tour_loan.connection"].sudo().search([("has_clock", "=", True)])
        latest = {row.kind: row for row in checked.sorted("id")}
        return [(row.title, row.clock_ahead) for row in latest.values()]

    def _golive_disk(self) -> Finding:
        """Where files and sessions are; the database's own disk is its server's business."""
        usage = shutil.disk_usage(config["data_dir"])
        share = usage.free / usage.total
        free = self.env._(
            "Free where the files are: %(gb)s GB, %(share)s %%.",
            gb=f"{usage.free / GIGABYTE:.1f}",
            share=round(share * 100),
        )
        colour = GREEN
        if share < 0.1 or usage.free < GIGABYTE:
            colour = RED
        elif share < 0.2:
            colour = YELLOW
        return Finding(colour, free, self._in_docs("when-something-is-away-or-full"))

    @api.model
    def _now(self) -> datetime:
        return datetime.now(UTC)


def moment(text: str) -> datetime | None:
    """Return an ISO moment, UTC where it names no zone; None if it is none."""
    try:
        told = datetime.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None
    return told and (told if told.tzinfo else told.replace(tzinfo=UTC))


_known = {}  # (password, stored hash): is it that one. A hash takes half a second to try


class ResUsers(models.Model):
    _inherit = "res.users"

    def _set_encrypted_password(self, uid, pw):
        """Override: workers remember whether the administrator's door stands open."""
        result = super()._set_encrypted_password(uid, pw)
        self.env["tour_loan.remembered"]._forget()
        return result

    @api.model
    @ormcache()
    def _tour_loan_has_open_door(self) -> bool:
        """Return whether ``admin`` with the password ``admin`` comes in."""
        return any(
            login == "admin" and self._tour_loan_fits("admin", stored)
            for login, stored in self._tour_loan_passwords(["admin"])
        )

    @api.model
    def _tour_loan_bars_borrowers(self) -> bool:
        """Return whether borrowers are not served because anybody may be the administrator.

        A sandbox (``allow_private_callbacks``) has play people and a password it prints.
        """
        if is_on(server_setting("tour_loan", "allow_private_callbacks")):
            return False
        return self._tour_loan_has_open_door()

    @api.model
    def _tour_loan_with_login_as_password(self):
        """Return employees whose password is their login."""
        employees = self.search([("share", "=", False)])
        easy = [
            login
            for login, stored in self._tour_loan_passwords(employees.mapped("login"))
            if self._tour_loan_fits(login, stored)
        ]
        return employees.filtered(lambda user: user.login in easy)

    @api.model
    def _tour_loan_passwords(self, logins) -> list[tuple[str, str]]:
        """Return (login, stored hash) of those that can come in by a password."""
        self.env["res.users"].flush_model(["login", "active"])
        self.env.cr.execute(
            "SELECT login, password FROM res_users "
            "WHERE active AND login = ANY(%s) AND COALESCE(password, '') <> ''",
            (list(logins),),
        )
        return self.env.cr.fetchall()

    @api.model
    def _tour_loan_fits(self, password: str, stored: str) -> bool:
        """Return whether a password is the stored one; what was tried once is remembered."""
        if len(_known) > 1000:
            _known.clear()
        if (password, stored) not in _known:
            _known[password, stored] = self._crypt_context().verify(password, stored)
        return _known[password, stored]
