"""A repeat asks 1C first, and takes for an answer only what is about itself."""

from uuid import uuid4

from odoo.addons.queue_job.tests.common import trap_jobs

from .. import connection
from .common import page
from .common_loans import OK, LoansCase, booked


class TestAsking(LoansCase):
    def tried(self):
        """A submitted application whose first sending got no answer; (application, message)."""
        application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: None  # no answer
        self.deliver(message)
        self.publication.answers["LoadApplication"] = lambda body: OK
        return application, message

    def state(self, uid, number="ЗК-9", status="На рассмотрении", **values):
        return {"УИД": uid, "Номер": number, "Статус": status, **values}

    def answer_states(self, *rows, **options):
        self.publication.answers["GetApplications"] = lambda body: page(*rows, **options)

    def test_a_filter_1c_ignores_never_makes_anothers_application_ours(self):
        application, message = self.tried()
        self.answer_states(self.state(str(uuid4())), self.state(str(uuid4()), "ЗК-8"))
        self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertFalse(message.found_by_asking)
        self.assertFalse(application.accounting_number)
        self.assertEqual(len(self.publication.called("LoadApplication")), 2)
        self.assertIn(application.uuid, message.finding)

    def test_ours_is_found_among_others(self):
        application, message = self.tried()
        self.answer_states(
            self.state(str(uuid4()), "ЗК-8"), self.state(application.uuid.upper(), "ЗК-1")
        )
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", True))
        self.assertEqual(application.accounting_number, "ЗК-1")
        self.assertTrue(message.finding, "a filter that is ignored is told to staff")
        waiting = self.env["tour_loan.attention"].search([("kind", "=", "moyamfo.message")])
        self.assertIn(message.id, waiting.mapped("res_id"))
        message.action_finding_seen()
        waiting = self.env["tour_loan.attention"].search([("kind", "=", "moyamfo.message")])
        self.assertNotIn(message.id, waiting.mapped("res_id"))

    def test_an_unreadable_row_of_somebody_else_stops_nothing(self):
        application, message = self.tried()
        broken = self.state(str(uuid4()))
        del broken["Статус"]
        self.answer_states(broken, self.state(application.uuid, "ЗК-1"))
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", True))

    def test_an_unreadable_row_of_ours_waits_for_a_person(self):
        application, message = self.tried()
        broken = self.state(application.uuid)
        del broken["Статус"]
        self.answer_states(self.state(str(uuid4())), broken)
        self.deliver(message)
        self.assertEqual(message.state, "stuck")
        self.assertEqual(len(self.publication.called("LoadApplication")), 1)

    def test_what_may_stand_on_another_page_is_left_to_a_person_who_has_a_way_out(self):
        _application, message = self.tried()
        self.answer_states(self.state(str(uuid4())), more=1)
        self.deliver(message)
        self.assertEqual(message.state, "stuck")
        with trap_jobs():
            message.action_send_again()
        self.deliver(message)
        self.assertEqual(message.state, "stuck", "asking again brings no more")
        with trap_jobs():
            message.action_send_unasked()
        self.deliver(message)
        self.assertEqual((message.state, message.unasked), ("sent", False))
        self.assertEqual(len(self.publication.called("LoadApplication")), 2)

    def test_of_two_rows_of_ours_the_newer_counts_and_staff_are_told(self):
        application, message = self.tried()
        self.answer_states(
            self.state(application.uuid, "ЗК-2", ДатаИзменения="20261124120000"),
            self.state(application.uuid, "ЗК-1", ДатаИзменения="20261123120000"),
        )
        self.deliver(message)
        self.assertEqual(application.accounting_number, "ЗК-2")
        self.assertTrue(message.finding)

    # --- money ---

    def test_a_payment_leaves_though_1c_answers_about_others(self):
        repayment = self.repayment(self.active())
        message = self.messages(repayment, "payment")
        self.deliver(message)  # no answer
        self.answer_payments(booked(str(uuid4())), booked(str(uuid4()), status="Сторнирован"))
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", False))
        self.assertEqual(len(self.publication.called("LoadPayment")), 2)
        self.assertTrue(message.finding)

    def test_a_reversed_row_of_anybody_is_no_answer_about_a_payment(self):
        repayment = self.repayment(self.active())
        message = self.messages(repayment, "payment")
        self.deliver(message)
        for uid in (str(uuid4()), f"{repayment.uid}-R"):
            self.answer_payments(booked(uid, status="Сторнирован"))
            self.assertIsNone(message._booked_if_arrived(connection.exchange(self.env)), uid)

    def test_ours_with_another_sum_is_ours_and_told_to_staff(self):
        repayment = self.repayment(self.active())
        message = self.messages(repayment, "payment")
        self.deliver(message)
        self.answer_payments(booked(repayment.uid, amount="5.00"))
        self.deliver(message)
        self.assertTrue(message.found_by_asking)
        self.assertIn("5.00", message.finding)

    def reversal(self):
        """The reversal of a payment whose message a person gave up."""
        repayment = self.repayment(self.active())
        self.messages(repayment, "payment").state = "dropped"
        payment = repayment.transaction_id
        refund = self.transaction(
            repayment.loan_id,
            -payment.amount,
            operation="refund",
            source_transaction_id=payment.id,
            tour_loan_id=False,
        )
        with trap_jobs():
            refund._post_process()
        return repayment, self.messages(repayment, "reversal")

    def test_rows_of_others_are_nothing_to_reverse(self):
        _repayment, message = self.reversal()
        self.answer_payments(booked(str(uuid4())))
        self.deliver(message)
        self.assertEqual(message.state, "dropped")
        self.assertFalse(self.publication.called("ReversePayment"))

    def test_another_reversed_payment_does_not_make_ours_reversed(self):
        repayment, message = self.reversal()
        self.deliver(message)  # the question is not answered
        self.answer_payments(booked(str(uuid4()), status="Сторнирован"), booked(repayment.uid))
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", False))
        self.assertEqual(len(self.publication.called("ReversePayment")), 1)

    def test_rows_of_others_are_nothing_to_cancel(self):
        application, message = self.submitted()
        message.state = "dropped"
        with trap_jobs():
            application._move("cancel", "agency")
        cancel = application.moyamfo_message_ids - message
        self.answer_states(self.state(str(uuid4())))
        self.deliver(cancel)
        self.assertEqual(cancel.state, "dropped")
        self.assertFalse(self.publication.called("CancelApplication"))
