from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import PayuCommon
from .test_security import MANAGER, OPERATOR


@tagged("post_install", "-at_install")
class TestUnexplained(PayuCommon):
    """Money that went back, and no notice says whether it was a refund or a chargeback."""

    def setUp(self):
        super().setUp()
        self.payment = self._payment("done")

    @property
    def refunds(self):
        return self.payment.child_transaction_ids

    def _by(self, group):
        """The payment in the hands of an employee whom PayU will answer."""
        self.payu.replies = [
            self._status("REFUND", refunds=[{"status": "REFUND", "amount": "1500.50"}])
        ]
        return self.payment.with_user(new_test_user(self.env, "payu_employee", group))

    def _found_at_night(self, status="REFUND", **part):
        """PayU's answer, and no notice, tells that the money went back."""
        refund = {"status": status, "amount": "1500.50", "currency": "RUB", **part}
        self.payu.replies = [self._status(status, refunds=[refund])]
        self.payment._payu_ru_ask()

    def test_money_that_went_back_without_a_notice_waits_for_a_person(self):
        for status in ("REFUND", "REVERSED"):
            with self.subTest(status), self._attention_logged() as logged:
                self.payment = self._payment("done", reference=f"BACK-{status}")
                for _night in range(2):
                    self._found_at_night(status)
                self.payment.action_payu_ru_seen()  # that is no answer
                self.assertEqual(len(logged.output), 1)
                self.assertFalse(self.refunds)
                self.assertFalse(self.payment.payu_ru_chargeback)
                for possibility in ("given back in PayU's cabinet", "a chargeback"):
                    self.assertIn(possibility, self.payment.payu_ru_attention)

    def test_a_refund_on_its_way_is_not_asked_about_before_it_is_there(self):
        self._found_at_night("PENDING")
        self.assertFalse(self.payment.payu_ru_attention or self.refunds)

    def test_a_manager_says_that_it_was_a_refund(self):
        with self._attention_logged():
            self._found_at_night()
        self._by(MANAGER).action_payu_ru_was_refund()
        self.assertEqual((self.refunds.state, self.refunds.amount), ("done", -1500.5))
        self.assertFalse(self.payment.payu_ru_unexplained_refund)
        self.payment.action_payu_ru_seen()
        self._found_at_night()
        self.assertFalse(self.payment.payu_ru_attention)
        self.assertEqual(len(self.refunds), 1)

    def test_a_manager_says_that_it_was_a_chargeback(self):
        with self._attention_logged():
            self._found_at_night()
            self._by(MANAGER).action_payu_ru_was_chargeback()
        self.assertTrue(self.payment.payu_ru_chargeback and self.payment.dispute_reason)
        self.payment.action_payu_ru_seen()
        self._found_at_night()
        self.assertFalse(self.payment.payu_ru_attention or self.refunds)

    def test_an_operator_says_neither(self):
        with self._attention_logged():
            self._found_at_night()
        payment = self._by(OPERATOR)
        for answer in (payment.action_payu_ru_was_refund, payment.action_payu_ru_was_chargeback):
            with self.assertRaises(AccessError):
                answer()

    def test_a_notice_that_comes_late_after_all_says_what_it_was(self):
        with self._attention_logged():
            self._found_at_night()
        part = {"amount": "1500.50", "currency": "RUB", "merchantRefundReference": "CABINET-1"}
        self.payment._payu_ru_apply(self._event("REFUND", refund=part))
        self.assertEqual(self.refunds.state, "done")
        self.assertFalse(self.payment.payu_ru_unexplained_refund)

    def test_money_that_went_back_and_is_in_no_list_is_shown(self):
        self.payu.replies = [self._status("REFUND")]
        with self._attention_logged():
            self.payment._payu_ru_ask()
        self.assertFalse(self.refunds)
