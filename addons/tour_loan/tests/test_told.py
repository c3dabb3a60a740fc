"""What is asked is what is signed, kept and sent; and what a borrower should know of it."""

from datetime import date
from unittest.mock import patch

from lxml import html

from odoo.tests import tagged

from ..models.application.questionnaire import STEPS
from .common import TYPED, TourLoanCommon, TourLoanHttpCommon

FORMER = {
    "employer_name": "ООО «Прежняя»",
    "position": "директор",
    "employer_phone": "+74951234567",
}


@tagged("post_install", "-at_install")
class TestTold(TourLoanCommon):
    def signed_text(self, application) -> str:
        """Return the text of the documents that code 2 signs."""
        laid_out = [document._bytes() for document in application._documents("questionnaire")]
        pages = [page.removeprefix(b"%PDF-1.7 ").decode() for page in laid_out]
        return " ".join(html.fromstring(page).text_content() for page in pages)

    def test_who_is_employed_no_more_has_no_employer_anywhere(self):
        application = self.filled()
        application._save_step("work", {**TYPED["work"], "employment": "pensioner"})
        application.write(FORMER)  # however it came there
        self.assertFalse(FORMER.keys() & application._told().keys())
        text = self.signed_text(application)
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
        text = self.signed_text(application)
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
