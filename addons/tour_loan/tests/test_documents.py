from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import models
from .common import ORIGIN, TYPED, TourLoanCommon, TourLoanHttpCommon


class TestDocuments(TourLoanCommon):
    """What piles up, and what stays for ever."""

    def edit(self, application, number):
        place = f"г. Ново{chr(ord('а') + number)}ск"
        typed = {**TYPED["passport"], "birth_place": place}
        self.assertFalse(application._save_step("passport", typed))
        return application._documents("questionnaire")

    def test_twenty_four_edits_leave_the_documents_of_the_last(self):
        application = self.filled()
        for number in range(24):
            documents = self.edit(application, number)
        stages = application.document_ids.grouped(lambda document: document.template_id.stage)
        self.assertEqual(stages["questionnaire"], documents)
        self.assertLessEqual(len(documents), 2)

    def test_what_was_shown_with_a_code_stays_for_ever(self):
        application = self.filled()
        code, refusal = application._request_code("questionnaire", application.phone, ORIGIN)
        self.assertFalse(refusal)
        shown = code.document_ids
        for number in range(5):
            documents = self.edit(application, number)
        self.assertFalse(shown & documents)
        self.assertEqual(shown.exists(), shown)
        self.assertEqual(code.documents_digest, shown._digest())
        with self.assertRaises(UserError):
            shown[0].unlink()
        # past Odoo as well
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("DELETE FROM tour_loan_document WHERE id = %s", [shown[0].id])

    def test_the_same_text_for_everybody_is_never_deleted(self):
        application = self.application()
        with self.assertRaises(UserError):
            application._documents("acquaintance")[0].unlink()

    def test_page_and_job_read_the_same_text(self):
        """Else the page would wait for ever."""
        application = self.approved()
        portal = application.borrower_id.user_id
        for stage in ("acquaintance", "questionnaire", "contract"):
            documents = application.with_context(lang="en_US", tz="Asia/Tokyo")._documents(stage)
            for env_of in (portal, self.env.ref("base.public_user"), self.env.user):
                seen = application.with_user(env_of).sudo().with_context(lang="ru_RU", tz=False)
                self.assertEqual(seen._documents(stage), documents)


@tagged("post_install", "-at_install")
class TestPagesThatWait(TourLoanHttpCommon):
    """No page lays a document out."""

    def setUp(self):
        super().setUp()
        documents = self.registry["tour_loan.document"]
        real = models.document.Document._have_made
        self.startPatcher(patch.object(documents, "_have_made", real))
        self.laid_out = []
        self.startPatcher(patch.object(documents, "_pdf", self.lay_out))

    def lay_out(self, html):
        self.laid_out.append(html)
        return b"%PDF-1.7 " + str(html).encode()

    def test_the_review_waits_for_the_job_and_goes_on(self):
        application = self.filled()
        application.document_ids._forget()
        page = self.come_back(application.borrower_id)
        review = f"/my/applications/{application.uuid}/review"
        page.get(review)
        self.assertEqual(page.status, 200)
        self.assertIn("url=" + review, page.response.headers["Refresh"])
        self.assertFalse(page.page.xpath("//input[@type='checkbox']"))
        self.assertEqual(page.response.headers["Cache-Control"], "no-store")
        self.assertEqual(self.laid_out, [])
        ordered = [job for job in self.jobs.enqueued_jobs if job.method_name == "_make_stage"]
        self.assertIn("questionnaire", [job.args[0] for job in ordered])
        self.env["tour_loan.document"]._make_stage(
            "questionnaire", application.agency_id, application
        )
        page.get(review)
        self.assertNotIn("Refresh", page.response.headers)
        self.assertTrue(page.page.xpath("//input[@type='checkbox']"))

    def test_common_texts_are_made_before_the_first_borrower_comes(self):
        agency = self.new_agency("yug", "Юг")
        self.env["tour_loan.document.template"]._cron_make_common()
        ordered = [job for job in self.jobs.enqueued_jobs if job.method_name == "_make_stage"]
        self.assertIn(("acquaintance", agency), [job.args[:2] for job in ordered])
        for job in ordered:
            self.env["tour_loan.document"]._make_stage(*job.args)
        before = len(self.jobs.enqueued_jobs)
        self.env["tour_loan.document.template"]._cron_make_common()
        self.assertEqual(len(self.jobs.enqueued_jobs), before)

    def test_a_full_disk_is_waited_for(self):
        application = self.filled()
        application.document_ids._forget()
        full = OSError(28, "No space left on device")
        with (
            patch.object(self.registry["tour_loan.document"], "_store", side_effect=full),
            self.assertRaises(models.document.RetryableJobError),
        ):
            self.env["tour_loan.document"]._make_stage(
                "questionnaire", application.agency_id, application
            )
