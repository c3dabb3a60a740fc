from odoo import fields
from odoo.tests import tagged

from .common import ORIGIN, PHONE, TYPED, TourLoanCommon, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestQuestionnaire(TourLoanCommon):
    """What is typed, what is kept, what is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # messages are Russian as on the pages
        cls.env = cls.env(context={**cls.env.context, "lang": "ru_RU"})

    def setUp(self):
        super().setUp()
        self.application_ = self.opened(customer={"phone": PHONE}).with_context(lang="ru_RU")

    def save(self, step, **changes):
        """Save a page typed right except for ``changes``; return the errors."""
        return self.application_._save_step(step, {**TYPED[step], **changes})

    def test_a_page_typed_right_is_kept_tidied(self):
        self.assertEqual(self.save("passport", last_name=" иванова ", snils=""), {})
        row = self.application_
        self.assertEqual((row.last_name, row.passport_series), ("Иванова", "4511"))
        self.assertEqual(row.passport_division_code, "770-001")
        self.assertEqual(row.birth_date, fields.Date.to_date("1990-03-14"))
        self.assertEqual(row._current_step(), "address")

    def test_each_wrong_answer_is_told_in_russian(self):
        for field, typed, message in (
            ("last_name", "", "Заполните это поле."),
            ("last_name", "Ivanova", "Напишите русскими буквами, как в паспорте."),
            ("last_name", "Ивaнова", "Среди русских букв есть латинские."),
            ("birth_date", "31.02.1990", "Напишите дату так: 31.12.1990."),
            ("birth_date", "завтра", "Напишите дату так: 31.12.1990."),
            ("passport_series", "451", "В серии 4 цифры."),
            ("passport_number", "12345", "В номере 6 цифр."),
            ("passport_division_code", "77", "В коде 6 цифр: 000-000."),
            ("inn", "123456789012", "Ошибка в одной из цифр. Проверьте номер."),
            ("snils", "112-233-445 96", "Ошибка в одной из цифр. Проверьте номер."),
            ("email", "maria@", "Проверьте адрес электронной почты."),
        ):
            errors = self.save("passport", **{field: typed})
            self.assertEqual(errors, {field: message}, (field, typed))

    def test_right_answers_are_kept_beside_wrong_ones(self):
        errors = self.save("passport", last_name="Сидорова", passport_number="?", birth_date="")
        self.assertEqual(set(errors), {"passport_number", "birth_date"})
        self.assertEqual(self.application_.last_name, "Сидорова")
        self.assertEqual(self.application_._current_step(), "passport")

    def test_an_answer_made_wrong_opens_the_page_again(self):
        self.assertFalse(self.save("passport"))
        self.assertTrue(self.save("passport", last_name=""))
        self.assertEqual(self.application_._current_step(), "passport")

    def test_dates_are_checked_against_each_other(self):
        for birth, issued, wrong in (
            ("14.03.2015", "20.04.2029", "birth_date"),
            ("14.03.2090", "20.04.2011", "birth_date"),
            ("14.03.1850", "20.04.2011", "birth_date"),
            ("14.03.1990", "20.04.2099", "passport_issued_on"),
            ("14.03.1990", "13.03.2004", "passport_issued_on"),
            # issued at 15 and never replaced at 20
            ("14.03.1990", "20.04.2005", "passport_issued_on"),
        ):
            errors = self.save("passport", birth_date=birth, passport_issued_on=issued)
            self.assertEqual(set(errors), {wrong}, (birth, issued))

    def test_the_other_address_is_asked_for_only_when_it_differs(self):
        self.assertEqual(self.save("address"), {})
        without = {
            name: value for name, value in TYPED["address"].items() if name != "residence_same"
        }
        errors = self.application_._save_step("address", without)
        self.assertEqual(
            set(errors),
            {f"residence_{name}" for name in ("postcode", "region", "city", "house")},
        )
        other = {
            "residence_postcode": "190000",
            "residence_region": "Санкт-Петербург",
            "residence_city": "Санкт-Петербург",
            "residence_house": "7",
        }
        self.assertEqual(self.application_._save_step("address", {**without, **other}), {})
        self.assertFalse(self.application_.residence_same)
        self.assertEqual(self.application_._address("residence"), "190000, Санкт-Петербург, д. 7")

    def test_only_the_employed_name_their_employer(self):
        self.assertEqual(set(self.save("work", employer_name="")), {"employer_name"})
        self.assertEqual(self.save("work", employment="pensioner", employer_name=""), {})

    def test_choices_are_the_offered_ones(self):
        self.assertEqual(set(self.save("work", months="4")), {"months"})
        self.assertEqual(set(self.save("work", months="сто")), {"months"})
        self.assertEqual(set(self.save("work", employment="spy")), {"employment"})
        self.assertEqual(self.save("work", months="12"), {})
        self.assertEqual(self.application_.months, 12)

    def test_sums_are_read_as_people_write_them(self):
        for typed, kept in (("95 000", 95000), ("95\u00a0000,50", 95000.5)):
            self.assertEqual(self.save("work", income=typed), {}, typed)
            self.assertEqual(self.application_.income, kept)
        for typed in ("много", "-5", "1e9", "999999999999"):
            self.assertEqual(set(self.save("work", income=typed)), {"income"}, typed)

    def test_a_field_of_another_page_is_not_written(self):
        self.save("work", last_name="Чужая", price="1", state="approved", phone="+79990000000")
        row = self.application_
        self.assertFalse(row.last_name)
        self.assertEqual((row.price, row.state, row.phone), (120000, "filling", PHONE))

    def test_endless_answers_are_refused(self):
        self.assertEqual(set(self.save("passport", birth_place="х" * 401)), {"birth_place"})

    def test_it_is_complete_when_every_page_is(self):
        for step in TYPED:
            self.assertFalse(self.application_._is_complete())
            self.assertFalse(self.save(step))
        self.assertTrue(self.application_._is_complete())
        self.assertEqual(self.application_._current_step(), "review")

    def test_an_incomplete_one_cannot_be_signed(self):
        for step in TYPED:
            self.save(step)
        code, _refusal = self.application_._request_code("questionnaire", PHONE, ORIGIN)
        self.save("work", months="")
        _code, error = self.application_._confirm("questionnaire", code._plain(), None, ORIGIN)
        self.assertEqual(error, {"error": "expired"})
        self.assertEqual(self.application_.state, "filling")

    def test_code_2_sends_it_and_keeps_the_person(self):
        for step in TYPED:
            self.save(step)
        self.confirm(self.application_, "questionnaire")
        row = self.application_
        self.assertEqual(row.state, "submitted")
        self.assertTrue(row.submitted_at)
        self.assertEqual(row.borrower_id.passport_number, "123456")
        self.assertEqual(row.borrower_id._full_name(), "Иванова Мария Петровна")
        self.assertEqual(self.moves(row)[-1], ("submit", "borrower", True))


@tagged("post_install", "-at_install")
class TestQuestionnairePages(TourLoanHttpCommon):
    """The same through the pages."""

    def setUp(self):
        super().setUp()
        self.application_ = self.application(customer={"phone": PHONE})
        link = self.application_._link().removeprefix(self.base_url())
        self.page = self.visitor().get(link).send().send("send", tick=True)
        self.page.send("confirm", code=self.code())

    def code(self):
        return self.env["tour_loan.code"].search([], limit=1)._plain()

    def fill(self):
        for typed in TYPED.values():
            self.page.send(**typed)

    def test_from_the_first_page_to_the_lender(self):
        self.fill()
        self.assertTrue(self.page.path.endswith("/review"))
        for shown in (
            "Иванова",
            "4511",
            "14.03.1990",
            "Мясницкая",
            "95\u00a0000".replace("\u00a0", " "),
        ):
            self.assertIn(shown, self.page.text)
        self.page.send("send", tick=True).send("confirm", code=self.code())
        self.assertEqual(self.application_.state, "submitted")
        self.assertIn("Заявка у кредитора", self.page.text)

    def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(self):
        self.page.send(**{**TYPED["passport"], "passport_number": "12", "birth_date": "?"})
        self.assertTrue(self.page.path.endswith("/passport"))
        fields_wrong = self.page.page.xpath("//*[@aria-invalid='true']/@name")
        self.assertEqual(fields_wrong, ["birth_date", "passport_number"])
        typed = self.page.form().fields
        self.assertEqual((typed["passport_number"], typed["birth_date"]), ("12", "?"))
        self.assertEqual(typed["last_name"], "Иванова")
        for name in fields_wrong:
            described = self.page.page.xpath(f"//*[@name='{name}']/@aria-describedby")
            self.assertTrue(self.page.page.get_element_by_id(described[0]).text_content())

    def test_a_page_may_be_visited_again_and_leads_on(self):
        self.fill()
        self.page.get(self.page.path.replace("review", "address")).send(
            **{**TYPED["address"], "registration_house": "2"}
        )
        self.assertTrue(self.page.path.endswith("/work"))
        self.assertEqual(self.application_.registration_house, "2")

    def test_the_review_waits_for_every_page(self):
        self.page.get(self.page.path.replace("passport", "review"))
        self.assertTrue(self.page.path.endswith("/passport"))

    def test_code_2_is_void_when_data_change_afterwards(self):
        self.fill()
        self.page.send("send", tick=True)
        review, code = self.page.path, self.code()
        another_window = self.page.form("confirm")
        self.page.get(review.replace("review", "work")).send(
            **{**TYPED["work"], "income": "91 000"}
        )
        typed = {**another_window.fields, "code": code}
        self.page.post(review, typed)
        self.assertEqual(self.application_.state, "filling")
        # the changed documents have to be ticked and confirmed anew
        self.assertTrue(self.page.page.xpath("//input[starts-with(@name, 'document_')]"))

    def test_each_document_needs_its_tick(self):
        self.fill()
        self.assertEqual(set(self.page.send("send").errors()), {"Отметьте этот документ."})

    def test_a_submitted_one_cannot_be_filled_in_any_more(self):
        self.fill()
        passport = self.page.path.replace("review", "passport")
        self.page.send("send", tick=True).send("confirm", code=self.code())
        token = self.page.form().fields["csrf_token"]
        self.page.post(passport, {**TYPED["passport"], "last_name": "Другая", "csrf_token": token})
        self.assertEqual(self.application_.last_name, "Иванова")

    def test_more_data_wanted_opens_it_again(self):
        self.fill()
        self.page.send("send", tick=True).send("confirm", code=self.code())
        self.application_._accounting_update({"status": "needs_data", "needs": ["passport"]})
        self.page.get(f"/my/applications/{self.application_.uuid}")
        self.assertTrue(self.page.path.endswith("/passport"))
        self.assertIn("Кредитор просит", self.page.text)
        self.page.send(**{**TYPED["passport"], "passport_number": "654321"})
        self.assertTrue(self.page.path.endswith("/review"))
        self.page.send("send", tick=True).send("confirm", code=self.code())
        self.assertEqual(self.application_.state, "submitted")
        self.assertEqual(len(self.application_.signature_ids), 3)


@tagged("post_install", "-at_install")
class TestNonsense(TourLoanHttpCommon):
    """What cannot be true is refused; what is hardly true is asked about once."""

    def setUp(self):
        super().setUp()
        self.application_ = self.opened(customer={"phone": PHONE})
        self.page = self.come_back(self.application_.borrower_id)  # no birth date is known yet

    def type(self, step, **changes):
        self.page.get(f"/my/applications/{self.application_.uuid}/{step}")
        return self.page.send(**{**TYPED[step], **changes})

    def wrong(self) -> list:
        return self.page.page.xpath("//*[@aria-invalid='true']/@name")

    def doubted(self) -> list:
        return self.page.page.xpath("//input[starts-with(@name, 'confirm_')]/@name")

    def test_what_cannot_be_is_refused(self):
        for step, name, typed in (
            ("passport", "last_name", "Иван-"),
            ("passport", "middle_name", "Нет"),
            ("passport", "middle_name", ""),
            ("passport", "passport_series", "0000"),
            ("passport", "passport_number", "000000"),
            ("passport", "passport_issued_on", "30.09.1997"),
            ("passport", "passport_division_code", "000-000"),
            ("passport", "passport_issued_by", "x"),
            ("passport", "birth_place", "-"),
            ("address", "registration_region", "Moon"),
            ("address", "registration_house", "-"),
            ("work", "employer_phone", "нет"),
        ):
            changes = {name: typed}
            if name == "passport_issued_on":
                changes["birth_date"] = "14.03.1950"
            self.type(step, **changes)
            self.assertEqual(self.wrong(), [name], (name, typed))
            self.assertFalse(self.doubted(), (name, typed))
            self.assertEqual(self.page.form().fields[name], typed, "nothing typed is lost")

    def test_what_is_hardly_so_passes_with_a_tick_of_its_own(self):
        for step, name, typed in (
            ("passport", "last_name", "де ла Крус"),
            ("passport", "last_name", "Иванова Мария Петровна"),
            ("passport", "passport_issued_by", "УВД"),
            ("passport", "passport_series", "4550"),
            ("address", "registration_region", "Луна"),
            ("work", "income", "0"),
            ("work", "expenses", "99 000 000"),
        ):
            self.type(step, **{name: typed})
            self.assertEqual((self.wrong(), self.doubted()), ([name], [f"confirm_{name}"]), typed)
            self.assertTrue(self.page.path.endswith(step))
            self.page.send(
                **{f"confirm_{name}": self.page.form().inputs[f"confirm_{name}"].get("value")}
            )
            self.assertFalse(self.page.path.endswith(step), (name, typed))
            # once confirmed it is not asked about again
            self.page.get(f"/my/applications/{self.application_.uuid}/{step}").send()
            self.assertFalse(self.page.path.endswith(step), (name, typed))

    def test_a_tick_holds_for_what_it_stood_beside(self):
        self.type("address", registration_region="Луна")
        self.page.send(registration_region="Марс", confirm_registration_region="Луна")
        self.assertEqual(self.doubted(), ["confirm_registration_region"])

    def test_no_patronymic_has_a_box(self):
        self.page.get(f"/my/applications/{self.application_.uuid}/passport")
        typed = {**TYPED["passport"], "middle_name": "", "no_middle_name": "1"}
        self.page.send(**typed)
        self.assertTrue(self.page.path.endswith("/address"), self.page.errors())
        self.assertEqual(self.application_._full_name(), "Иванова Мария")
        self.assertIn(
            "Нет отчества", str(self.application_.with_context(lang="ru_RU")._answers("passport"))
        )

    def test_a_whole_passport_in_the_series_is_taken_apart(self):
        self.type("passport", passport_series="4511 123456", passport_number="")
        row = self.application_
        self.assertEqual((row.passport_series, row.passport_number), ("4511", "123456"))

    def test_dates_are_read_as_people_write_them(self):
        for typed in ("14.3.1990", "1990-03-14", "14 марта 1990"):
            self.type("passport", birth_date=typed)
            self.assertFalse(self.page.path.endswith("/passport"), typed)
            self.assertEqual(self.application_.birth_date, fields.Date.to_date("1990-03-14"))

    def test_an_unknown_division_code_says_to_write_the_issuer(self):
        self.type("passport", passport_division_code="123-456", passport_number="12")
        self.assertIn("Мы не знаем такого кода", self.page.text)

    def test_changing_from_the_review_leads_back_to_it(self):
        for step in TYPED:
            self.type(step)
        self.assertTrue(self.page.path.endswith("/review"))
        for step in TYPED:
            self.page.get(f"/my/applications/{self.application_.uuid}/review")
            [link] = self.page.page.xpath(f"//a[contains(@href, '/{step}?')]/@href")
            self.page.get(link).send()
            self.assertTrue(self.page.path.endswith("/review"), step)

    def test_the_review_says_what_it_costs_and_which_address_is_which(self):
        for step in TYPED:
            self.type(step)
        cost = self.application_._cost()
        for part in (
            *cost.values(),
            "ПСК",
            "Адрес регистрации, как в паспорте",
            "Адрес проживания",
        ):
            self.assertIn(str(part).replace("\xa0", " "), self.page.text.replace("\xa0", " "))


@tagged("post_install", "-at_install")
class TestAgencyAddress(TourLoanHttpCommon):
    def test_the_agencys_address_is_taken_over_by_a_tap(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        page.get(f"/my/applications/{application.uuid}/address")
        typed = {**dict(page.form().form_values()), "registration_flat": "5", "action": "take"}
        page.post(page.path, typed)
        typed = page.form().fields
        self.assertEqual(
            [typed[f"registration_{name}"] for name in ("postcode", "region", "street", "house")],
            ["101000", "Москва", "ул. Мясницкая", "1"],
        )
        self.assertEqual(typed["registration_flat"], "5", "what was typed stays")
        self.assertFalse(application.registration_house, "it is kept with the page, not before")
        page.send()
        self.assertEqual(application.registration_house, "1")
