"""*Check connection*: does the other side answer, and does it know us.

Nothing is written before the other side has answered, and then only a row of the one who
pressed the button: whatever is asked is harmless, also if Odoo runs the request again.
"""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import bounded, is_neutralized, sms_gateway

SECONDS = 15  # whatever the other side does, the button comes back
GREETING_SECONDS = 5


@dataclass(frozen=True)
class Checked:
    """What came of it.

    :ivar good: it answers and lets us in
    :ivar words: a sentence for the administrator
    :ivar date: its clock, as HTTP writes it; empty if it told none
    """

    good: bool
    words: str
    date: str = ""


class Connection(models.TransientModel):
    """A counterparty and what the last check of it brought.

    A method ``_connect_<kind>`` returns ``Checked``; ``_counterparties`` names the kinds.
    """

    _name = "tour_loan.connection"
    _description = "Connection to a counterparty"
    _order = "id"

    page_id = fields.Many2one("tour_loan.golive.page", ondelete="cascade", index=True)
    kind = fields.Char(required=True, readonly=True)
    title = fields.Char(compute="_compute_title")
    state = fields.Selection(
        [("unknown", "Not asked"), ("good", "Answers"), ("bad", "Does not work")],
        default="unknown",
        readonly=True,
    )
    words = fields.Char("Result", readonly=True)
    checked_at = fields.Datetime(readonly=True)
    has_clock = fields.Boolean(readonly=True)
    clock_ahead = fields.Float("Its clock is ahead by, s", readonly=True, digits=(12, 1))

    @api.model
    def _counterparties(self) -> dict[str, str]:
        """Return {kind: its name for staff}; other addons of ours add theirs."""
        return {"sms": self.env._("SMS gateway"), "mail": self.env._("Mail server")}

    @api.depends("kind")
    def _compute_title(self):
        titles = self._counterparties()
        for connection in self:
            connection.title = titles.get(connection.kind, connection.kind)

    def action_check(self):
        """Ask, then write down what came of it."""
        for connection in self:
            checked = connection._ask()
            ahead = _ahead(checked.date)
            connection.write(
                {
                    "state": "good" if checked.good else "bad",
                    "words": checked.words[:500],
                    "checked_at": fields.Datetime.now(),
                    "has_clock": ahead is not None,
                    "clock_ahead": ahead or 0.0,
                }
            )
        return True

    def _ask(self) -> Checked:
        self.ensure_one()
        self.check_access("write")
        if self.kind not in self._counterparties():
            return Checked(False, self.env._("Nobody of this kind is known."))
        if is_neutralized(self.env):
            return Checked(
                False, self.env._("This database is a neutralized copy: it asks nobody.")
            )
        try:
            return getattr(self, f"_connect_{self.kind}")()
        except TimeoutError:
            return Checked(False, self.env._("No answer within %s seconds.", SECONDS))

    def _connect_sms(self) -> Checked:
        balance = bounded(SECONDS, sms_gateway(self.env).balance)
        if balance.error:
            return Checked(False, self._sms_words(balance.error), balance.date)
        words = self.env._("The gateway answers; on the account: %s ₽.", balance.left)
        return Checked(True, words, balance.date)

    def _sms_words(self, error: str) -> str:
        """Return the gateway's error in words (numbers: SMSC.ru)."""
        number = error.partition(":")[0]
        if number == "2":
            return self.env._("The gateway refuses login or password.")
        if number == "3":
            return self.env._("There is no money on the gateway's account.")
        if "Timeout" in error:
            return self.env._("The gateway does not answer in time.")
        if "Connect" in error:
            return self.env._("There is no connection to the gateway.")
        return self.env._("The gateway says: %s", error)

    def _connect_mail(self) -> Checked:
        """Greet the server within seconds, then let Odoo go as far as it can without a letter."""
        # sudo: the account of the mail server; the page is the administrator's
        server_sudo = self.env["ir.mail_server"].sudo().search([], limit=1)
        if not server_sudo:
            return Checked(False, self.env._("No outgoing mail server is set."))
        is_ssl = server_sudo.smtp_encryption.startswith("ssl")
        try:
            bounded(SECONDS, _greet, server_sudo.smtp_host, server_sudo.smtp_port, is_ssl)
            server_sudo.test_smtp_connection()
        except TimeoutError:
            raise
        except (UserError, OSError, smtplib.SMTPException) as error:
            words = str(error).strip().replace("\n", " ")
            return Checked(
                False,
                self.env._(
                    "%(name)s: %(words)s",
                    name=server_sudo.name,
                    words=words or type(error).__name__,
                ),
            )
        return Checked(True, self.env._("%s takes letters.", server_sudo.name))


def _greet(host: str, port: int, is_ssl: bool) -> None:
    """Wait for the server's first word; Odoo's own test would wait a minute for it."""
    with socket.create_connection((host, port), GREETING_SECONDS) as plain:
        if is_ssl:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # Odoo's test does
            with context.wrap_socket(plain, server_hostname=host) as wrapped:
                wrapped.recv(1)
        elif not plain.recv(1):
            raise ConnectionError("the server hangs up")


def _ahead(date: str) -> float | None:
    """Return how many seconds a clock is ahead of ours; None if it told nothing."""
    try:
        told = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    return (told - datetime.now(UTC)).total_seconds()
