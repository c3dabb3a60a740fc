"""Money that went back is undone in 1C's books, once."""

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_loans import OK, LoansCase, booked


class TestReversals(LoansCase):
    def refunded(self, repayment):
        """PayU gave the whole payment back; return the reversal's message."""
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
        return self.messages(repayment, "reversal")

    def test_a_full_refund_at_payu_is_reversed_at_1c(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        (body,) = self.publication.called("ReversePayment")
        self.assertEqual(body["УИДПлатежа"], repayment.uid)
        self.assertEqual((body["УИД"], body["Сумма"]), (f"{repayment.uid}-R", "61479.45"))
        self.assertEqual(repayment.state, "sent")  # until 1C says so itself
        self.answer_payments(booked(repayment.uid, status="Сторнирован"))
        self.pull("payments")
        self.assertEqual(repayment.state, "reversed")

    def test_a_reversal_1c_has_as_a_movement_of_its_own_is_not_repeated(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.deliver(message)  # dropped without an answer
        self.answer_payments(booked(f"{repayment.uid}-R"), booked(repayment.uid))
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", True))
        self.assertEqual(len(self.publication.called("ReversePayment")), 1)

    def test_a_reversal_1c_shows_on_the_payment_only_is_not_repeated(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.deliver(message)
        self.answer_payments(booked(repayment.uid, status="Сторнирован"))
        self.deliver(message)
        self.assertTrue(message.found_by_asking)

    def test_a_reversal_that_did_not_arrive_is_sent_again(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.deliver(message)
        self.answer_payments(booked(repayment.uid))
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.publication.called("ReversePayment")), 2)

    def test_a_payment_1c_never_had_needs_no_reversal(self):
        repayment = self.repayment(self.active())
        self.messages(repayment, "payment").state = "dropped"
        message = self.refunded(repayment)
        self.answer_payments()
        self.deliver(message)
        self.assertEqual(message.state, "dropped")
        self.assertFalse(self.publication.called("ReversePayment"))

    def test_a_payment_given_up_here_that_1c_has_is_reversed(self):
        repayment = self.repayment(self.active())
        self.messages(repayment, "payment").state = "dropped"
        message = self.refunded(repayment)
        self.answer_payments(booked(repayment.uid))
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        self.assertEqual(message.state, "sent")
