"""What is asked is what is signed, kept and sent; and what a borrower should know of it."""

from datetime import date
from unittest.mock import patch

from lxml import html

from odoo.tests import new_test_user, tagged

from ..rules.questionnaire import QUESTIONS, STEPS, STORED, TOLD, called_for
from .common import TYPED, TourLoanCommon, TourLoanHttpCommon

FORMER = {
    "employer_name": "ООО «Прежняя»",
    "position": "директор",
    "employer_phone": "+74951234567",
}


def signed_text(application) -> str:
    """Return the text of the documents that code 2 signs."""
    laid_out = [document._bytes() for document in application._documents("questionnaire")]
    pages = [page.removeprefix(b"%PDF-1.7 ").decode() for page in laid_out]
    return " ".join(html.fromstring(page).text_content() for page in pages)


@tagged("post_install", "-at_install")
class TestTold(TourLoanCommon):
    def test_who_is_employed_no_more_has_no_employer_anywhere(self):
        application = self.filled()
        application._save_step("work", {**TYPED["work"], "employment": "pensioner"})
        application.write(FORMER)  # however it came there
        self.assertFalse(FORMER.keys() & application._told().keys())
        text = signed_text(application)
        for value in FORMER.values():
            self.assertNotIn(value, text)
        self.confirm(application, "questionnaire")
        borrower = application.borrower_id
        self.assertEqual(borrower.employment, "pensioner")
        for name in FORMER:
            self.assertFalse(borrower[name], name)

    def test_a_former_job_is_not_filled_in(self):
        borrower = self.submitted().borrower_id
        borrower.write({"employment": "pensioner", **FORMER})
        application = self.opened()
        self.assertEqual(application.employment, "pensioner")
        for name in FORMER:
            self.assertFalse(application[name], name)

    def test_whatever_is_told_stands_in_what_is_signed(self):
        application = self.filled()
        more = {"inn": "500100732259", "snils": "112-233-445 95", "email": "maria@example.com"}
        self.assertFalse(application._save_step("passport", {**TYPED["passport"], **more}))
        more = {"employer_phone": "8 495 123-45-67", "expenses": "12 000"}
        self.assertFalse(application._save_step("work", {**TYPED["work"], **more}))
        text = signed_text(application)
        kinds = {field.name: field.kind for step in STEPS.values() for field in step}
        for name, value in application._told().items():
            if kinds[name] == "check" or not value:
                continue
            shown = application.with_context(lang="ru_RU")._answer_text(
                next(field for step in STEPS.values() for field in step if field.name == name)
            )
            if kinds[name] == "select":
                shown = dict(application.with_context(lang="ru_RU")._choices(name))[value]
            self.assertIn(shown, text, name)


@tagged("post_install", "-at_install")
class TestDeclared(TourLoanCommon):
    """What follows from the declaration of a question, wherever it has to show."""

    def test_it_is_a_column_here_and_of_the_borrower(self):
        for question in STORED:
            for model in ("tour_loan.application", "tour_loan.borrower"):
                field = self.env[model]._fields[question.name]
                self.assertEqual(field.groups, question.seen_by)
                self.assertTrue(field.store, question.name)

    def test_it_has_its_label_and_hint_in_russian(self):
        russian = self.env["tour_loan.application"].with_context(lang="ru_RU")
        for question in QUESTIONS:
            self.assertTrue(question.label.isascii(), question.name)
            self.assertFalse(russian._label(question.name).isascii(), question.name)
            if question.hint:
                self.assertFalse(russian._hint(question.name).isascii(), question.name)

    def test_it_stands_in_the_forms_of_staff_where_its_group_is(self):
        operator = new_test_user(self.env, "ольга", groups="tour_loan.tour_loan_group_operator")
        for model in ("tour_loan.application", "tour_loan.borrower"):
            form = self.env[model].with_user(operator).get_view(view_type="form")["arch"]
            fields = html.fromstring(form).xpath("//group[@name='questions']//field/@name")
            self.assertEqual(fields, [question.name for question in STORED])

    def test_who_may_not_see_it_reads_none_of_it(self):
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        for question in STORED:
            field = self.env["tour_loan.borrower"]._fields[question.name]
            self.assertFalse(
                self.env["tour_loan.borrower"].with_user(stranger)._has_field_access(field, "read")
            )

    def test_it_stands_on_its_page_in_the_review_and_in_what_is_signed(self):
        application = self.filled().with_context(lang="ru_RU")
        asked = [q for q in QUESTIONS if q.name in called_for(application) and q.kind != "check"]
        told = [
            label
            for step in STEPS
            for _title, rows in application._answers(step)
            for label, _a in rows
        ]
        text = signed_text(application)
        for question in asked:
            label = application._label(question.name)
            self.assertIn(label, told)
            self.assertIn(label, text)

    def test_the_accounting_system_is_told_it_once_under_its_neutral_name(self):
        application = self.filled()
        self.assertEqual(set(application._told_answers()), set(TOLD))

    def test_every_part_of_an_address_stands_in_its_text(self):
        application = self.filled()
        application.residence_same = False
        parts = [question for question in STORED if question.part_of]
        application.write({part.name: f"{number}00" for number, part in enumerate(parts, 1)})
        told = application._told_answers()
        for part in parts:
            self.assertIn(application[part.name], told[part.part_of])


@tagged("post_install", "-at_install")
class TestWarnings(TourLoanHttpCommon):
    """Born on 14.03.1990, the passport is of 2011: it has to be exchanged at 45."""

    def test_a_passport_that_has_to_be_exchanged_within_weeks_is_told_and_bars_nothing(self):
        application = self.filled()
        page = self.come_back(application.borrower_id)
        review = f"/my/applications/{application.uuid}/review"
        self.assertNotIn("12.06.2035", page.get(review).text)
        with patch.object(type(application), "_today", lambda *_args: date(2035, 4, 1)):
            self.assertIn("12.06.2035", page.get(review).text)
            self.assertIsNotNone(page.form("send"), "it may be signed")
            step = f"/my/applications/{application.uuid}/passport"
            self.assertIn("12.06.2035", page.get(f"{step}?back=review").text)
            self.assertFalse(application._save_step("passport", TYPED["passport"]))
