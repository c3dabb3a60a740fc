from odoo.tests import tagged

from ..models.application.application_needs import LABELS, NEEDS
from ..rules.questionnaire import STEPS
from .common import ORIGIN, PHONE, TYPED, TourLoanCommon, TourLoanHttpCommon

# Another answer for each thing the lender may want, as it is typed.
OTHER = {
    "passport": {"passport_number": "654321"},
    "inn": {"inn": "500100732259"},
    "snils": {"snils": "112-233-445 95"},
    "address": {"registration_house": "2"},
    "employment": {"position": "главный бухгалтер"},
    "income": {"income": "85 000"},
}


@tagged("post_install", "-at_install")
class TestNeeds(TourLoanCommon):
    """More data wanted: named, opened, not taken unchanged, never a loop."""

    def ask(self, *needs, words=None):
        application = self.submitted().with_context(lang="ru_RU")
        application._accounting_update(
            {"status": "needs_data", "needs": list(needs), "needs_words": words}
        )
        return application

    def save(self, application, step, **changes):
        return application._save_step(step, {**TYPED[step], **changes})

    def last_sms(self, application) -> str:
        texts = self.messages_to(PHONE).filtered(
            lambda sms: sms.application_id == application and not sms.code_id
        )
        return texts[-1:].text

    def test_the_table_names_fields_of_its_page(self):
        for need, (step, names) in NEEDS.items():
            self.assertLessEqual(set(names), {field.name for field in STEPS[step]}, need)
            self.assertIn(need, LABELS)

    def test_each_thing_wanted_opens_its_page_and_takes_another_answer_only(self):
        for need, (step, _names) in NEEDS.items():
            application = self.ask(need)
            self.assertEqual((need, application._current_step()), (need, step))
            self.assertTrue(self.save(application, step), need)
            self.assertEqual((need, application._current_step()), (need, step))
            self.assertFalse(application._is_complete(), need)
            self.assertEqual(self.save(application, step, **OTHER[need]), {}, need)
            self.assertEqual(application._current_step(), "review", need)
            self.confirm(application, "questionnaire")
            self.assertEqual((application.state, application.needs), ("submitted", False))

    def test_the_same_answer_typed_another_way_is_the_same(self):
        application = self.ask("income", "passport")
        for income in ("95000", "95 000,00", "95000 руб."):
            self.assertIn("employment", NEEDS)
            self.assertEqual(set(self.save(application, "work", income=income)), {"income"})
        errors = self.save(application, "passport", last_name="ИВАНОВА", birth_place="гор.  Москва")
        self.assertEqual(set(errors), {"last_name"})

    def test_an_answer_changed_back_is_open_again(self):
        application = self.ask("income")
        self.assertEqual(self.save(application, "work", income="85 000"), {})
        self.assertTrue(self.save(application, "work"))
        self.assertEqual(application._current_step(), "work")
        code, _refusal = application._request_code("questionnaire", PHONE, ORIGIN)
        self.assertEqual(
            application._confirm("questionnaire", code._plain(), None, ORIGIN)[1],
            {"error": "expired"},
        )

    def test_the_first_wanted_is_opened_first_then_the_next(self):
        application = self.ask("income", "address")
        self.assertEqual(application._current_step(), "work")
        self.save(application, "work", income="85 000")
        self.assertEqual(application._current_step(), "address")
        self.save(application, "address", registration_house="2")
        self.assertEqual(application._current_step(), "review")

    def test_the_sms_names_each_thing_in_the_lenders_words(self):
        words = {"passport": "Разворот паспорта", "documents": "Документы"}
        application = self.ask("passport", "documents", "Справка с работы", words=words)
        for word in ("Разворот паспорта", "Документы", "Справка с работы"):
            self.assertIn(word, self.last_sms(application))
        self.assertEqual(application._need_labels()[0], "Разворот паспорта")

    def test_a_word_of_the_lenders_brings_no_link_into_the_sms(self):
        application = self.ask("Фото http://evil.example/{code}")
        self.assertNotIn("http://evil", self.last_sms(application))
        self.assertNotIn("{", self.last_sms(application))

    def test_what_cannot_be_sent_here_is_no_loop_and_the_lender_may_go_on(self):
        for needs in (["documents"], ["phone"], ["Справка с работы"]):
            application = self.ask(*needs)
            self.assertEqual(application._current_step(), "status", needs)
            self.assertIn("Как передать", self.last_sms(application))
            self.approve(application)
            self.assertEqual(application.state, "approved")

    def test_documents_are_still_named_when_the_rest_is_sent(self):
        application = self.ask("documents", "income")
        self.save(application, "work", income="85 000")
        self.confirm(application, "questionnaire")
        self.assertEqual(application._needs_elsewhere(), ["Документы"])
        self.assertEqual(application._agency_object()["needs"], [])

    def test_another_list_replaces_the_first_and_is_told(self):
        application = self.ask("documents")
        self.assertTrue(
            application._accounting_update({"status": "needs_data", "needs": ["income"]})
        )
        self.assertIn("Доход", self.last_sms(application))
        self.assertEqual(application._current_step(), "work")
        told = len(self.messages_to(PHONE))
        application._accounting_update({"status": "needs_data", "needs": ["income"]})
        self.assertEqual(len(self.messages_to(PHONE)), told, "a repeat is no news")

    def test_a_wish_without_a_list_goes_to_staff_once(self):
        application = self.submitted()
        told = len(self.messages_to(PHONE))
        for _time in range(2):
            application._accounting_update({"status": "needs_data", "needs": []})
        self.assertEqual(application.state, "submitted")
        self.assertEqual(len(self.messages_to(PHONE)), told)
        self.assertTrue(application.attention)
        rows = application.history_ids.filtered(lambda row: row.move == "attention")
        self.assertEqual(len(rows), 1)
        self.approve(application)
        self.assertFalse(application.attention)


@tagged("post_install", "-at_install")
class TestNeedsPages(TourLoanHttpCommon):
    """The same as the borrower meets it."""

    def asked(self, *needs):
        application = self.submitted()
        application._accounting_update({"status": "needs_data", "needs": list(needs)})
        return application, self.come_back(application.borrower_id)

    def test_the_page_names_what_is_wanted_and_refuses_the_same(self):
        application, page = self.asked("income", "snils")
        page.get(f"/my/applications/{application.uuid}")
        self.assertTrue(page.path.endswith("/work"))
        self.assertIn("Кредитор просит: Доход, СНИЛС", page.text)
        page.send(**TYPED["work"])
        self.assertTrue(page.path.endswith("/work"))
        self.assertTrue(any("ничего не изменилось" in text for text in page.errors()))
        page.send(**{**TYPED["work"], "income": "85 000"})
        page.get(f"/my/applications/{application.uuid}")
        self.assertTrue(page.path.endswith("/passport"))
        page.send(**{**TYPED["passport"], "snils": "112-233-445 95"})
        self.assertTrue(page.path.endswith("/review"), page.path)
        page.send("send", tick=True)
        code = self.env["tour_loan.code"].search([("phone", "=", PHONE)], limit=1)
        page.send("confirm", code=code._plain())
        self.assertEqual(application.state, "submitted")

    def test_documents_say_whom_to_turn_to(self):
        self.env.company.write({"phone": "8 800 200-00-01", "email": "zaem@lender.example"})
        application, page = self.asked("documents")
        page.get(f"/my/applications/{application.uuid}")
        self.assertEqual(page.status, 200)
        self.assertIn("Документы", page.text)
        self.assertIn("8 800 200-00-01", page.text)
        self.assertTrue(page.page.xpath("//main//a[@href='tel:+78002000001']"))
        page.get(f"/my/applications/{application.uuid}/review")
        self.assertFalse(page.page.xpath("//input[starts-with(@name, 'document_')]"))

    def test_what_goes_another_way_says_when_it_was_asked_and_what_became_of_it(self):
        application, page = self.asked("documents")
        home = f"/my/applications/{application.uuid}"
        page.get(home)
        for name in ("submitted_at", "needs_asked_at"):
            self.assertIn(application._moscow(name), page.text, name)
        button = [form for form in page.page.forms if "handed_over" in form.get("action", "")]
        self.assertEqual(len(button), 1)
        page.post(button[0].get("action"), dict(button[0].form_values()))
        self.assertEqual(page.path, home)
        self.assertIn("Вы сообщили, что передали", page.text)
        self.assertIn(application._moscow("handed_over_at"), page.text)
        self.assertFalse([form for form in page.page.forms if "handed" in form.get("action", "")])
        handed_over_at = application.handed_over_at
        page.post(button[0].get("action"), dict(button[0].form_values()))  # an old page
        self.assertEqual(application.handed_over_at, handed_over_at)
        rows = application.history_ids.filtered(lambda row: row.move == "handed_over")
        self.assertEqual(len(rows), 1)
        # the lender has it
        self.assertTrue(application._accounting_update({"status": "in_review"}))
        self.assertEqual((application.state, application.needs), ("submitted", False))
        page.get(home)
        self.assertIn("Кредитор получил то, что просил", page.text)
        self.assertNotIn("Вы сообщили", page.text)
        # and wants something again: nothing was handed over yet
        application._accounting_update({"status": "needs_data", "needs": ["documents"]})
        self.assertFalse(application.handed_over_at)
        self.assertNotIn("Вы сообщили", page.get(home).text)

    def test_nobody_hands_over_what_was_not_asked_for(self):
        for application in (self.submitted(), self.approved(), self.asked("income")[0]):
            application._hand_over()
            self.assertFalse(application.handed_over_at)
