import os
import re
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.queue_job.job import Job

from .common import ORIGIN, OTHER_PHONE, PHONE, TourLoanCommon
from .counterparty import SmsGateway

TABLES = (
    "tour_loan_code",
    "tour_loan_code_attempt",
    "tour_loan_sms",
    "tour_loan_signature",
    "tour_loan_application",
    "tour_loan_history",
    "queue_job",
)


@tagged("post_install", "-at_install")
class TestCode(TourLoanCommon):
    """SMS codes: sent seldom, tried five times, good once, stored nowhere."""

    def setUp(self):
        super().setUp()
        self.application_ = self.application()
        self.codes = self.env["tour_loan.code"]

    def request(self, phone=PHONE, **origin):
        return self.application_._request_code("acquaintance", phone, {**ORIGIN, **origin})

    def new_code(self, phone=PHONE, **origin):
        code, refusal = self.request(phone, **origin)
        self.assertFalse(refusal)
        return code

    def wrong(self, code) -> str:
        return str((int(code._plain()) + 1) % 10**6).zfill(6)

    # --- typing ---

    def test_the_right_code_is_taken_once(self):
        code = self.new_code()
        plain = code._plain()
        self.assertRegex(plain, r"^\d{6}$")
        self.assertIsNone(code._check(f"{plain[:3]}-{plain[3:]} ", ORIGIN))
        self.assertEqual((code.state, code.attempts), ("used", 1))
        self.assertEqual(code._check(plain, ORIGIN), {"error": "used"})
        self.assertEqual(len(code.attempt_ids), 1)

    def test_five_wrong_attempts_lock_it_and_a_new_one_is_needed(self):
        code = self.new_code()
        answers = [code._check(self.wrong(code), ORIGIN) for _attempt in range(5)]
        self.assertEqual(
            answers,
            [{"error": "wrong", "left": left} for left in (4, 3, 2, 1)] + [{"error": "locked"}],
        )
        self.assertEqual(code._check(code._plain(), ORIGIN), {"error": "locked"})
        self.assertEqual(code.attempt_ids.mapped("right"), [False] * 5)
        self.age(code, seconds=61)
        self.assertIsNone(self.new_code()._check(self.codes.search([], limit=1)._plain(), ORIGIN))

    def test_nothing_typed_is_a_wrong_attempt(self):
        code = self.new_code()
        for typed in ("", None, "      ", "1" * 1000, "١٢٣٤٥"):
            self.assertIn(code._check(typed, ORIGIN)["error"], ("wrong", "locked"))

    def test_after_five_minutes_it_is_expired(self):
        made_at = fields.Datetime.now()
        with freeze_time(made_at):
            code = self.new_code()
        self.assertEqual(code.expires_at, made_at + timedelta(seconds=300))
        with freeze_time(made_at + timedelta(seconds=299)):
            self.assertEqual(code._check(self.wrong(code), ORIGIN), {"error": "wrong", "left": 4})
        with freeze_time(made_at + timedelta(seconds=300)):
            self.assertEqual(code._check(code._plain(), ORIGIN), {"error": "expired"})
        self.assertEqual(len(code.attempt_ids), 1)

    def test_a_new_code_voids_the_former(self):
        first = self.new_code()
        self.age(first, seconds=61)
        second = self.new_code()
        self.assertNotEqual(first._plain(), second._plain())
        self.assertEqual(first._check(first._plain(), ORIGIN), {"error": "void"})
        self.assertIsNone(second._check(second._plain(), ORIGIN))

    def test_a_code_confirms_only_the_documents_it_was_sent_for(self):
        application = self.filled()
        code, _refusal = application._request_code("questionnaire", PHONE, ORIGIN)
        application.last_name = "Петрова"
        _code, error = application._confirm("questionnaire", code._plain(), None, ORIGIN)
        self.assertEqual(error, {"error": "changed"})
        self.assertEqual((application.state, code.state), ("filling", "active"))
        application.last_name = "Иванова"
        self.assertIsNone(application._confirm("questionnaire", code._plain(), None, ORIGIN)[1])

    def test_a_code_depends_on_everything_it_stands_for(self):
        code = self.new_code()
        plain = code._plain()
        for change in (
            {"phone": OTHER_PHONE},
            {"purpose": "login"},
            {"documents_digest": "0" * 64},
            {"nonce": "0" * 32},
        ):
            before = {name: code[name] for name in change}
            code.write(change)
            self.assertNotEqual(code._plain(), plain, change)
            code.write(before)
        with patch.dict(os.environ, TOUR_LOAN_CODE_KEY="another key of codes, forty bytes long.."):
            self.assertNotEqual(code._plain(), plain)

    def test_without_a_long_key_of_the_server_there_are_no_codes(self):
        code = self.new_code()
        for key in ("", "k" * 31):
            with patch.dict(os.environ, TOUR_LOAN_CODE_KEY=key), self.assertRaises(ValueError):
                code._plain()

    def test_a_code_of_one_application_is_nothing_to_another(self):
        other = self.application()
        code = self.new_code()
        _code, error = other._confirm("acquaintance", code._plain(), None, ORIGIN)
        self.assertEqual(error, {"error": "none"})
        self.assertEqual(other.state, "new")

    # --- asking ---

    def test_the_next_code_has_to_be_waited_for(self):
        first = self.new_code()
        self.age(first, seconds=20)
        code, refusal = self.request()
        self.assertFalse(code)
        self.assertEqual(refusal, {"error": "wait", "seconds": 40})
        self.assertEqual(first.state, "active", "the one on its way still counts")
        self.age(first, seconds=60)
        self.assertTrue(self.new_code())

    def test_a_confirmed_code_makes_nobody_wait(self):
        code = self.new_code()
        code._check(code._plain(), ORIGIN)
        self.assertEqual(code._wait_seconds(), 0)
        self.assertTrue(self.new_code())

    def sent_and_unconfirmed(self, count, phone=PHONE, **origin):
        """Let so many codes have been sent five minutes ago."""
        for _number in range(count):
            self.age(self.new_code(phone, **origin), minutes=5)

    def test_five_unconfirmed_codes_an_hour_are_the_limit_of_a_phone(self):
        self.sent_and_unconfirmed(5)
        _code, refusal = self.request()
        # till the first of them is an hour old: it was sent five minutes ago
        self.assertEqual(refusal, {"error": "limit", "seconds": 3300})
        self.assertFalse(self.request(OTHER_PHONE)[1])
        self.age(self.codes.search([("phone", "=", PHONE)]), minutes=61)
        self.assertFalse(self.request()[1])

    def test_confirmed_codes_do_not_count(self):
        for _number in range(7):
            code = self.new_code()
            code._check(code._plain(), ORIGIN)
        self.assertTrue(self.new_code())

    def test_eight_first_codes_a_day_are_the_limit_of_an_application(self):
        for count in (5, 3):
            self.sent_and_unconfirmed(count)
            self.age(self.codes.search([]), hours=2)
        self.assertEqual(self.request()[1]["error"], "limit")
        self.age(self.codes.search([]), hours=25)
        self.assertFalse(self.request()[1])

    def test_ten_unconfirmed_codes_a_day_are_the_limit_where_the_phone_is_confirmed(self):
        self.application_ = self.filled()
        for _half in range(2):
            for _number in range(5):
                code, refusal = self.application_._request_code("questionnaire", PHONE, ORIGIN)
                self.assertFalse(refusal)
                self.age(code, minutes=5)
            self.age(self.codes.search([]), hours=2)
        refusal = self.application_._request_code("questionnaire", PHONE, ORIGIN)[1]
        self.assertEqual(refusal["error"], "limit")

    def test_one_browser_cannot_ask_for_many_phones(self):
        for number in range(15):
            self.sent_and_unconfirmed(1, phone=f"+7916000{number:04}", ip=f"203.0.113.{number}")
        self.assertEqual(self.request()[1]["error"], "limit")
        self.assertFalse(self.request(session="another")[1])

    # --- what is stored ---

    def test_nothing_stored_gives_the_code_away(self):
        self.startPatcher(patch("odoo.addons.queue_job.delay.Job", Job))
        gateway = SmsGateway()
        self.addCleanup(gateway.close)
        code = self.new_code()
        plain = code._plain()
        self.assertIn("{code}", code.sms_id.text)
        with patch.dict(os.environ, TOUR_LOAN_SMS_URL=gateway.url):
            code.sms_id._deliver()
        [sent] = gateway.sent()
        self.assertIn(plain, sent["mes"])
        self.assertEqual(sent["phones"], PHONE)
        code._check(self.wrong(code), ORIGIN)
        _code, error = self.application_._confirm("acquaintance", plain, None, ORIGIN)
        self.assertFalse(error)
        self.env.flush_all()
        self.assertTrue(self.env["queue.job"].search([("model_name", "=", "tour_loan.sms")]))
        # not after a dot: there it would be the microseconds of a time
        found = re.compile(rf"(?<![\w.]){plain}(?!\w)")
        for table in TABLES:
            rows = self.env.execute_query(
                SQL("SELECT row::text FROM %s AS row", SQL.identifier(table))
            )
            for [row] in rows:
                self.assertIsNone(found.search(row), table)

    def test_an_sms_whose_code_is_no_longer_waited_for_is_dropped(self):
        code = self.new_code()
        code.state = "void"
        code.sms_id._deliver()
        self.assertEqual(code.sms_id.state, "dropped")
