"""What an agency asks for after the commit, and 1C's yes or no to it."""

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import fault, page
from .common_loans import LoansCase, booked


class TestTourRefunds(LoansCase):
    def claimed(self):
        application = self.active().application_id
        application.payout_amount = 120000
        with trap_jobs():
            application._claim("tour_refund", amount=120000, document_numbers=["B-1"])
            application._notify_accounting("tour_refund")
        return application.claim_ids, application.moyamfo_message_ids[:1]

    def test_a_tour_refund_names_its_claim_and_is_no_repayment(self):
        claim, message = self.claimed()
        self.publication.answers["TourRefund"] = lambda body: "OK"
        self.deliver(message)
        (body,) = self.publication.called("TourRefund")
        self.assertEqual((body["УИД"], body["УИДЗаявки"]), (claim.uid, claim.application_id.uuid))
        self.assertEqual((body["Сумма"], body["Полный"]), ("120000.00", 1))
        self.assertFalse(claim.application_id.loan_id.repayment_ids)

    def test_a_tour_refund_1c_has_is_not_sent_again(self):
        claim, message = self.claimed()
        self.deliver(message)
        self.answer_payments(booked(claim.uid, amount="120000.00"))
        self.deliver(message)
        self.assertTrue(message.found_by_asking)
        self.assertEqual(len(self.publication.called("TourRefund")), 1)

    def test_a_refund_1c_refuses_is_a_refused_claim_and_holds_up_nobody(self):
        claim, message = self.claimed()
        self.publication.answers["TourRefund"] = lambda body: fault("Займ закрыт")
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("dropped", "refused"))
        self.assertIn("Займ закрыт", message.response)
        self.assertEqual(claim.application_id.refunded_amount, 0)

    def test_what_broke_in_1c_is_no_refusal_of_a_refund(self):
        claim, message = self.claimed()
        self.publication.answers["TourRefund"] = lambda body: fault(
            "{ОбщийМодуль.Возвраты(12)}: Нарушение прав доступа!"
        )
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("stuck", "waiting"))
        self.publication.answers["TourRefund"] = lambda body: "OK"
        self.answer_payments()  # asked first: it has no such movement
        with trap_jobs():
            message.action_send_again()
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("sent", "accepted"))

    def test_a_refund_1c_takes_is_an_accepted_claim(self):
        claim, message = self.claimed()
        self.publication.answers["TourRefund"] = lambda body: "OK"
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("sent", "accepted"))


class TestCancels(LoansCase):
    def claimed(self):
        """A booked application 1C knows, whose agency asks to cancel it."""
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: {"Результат": "OK"}
        self.deliver(message)
        application.state = "committed"
        with trap_jobs():
            application._claim_cancel("передумали")
        return application.claim_ids, application.moyamfo_message_ids - message

    def told(self, application):
        """What the agency's latest callback says of its claims."""
        return [one["state"] for one in application._agency_object()["requests"]]

    def test_a_cancel_1c_refuses_is_a_refused_claim_and_lets_later_messages_go(self):
        claim, message = self.claimed()
        application = claim.application_id
        with trap_jobs():
            application._notify_accounting("commit")
        later = application.moyamfo_message_ids.sorted("id")[-1]
        self.publication.answers["CancelApplication"] = lambda body: fault("Деньги уже ушли")
        trap = self.deliver(message)
        self.assertEqual(message.claim_id, claim)
        self.assertEqual((message.state, claim.state), ("dropped", "refused"))
        self.assertIn("Деньги уже ушли", message.response)
        self.assertEqual(application.state, "committed")
        self.assertEqual(self.told(application), ["refused"])
        self.assertEqual(application.history_ids[-1:].move, "cancel_refused")
        self.assertIn(later, [job.recordset for job in trap.enqueued_jobs])

    def test_a_cancel_1c_takes_waits_for_its_word_on_the_application(self):
        claim, message = self.claimed()
        self.publication.answers["CancelApplication"] = lambda body: "OK"
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("sent", "waiting"))
        self.publication.answers["GetApplications"] = lambda body: page(
            {"УИД": claim.application_id.uuid, "Статус": "Отказ клиента"}
        )
        self.pull("applications")
        self.assertEqual((claim.application_id.state, claim.state), ("cancelled", "accepted"))

    def test_a_question_1c_refuses_is_no_refusal_of_the_claim(self):
        claim, message = self.claimed()
        self.deliver(message)  # no answer
        self.publication.answers["GetApplications"] = lambda body: fault("Нет прав")
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("stuck", "waiting"))

    def test_a_claim_a_person_gives_up_is_refused_and_stays_so(self):
        claim, message = self.claimed()
        self.publication.answers["CancelApplication"] = lambda body: (200, b"<not></xml>")
        self.deliver(message)
        self.assertEqual((message.state, claim.state), ("stuck", "waiting"))
        with trap_jobs():
            message.action_drop()
        self.assertEqual((message.state, claim.state), ("dropped", "refused"))
        with trap_jobs() as trap:
            message.action_send_again()
        trap.assert_jobs_count(0)
        self.assertEqual(message.state, "dropped")

    def test_after_a_refusal_the_agency_may_ask_again(self):
        claim, message = self.claimed()
        application = claim.application_id
        self.publication.answers["CancelApplication"] = lambda body: fault("нет")
        self.deliver(message)
        with trap_jobs():
            application._claim_cancel("всё же отменяем")
        second = application.claim_ids - claim
        self.assertEqual(second.state, "waiting")
        newest = application.moyamfo_message_ids.sorted("id")[-1]
        self.assertEqual(newest.claim_id, second)
