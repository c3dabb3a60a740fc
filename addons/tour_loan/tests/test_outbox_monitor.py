import os
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import PHONE, TourLoanHttpCommon

URL = "/tour_loan/monitor"
TOKEN = "token of the monitor"


@tagged("post_install", "-at_install")
class TestMonitor(TourLoanHttpCommon):
    """What has not left, as numbers for a machine."""

    def ask(self, token=TOKEN, setting=TOKEN):
        headers = {"X-Token": token} if token else {}
        with patch.dict(os.environ, TOUR_LOAN_MONITOR_TOKEN=setting):
            return self.url_open(URL, headers=headers)

    def told(self) -> dict:
        return self.ask().json()["outboxes"]

    def test_it_counts_what_waits_and_how_long(self):
        self.agency.callback_url = "https://sever.example/callbacks"
        nothing = {"pending": 0, "stuck": 0, "oldest_unsent_seconds": 0}
        self.assertEqual((self.told()["callbacks"], self.told()["sms"]), (nothing, nothing))
        stuck, pending, sent = (
            self.application_in("submitted", phone=PHONE) for _number in range(3)
        )
        for application in (stuck, pending, sent):
            application._move("decline", "accounting")
        stuck.callback_ids.state = "stuck"
        sent.callback_ids.state = "sent"
        with freeze_time(fields.Datetime.now()):
            self.age(pending.callback_ids, minutes=2)
            self.age(stuck.callback_ids, hours=1)
            self.age(sent.callback_ids, days=3)
            told = self.told()
        self.assertEqual(
            told["callbacks"], {"pending": 1, "stuck": 1, "oldest_unsent_seconds": 3600}
        )
        self.assertEqual(told["sms"]["pending"], 3)

    def test_it_is_closed_without_its_token_and_on_a_server_without_one(self):
        answers = [
            self.ask(token="token of the monitoR"),
            self.ask(token=""),
            self.ask(setting=""),
            self.ask(token="", setting=""),
            self.ask(token="токен".encode()),
        ]
        self.assertEqual({(answer.status_code, answer.content) for answer in answers}, {(403, b"")})

    def test_the_answer_is_for_nobody_else(self):
        answer = self.ask()
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)
