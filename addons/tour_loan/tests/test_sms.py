import os
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import ORIGIN, PHONE, TourLoanCommon
from .counterparty import SmsGateway


@tagged("post_install", "-at_install")
class TestSms(TourLoanCommon):
    """The gateway, on a real socket."""

    def setUp(self):
        super().setUp()
        self.gateway = SmsGateway()
        self.addCleanup(self.gateway.close)
        self.startPatcher(
            patch.dict(os.environ, TOUR_LOAN_SMS_URL=self.gateway.url, TOUR_LOAN_SMS_SENDER="Ветер")
        )

    def sms(self, **values):
        return self.env["tour_loan.sms"].create({"phone": PHONE, "text": "Привет", **values})

    def refuses(self, number, text="refused"):
        self.gateway.sends = lambda call: (200, {"error_code": number, "error": text}, {})

    def test_an_accepted_sms_is_sent(self):
        sms = self.sms()
        self.assertEqual(sms._deliver(), "sent")
        self.assertEqual((sms.state, sms.gateway_id, sms.request), ("sent", "gw-1", "Привет"))
        [sent] = self.gateway.sent()
        self.assertEqual(
            (sent["phones"], sent["mes"], sent["id"], sent["sender"]),
            (PHONE, "Привет", sms.id, "Ветер"),
        )
        self.assertEqual((sent["login"], sent["psw"]), ("cabinet", "password of the gateway"))

    def test_a_code_is_put_in_by_the_job_and_kept_as_dots(self):
        application = self.application()
        code, _refusal = application._request_code("acquaintance", PHONE, ORIGIN)
        sms = code.sms_id
        sms._deliver()
        self.assertIn(code._plain(), self.gateway.sent()[0]["mes"])
        self.assertIn("••••••", sms.request)
        self.assertNotIn(code._plain(), f"{sms.request}{sms.text}{sms.response}")

    def test_a_code_that_expired_on_its_way_is_not_sent(self):
        code, _refusal = self.application()._request_code("acquaintance", PHONE, ORIGIN)
        code.expires_at = fields.Datetime.subtract(fields.Datetime.now(), seconds=1)
        code.sms_id._deliver()
        self.assertEqual((code.sms_id.state, self.gateway.calls), ("dropped", []))

    def test_a_refusal_that_passes_is_tried_again(self):
        for number in (3, 4, 9):
            self.refuses(number)
            sms = self.sms()
            sms._deliver()
            self.assertEqual(sms.state, "pending", number)
            self.assertIn(f"{number}: refused", sms.last_error)

    def test_a_refusal_for_good_waits_for_a_person(self):
        for number in (1, 2, 6, 7, 8):
            self.refuses(number)
            sms = self.sms()
            sms._deliver()
            self.assertEqual(sms.state, "stuck", number)
        self.jobs.assert_jobs_count(5)

    def test_nonsense_and_silence_are_tried_again(self):
        for answer in (
            (500, b"<html>", {}),
            (200, b"", {}),
            (200, b"[1]", {}),
            None,
        ):
            self.gateway.sends = lambda call, answer=answer: answer
            sms = self.sms()
            with freeze_time(fields.Datetime.now()):
                sms._deliver()
            self.assertEqual(sms.state, "pending", answer)
            self.assertEqual(sms.next_attempt_at - sms.last_attempt_at, timedelta(seconds=5))

    def test_before_a_repeat_the_gateway_is_asked(self):
        self.gateway.sends = lambda call: None  # taken or not, nobody knows
        sms = self.sms()
        sms._deliver()
        self.assertEqual(self.gateway.asked(), 0, "the first time there is nothing to ask")
        self.gateway.status = lambda call: (200, {"status": 1, "err": 0}, {})
        self.assertEqual(sms._deliver(), "sent")
        self.assertEqual((len(self.gateway.sent()), sms.delivery_state), (1, "1"))

    def test_what_the_gateway_does_not_know_is_sent(self):
        self.gateway.sends = lambda call: None
        sms = self.sms()
        sms._deliver()
        self.gateway.sends = lambda call: (200, {"id": "2", "cnt": 1}, {})
        self.assertEqual(sms._deliver(), "sent")
        self.assertEqual([sent["id"] for sent in self.gateway.sent()], [sms.id, sms.id])
        self.assertEqual(self.gateway.asked(), 1)

    def test_a_gateway_that_cannot_be_asked_gets_nothing(self):
        self.gateway.sends = lambda call: None
        sms = self.sms()
        sms._deliver()
        self.gateway.status = lambda call: (502, b"<html>", {})
        sms._deliver()
        self.assertEqual((sms.state, len(self.gateway.sent())), ("pending", 1))
        self.assertTrue(sms.last_error.startswith("status: "))

    def test_without_a_gateway_it_waits(self):
        with patch.dict(os.environ, TOUR_LOAN_SMS_URL=""):
            sms = self.sms()
            sms._deliver()
        self.assertEqual((sms.state, sms.last_error), ("pending", "no SMS gateway is configured"))

    def test_after_twelve_hours_it_waits_for_a_person(self):
        self.refuses(3)
        sms = self.sms()
        sms._deliver()
        sms.trying_since -= timedelta(hours=12, minutes=1)
        sms._deliver()
        self.assertEqual(sms.state, "stuck")

    def test_no_error_holds_the_gateways_password(self):
        self.gateway.close()
        sms = self.sms()
        for _attempt in range(2):
            sms._deliver()
            text = f"{sms.last_error}{sms.response}{sms.request}"
            for secret in ("password of the gateway", "cabinet", self.gateway.url):
                self.assertNotIn(secret, text)
        self.assertEqual(sms.state, "pending")
