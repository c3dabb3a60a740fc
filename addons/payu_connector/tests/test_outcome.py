from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.addons.payment.models import payment_transaction as core

from .common import PayuCommon

CORE = "odoo.addons.payment.models.payment_transaction"


@tagged("post_install", "-at_install")
class TestOutcome(CronMixinCase, PayuCommon):
    def _apply(self, transaction, status="COMPLETE", **order):
        transaction._payu_ru_apply(self._event(status, **order))
        return transaction

    # === The status map === #

    def test_every_status_moves_an_open_payment_as_the_map_says(self):
        expected = {
            "PENDING": "pending",
            "PROCESSING": "pending",
            "WAITING_PAYMENT": "pending",
            "-": "pending",
            "IN_PROGRESS": "pending",
            "PAYMENT_AUTHORIZED": "pending",
            "COMPLETE": "done",
            "REVERSED": "cancel",
            "CANCELED": "cancel",
            "CARD_NOT_AUTHORIZED": "error",
            "CARD_NOTAUTHORIZED": "error",
            "INVALID": "error",
            "TEST": "done",
            "NOT_FOUND": "draft",
        }
        for status, state in expected.items():
            with self.subTest(status):
                transaction = self._payment(reference=f"MAP-{status}")
                self._apply(transaction, status, merchantPaymentReference=transaction.reference)
                self.assertEqual(transaction.state, state)
                self.assertFalse(transaction.payu_ru_attention)

    def test_staff_hears_of_what_is_not_ours_to_decide(self):
        for status in ("CASH", "PAYMENT_RECEIVED", "SUSPECT", "FRAUD"):
            with self.subTest(status), self._attention_logged():
                transaction = self._apply(self._payment(reference=f"ASK-{status}"), status)
                self.assertEqual(transaction.state, "pending")
                self.assertIn(status, transaction.payu_ru_attention)

    def test_cash_is_never_done_however_often_it_comes(self):
        transaction = self._payment()
        with self._attention_logged():
            self._apply(self._apply(transaction, "CASH"), "CASH")
        self.assertEqual(transaction.state, "pending")
        self.assertEqual(transaction.payu_ru_attention.count("CASH"), 1)

    def test_a_word_we_do_not_know_changes_nothing(self):
        with self._attention_logged():
            transaction = self._apply(self._payment(), "PARTYING")
        self.assertEqual(transaction.state, "draft")

    def test_test_money_is_refused_on_a_live_account(self):
        self.provider.state = "enabled"
        transaction = self._payment()
        with self._attention_logged():
            self._apply(transaction, "TEST")
        self.assertEqual(transaction.state, "draft")

    def test_test_money_is_refused_for_a_payment_begun_live(self):
        self.provider.state = "enabled"
        transaction = self._payment()
        self.provider.state = "test"
        with self._attention_logged():
            self._apply(transaction, "TEST")
        self.assertNotEqual(transaction.state, "done")

    def test_authorised_is_paid_only_where_the_contract_says_so(self):
        transaction = self._apply(self._payment(), "PAYMENT_AUTHORIZED")
        self.assertEqual(transaction.state, "pending")
        self.provider.payu_ru_authorized_is_paid = True
        self._apply(transaction, "PAYMENT_AUTHORIZED")
        self.assertEqual(transaction.state, "done")

    def test_a_payer_who_left_may_pay_again_and_one_who_paid_is_told_not_to(self):
        transaction = self._apply(self._payment(), "WAITING_PAYMENT")
        self.assertIn("begin again", transaction.state_message)
        self._apply(transaction, "PAYMENT_AUTHORIZED")
        self.assertIn("do not pay again", transaction.state_message)

    def test_what_is_decided_is_not_asked_about(self):
        self.assertFalse(self._apply(self._payment()).payu_ru_next_check_at)

    def test_what_was_paid_is_looked_at_again_the_coming_night(self):
        now = fields.Datetime.now()
        review_at = self._apply(self._payment()).payu_ru_review_at
        self.assertGreater(review_at, now)
        self.assertLess(review_at, now + timedelta(days=1, hours=4))
        self.assertIn(review_at.hour, (22, 23, 0, 1))

    def test_a_payment_speaks_its_payers_language_whoever_processes_it(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.partner.lang = "ru_RU"
        transaction = self._payment()
        with self._attention_logged() as logged:
            for lang in ("en_US", "ru_RU", None):
                self._apply(transaction.with_context(lang=lang), "CASH")
        self.assertEqual(len(logged.output), 1)

    # === Order of events === #

    def test_a_declined_card_is_not_the_end(self):
        transaction = self._apply(self._payment(), "CARD_NOT_AUTHORIZED")
        self.assertEqual(transaction.state, "error")
        self.assertTrue(transaction.payu_ru_next_check_at)
        self._apply(transaction)
        self.assertEqual(transaction.state, "done")

    def test_late_news_never_undo_a_payment(self):
        transaction = self._apply(self._payment())
        for status in ("PENDING", "PAYMENT_AUTHORIZED", "CARD_NOT_AUTHORIZED", "INVALID", "-"):
            self._apply(transaction, status)
            self.assertEqual(transaction.state, "done")
        self.assertFalse(transaction.payu_ru_attention)

    def test_a_reversal_after_the_payment_is_shown_to_the_staff(self):
        transaction = self._apply(self._payment())
        self.payu.replies = [self._status("REVERSED")]
        with self._attention_logged():
            self._apply(transaction, "REVERSED")
        self.assertEqual(transaction.state, "done")

    def test_a_payment_after_the_cancel_is_confirmed_by_payu_and_shown(self):
        transaction = self._apply(self._payment(), "CANCELED")
        self.payu.replies = [self._status("COMPLETE")]
        with self._attention_logged():
            self._apply(transaction)
        self.assertEqual(transaction.state, "done")
        self.assertIn("cancelled", transaction.payu_ru_attention)

    def test_a_paid_notice_for_a_cancelled_payment_is_asked_about_until_payu_has_a_last_word(self):
        transaction = self._apply(self._payment(), "CANCELED")
        self.payu.replies = [self._status("IN_PROGRESS")]
        with self._attention_logged():
            self._apply(transaction)
        self.assertEqual(transaction.state, "cancel")
        self.assertIn("IN_PROGRESS", transaction.payu_ru_attention)
        for status in ("PAYMENT_AUTHORIZED", "WAITING_PAYMENT"):
            self.assertTrue(transaction.payu_ru_next_check_at)
            transaction.payu_ru_next_check_at = fields.Datetime.now() - timedelta(hours=1)
            self.payu.replies = [self._status(status)]
            transaction._payu_ru_ask()
            self.assertEqual(transaction.state, "cancel")
            self.assertGreater(transaction.payu_ru_next_check_at, fields.Datetime.now())
        transaction.payu_ru_next_check_at = fields.Datetime.now() - timedelta(hours=1)
        self.payu.replies = [self._status("COMPLETE")]
        with self._attention_logged():
            transaction._payu_ru_ask()
        self.assertEqual(transaction.state, "done")
        self.assertFalse(transaction.payu_ru_next_check_at)

    def test_a_cancelled_payment_whose_hold_was_released_is_asked_about_no_more(self):
        transaction = self._apply(self._payment(), "CANCELED")
        self.payu.replies = [self._status("PAYMENT_AUTHORIZED"), self._status("REVERSED")]
        with self._attention_logged():
            self._apply(transaction)
        transaction._payu_ru_ask()
        self.assertEqual(transaction.state, "cancel")
        self.assertFalse(transaction.payu_ru_next_check_at)

    def test_a_page_closed_without_a_payment_is_asked_about_no_more(self):
        transaction = self._apply(self._payment(), "CANCELED")
        self.assertFalse(transaction.payu_ru_next_check_at)
        self.payu.replies = [self._status("WAITING_PAYMENT")]
        transaction._payu_ru_ask()  # the button
        self.assertFalse(transaction.payu_ru_next_check_at)

    def test_an_old_notice_does_not_revive_a_reversed_payment(self):
        transaction = self._apply(self._payment(), "REVERSED")
        self.payu.replies = [self._status("REVERSED")]
        self._apply(transaction)
        self.assertEqual(transaction.state, "cancel")

    def test_a_second_payment_under_one_reference_is_shown_to_the_staff(self):
        transaction = self._apply(self._payment())
        with self._attention_logged():
            self._apply(transaction, payuPaymentReference="2297598")
        self.assertEqual(transaction.provider_reference, "2297597")
        self.assertIn("2297598", transaction.payu_ru_attention)

    def test_the_way_of_paying_is_the_one_used_in_the_end(self):
        transaction = self._payment()
        transaction._payu_ru_apply(replace(self._event(), method="FASTER_PAYMENTS"))
        self.assertEqual(transaction.payment_method_code, "sbp")

    def test_a_confirmed_payment_is_booked_at_once(self):
        cron = self.env.ref("payment.cron_post_process_payment_tx")
        with self.capture_triggers(cron.id) as captured:
            self._apply(self._payment())
        self.assertEqual(len(captured.records), 1)

    # === Sums === #

    def test_the_same_wrong_sum_twice_stays_unpaid(self):
        """Core 19.0 stops only when the state becomes error; the repeat would be accepted."""
        for order in ({"amount": "15.00"}, {"currency": "USD"}, {"amount": "1500.51"}):
            with self.subTest(order), self._attention_logged():
                reference = f"WRONG-{'-'.join(order.values()).replace('.', '-')}"
                transaction = self._payment(reference=reference)
                for _time in range(3):
                    self._apply(transaction, **order)
                    self.assertEqual(transaction.state, "error")
                self.assertTrue(transaction.payu_ru_attention)

    def test_core_alone_would_accept_the_repeat(self):
        """Shows that the check is needed: without it the second wrong notice is paid."""
        transactions = type(self.env["payment.transaction"])
        self.patch(transactions, "_payu_ru_money_problem", lambda *_args: "")
        self.patch(transactions, "_validate_amount", core.PaymentTransaction._validate_amount)
        transaction = self._payment()
        self._apply(transaction, amount="15.00")
        self.assertEqual(transaction.state, "error")
        self._apply(transaction, amount="15.00")
        self.assertEqual(transaction.state, "done")

    def test_a_right_sum_after_a_wrong_one_is_paid(self):
        transaction = self._payment()
        with self._attention_logged():
            self._apply(transaction, amount="15.00")
        self._apply(transaction)
        self.assertEqual(transaction.state, "done")
        self.assertTrue(transaction.payu_ru_attention)  # A person still has to see the first.

    def test_a_wrong_sum_after_the_payment_is_shown_and_changes_nothing(self):
        transaction = self._apply(self._payment())
        with self._attention_logged(), self.assertNoLogs(CORE, "WARNING"):
            self._apply(transaction, amount="15.00")
        self.assertEqual(transaction.state, "done")

    def test_a_notice_of_payment_without_a_sum_is_not_believed(self):
        transaction = self._payment()
        with self._attention_logged():
            self._apply(transaction, amount=None)
        self.assertEqual(transaction.state, "error")

    def test_a_sum_that_cannot_be_read_is_for_a_person_and_asked_about(self):
        amounts = ("1500.505", 1500.505, "1500,50", "-1500.50", "?", {})
        for number, amount in enumerate(amounts):
            with self.subTest(amount), self._attention_logged():
                transaction = self._payment(reference=f"ODD-{number}")
                for _time in range(2):
                    self._apply(
                        transaction, amount=amount, merchantPaymentReference=transaction.reference
                    )
                    self.assertEqual(transaction.state, "error")
                self.assertTrue(transaction.payu_ru_attention)
                self.assertLessEqual(transaction.payu_ru_next_check_at, fields.Datetime.now())
        transaction.payu_ru_next_check_at = fields.Datetime.now()
        self.payu.replies = [self._status("COMPLETE")]
        transaction._payu_ru_ask()
        self.assertEqual(transaction.state, "done")

    def test_a_currency_kept_in_finer_parts_takes_no_money_it_cannot_book(self):
        self.currency.rounding = 0.001
        transaction = self._apply(self._payment(amount=1500.5))
        self.assertEqual(transaction.state, "done")

    def test_paid_by_failed_attempts_only_is_for_a_person(self):
        transaction = self._payment("pending")
        failed = [{"authorized": "FAILED", "amount": "1500.50", "currency": "RUB"}]
        self.payu.replies = [self._status("COMPLETE", authorizations=failed, captures=[])]
        with self._attention_logged():
            transaction._payu_ru_ask()
        self.assertEqual(transaction.state, "error")

    def test_the_sum_of_a_failed_attempt_does_not_count(self):
        transaction = self._payment("pending")
        attempts = [
            {"authorized": "SUCCESS", "amount": "1500.50"},  # described without a currency
            {"authorized": "FAILED", "amount": "9.99", "currency": "RUB"},
        ]
        self.payu.replies = [self._status("COMPLETE", authorizations=attempts, captures=[])]
        transaction._payu_ru_ask()
        self.assertEqual(transaction.state, "done")

    def test_news_without_money_need_no_sum(self):
        self.assertEqual(self._apply(self._payment(), "PENDING", amount=None).state, "pending")

    def test_an_answer_without_a_sum_is_believed_about_our_own_payment_only(self):
        event = replace(self._event(), amount=None, currency="")
        transaction = self._payment()
        with self._attention_logged():
            transaction._payu_ru_apply(replace(event, provider_reference="1"), is_asked=True)
        self.assertEqual(transaction.state, "error")
        transaction._payu_ru_apply(event, is_asked=True)
        self.assertEqual(transaction.state, "done")

    def test_core_entry_finds_the_payment_by_its_reference(self):
        transaction = self._payment()
        event = self._event()
        data = {**asdict(event), "meaning": event.meaning, "is_asked": False}
        found = self.env["payment.transaction"]._process("payu_ru", data)
        self.assertEqual(found, transaction)
        self.assertEqual(transaction.state, "done")

    def test_sums_are_decimal_all_the_way(self):
        self.assertEqual(self._payment(amount=0.1 + 0.2)._payu_ru_amount(), Decimal("0.30"))

    @mute_logger("odoo.addons.payu_connector.models.payment_transaction_outcome")
    def test_the_staff_can_put_the_note_away(self):
        transaction = self._apply(self._payment(), "CASH")
        transaction.action_payu_ru_seen()
        self.assertFalse(transaction.payu_ru_attention)
