"""What a login's challenge is, without pages; the pages are in ``test_login``."""

import os
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ORIGIN, OTHER_PHONE, PHONE, TourLoanCommon
from .counterparty import SmsGateway

BORN = date(1990, 3, 14)


@tagged("post_install", "-at_install")
class TestCodeLogin(TourLoanCommon):
    """Who is sent a login's code, and how often."""

    def setUp(self):
        super().setUp()
        self.application_ = self.opened()
        self.codes = self.env["tour_loan.code"]

    def ask(self, phone=PHONE, born=BORN, session="5e55" * 8, known=False, send=True):
        """Return the challenge of a login that was asked for a minute ago, or the refusal."""
        origin = {**ORIGIN, "session": session}
        code, refusal = self.codes._request_login(phone, born, origin, known)
        if refusal:
            return refusal
        self.age(code, seconds=61)
        if send:
            code._send_login()
        return code

    def listening(self, seen):
        """Return an ``execute`` that notes each statement."""
        execute = type(self.env.cr).execute

        def listen(cursor, query, *args, **options):
            seen.append(getattr(query, "code", query))
            return execute(cursor, query, *args, **options)

        return listen

    def days(self, count, start=date(1970, 1, 1)):
        return [start + timedelta(days=number) for number in range(count)]

    # --- to whom ---

    def test_only_a_borrower_with_his_date_is_sent_a_code(self):
        self.assertTrue(self.ask().sms_id)
        for phone, born in ((PHONE, None), (PHONE, date(1990, 3, 15)), (OTHER_PHONE, BORN)):
            self.assertFalse(self.ask(phone, born, session=f"{phone}{born}").sms_id)

    def test_without_any_date_known_the_phone_is_enough(self):
        self.opened(customer={"phone": OTHER_PHONE})
        self.assertTrue(self.ask(OTHER_PHONE, None).sms_id)
        self.assertTrue(self.ask(OTHER_PHONE, BORN, session="another").sms_id)

    def test_a_request_looks_at_nothing_of_the_borrowers(self):
        """So neither the answer nor its time can tell: the job looks."""
        tables = ("tour_loan_borrower", "tour_loan_application", "res_users", "tour_loan_sms")
        statements = {}
        self.ask("+79031112233", send=False, session="what is done once is done")
        for phone, born in ((PHONE, BORN), (PHONE, None), (OTHER_PHONE, BORN)):
            self.env.flush_all()
            self.env.invalidate_all()
            seen = statements[phone, born] = []
            with patch.object(type(self.env.cr), "execute", self.listening(seen)):
                self.ask(phone, born, session=f"{phone}{born}", send=False)
                self.env.flush_all()
            self.assertFalse([text for text in seen if any(table in text for table in tables)])
        first, *others = statements.values()
        for other in others:
            self.assertEqual(other, first, "the same is done for each")

    def test_the_sms_names_the_lender(self):
        self.env.company.name = "МКК «Море». http://evil.example/{code}"
        text = self.ask().sms_id.text
        self.assertTrue(text.startswith("МКК «Море» http //evil example/ code:"), text)
        self.assertEqual(text.count("{code}"), 1)

    # --- typing ---

    def test_a_code_that_was_sent_to_nobody_is_never_right(self):
        code = self.ask(born=None)
        self.assertEqual(code._check(code._plain(), ORIGIN), {"error": "wrong", "left": 4})

    def test_a_right_code_with_another_date_ends_it(self):
        code = self.ask()
        self.assertFalse(code._fits_date(None))
        self.assertEqual(code._check(code._plain(), ORIGIN, fits=False), {"error": "date"})
        self.assertEqual((code.state, code.ended_by), ("void", "date"))
        self.assertEqual(code._check(code._plain(), ORIGIN, code._fits_date(BORN))["error"], "date")

    def test_a_confirmed_login_opens_one_session(self):
        code = self.ask()
        self.assertFalse(self.codes._redeem_login(code.uid, PHONE), "not confirmed yet")
        self.assertIsNone(code._check(code._plain(), ORIGIN))
        self.assertFalse(self.codes._redeem_login(code.uid, OTHER_PHONE))
        self.assertFalse(self.codes._redeem_login("", PHONE))
        self.assertTrue(self.codes._redeem_login(code.uid, PHONE))
        self.assertFalse(self.codes._redeem_login(code.uid, PHONE))

    def test_a_confirmation_lets_in_for_two_minutes_only(self):
        code = self.ask()
        code._check(code._plain(), ORIGIN)
        confirmed = code.login_until
        for moment in (timedelta(minutes=-2, seconds=-1), timedelta(hours=1)):
            # over; or the clock was set back by an hour
            code.login_until = confirmed + moment
            self.assertFalse(self.codes._redeem_login(code.uid, PHONE), moment)

    def test_a_code_that_signs_does_not_let_in(self):
        application = self.filled()
        code, _refusal = application._request_code("questionnaire", PHONE, ORIGIN)
        code._check(code._plain(), ORIGIN)
        self.assertFalse(self.codes._redeem_login(code.uid, PHONE))

    # --- how often ---

    def test_ten_strangers_without_a_date_cost_the_owner_nothing(self):
        for number in range(12):
            self.ask(born=None, session=f"stranger {number}")
        self.assertTrue(self.ask(session="his").sms_id)

    def test_after_ten_wrong_dates_only_known_browsers_go_on(self):
        for number, born in enumerate(self.days(10)):
            self.assertFalse(self.ask(born=born, session=f"stranger {number}").sms_id)
        self.assertFalse(self.ask(session="new").sms_id, "as if the date were wrong")
        self.assertTrue(self.ask(session="his", known=True).sms_id)
        self.age(self.codes.search([("purpose", "=", "login")]), hours=25)
        self.assertTrue(self.ask(session="new").sms_id)

    def test_a_known_browser_tries_few_dates_too(self):
        """A number's new holder has confirmed it as well, in his own application."""
        for born in self.days(5):
            self.assertFalse(self.ask(born=born, known=True).sms_id)
            self.age(self.codes.search([("purpose", "=", "login")]), hours=2)
        self.assertFalse(self.ask(known=True).sms_id)

    def test_strangers_who_know_the_date_cause_ten_sms_a_day(self):
        sent = [bool(self.ask(session=f"stranger {n}").sms_id) for n in range(12)]
        self.assertEqual(sent, [True] * 10 + [False] * 2)
        self.assertTrue(self.ask(session="his", known=True).sms_id)

    def test_one_browser_asks_five_times_an_hour_and_ten_a_day(self):
        for phone in (PHONE, OTHER_PHONE):
            session = f"one {phone}"
            for _number in range(5):
                self.ask(phone, session=session)
            refusal = self.ask(phone, session=session)
            self.assertEqual(refusal, {"error": "limit", "seconds": 3600 - 61})
            mine = self.codes.search([("session", "=", session)])
            self.age(mine, hours=2)
            for _number in range(5):
                self.ask(phone, session=session)
            self.age(self.codes.search([("session", "=", session)]), hours=2)
            self.assertEqual(self.ask(phone, session=session)["error"], "limit")

    def test_browsers_of_one_phone_that_are_known_count_together(self):
        for number in range(5):
            self.assertTrue(self.ask(session=f"tab {number}", known=True).sms_id)
        self.assertEqual(self.ask(session="one more", known=True)["error"], "limit")

    # --- a gateway that is away ---

    def test_an_absent_gateway_is_told_to_all_alike(self):
        gateway = SmsGateway()
        self.addCleanup(gateway.close)
        gateway.sends = lambda call: (200, {"error_code": 3, "error": "no money"}, {})
        gateway.balance = lambda call: (200, {"balance": "0.00"}, {})
        with patch.dict(os.environ, TOUR_LOAN_SMS_URL=gateway.url):
            told = []
            for phone, born in ((PHONE, BORN), (PHONE, None), (OTHER_PHONE, BORN)):
                code = self.ask(phone, born, session=f"{phone}{born}")
                if code.sms_id:
                    code.sms_id._deliver()
                told.append(code._standing())
        self.assertEqual(told, [{"error": "delayed"}] * 3)
        self.assertEqual(len(gateway.sent()), 1)

    def test_a_number_that_is_refused_is_told_to_known_browsers_only(self):
        gateway = SmsGateway()
        self.addCleanup(gateway.close)
        gateway.sends = lambda call: (200, {"error_code": 8, "error": "can't deliver"}, {})
        with patch.dict(os.environ, TOUR_LOAN_SMS_URL=gateway.url):
            stranger, known = self.ask(session="new"), self.ask(session="his", known=True)
            (stranger | known).sms_id.mapped(lambda sms: sms._deliver())
        self.assertIsNone(stranger._standing())
        self.assertEqual(known._standing(), {"error": "refused"})

    # --- clocks ---

    def test_a_clock_set_back_voids_no_limit(self):
        code = self.ask()
        self.age(code, hours=-3)
        self.assertEqual(self.ask(), {"error": "wait", "seconds": 60})
        for number, born in enumerate(self.days(10)):
            self.age(self.ask(born=born, session=f"stranger {number}"), hours=-3)
        self.assertFalse(self.ask(session="new").sms_id)
        with freeze_time(fields.Datetime.now() - timedelta(hours=1)):
            self.assertEqual(code._check(code._plain(), ORIGIN), {"error": "expired"})
