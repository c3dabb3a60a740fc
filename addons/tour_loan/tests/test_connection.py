import os
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..gateways import smsc
from ..models.staff import connection
from .common import TourLoanCommon
from .counterparty import SmsGateway


class MailServer(threading.Thread):
    """A mail server that lets in, refuses the recipient, says nothing, or hangs up."""

    def __init__(self, manner="good"):
        super().__init__(daemon=True)
        self.manner, self.heard = manner, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                peer, _address = self.socket.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        if self.manner == "silent":
            peer.recv(1)  # until the other side gives up
            return peer.close()
        with peer, peer.makefile("rwb", buffering=0) as lines:
            if self.manner == "hangs up":
                return None
            lines.write(b"220 play\r\n")
            for line in lines:
                word = line.split()[0].upper() if line.split() else b""
                self.heard.append(word)
                refused = self.manner == "refuses" and word == b"RCPT"
                answer = {b"DATA": b"354 go on"}.get(word, b"250 fine")
                lines.write((b"550 not you" if refused else answer) + b"\r\n")
                if word == b"QUIT":
                    return None
        return None

    def close(self):
        self.socket.close()


@tagged("post_install", "-at_install")
class TestConnection(TourLoanCommon):
    """*Check connection* says in words what is so, within a bounded time."""

    def setUp(self):
        super().setUp()
        self.gateway = SmsGateway()
        self.addCleanup(self.gateway.close)

    def checked(self, kind, **settings):
        row = self.env["tour_loan.connection"].create({"kind": kind})
        with patch.dict(os.environ, settings):
            row.action_check()
        return row

    def sms(self, **settings):
        return self.checked("sms", **{"TOUR_LOAN_SMS_URL": self.gateway.url, **settings})

    def test_a_good_gateway_tells_what_is_left(self):
        row = self.sms()
        self.assertEqual(row.state, "good")
        self.assertIn("100.00", row.words)
        self.assertEqual([call.path for call in self.gateway.calls], ["/sys/balance.php"])
        self.assertTrue(row.checked_at)

    def test_its_clock_is_compared_with_ours(self):
        ahead = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
        # the server of the tests writes a Date of its own, so the answer is made here
        balance = smsc.Balance("", "1", ahead)
        with patch.object(smsc.Gateway, "balance", lambda _gateway: balance):
            row = self.sms()
        self.assertTrue(row.has_clock)
        self.assertAlmostEqual(row.clock_ahead, 600, delta=30)

    def test_wrong_password_no_money_and_others_in_words(self):
        for answer, words in (
            ({"error_code": 2, "error": "authorise error"}, "login or password"),
            ({"error_code": 3, "error": "no money"}, "no money"),
            ({"balance": "0"}, "no money"),
            ({"error_code": 6, "error": "denied"}, "6: denied"),
            (b"<html>", "The gateway says"),
        ):
            self.gateway.balance = lambda call, answer=answer: (200, answer, {})
            row = self.sms()
            self.assertEqual(row.state, "bad", answer)
            self.assertIn(words, row.words)

    def test_a_gateway_nobody_listens_at(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        row = self.sms(TOUR_LOAN_SMS_URL=f"http://127.0.0.1:{port}")
        self.assertEqual(row.state, "bad")
        self.assertIn("no connection", row.words)
        row = self.sms(TOUR_LOAN_SMS_URL="")
        self.assertEqual(row.state, "bad")

    def test_a_gateway_that_says_nothing_costs_a_bounded_time(self):
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        with patch.object(connection, "SECONDS", 1):
            row = self.sms(TOUR_LOAN_SMS_URL=f"http://127.0.0.1:{silent.getsockname()[1]}")
        self.assertEqual(row.state, "bad")
        self.assertIn("No answer within", row.words)

    def test_nothing_is_written_before_the_other_side_has_answered(self):
        row = self.env["tour_loan.connection"].create({"kind": "sms"})
        self.env.flush_all()
        written = []

        def answer(_call):
            self.env.cr.execute("SELECT state FROM tour_loan_connection WHERE id = %s", (row.id,))
            written.append(self.env.cr.fetchone()[0])
            return 200, {"balance": "5"}, {}

        with (
            patch.object(
                smsc.Gateway, "balance", lambda gateway: (answer(None), smsc.Balance("", "5"))[1]
            ),
            patch.object(connection, "bounded", lambda _seconds, ask: ask()),
        ):
            row.action_check()
        self.assertEqual(written, ["unknown"])
        self.assertEqual(row.state, "good")

    def test_a_neutralized_copy_asks_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        row = self.sms()
        self.assertEqual((row.state, self.gateway.calls), ("bad", []))

    # --- mail ---

    @contextmanager
    def mail(self, manner):
        server = MailServer(manner)
        try:
            self.env["ir.mail_server"].search([]).active = False
            self.env["ir.mail_server"].create(
                {
                    "name": "Post",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": server.port,
                    "smtp_encryption": "none",
                    "from_filter": False,
                }
            )
            self.env.user.email = "admin@example.com"
            # Odoo opens no connection in tests unless it is told to
            with (
                patch.object(IrMail_Server, "_disable_send", lambda _self: False),
                patch.object(connection, "GREETING_SECONDS", 1),
            ):
                yield server
        finally:
            server.close()

    def test_a_mail_server_that_takes_letters_gets_none(self):
        with self.mail("good") as server:
            row = self.checked("mail")
        self.assertEqual(row.state, "good", row.words)
        self.assertIn(b"RCPT", server.heard)

    def test_mail_servers_that_refuse_hang_up_or_say_nothing(self):
        for manner in ("refuses", "hangs up", "silent"):
            with self.mail(manner):
                row = self.checked("mail")
            self.assertEqual(row.state, "bad", manner)
            self.assertTrue(row.words)
        self.env["ir.mail_server"].search([]).active = False
        self.assertIn("No outgoing mail server", self.checked("mail").words)
