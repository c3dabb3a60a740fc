"""Payments go out to 1C and come back booked, once."""

import os
from datetime import datetime, timedelta
from unittest.mock import patch

from .. import connection
from .common_loans import OK, LoansCase, booked


class TestPayments(LoansCase):
    def test_a_payment_is_sent_and_the_fresh_schedule_is_pulled_at_once(self):
        loan = self.active()
        repayment = self.repayment(loan)
        self.publication.answers["LoadPayment"] = lambda body: OK
        trap = self.deliver(self.messages(repayment, "payment"))
        (body,) = self.publication.called("LoadPayment")
        self.assertEqual(body["УИД"], repayment.uid)
        self.assertEqual((body["НомерДоговора"], body["Сумма"]), ("ДЗ-1", "61479.45"))
        self.assertEqual(body["ДатаОплаты"], "20261124120000")
        self.assertEqual(body["ID_Заказ"], repayment.transaction_reference)
        self.assertEqual(body["ID_УспешнаяОперация"], "2297597")
        self.assertEqual(repayment.state, "sent")
        self.assertEqual([job.args[0] for job in trap.enqueued_jobs], ["payments", "contracts"])

    def test_a_booking_arrives_split_and_is_followed_by_the_schedule(self):
        loan = self.active()
        repayment = self.sent(loan)
        self.answer_payments(
            booked(repayment.uid), booked("somebody-elses", НомерДоговора="ДЗ-777")
        )
        run, trap = self.pull("payments")
        self.assertEqual(repayment.state, "booked")
        self.assertEqual(repayment.booked_principal, 60000)
        self.assertEqual(repayment.booked_at, datetime(2026, 11, 24, 9, 30))
        self.assertEqual((run.foreign_count, run.changed_count), (1, 1))
        self.assertEqual([job.args[0] for job in trap.enqueued_jobs], ["contracts"])
        _run, trap = self.pull("payments")  # the overlap brings it once more
        trap.assert_jobs_count(0)

    def test_a_lost_answer_is_asked_for_and_the_payment_is_booked_once(self):
        loan = self.active()
        repayment = self.repayment(loan)
        message = self.messages(repayment, "payment")
        self.deliver(message)  # the connection is dropped without an answer
        self.assertEqual((message.state, repayment.state), ("pending", "to_send"))
        self.answer_payments(booked(repayment.uid))
        self.deliver(message)
        self.assertTrue(message.found_by_asking)
        self.assertEqual((message.state, repayment.state), ("sent", "sent"))
        self.assertEqual(len(self.publication.called("LoadPayment")), 1)
        self.assertEqual(self.publication.called("GetPayments")[-1]["УИДы"], [repayment.uid])

    def test_1c_is_not_asked_about_money_while_it_may_be_booking_it(self):
        loan = self.active()
        message = self.messages(self.repayment(loan), "payment")
        self.deliver(message)  # no answer
        seconds = connection.exchange(self.env).profile.operations["load_payment"].timeout
        timeout = timedelta(seconds=seconds)
        self.assertGreater(message.next_attempt_at - message.last_attempt_at, timeout)
        message.state = "dropped"  # the next one waits for it
        refused = self.messages(self.repayment(loan), "payment")
        with patch.dict(os.environ, {"MOYAMFO_SYNC_URL": "http://127.0.0.1:1"}):
            self.deliver(refused)  # nobody listens: it cannot have arrived
        self.assertLess(refused.next_attempt_at - refused.last_attempt_at, timeout)

    def test_a_job_that_died_with_money_leaves_1c_its_time_as_well(self):
        message = self.messages(self.repayment(self.active()), "payment")
        self.patch(type(message), "_may_be_a_repeat", lambda message: True)
        self.publication.calls.clear()
        self.deliver(message)
        self.assertEqual((message.state, self.publication.calls), ("pending", []))
        self.answer_payments()
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        names = [name for name, _body in self.publication.calls]
        self.assertEqual(names, ["GetPayments", "LoadPayment"])

    def test_a_payment_that_did_not_arrive_is_sent_after_asking(self):
        loan = self.active()
        repayment = self.repayment(loan)
        message = self.messages(repayment, "payment")
        self.deliver(message)
        self.answer_payments()
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        first, second = self.publication.called("LoadPayment")
        self.assertEqual(first, second)
        self.assertEqual(repayment.state, "sent")

    def sent_early(self, repayment):
        """Whether each LoadPayment of ``repayment`` said that it pays the loan off."""
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(self.messages(repayment, "payment"))
        return [
            body.get("Досрочно")
            for body in self.publication.called("LoadPayment")
            if body["УИД"] == repayment.uid
        ]

    def test_a_payment_is_early_only_if_it_covers_what_1c_names(self):
        loan = self.active()
        loan.payoff = 120098.63
        self.assertEqual(self.sent_early(self.repayment(loan, 120098.62)), [None])
        self.assertEqual(self.sent_early(self.repayment(loan, 120098.63)), [1])
        loan.payoff = 0  # 1C names none
        self.assertEqual(self.sent_early(self.repayment(loan, 5000)), [None])

    def test_a_repeated_payment_says_the_same_of_paying_off(self):
        loan = self.active()
        loan.payoff = 60000
        repayment = self.repayment(loan, 60000)
        message = self.messages(repayment, "payment")
        self.deliver(message)  # no answer
        loan.payoff = 60100
        self.answer_payments()
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        first, second = self.publication.called("LoadPayment")
        self.assertEqual(first, second)

    def test_a_payment_1c_refused_to_book_waits_for_a_person(self):
        loan = self.active()
        repayment = self.sent(loan)
        self.answer_payments(booked(repayment.uid, status="Отклонен"))
        self.pull("payments")
        self.assertEqual(repayment.state, "refused")
        self.answer_payments(booked(repayment.uid))
        self.pull("payments")
        self.assertEqual(repayment.state, "booked")

    def test_a_payment_that_waits_or_has_an_unknown_status_stays_sent(self):
        repayment = self.sent(self.active())
        self.answer_payments(booked(repayment.uid, status="Ожидает"))
        self.pull("payments")
        self.answer_payments(booked(repayment.uid, status="Потерян"))
        run, _trap = self.pull("payments")
        self.assertEqual(repayment.state, "sent")
        self.assertIn("Потерян", run.problems)

    def test_at_night_a_payment_1c_has_forgotten_is_shown(self):
        loan = self.active()
        known, forgotten = self.sent(loan), self.sent(loan)
        self.answer_payments(booked(known.uid))
        run, _trap = self.pull("unbooked")
        self.assertEqual((known.state, forgotten.state), ("booked", "sent"))
        self.assertIn(forgotten.uid, run.problems)
        self.assertNotIn(known.uid, run.problems)

    def test_a_payment_for_a_test_application_never_goes_out(self):
        loan = self.active()
        loan.application_id.test = True
        self.assertFalse(self.messages(self.repayment(loan), "payment"))
