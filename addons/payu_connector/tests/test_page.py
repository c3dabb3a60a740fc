from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models import payment_transaction_decline as decline
from .common import PayuCommon


@tagged("post_install", "-at_install")
class TestPage(PayuCommon):
    def _told(self, transaction, status, **order):
        transaction._payu_ru_apply(self._event(status, **order))
        return transaction._get_page_facts()

    def test_an_addon_that_knows_no_payu_hears_how_the_page_stands(self):
        transaction = self._payment()
        closes_at = transaction.payu_ru_page_expires_at
        self.assertGreater(closes_at, fields.Datetime.now() + timedelta(minutes=5))
        untouched = {"closes_at": closes_at, "is_untouched": True, "needs_person": False}
        self.assertEqual(transaction._get_page_facts(), untouched)
        self.assertEqual(self._told(transaction, "WAITING_PAYMENT"), untouched)
        self.assertEqual(transaction.state, "pending")
        self.assertFalse(self._told(transaction, "PROCESSING")["is_untouched"])
        self.assertFalse(self._told(transaction, "COMPLETE")["is_untouched"])

    def test_what_payu_does_not_answer_is_not_called_untouched(self):
        transaction = self._payment()
        self._told(transaction, "WAITING_PAYMENT")
        transaction._payu_ru_await_answer()
        self.assertFalse(transaction._get_page_facts()["is_untouched"])

    def test_a_wrong_sum_is_for_a_person_until_it_is_settled(self):
        transaction = self._payment()
        with self._attention_logged():
            facts = self._told(transaction, "COMPLETE", amount="1.00")
        self.assertTrue(facts["needs_person"])
        transaction.action_payu_ru_seen()
        self.assertFalse(transaction._get_page_facts()["needs_person"])


@tagged("post_install", "-at_install")
class TestDecline(PayuCommon):
    def _declined(self, transaction, code):
        event = self._event("CARD_NOT_AUTHORIZED")
        transaction._payu_ru_fail({"code": code, "message": event.message, "status": event.status})
        return transaction.state_message

    def test_the_payer_hears_why_in_his_own_words(self):
        transaction = self._payment()
        self.assertIn("not enough money", self._declined(transaction, "GWERROR_51"))
        self.assertEqual(transaction.state, "error")
        # the page lets him try again: the latest attempt counts
        self.assertIn("expired", self._declined(transaction, "GWERROR_54"))

    def test_a_code_nobody_knows_is_a_decline_without_a_reason(self):
        for code in ("", None, "GWERROR_777", "ЧТО-ТО"):
            reason = self._declined(self._payment(reference=f"D-{code}"), code)
            self.assertIn("without a reason", reason)

    def test_every_code_of_the_table_has_one_reason_and_every_reason_a_code(self):
        numbers = [number for numbers in decline._CODES.values() for number in numbers]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertEqual(set(decline._CODES), set(decline._REASONS))

    def test_reasons_are_those_that_are_published(self):
        """Of the codes whose published meaning is another than cards' usual lists have."""
        published = {
            "GWERROR_12": "limit",  # the sum is more than the card allows
            "GWERROR_17": "cancelled",
            "GWERROR_34": "protection",
            "GWERROR_65": "often",
            "GWERROR_95": "technical",  # a reconciliation between banks
            "GWERROR_99": "unaccepted",  # the brand of the card
            "GWERROR_2304": "repeated",
            "-9999": "protection",
        }
        told = {code: decline._REASON_OF_CODE[code] for code in published}
        self.assertEqual(told, published)
