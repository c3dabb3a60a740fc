from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PayuCommon
from .standin import DROP

SUCCESS = (200, {"status": "SUCCESS", "refundRequestId": 77})


@tagged("post_install", "-at_install")
class TestRefund(PayuCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.payment = self._payment("done")

    def _refund(self, amount=None, reply=SUCCESS):
        self.payu.replies = [reply]
        return self.payment._refund(amount_to_refund=amount)

    def _tell(self, status="REFUND", refund=None, **order):
        self.payment._payu_ru_apply(self._event(status, refund=refund, **order))

    def _refund_part(self, amount="500.00", reference="R-LOAN-42"):
        return {"amount": amount, "currency": "RUB", "merchantRefundReference": reference}

    @property
    def refunds(self):
        return self.payment.child_transaction_ids

    # === By us === #

    def test_a_refund_is_accepted_first_and_done_when_payu_says_so(self):
        child = self._refund(500)
        self.assertEqual(self.payu.last[1], "/api/v4/payments/refund")
        self.assertEqual(
            self.payu.last[3],
            {
                "payuPaymentReference": "2297597",
                "originalAmount": 1500.5,
                "amount": 500,
                "currency": "RUB",
                "merchantRefundReference": "R-LOAN-42",
            },
        )
        self.assertEqual((child.state, child.provider_reference), ("pending", "77"))
        self._tell(refund=self._refund_part(), refundRequestId="77")
        self.assertEqual((child.state, child.amount), ("done", -500))
        self.assertEqual(self.payment.state, "done")

    def test_a_refund_of_a_payment_somebody_is_at_is_not_sent(self):
        happened = self._held(times=1)
        with self.assertRaises(ConcurrencyError):
            self._refund(1500.50)
        self.assertFalse(self.payu.requests)
        self.assertEqual(self._refund(500).state, "pending")
        self.assertEqual(happened, ["held", "locked"])

    def test_a_whole_refund_leaves_the_payment_itself_confirmed(self):
        child = self._refund()
        self._tell(refund=self._refund_part("1500.50"))
        self.assertEqual((child.state, self.payment.state), ("done", "done"))

    def test_never_more_goes_back_than_was_paid(self):
        self._refund(1000)
        self.payu.requests.clear()
        child = self._refund(500.51)
        self.assertEqual(child.state, "error")
        self.assertFalse(self.payu.requests)
        self.assertEqual(self._refund(500.50).state, "pending")

    def test_a_refused_refund_is_an_error_and_may_be_tried_again(self):
        child = self._refund(500, (400, {"status": "INVALID_ORDER_STATE"}))
        self.assertEqual(child.state, "error")
        self.assertIn("INVALID_ORDER_STATE", child.state_message)
        self.assertEqual(self._refund(1500.50).state, "pending")

    def test_a_lost_answer_keeps_the_refund_pending_and_is_asked_about(self):
        for reply in (DROP, (502, b""), (202, {"status": "ALREADY_CANCELLED"})):
            with self.subTest(reply):
                child = self._refund(100, reply)
                self.assertEqual(child.state, "pending")
                self.assertTrue(child.payu_ru_next_check_at)

    def test_the_outcome_of_a_pending_refund_is_asked(self):
        child = self._refund(500, DROP)
        part = {**self._refund_part(), "status": "PENDING", "refundRequestId": "78"}
        self.payu.replies = [self._status("COMPLETE", refunds=[part])]
        child._payu_ru_ask()
        self.assertEqual((child.state, child.provider_reference), ("pending", "78"))
        self.assertTrue(child.payu_ru_next_check_at)
        self.payu.replies = [self._status("REFUND", refunds=[{**part, "status": "REFUND"}])]
        child._payu_ru_ask()
        self.assertEqual(child.state, "done")
        self.assertFalse(child.payu_ru_next_check_at)

    def test_the_button_gives_back_the_rest(self):
        self._refund(500)
        self.payu.replies = [SUCCESS]
        self.payment.action_payu_ru_refund()
        self.assertEqual(self.payu.last[3]["amount"], 1000.5)
        with self.assertRaises(ValidationError):
            self.payment.action_payu_ru_refund()

    def test_the_window_gives_back_a_part_and_never_more_than_is_left(self):
        def window(**values):
            return self.env["payu_ru.refund"].create({"transaction_id": self.payment.id, **values})

        self.assertEqual(window().amount, 1500.5)
        self.payu.replies = [SUCCESS]
        window(amount=500).action_give_back()
        self.assertEqual(self.refunds.mapped("amount"), [-500])
        self.assertEqual(window().rest, 1000.5)
        for amount in (1000.51, 0, -5):
            with self.subTest(amount), self.assertRaises(ValidationError):
                window(amount=amount).action_give_back()
        self.assertEqual(len(self.payu.requests), 1)

    # === By somebody else === #

    def test_a_refund_from_payus_cabinet_gets_a_transaction(self):
        self._tell(refund=self._refund_part(reference="CABINET-1"), refundRequestId="90")
        self.assertEqual((self.refunds.state, self.refunds.amount), ("done", -500))
        self.assertEqual(self.refunds.provider_reference, "90")

    def test_the_same_refund_notice_twice_is_one_refund(self):
        for _time in range(2):
            self._tell(refund=self._refund_part(reference=""), refundRequestId="90")
        self.assertEqual(len(self.refunds), 1)

    def test_two_equal_refunds_are_two(self):
        self._tell(refund=self._refund_part(reference=""), refundRequestId="90")
        self._tell(refund=self._refund_part(reference=""), refundRequestId="91")
        self.assertEqual(self.refunds.mapped("amount"), [-500, -500])

    def test_a_same_day_refund_is_called_reversed(self):
        child = self._refund(500)
        self._tell("REVERSED", refund=self._refund_part(), refundRequestId="77")
        self.assertEqual(child.state, "done")
        self.assertFalse(self.payment.payu_ru_attention)

    def test_a_refund_notice_without_its_sum_makes_us_ask(self):
        parts = [
            {"status": "REFUND", "amount": "500.00", "currency": "RUB"},
            {"status": "REFUND", "amount": "500.00", "currency": "RUB"},
        ]
        for _time in range(2):
            self.payu.replies = [self._status("REFUND", refunds=parts)]
            self._tell()
            self.assertEqual(self.refunds.mapped("amount"), [-500, -500])

    def test_a_refund_of_an_unknown_sum_is_shown_to_the_staff(self):
        self.payu.replies = [self._status("REFUND")]
        with self._attention_logged():
            self._tell()
        self.assertFalse(self.refunds)

    def test_more_than_was_paid_is_shown_and_not_booked(self):
        with self._attention_logged():
            self._tell(refund=self._refund_part("1500.51", "X"), refundRequestId="90")
        self.assertFalse(self.refunds)

    def test_a_refund_in_another_currency_is_not_booked_as_done(self):
        child = self._refund(500)
        part = {**self._refund_part(), "currency": "USD"}
        with self._attention_logged():
            self._tell(refund=part, refundRequestId="77")
        self.assertEqual(child.state, "error")

    def test_a_wrong_sum_for_our_own_refund_is_not_booked_as_done(self):
        child = self._refund(500)
        for _time in range(2):
            with mute_logger("odoo.addons.payu_connector.models.payment_transaction_outcome"):
                self._tell(refund=self._refund_part("400.00"), refundRequestId="77")
            self.assertEqual(child.state, "error")
        self.assertTrue(child.payu_ru_attention)

    def test_a_refund_of_a_payment_we_never_heard_of_books_both(self):
        self.payment.state = "pending"
        self._tell(refund=self._refund_part(reference="CABINET-1"), refundRequestId="90")
        self.assertEqual((self.payment.state, self.refunds.state), ("done", "done"))

    def test_a_pending_refund_moves_nothing_until_it_is_done(self):
        part = {**self._refund_part(reference="CABINET-1"), "status": "PENDING"}
        for _time in range(2):
            self._tell(refund=part, refundRequestId="2d5e-uuid")
            self.assertEqual((self.refunds.state, self.payment.state), ("pending", "done"))
            self.assertFalse(self.refunds.is_post_processed)
            self.assertTrue(self.refunds.payu_ru_next_check_at)
        self._tell(refund={**part, "status": "REFUND"}, refundRequestId="2d5e-uuid")
        self.assertEqual((self.refunds.state, self.refunds.amount), ("done", -500))
        self._tell(refund=part, refundRequestId="2d5e-uuid")  # late
        self.assertEqual(self.refunds.state, "done")

    def test_our_own_refund_stays_pending_as_long_as_payu_says_so(self):
        child = self._refund(500)
        self._tell(refund={**self._refund_part(), "status": "PENDING"}, refundRequestId="77")
        self.assertEqual(child.state, "pending")
        self._tell("REVERSED", refund={**self._refund_part(), "status": "REVERSED"})
        self.assertEqual(child.state, "done")

    def test_a_pending_refund_is_told_under_an_order_that_is_still_complete(self):
        self._tell("COMPLETE", refund={**self._refund_part(), "status": "PENDING"})
        self.assertEqual(self.refunds.state, "pending")

    def test_a_bare_reversal_of_a_paid_payment_is_asked_about(self):
        child = self._refund()
        part = {**self._refund_part("1500.50"), "status": "REVERSED", "refundRequestId": "77"}
        self.payu.replies = [self._status("REVERSED", refunds=[part])]
        self._tell("REVERSED")
        self.assertEqual((child.state, self.payment.state), ("done", "done"))
        self.assertFalse(self.payment.payu_ru_attention)

    def test_a_bare_reversal_made_in_the_cabinet_gets_its_refund(self):
        part = {"amount": "1500.50", "currency": "RUB", "status": "REVERSED"}
        self.payu.replies = [self._status("REVERSED", refunds=[part])]
        self._tell("REVERSED")
        self.assertEqual((self.refunds.state, self.refunds.amount), ("done", -1500.5))

    def test_a_bare_reversal_that_the_answer_does_not_explain_is_for_a_person(self):
        self.payu.replies = [self._status("REVERSED")]
        with self._attention_logged():
            self._tell("REVERSED")
        self.assertFalse(self.refunds)
        self.assertEqual(self.payment.state, "done")

    def test_a_refund_whose_sum_cannot_be_read_is_shown_and_not_booked(self):
        child = self._refund(500)
        with self._attention_logged():
            self._tell(refund=self._refund_part("500.005"), refundRequestId="77")
        self.assertEqual(child.state, "pending")

    def test_a_refund_of_parts_of_a_kopeck_is_not_sent(self):
        self.currency.rounding = 0.001
        child = self._refund(500.005)
        self.assertEqual(child.state, "error")
        self.assertFalse(self.payu.requests)

    # === By the payer's bank === #

    def test_a_chargeback_is_flagged_with_its_reason_and_undoes_nothing(self):
        reason = "the merchandise does not match the description"
        part = {**self._refund_part("1500.50", ""), "status": "REFUND"}
        with self._attention_logged():
            for _time in range(2):
                self._tell(refund=part, refundInfo={"chargeback": reason})
        self.assertTrue(self.payment.payu_ru_chargeback)
        self.assertEqual(self.payment.dispute_reason, reason)
        self.assertEqual(self.payment.payu_ru_attention.count(reason), 1)
        self.assertEqual(self.payment.state, "done")
        self.assertFalse(self.refunds)

    def test_a_chargeback_in_any_form_waits_for_a_person(self):
        forms = (True, "true", "Fraudulent transaction", 1, {"reason": "x"}, ["x"])
        for number, said in enumerate(forms):
            with self.subTest(said), self._attention_logged():
                payment = self._payment("done", reference=f"DISPUTED-{number}")
                event = self._event(
                    "REFUND",
                    merchantPaymentReference=payment.reference,
                    refund=self._refund_part("1500.50", ""),
                    refundInfo={"chargeback": said},
                )
                payment._payu_ru_apply(event)
                self.assertTrue(payment.payu_ru_chargeback)
                self.assertTrue(payment.dispute_reason)
                self.assertFalse(payment.child_transaction_ids)

    def test_the_refund_list_does_not_book_a_chargeback_either(self):
        part = {"status": "REFUND", "amount": "1500.50", "currency": "RUB", "refundRequestId": "5"}
        with self._attention_logged():
            self._tell(refundInfo={"chargeback": "fraud"})
        self.payment.action_payu_ru_seen()
        for refund in (part, {**part, "refundInfo": {"chargeback": "fraud"}}):
            self.payu.replies = [self._status("REFUND", refunds=[refund])]
            self.payment._payu_ru_ask()
            self.assertFalse(self.refunds)
            self.assertFalse(self.payment.payu_ru_attention)  # he has seen it

    def test_a_chargeback_that_only_the_answer_tells_is_one(self):
        part = {
            **{"status": "REFUND", "amount": "1500.50", "currency": "RUB"},
            "refundInfo": {"chargeback": "fraud"},
        }
        self.payu.replies = [self._status("REFUND", refunds=[part])]
        with self._attention_logged():
            self.payment._payu_ru_ask()
        self.assertEqual(self.payment.dispute_reason, "fraud")
        self.assertFalse(self.refunds)
