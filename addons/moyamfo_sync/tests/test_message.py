from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..protocol.trees import MASK
from .common import MoyamfoCase, approved, fault, page

OK = {"Результат": "OK", "Номер": "ЗК-1"}


class TestMessage(MoyamfoCase):
    def test_submitting_writes_one_message_and_sends_it(self):
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: OK
        trap = self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.operation, "LoadApplication")
        self.assertEqual(application.accounting_number, "ЗК-1")
        (body,) = self.publication.called("LoadApplication")
        self.assertEqual(body["УИД"], application.uuid)
        self.assertEqual(body["Клиент"]["Занятость"], "Работает")
        self.assertEqual((body["Сумма"], body["Тур"]["Страна"]), ("120000.00", "TR"))
        trap.assert_jobs_count(1, only=self.env["moyamfo.run"]._pull)

    def test_the_log_masks_personal_data(self):
        _application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.deliver(message)
        for secret in ("Иванова", "4510", "123456", "9161234567"):
            self.assertNotIn(secret, message.request)
        self.assertIn(MASK, message.request)
        self.assertIn("OK", message.response)

    def test_a_test_application_never_goes_out(self):
        _application, message = self.submitted(test=True)
        self.assertFalse(message)

    def test_a_lost_answer_is_asked_for_and_not_sent_twice(self):
        application, message = self.submitted()
        self.deliver(message)  # the connection is dropped without an answer
        self.assertEqual((message.state, message.attempts), ("pending", 1))
        self.publication.answers["GetApplications"] = lambda body: page(
            {"УИД": application.uuid, "Номер": "ЗК-1", "Статус": "На рассмотрении"}
        )
        self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.found_by_asking)
        self.assertEqual(application.accounting_number, "ЗК-1")
        self.assertEqual(len(self.publication.called("LoadApplication")), 1)

    def test_what_did_not_arrive_is_sent_after_asking(self):
        _application, message = self.submitted()
        self.deliver(message)
        self.publication.answers["GetApplications"] = lambda body: page()
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertFalse(message.found_by_asking)
        self.assertEqual(len(self.publication.called("LoadApplication")), 2)

    def test_1c_that_cannot_be_asked_gets_nothing(self):
        _application, message = self.submitted()
        self.deliver(message)
        self.deliver(message)  # the question about the state is dropped as well
        self.assertEqual((message.state, message.attempts), ("pending", 2))
        self.assertEqual(len(self.publication.called("LoadApplication")), 1)

    def test_a_refusal_of_1c_waits_for_a_person_with_its_text(self):
        _application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: fault("Нет прав (25)")
        self.deliver(message)
        self.assertEqual(message.state, "stuck")
        self.assertIn("Нет прав (25)", message.response)

    def test_what_1c_says_of_a_person_is_kept_masked(self):
        _application, message = self.submitted()
        said = "Клиент Иванов, 9161234567, паспорт 4509235857, не прошёл проверку"
        self.publication.answers["LoadApplication"] = lambda body: fault(said)
        self.deliver(message)
        self.assertIn("не прошёл проверку", message.response)
        for personal in ("12345", "4509235"):
            self.assertNotIn(personal, message.response)

    def test_a_page_of_html_is_tried_again(self):
        _application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: (500, b"<html></html>")
        self.deliver(message)
        self.assertEqual(message.state, "pending")
        self.assertIn("HTML", message.detail)

    def test_an_incomplete_passport_is_stuck_and_not_shown(self):
        _application, message = self.submitted(passport_number="12")
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.deliver(message)
        self.assertEqual(message.state, "stuck")
        self.assertIn("passport_number", message.last_error)
        self.assertFalse(self.publication.called("LoadApplication"))

    def test_an_application_sent_again_after_more_data_is_a_change(self):
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.publication.answers["ChangeApplication"] = lambda body: OK
        self.deliver(message)
        application._accounting_update({"status": "needs_data", "needs": ["passport"]})
        self.assertEqual(application.state, "needs_data")
        application._move("submit", "borrower", needs=False)
        second = application.moyamfo_message_ids - message
        self.deliver(second)
        self.assertEqual((second.state, second.operation), ("sent", "ChangeApplication"))

    def test_whoever_ended_an_application_1c_is_told_to_cancel_it(self):
        for move, actor in (("cancel", "borrower"), ("cancel", "staff"), ("expire", "clock")):
            application, message = self.submitted()
            self.assertTrue(application._move(move, actor))
            told = application.moyamfo_message_ids - message
            self.assertEqual(told.mapped("kind"), ["cancel"], (move, actor))

    def test_1c_hears_nothing_of_an_application_that_was_never_submitted(self):
        for move, actor in (("cancel", "borrower"), ("cancel", "agency"), ("expire", "clock")):
            application = self.new_application()
            self.assertTrue(application._move(move, actor))
            self.assertFalse(application.moyamfo_message_ids, (move, actor))

    def test_a_cancel_before_1c_had_anything_is_dropped(self):
        application, message = self.submitted()
        application._move("cancel", "agency", note="передумали")
        cancel = application.moyamfo_message_ids - message
        self.publication.answers["GetApplications"] = lambda body: page()
        self.deliver(message)
        self.deliver(cancel)
        self.assertEqual(set((message | cancel).mapped("state")), {"dropped"})
        self.assertEqual({name for name, _body in self.publication.calls}, {"GetApplications"})

    def test_an_application_1c_got_while_we_cancelled_it_is_cancelled_there(self):
        application, message = self.submitted()
        self.deliver(message)  # 1C has it, the answer is lost
        application._move("cancel", "agency", note="передумали")
        cancel = application.moyamfo_message_ids - message
        self.publication.answers["GetApplications"] = lambda body: page(
            {"УИД": application.uuid, "Номер": "ЗК-1", "Статус": "На рассмотрении"}
        )
        self.publication.answers["CancelApplication"] = lambda body: "OK"
        self.deliver(message)
        self.deliver(cancel)
        self.assertEqual((message.state, cancel.state), ("sent", "sent"))
        self.assertEqual(len(self.publication.called("LoadApplication")), 1)
        self.assertEqual(len(self.publication.called("CancelApplication")), 1)

    def test_an_application_that_did_not_arrive_before_its_cancel_is_dropped_after_asking(self):
        application, message = self.submitted()
        self.deliver(message)
        application._move("expire", "clock")
        self.deliver(message)  # the question is not answered: nothing is known
        self.assertEqual(message.state, "pending")
        self.publication.answers["GetApplications"] = lambda body: page()
        self.deliver(message)
        self.assertEqual(message.state, "dropped")
        self.assertEqual(len(self.publication.called("LoadApplication")), 1)

    def test_a_cancel_follows_an_application_that_a_person_gave_up_but_1c_has(self):
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: (200, b"<not></xml>")
        self.deliver(message)
        self.assertEqual(message.state, "stuck")
        with trap_jobs():
            message.action_drop()
        application._move("cancel", "agency")
        cancel = application.moyamfo_message_ids - message
        self.publication.answers["GetApplications"] = lambda body: page(
            {"УИД": application.uuid, "Номер": "ЗК-1", "Статус": "На рассмотрении"}
        )
        self.publication.answers["CancelApplication"] = lambda body: "OK"
        self.deliver(cancel)
        self.assertEqual(cancel.state, "sent")

    def test_a_cancel_carries_its_reason(self):
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.deliver(message)
        application._move("cancel", "agency", note="передумали")
        cancel = application.moyamfo_message_ids - message
        self.publication.answers["CancelApplication"] = lambda body: "OK"
        self.deliver(cancel)
        self.assertEqual(cancel.state, "sent")
        (body,) = self.publication.called("CancelApplication")
        self.assertEqual((body["УИД"], body["Причина"]), (application.uuid, "передумали"))

    def wish_to_cancel(self):
        """A committed application of which the agency wants a cancel; return (claim, message)."""
        application = self.new_application(state="committed", offer_amount=90000)
        with trap_jobs():
            application._notify_accounting("application")
            first = application.moyamfo_message_ids
            first.state = "sent"
            application._claim_cancel("передумали")
        return application.claim_ids, application.moyamfo_message_ids - first

    def test_a_no_to_a_late_cancel_is_told_and_holds_nobody_up(self):
        claim, message = self.wish_to_cancel()
        self.assertEqual((message.kind, message.claim_id), ("cancel", claim))
        self.publication.answers["CancelApplication"] = lambda body: fault("Займ уже выдан")
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("dropped", "refused"))
        self.assertIn("Займ уже выдан", message.response)
        self.assertEqual(claim.application_id.state, "committed")

    def test_a_late_cancel_the_lender_has_answered_already_is_not_sent(self):
        claim, message = self.wish_to_cancel()
        payout = {"amount": 90000, "paid_on": fields.Date.today(), "payment_order": "1"}
        with trap_jobs():
            claim.application_id._accounting_update({"status": "funded", "payout": payout})
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("dropped", "refused"))
        self.assertFalse(self.publication.called("CancelApplication"))

    def test_a_yes_comes_with_the_state_not_with_the_taking(self):
        claim, message = self.wish_to_cancel()
        self.publication.answers["CancelApplication"] = lambda body: "OK"
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("sent", "waiting"))
        self.assertEqual(len(self.publication.called("CancelApplication")), 1)

    def test_a_commit_carries_whom_to_pay_and_how_much(self):
        self.agency.write({"bank_bic": "044525000", "bank_account": "40702810000000000001"})
        application = self.new_application(state="committed", offer_amount=90000)
        with trap_jobs():
            application._notify_accounting("commit")
        message = application.moyamfo_message_ids
        self.publication.answers["CommitApplication"] = lambda body: "OK"
        self.deliver(message)
        self.assertEqual(message.state, "sent", message.last_error)
        (body,) = self.publication.called("CommitApplication")
        self.assertEqual((body["УИД"], body["Сумма"]), (application.uuid, "90000.00"))
        self.assertEqual(body["Получатель"]["БИК"], "044525000")
        self.assertEqual(body["ИдентификаторПолучателя"], "ТретьеЛицо")

    def test_a_commit_is_of_the_time_it_was_made_whatever_was_noted_since(self):
        application = self.new_application(state="ready", offer_amount=90000)
        then = datetime(2026, 11, 24, 9)
        with trap_jobs(), patch.object(self.env.cr, "now", lambda: then):
            application._move("commit", "agency")
        with trap_jobs():
            application._claim_cancel("передумали")  # noted on the application
        message = application.moyamfo_message_ids.filtered(lambda one: one.kind == "commit")
        self.publication.answers["CommitApplication"] = lambda body: "OK"
        self.deliver(message)
        (body,) = self.publication.called("CommitApplication")
        self.assertEqual(body["ДатаПодтверждения"], "20261124120000")

    def test_a_signature_carries_its_evidence_and_not_the_code(self):
        application = self.new_application(state="signed", offer_amount=90000)
        self.sign(application)
        with trap_jobs():
            application._notify_accounting("signature")
        message = application.moyamfo_message_ids
        self.publication.answers["SignContract"] = lambda body: "OK"
        self.deliver(message)
        self.assertEqual(message.state, "sent", message.last_error)
        (body,) = self.publication.called("SignContract")
        signature = application.signature_ids
        self.assertEqual(body["УИДКодаСМС"], signature.code_id.uid)
        self.assertEqual(body["Документы"][0]["SHA256"], signature.document_ids.sha256)
        self.assertEqual(body["Сумма"], "90000.00")

    def test_a_signature_1c_has_already_is_not_sent_again(self):
        application = self.new_application(state="signed", offer_amount=90000)
        self.sign(application)
        with trap_jobs():
            application._notify_accounting("signature")
        message = application.moyamfo_message_ids
        self.deliver(message)
        self.publication.answers["GetApplications"] = lambda body: page(
            {"УИД": application.uuid, "Статус": "Подписан"}
        )
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", True))
        self.assertEqual(len(self.publication.called("SignContract")), 1)

    def sign(self, application):
        """Write the evidence of a signature by SMS code 3 over one document."""
        template = self.env["tour_loan.document.template"].search([], limit=1)
        document = self.env["tour_loan.document"]._store(
            template, self.agency, application, "source", b"%PDF", "text"
        )
        borrower = self.env["tour_loan.borrower"]._of_phone(application.phone, create=True)
        application.borrower_id = borrower
        code = self.env["tour_loan.code"].create(
            {
                "purpose": "contract",
                "phone": application.phone,
                "application_id": application.id,
                "document_ids": [(6, 0, document.ids)],
                "expires_at": fields.Datetime.now(),
                "ip": "203.0.113.7",
            }
        )
        self.env["tour_loan.signature"]._record(application, code)

    def test_without_an_address_messages_wait(self):
        _application, message = self.submitted()
        with self.environment_without_url():
            self.deliver(message)
        self.assertEqual(message.state, "pending")
        self.assertIn("moyamfo_sync.url", message.last_error)

    def test_a_given_up_message_lets_the_next_one_go(self):
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: fault("нет")
        self.deliver(message)
        held = self.env["moyamfo.message"]._held_back(application)
        self.assertEqual(held, application)
        with mute_logger("odoo.addons.queue_job"):
            message.action_drop()
        self.assertEqual(message.state, "dropped")
        self.assertFalse(self.env["moyamfo.message"]._held_back(application))

    def test_after_a_change_the_new_schedule_is_pulled_at_once(self):
        application = self.new_application(state="approved", offer_amount=90000)
        with trap_jobs():
            application._notify_accounting("change")
        self.publication.answers["ChangeApplication"] = lambda body: OK
        trap = self.deliver(application.moyamfo_message_ids)
        runs = self.env["moyamfo.run"]
        trap.assert_enqueued_job(runs._pull, args=("applications", 1, None, None))

    def test_an_old_decision_is_not_taken_while_a_change_is_on_its_way(self):
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.publication.answers["GetApplications"] = lambda body: page(approved(application.uuid))
        self.deliver(message)
        self.pull("fresh")
        self.assertEqual(application.state, "approved")
        application._move("change", "agency")
        self.assertEqual(application.state, "submitted")
        self.pull("applications")
        self.assertEqual(application.state, "submitted")
