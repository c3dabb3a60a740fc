from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
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
        real = models.signing.document.Document._have_made
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

        def full(*_args):
            raise OSError(28, "No space left on device")

        with (
            patch.object(self.registry["tour_loan.document"], "_store", full),
            self.assertRaises(models.signing.document.RetryableJobError),
        ):
            self.env["tour_loan.document"]._make_stage(
                "questionnaire", application.agency_id, application
            )


@tagged("post_install", "-at_install")
class TestDocumentsThatFail(TourLoanHttpCommon):
    """A text that cannot be laid out: tried seldom, told to the borrower and to staff."""

    def setUp(self):
        super().setUp()
        documents = self.registry["tour_loan.document"]
        real = models.signing.document.Document._have_made
        self.startPatcher(patch.object(documents, "_have_made", real))
        self.outcome = ValueError("x")
        self.startPatcher(patch.object(documents, "_pdf", lambda _self, _html: self.lay_out()))

    def lay_out(self) -> bytes:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def ordered(self) -> list:
        return [job for job in self.jobs.enqueued_jobs if job.method_name == "_make_stage"]

    def work(self):
        """Do the ordered jobs."""
        with self.assertLogs("odoo.addons.tour_loan.models.signing.document", "ERROR"):
            self.make()
        self.jobs.enqueued_jobs.clear()

    def make(self):
        for job in self.ordered():
            stage, *whose = job.args
            # the cursor of the page that ordered it is closed
            whose = [one and one.with_env(self.env) for one in whose]
            self.env["tour_loan.document"]._make_stage(stage, *whose)

    def waiting(self):
        return self.env["tour_loan.attention"].search([("kind", "=", "tour_loan.document.failure")])

    def test_every_page_that_waits_says_so_and_orders_no_more(self):
        for state, path, stage in (
            ("new", "documents", "acquaintance"),
            ("filled", "review", "questionnaire"),
            ("approved", "sign", "contract"),
        ):
            with self.subTest(stage):
                self.check(state, path, stage)

    def check(self, state, path, stage):
        if state == "new":
            application = self.application()
            templates = self.env["tour_loan.document.template"]._of_stage(stage)
            templates[0].version = "another"
            page = self.visitor().get(application._link().removeprefix(self.base_url()))
            page.send()
        else:
            with patch.object(self.registry["tour_loan.document"], "_pdf", lambda *_: b"%PDF"):
                with patch.object(
                    self.registry["tour_loan.document"],
                    "_have_made",
                    lambda documents, *whose: documents._make_stage(*whose),
                ):
                    application = getattr(self, state)()
                    page = self.come_back(application.borrower_id)
            application.first_name = "Марина"  # other documents
        address = f"/my/applications/{application.uuid}/{path}"
        self.jobs.enqueued_jobs.clear()
        page.get(address)
        self.assertIn("Готовим документы", page.text)
        self.assertEqual([job.args[0] for job in self.ordered()], [stage])
        self.work()
        for _poll in range(3):
            page.get(address)
            self.assertIn("мы знаем об этом", page.text.lower())
            self.assertIn(f"url={address}", page.response.headers["Refresh"])
        self.assertEqual(self.ordered(), [])
        [row] = self.waiting().filtered(lambda row: stage == self.failure(row).stage)
        self.assertIn("ValueError: x", row.what)
        failure = self.failure(row)
        # after a while it is tried again, and then waits longer
        failure.failed_at = fields.Datetime.now() - timedelta(minutes=1)
        page.get(address)
        self.work()
        self.assertEqual(failure.attempts, 2)
        failure.failed_at = fields.Datetime.now() - timedelta(minutes=1)
        page.get(address)
        self.assertEqual(self.ordered(), [])
        # staff mend the text and try at once
        operator = new_test_user(
            self.env, f"operator {stage}", groups="tour_loan.tour_loan_group_operator"
        )
        row.with_user(operator).action_send_again()
        self.outcome = b"%PDF-1.7 mended"
        self.make()
        self.assertFalse(failure.exists())
        page.get(address)
        self.assertTrue(page.page.xpath("//input[@type='checkbox']"))
        self.outcome = ValueError("x")

    def failure(self, row):
        return self.env["tour_loan.document.failure"].browse(row.res_id)

    def test_it_is_never_tried_more_than_once_an_hour_in_the_end(self):
        failure = self.env["tour_loan.document.failure"].create(
            {
                "stage": "acquaintance",
                "agency_id": self.agency.id,
                "error": "x",
                "attempts": 1000,
                "failed_at": fields.Datetime.now() - timedelta(minutes=59),
            }
        )
        self.assertTrue(failure._bars())
        failure.failed_at -= timedelta(minutes=2)
        self.assertFalse(failure._bars())

    def test_an_error_of_files_that_is_no_lack_of_room_is_a_failure(self):
        self.outcome = FileNotFoundError(2, "no such font")
        application = self.application()
        with self.assertLogs("odoo.addons.tour_loan.models.signing.document", "ERROR"):
            made = self.env["tour_loan.document"]._make_stage(
                "questionnaire", application.agency_id, application
            )
        self.assertFalse(made)
        self.assertEqual(self.waiting().application_id, application)
