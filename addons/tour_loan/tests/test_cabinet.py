from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CUSTOMER, OTHER_PHONE, PHONE, TYPED, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestCabinet(TourLoanHttpCommon):
    """The borrower's pages: what he meets, and what nobody else does."""

    def code_of(self, phone) -> str:
        return self.env["tour_loan.code"].search([("phone", "=", phone)], limit=1)._plain()

    def home(self, application) -> str:
        return f"/my/applications/{application.uuid}"

    def arrive(self, application):
        """Open the agency's link and press the button."""
        link = application._link().removeprefix(self.base_url())
        return self.visitor().get(link).send()

    def get_in(self, application, phone=""):
        """Arrive and confirm the documents by code 1."""
        page = self.arrive(application).send("send", tick=True, phone=phone)
        return page.send("confirm", code=self.code_of(phone or application.customer_phone))

    # --- the first code ---

    def test_the_gate_opens_by_code_1(self):
        application = self.application()
        page = self.arrive(application)
        self.assertIn("+7 916 ***-**-67", page.text)
        page.get(self.home(application) + "/passport")
        self.assertTrue(page.path.endswith("/documents"), "no questions before the code")
        page.send("send", tick=True)
        self.assertIn("+7 916 ***-**-67", page.text)
        page.send("confirm", code=self.code_of(PHONE))
        self.assertEqual(page.path, self.home(application) + "/passport")
        self.assertEqual((application.state, application.phone), ("filling", PHONE))
        self.assertTrue(application.borrower_id.user_id.share)
        self.assertEqual(page.get("/my/applications").path, self.home(application) + "/passport")

    def test_every_document_has_to_be_ticked(self):
        page = self.arrive(self.application())
        page.send("send")
        self.assertEqual(set(page.errors()), {"Отметьте этот документ."})
        self.assertFalse(self.env["tour_loan.code"].search([]))

    def test_another_phone_may_be_told(self):
        application = self.application()
        page = self.arrive(application)
        for wrong in ("12345", "+7 495 123-45-67"):
            self.assertTrue(page.send("send", tick=True, phone=wrong).errors(), wrong)
        page.send("send", tick=True, phone="8 916 987 65 43")
        page.send("confirm", code=self.code_of(OTHER_PHONE))
        self.assertEqual(application.phone, OTHER_PHONE)

    def test_a_wrong_code_is_told_and_counted(self):
        page = self.arrive(self.application()).send("send", tick=True)
        wrong = str((int(self.code_of(PHONE)) + 1) % 10**6).zfill(6)
        for left in (4, 3, 2, 1):
            self.assertIn(f"Осталось попыток: {left}", page.send("confirm", code=wrong).text)
        self.assertIn("неверно пять раз", page.send("confirm", code=wrong).text)
        self.assertIn("неверно пять раз", page.send("confirm", code=self.code_of(PHONE)).text)

    def test_a_new_code_comes_after_a_minute_with_a_countdown_till_then(self):
        page = self.arrive(self.application()).send("send", tick=True)
        first = self.env["tour_loan.code"].search([])
        with freeze_time(fields.Datetime.now()):
            self.age(first, seconds=20)
            page.send("resend")
        [form] = page.page.find_class("tl-code")
        self.assertEqual(form.get("data-wait-seconds"), "40")
        self.assertEqual(self.env["tour_loan.code"].search([]), first)
        self.age(first, seconds=61)
        page.send("resend").send("confirm", code=self.code_of(PHONE))
        self.assertTrue(page.path.endswith("/passport"))
        self.assertEqual(first.state, "void")

    def test_the_limit_of_codes_is_told(self):
        application = self.application()
        page = self.arrive(application)
        for _number in range(5):
            page.send("send", tick=True)
            self.age(self.env["tour_loan.code"].search([]), minutes=5)
            page.get(self.home(application) + "/documents?change=1")
        self.assertIn("Новый можно запросить после", page.send("send", tick=True).text)

    # --- prefill ---

    def test_the_phone_the_agency_told_finds_its_data(self):
        page = self.get_in(self.application())
        answers = page.form().fields
        self.assertEqual(answers["last_name"], "Иванова")
        self.assertEqual(answers["birth_date"], "14.03.1990")
        self.assertEqual(answers["passport_number"], "123456")
        page.send(**TYPED["passport"])
        self.assertIn("101000, Москва, ул. Мясницкая, д. 1", page.text)

    def test_another_phone_finds_nothing_of_the_customer(self):
        application = self.application()
        page = self.get_in(application, phone=OTHER_PHONE)
        for secret in ("Иванова", "123456", "14.03.1990", "maria@example.com"):
            self.assertNotIn(secret, page.response.text)
        self.assertFalse(application.last_name or application.passport_number)
        page.get(self.home(application) + "/address")
        self.assertNotIn("Мясницкая", page.response.text)

    def test_what_he_confirmed_last_time_comes_back(self):
        first = self.submitted()
        first.borrower_id.flush_recordset()
        told = {name: CUSTOMER[name] for name in ("phone", "birth_date", "consent")}
        application = self.application(customer=told)
        page = self.get_in(application)
        self.assertEqual(application.borrower_id, first.borrower_id)
        answers = page.form().fields
        self.assertEqual(answers["birth_place"], "гор. Москва")
        page.get("/my/applications")
        self.assertIn("Мои заявки", page.text)

    # --- strangers ---

    def pages(self, application):
        document = application.document_ids[:1] or self.env["tour_loan.document"].search(
            [], limit=1
        )
        home = self.home(application)
        steps = ("documents", "passport", "address", "work", "review", "sign", "state")
        return [home, *(f"{home}/{step}" for step in steps), f"{home}/documents/{document.id}"]

    def test_another_borrower_gets_404(self):
        mine, theirs = self.application(), self.submitted(customer={"phone": OTHER_PHONE})
        visitor = self.get_in(mine)
        for path in (*self.pages(theirs), "/my/applications/no-such-uuid"):
            self.assertEqual(visitor.get(path).status, 404, path)
            self.assertNotIn("Иванова", visitor.response.text)

    def test_another_borrower_can_change_nothing(self):
        mine, theirs = self.application(), self.submitted(customer={"phone": OTHER_PHONE})
        visitor = self.get_in(mine)
        token = visitor.form().fields["csrf_token"]
        for step in ("cancel", "passport", "review", "sign", "documents"):
            visitor.post(f"{self.home(theirs)}/{step}", {"csrf_token": token, "action": "send"})
            self.assertEqual(visitor.status, 404, step)
        self.assertEqual(theirs.state, "submitted")

    def test_the_public_gets_the_login_page_everywhere(self):
        application = self.submitted()
        visitor = self.visitor()
        for path in self.pages(application):
            visitor.get(path)
            self.assertTrue(visitor.path.startswith("/tour_loan/login"), path)
            self.assertNotIn("Иванова", visitor.response.text)
        self.assertTrue(visitor.get("/my/applications").path.startswith("/tour_loan/login"))

    def test_staff_have_no_business_on_borrowers_pages(self):
        application = self.submitted()
        new_test_user(self.env, "boss", "tour_loan.tour_loan_group_manager", password="boss-boss")
        visitor = self.visitor()
        self.authenticate("boss", "boss-boss")
        visitor.opener = self.opener
        self.assertEqual(visitor.get(self.home(application)).status, 404)

    def test_he_who_opened_the_link_is_out_once_somebody_confirmed(self):
        application = self.application()
        curious = self.arrive(application)
        self.confirm(application, "acquaintance", OTHER_PHONE)
        curious.get(self.home(application) + "/documents")
        self.assertTrue(curious.path.startswith("/tour_loan/login"))

    # --- documents ---

    def test_a_document_is_a_pdf_nobody_may_keep_for_others(self):
        application = self.application()
        visitor = self.arrive(application)
        document = application._documents("acquaintance")[0]
        visitor.get(f"{self.home(application)}/documents/{document.id}")
        headers = visitor.response.headers
        self.assertEqual(visitor.response.content, document._bytes())
        self.assertTrue(visitor.response.content.startswith(b"%PDF"))
        self.assertEqual(headers["Content-Type"], "application/pdf")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("no-store", headers["Cache-Control"])

    def test_a_document_of_another_application_is_404(self):
        theirs = self.submitted(customer={"phone": OTHER_PHONE})
        mine = self.application()
        visitor = self.get_in(mine)
        personal = theirs.document_ids[0]
        self.assertEqual(visitor.get(f"{self.home(mine)}/documents/{personal.id}").status, 404)
        self.assertEqual(visitor.get(f"{self.home(mine)}/documents/999999999").status, 404)

    def test_a_document_of_another_agency_is_404(self):
        other = self.new_agency("yug", "Юг")
        template = self.env.ref("tour_loan.document_template_conditions")
        document = self.env["tour_loan.document"]._make(template, other)
        mine = self.application()
        visitor = self.arrive(mine)
        self.assertEqual(visitor.get(f"{self.home(mine)}/documents/{document.id}").status, 404)

    def test_a_document_can_be_read_as_a_page_word_for_word(self):
        application = self.approved()
        visitor = self.come_back(application.borrower_id)
        for document in application._documents("contract") | application.document_ids:
            visitor.get(f"{self.home(application)}/documents/{document.id}/text")
            self.assertEqual(visitor.status, 200)
            self.assertIn("no-store", visitor.response.headers["Cache-Control"])
            printed = html.fromstring(document._bytes().decode().removeprefix("%PDF-1.7 "))
            for style in printed.xpath("//style | //header"):
                style.drop_tree()
            [article] = visitor.page.find_class("tl-document-text")
            words = printed.find("body").text_content().split()
            self.assertEqual(
                " ".join(words).removeprefix(document.name).split(), article.text_content().split()
            )
            pdf = f"{self.home(application)}/documents/{document.id}"
            self.assertTrue(visitor.page.xpath(f"//a[@href='{pdf}']"))

    def test_what_was_typed_is_text_on_the_page_of_a_document(self):
        application = self.filled()
        application._save_step(
            "work", {**TYPED["work"], "employer_name": "<script>alert(1)</script> ООО"}
        )
        self.confirm(application, "questionnaire")
        [document] = application.document_ids.filtered(
            lambda row: row.template_id.code == "questionnaire"
        )
        visitor = self.come_back(application.borrower_id)
        visitor.get(f"{self.home(application)}/documents/{document.id}/text")
        [article] = visitor.page.find_class("tl-document-text")
        self.assertIn("<script>alert(1)</script>", article.text_content())
        self.assertFalse(article.xpath(".//script"))

    def test_the_page_of_a_document_is_for_its_owner(self):
        theirs = self.submitted(customer={"phone": OTHER_PHONE})
        mine = self.application()
        visitor = self.get_in(mine)
        document = theirs.document_ids[0]
        self.assertEqual(visitor.get(f"{self.home(mine)}/documents/{document.id}/text").status, 404)
        visitor.get(f"{self.home(theirs)}/documents/{document.id}/text")
        self.assertNotIn("Иванова", visitor.response.text)

    # --- afterwards ---

    def test_the_status_page_asks_only_for_a_number(self):
        application = self.application()
        visitor = self.get_in(application)
        visitor.get(self.home(application) + "/state")
        self.assertEqual(visitor.response.json(), {"sequence": application.sequence})

    def test_a_form_without_its_token_is_refused(self):
        application = self.application()
        visitor = self.get_in(application)
        with mute_logger("odoo.http"):
            visitor.post(self.home(application) + "/cancel", {"action": "x"})
        self.assertEqual(visitor.status, 400)
        self.assertEqual(application.state, "filling")
