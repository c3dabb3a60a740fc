import base64
import hashlib
import json

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import ORIGIN, OTHER_PHONE, PHONE, TourLoanCommon


@tagged("post_install", "-at_install")
class TestEvidence(TourLoanCommon):
    """What was signed stays what was signed."""

    lays_out_documents = True

    def setUp(self):
        super().setUp()
        self.application_ = self.submitted()
        self.rows = self.application_.signature_ids.sorted("id")

    def sql(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(SQL(query, *values))
        self.env.invalidate_all()

    def test_each_code_leaves_a_row_of_a_chain(self):
        self.assertEqual(self.rows.mapped("purpose"), ["acquaintance", "questionnaire"])
        self.assertEqual(self.rows[1].previous_hash, self.rows[0].hash)
        self.assertFalse(self.rows[0].previous_hash)
        self.assertTrue(self.application_._evidence_is_intact())
        self.assertEqual(self.rows.action_check()["params"]["type"], "success")

    def test_a_row_says_who_signed_what_and_how(self):
        row = self.rows[1]
        evidence = json.loads(row.evidence)
        self.assertEqual(row.hash, hashlib.sha256(row.evidence.encode()).hexdigest())
        self.assertEqual(evidence["person"], "Иванова Мария Петровна")
        self.assertEqual((evidence["phone"], evidence["ip"]), (PHONE, ORIGIN["ip"]))
        self.assertEqual(evidence["challenge"], row.code_id.uid)
        self.assertEqual([attempt["right"] for attempt in evidence["attempts"]], [True])
        self.assertIn("••••••", evidence["sms"]["text"])
        self.assertEqual(
            [document["tick"] for document in evidence["documents"]],
            row.document_ids.sorted("id").template_id.mapped("tick"),
        )
        self.assertEqual(
            [document["sha256"] for document in evidence["documents"]],
            [
                hashlib.sha256(document._bytes()).hexdigest()
                for document in row.document_ids.sorted("id")
            ],
        )
        self.assertEqual(evidence["documents_digest"], row.document_ids._digest())

    def test_wrong_attempts_are_in_the_evidence(self):
        application = self.application()
        code, _refusal = application._request_code("acquaintance", PHONE, ORIGIN)
        wrong = str((int(code._plain()) + 1) % 10**6).zfill(6)
        application._confirm("acquaintance", wrong, None, ORIGIN)
        self.assertFalse(application.signature_ids)
        application._confirm("acquaintance", code._plain(), None, ORIGIN)
        attempts = json.loads(application.signature_ids.evidence)["attempts"]
        self.assertEqual([attempt["right"] for attempt in attempts], [False, True])

    def test_rows_are_never_changed_or_deleted(self):
        for change in ({"phone": OTHER_PHONE}, {"evidence": "{}"}, {"document_ids": [(5,)]}):
            with self.assertRaises(UserError):
                self.rows[0].write(change)
        with self.assertRaises(UserError):
            self.rows.unlink()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.rows[0].copy()  # a code signs once

    def test_tampering_with_the_database_is_found_out(self):
        first, second = self.rows
        evidence = second.evidence.replace("Мария", "Марта")
        [attachment] = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "tour_loan.document"),
                ("res_id", "=", second.document_ids[0].id),
                ("res_field", "=", "content"),
            ]
        )
        forged_hash = hashlib.sha256(evidence.encode()).hexdigest()
        for description, query, *values in (
            (
                "text",
                "UPDATE tour_loan_signature SET evidence = %s WHERE id = %s",
                evidence,
                second.id,
            ),
            ("hash", "UPDATE tour_loan_signature SET hash = %s WHERE id = %s", "0" * 64, second.id),
            (
                "text and hash of an earlier row",
                "UPDATE tour_loan_signature SET evidence = %s, hash = %s WHERE id = %s",
                evidence,
                forged_hash,
                first.id,
            ),
            ("a row taken away", "DELETE FROM tour_loan_signature WHERE id = %s", first.id),
            ("the last row taken away", "DELETE FROM tour_loan_signature WHERE id = %s", second.id),
            (
                "a column",
                "UPDATE tour_loan_signature SET phone = %s WHERE id = %s",
                OTHER_PHONE,
                second.id,
            ),
            (
                "a document taken away",
                "DELETE FROM tour_loan_document_tour_loan_signature_rel "
                "WHERE tour_loan_signature_id = %s",
                second.id,
            ),
            (
                "a document's bytes",
                "UPDATE ir_attachment SET db_datas = %s, store_fname = NULL WHERE id = %s",
                b"%PDF-forged",
                attachment.id,
            ),
        ):
            with self.subTest(description), self.cr.savepoint() as savepoint:
                if "taken away" in description and "row" in description:
                    self.sql(
                        "DELETE FROM tour_loan_document_tour_loan_signature_rel "
                        "WHERE tour_loan_signature_id = %s",
                        values[0],
                    )
                self.sql(query, *values)
                left = self.env["tour_loan.signature"].search(
                    [("application_id", "=", self.application_.id)]
                )
                self.assertFalse(self.application_._evidence_is_intact())
                self.assertEqual(left[:1].action_check()["params"]["type"], "danger")
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertTrue(self.application_._evidence_is_intact())

    # --- documents ---

    def test_a_document_is_never_changed_or_deleted(self):
        document = self.application_.document_ids[0]
        for change in (
            {"content": base64.b64encode(b"%PDF")},
            {"sha256": "0" * 64},
            {"name": "?"},
        ):
            with self.assertRaises(UserError):
                document.write(change)
        with self.assertRaises(UserError):
            document.unlink()

    def test_texts_without_a_name_are_made_once_for_everybody(self):
        other = self.opened(phone=OTHER_PHONE)
        shared = self.rows[0].document_ids
        self.assertEqual(other.signature_ids.document_ids, shared)
        self.assertFalse(shared.application_id)
        self.assertEqual(len(shared), 3)

    def test_texts_with_a_name_belong_to_their_application(self):
        self.assertEqual(self.rows[1].document_ids.application_id, self.application_)
        self.assertEqual(self.application_._documents("questionnaire"), self.rows[1].document_ids)

    def test_a_new_version_of_a_text_is_a_new_document(self):
        before = self.application_._documents("acquaintance")
        template = self.env.ref("tour_loan.document_template_conditions")
        template.version = "new"
        after = self.application_._documents("acquaintance")
        self.assertEqual(len(after - before), 1)
        self.assertEqual((after - before).version, "new")
        self.assertNotEqual(after._digest(), before._digest())

    def test_documents_speak_russian_whoever_made_them(self):
        english = self.application_.with_context(lang="en_US")
        made = self.env["tour_loan.document"]._make(
            english.env.ref("tour_loan.document_template_conditions"), self.new_agency("yug", "Юг")
        )
        self.assertRegex(made.name, "[а-я]{4}")

    def test_a_document_fetches_nothing_from_anywhere(self):
        with self.assertLogs("weasyprint", "ERROR") as logs:
            pdf = self.env["tour_loan.document"]._pdf(
                "<p>Текст<img src='http://127.0.0.1:9/spy.png'/><img src='file:///etc/hostname'/></p>"
            )
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertEqual(len([line for line in logs.output if "disallowed protocol" in line]), 2)
