"""A code that is good for nothing says so, in words of its own, wherever the page is."""

import os
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import BORN, ORIGIN, PHONE, TYPED, TourLoanHttpCommon, rub
from .counterparty import SmsGateway


@tagged("post_install", "-at_install")
class TestCodeWords(TourLoanHttpCommon):
    def setUp(self):
        super().setUp()
        self.application_ = self.approved()
        self.page = self.come_back(self.application_.borrower_id)
        self.address = f"/my/applications/{self.application_.uuid}/sign"
        self.state = f"/my/applications/{self.application_.uuid}/code/contract"
        self.page.get(self.address).send("send", tick=True)
        self.code = self.application_._active_code("contract")

    def told(self) -> str:
        """Return what the page says when it is opened; its polling says the same."""
        text = " ".join(self.page.get(self.address).errors())
        answer = self.page.get(self.state).response
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.json(), {"text": text})
        return text

    def refuse(self, number):
        gateway = SmsGateway()
        self.addCleanup(gateway.close)
        gateway.sends = lambda call: (200, {"error_code": number, "error": "refused"}, {})
        self.startPatcher(patch.dict(os.environ, TOUR_LOAN_SMS_URL=gateway.url))
        return gateway

    def test_a_code_that_is_good_says_nothing(self):
        self.assertEqual(self.told(), "")

    def test_expired(self):
        self.code.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertIn("Время этого кода вышло", self.told())
        self.assertIsNotNone(self.page.get(self.address).form("resend"))

    def test_exhausted(self):
        for number in range(5):
            self.page.send("confirm", code=str(number).zfill(6))
        self.assertIn("неверно пять раз", self.told())

    def test_replaced(self):
        form = dict(self.page.form("confirm").fields)
        self.age(self.code, seconds=61)
        self.page.send("resend")
        newer = self.application_._active_code("contract")
        self.assertNotEqual(newer, self.code)
        # the window with the former code says so, and costs no attempt of the newer
        self.page.post(self.address, {**form, "code": self.code._plain()})
        self.assertIn("Этот код заменён", self.page.errors()[0])
        self.assertFalse(newer.attempts)
        self.assertEqual(self.told(), "")

    def test_replaced_by_a_code_of_another_step(self):
        self.application_._request_code("questionnaire", PHONE, {"ip": "", "session": "s"})
        self.assertEqual(self.code.state, "active", "the next code is not due yet")
        self.age(self.code, minutes=5)
        self.application_._request_code("questionnaire", PHONE, {"ip": "", "session": "s"})
        self.assertIn("Этот код заменён", self.told())
        self.assertIsNotNone(self.page.get(self.address).form("send"))

    def test_changed_though_the_page_shows_the_ticks_again(self):
        offer = self.application_._test_offer(self.application_._exact(self.application_.amount))
        offer["rate"] += 1
        self.application_._accounting_update({"status": "approved", "offer": offer})
        self.assertIn("То, что вы подписываете, изменилось", self.told())
        self.assertIsNotNone(self.page.get(self.address).form("send"))
        page = self.page.send("send", tick=True)
        self.assertIn("отправлен только что", page.errors()[0])
        self.age(self.code, seconds=61)
        self.assertEqual(page.get(self.address).send("send", tick=True).errors(), [])

    def test_an_offer_that_is_as_it_was_again_needs_no_other_code(self):
        application = self.application_
        first = application._test_offer(application._exact(application.amount))
        for offer in ({**first, "rate": first["rate"] + 1}, first):
            application._accounting_update({"status": "approved", "offer": offer})
            self.page.get(f"/my/applications/{application.uuid}")  # has its documents made
        self.assertEqual(self.told(), "")
        self.assertEqual(application._contract_documents(), self.code.document_ids)
        self.page.send("confirm", code=self.code._plain())
        self.assertEqual(application.state, "signed")

    def test_without_an_offer_there_is_nothing_to_confirm(self):
        self.rpc(
            "application.change",
            {"application_id": self.application_.uuid, "order": {"price": rub("125000.00")}},
        )
        self.assertEqual(self.application_.state, "submitted")
        told = self.page.get(self.state).response.json()["text"]
        self.assertIn("То, что вы подписываете, изменилось", told)
        self.assertFalse(self.page.get(self.address).page.xpath("//input[@id='code']"))

    def test_too_many_says_until_when(self):
        for _number in range(5):
            self.age(self.application_._active_code("contract"), seconds=90)
            self.page.send("resend")
        self.assertRegex(self.page.errors()[0], r"запросить после \d\d\.\d\d\.\d{4} \d\d:\d\d")

    def test_an_sms_the_gateway_refused(self):
        self.refuse(7)
        self.code.sms_id._deliver()
        self.assertIn("Оператор не принял", self.told())
        help_page = self.page.get(
            self.page.get(self.address).page.xpath(
                "//a[contains(@href, '/tour_loan/code/help')]/@href"
            )[0]
        )
        for told in ("говорите по телефону", "массовые SMS", "другой номер"):
            self.assertIn(told, help_page.text)
        self.assertIn("Север", help_page.response.text)
        back = help_page.page.xpath("//a[contains(@class, 'tl-button')]/@href")
        self.assertEqual(back, [f"/my/applications/{self.application_.uuid}"])

    def test_an_sms_the_gateway_takes_later(self):
        gateway = self.refuse(3)
        self.code.sms_id._deliver()
        self.assertIn("SMS пока не отправлена", self.told())
        gateway.sends = lambda call: (200, {"id": "1", "cnt": 1}, {})
        self.code.sms_id._deliver()
        self.assertEqual(self.told(), "")

    def test_a_login_tells_of_an_absent_gateway_and_of_no_number(self):
        gateway = self.refuse(4)
        gateway.balance = lambda call: (200, {"error_code": 4, "error": "IP is blocked"}, {})
        for phone in (PHONE, "+79031112233"):
            page = self.visitor().get("/tour_loan/login").send(phone=phone, birth_date=BORN)
            self.send_logins()
            self.messages_to(phone).filtered(lambda sms: sms.code_id.state == "active").mapped(
                lambda sms: sms.state == "pending" and sms._deliver()
            )
            self.age(self.env["tour_loan.code"].search([], limit=1), seconds=2)
            text = page.get("/tour_loan/code/state").response.json()["text"]
            self.assertIn("SMS пока не отправлена", text, phone)
        nobody = self.visitor().get("/tour_loan/code/state").response.json()
        self.assertEqual(nobody, {"text": ""})

    def test_the_page_without_a_code_leads_only_back_inside(self):
        for outside in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/web"):
            page = self.visitor().get("/tour_loan/code/help", params={"back": outside})
            back = page.page.xpath("//a[contains(@class, 'tl-button')]/@href")
            self.assertEqual(back, ["/my/applications"], outside)

    def test_no_sms_carries_what_an_agency_wrote_into_its_number(self):
        number = "http://evil.example/?q={code}&x=1 %s"
        for application in (self.application(order__number=number), self.application_):
            application.order_number = number
            application.accounting_number = False
            for stage in ("acquaintance", "questionnaire", "contract"):
                text = application._code_text(stage)
                self.assertEqual(text.count("{code}"), 1, text)
                self.assertIn("http//evilexample/qcodex1s", text)


@tagged("post_install", "-at_install")
class TestEveryCodePage(TourLoanHttpCommon):
    """Each page that asks for a code tells at GET what became of it, whoever ended it."""

    def pages(self):
        """Yield (stage, browser, address, application, code just asked for)."""
        application = self.application()
        page = self.visitor().get(application._link().removeprefix(self.base_url())).send()
        yield self.asked("acquaintance", page, page.path, application)
        for stage, made, path in (
            ("questionnaire", self.filled, "review"),
            ("contract", self.approved, "sign"),
        ):
            application = made()
            page = self.come_back(application.borrower_id)
            yield self.asked(
                stage, page, f"/my/applications/{application.uuid}/{path}", application
            )

    def asked(self, stage, page, address, application):
        page.get(address).send("send", tick=True)
        code = application._active_code(stage)
        self.assertTrue(page.get(address).form("confirm").fields, stage)
        self.assertEqual(page.errors(), [], stage)
        return stage, page, address, application, code

    def check(self, page, address, told, asks_anew):
        page.get(address)
        self.assertIn(told, " ".join(page.errors()), address)
        actions = {form.fields.get("action") for form in page.page.forms}
        self.assertEqual("confirm" in actions, not asks_anew, address)
        self.assertEqual("send" in actions, asks_anew, address)

    def test_a_code_whose_time_is_over(self):
        for _stage, page, address, _application, code in self.pages():
            code.expires_at = fields.Datetime.now() - timedelta(seconds=1)
            self.check(page, address, "Время этого кода вышло", asks_anew=False)

    def test_a_code_that_was_tried_too_often(self):
        for _stage, page, address, _application, code in self.pages():
            for _attempt in range(5):
                code._check("000000" if code._plain() != "000000" else "1", ORIGIN)
            self.check(page, address, "неверно пять раз", asks_anew=False)

    def test_a_code_that_another_has_replaced(self):
        for _stage, page, address, _application, code in self.pages():
            code._end("newer")
            self.check(page, address, "Этот код заменён", asks_anew=True)

    def test_a_code_for_what_has_changed_since(self):
        for stage, page, address, application, _code in self.pages():
            if stage == "acquaintance":
                templates = self.env["tour_loan.document.template"]._of_stage(stage)
                templates[0].version = "another"
            elif stage == "questionnaire":
                typed = {**TYPED["passport"], "birth_place": "гор. Тверь"}
                self.assertFalse(application._save_step("passport", typed))
            else:
                offer = application._test_offer(application._exact(application.amount))
                offer["rate"] += 1
                application._accounting_update({"status": "approved", "offer": offer})
            self.check(page, address, "изменилось", asks_anew=True)
