from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .. import const
from ..models import payment_provider
from ..protocol import answers, calls
from .common import PayuCommon
from .standin import DROP

ASKING = "odoo.addons.payu_connector.models.payment_transaction_asking"


@tagged("post_install", "-at_install")
class TestAsking(PayuCommon, HttpCase):
    def _due(self, state="pending", page_age=timedelta(), **values):
        """A payment whose page was closed ``page_age`` ago, and whose turn it is."""
        now = fields.Datetime.now()
        return self._payment(
            state,
            payu_ru_next_check_at=now - timedelta(seconds=1),
            payu_ru_page_expires_at=now - page_age if page_age else now + const.PAGE_LIFETIME,
            **values,
        )

    def _ask_all(self):
        self._run_cron("payment.transaction._cron_payu_ru_ask")

    def test_a_payment_whose_notice_was_lost_is_found_by_asking(self):
        transaction = self._due("draft")
        self.payu.replies = [self._status("COMPLETE")]
        self._ask_all()
        self.assertEqual(self.payu.last[:2], ("GET", "/api/v4/payments/status/LOAN-42"))
        self.assertEqual(transaction.state, "done")
        self.assertFalse(transaction.payu_ru_next_check_at)

    def test_an_answer_about_a_payment_somebody_is_at_is_asked_for_later(self):
        transaction = self._due("draft")
        happened = self._held(times=1)
        self.payu.replies = [self._status("COMPLETE")]
        with self.assertNoLogs(ASKING, "WARNING"):
            self._ask_all()
        self.assertEqual((happened, transaction.state), (["held"], "draft"))
        self.assertGreater(transaction.payu_ru_next_check_at, fields.Datetime.now())
        transaction.payu_ru_next_check_at = fields.Datetime.now()
        self.payu.replies = [self._status("COMPLETE")]
        self._ask_all()
        self.assertEqual(happened, ["held", "locked", "applied"])
        self.assertEqual(transaction.state, "done")

    def test_what_is_not_due_is_not_asked(self):
        self._payment()
        self._ask_all()
        self.assertFalse(self.payu.requests)

    def test_a_neutralized_copy_asks_nothing_though_it_was_given_keys_again(self):
        transaction = self._due("draft")
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self._ask_all()
        self.assertFalse(self.payu.requests)
        self.assertEqual(transaction.state, "draft")
        with self.assertRaises(answers.Refused):
            self.provider._payu_ru_call(calls.status("LOAN-42"), "LOAN-42", False)
        self.assertFalse(self.payu.requests)

    def test_a_failed_attempt_is_asked_again_while_the_page_is_open(self):
        transaction = self._due("error")
        self.payu.replies = [self._status("COMPLETE")]
        self._ask_all()
        self.assertEqual(transaction.state, "done")

    def test_an_open_page_is_asked_again_soon(self):
        transaction = self._due("draft")
        self.payu.replies = [self._status("WAITING_PAYMENT")]
        self._ask_all()
        self.assertGreater(transaction.payu_ru_next_check_at, fields.Datetime.now())

    def test_a_closed_page_that_nobody_paid_on_is_given_up(self):
        for status in ("WAITING_PAYMENT", "CARD_NOTAUTHORIZED", "NOT_FOUND"):
            with self.subTest(status):
                transaction = self._due("pending", timedelta(hours=1), reference=f"CLOSED-{status}")
                self.payu.replies = [self._status(status)]
                self._ask_all()
                self.assertIn(transaction.state, ("cancel", "error"))
                self.assertFalse(transaction.payu_ru_next_check_at)

    def test_a_payment_payu_never_heard_of_is_given_up_when_its_page_would_be_closed(self):
        transaction = self._due("pending", timedelta(hours=1))
        self.payu.replies = [(404, {"status": "NOT_FOUND"})]
        self._ask_all()
        self.assertEqual(transaction.state, "cancel")

    def test_a_payment_under_way_is_not_given_up(self):
        transaction = self._due("pending", timedelta(hours=1))
        self.payu.replies = [self._status("PAYMENT_AUTHORIZED")]
        self._ask_all()
        self.assertEqual(transaction.state, "pending")
        self.assertTrue(transaction.payu_ru_next_check_at)

    def test_after_ten_days_a_person_decides(self):
        transaction = self._due("pending", timedelta(days=11))
        transaction.flush_recordset()
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = now() - interval '11 days' WHERE id = %s",
            [transaction.id],
        )
        self.payu.replies = [self._status("PROCESSING")]
        with self._attention_logged():
            self._ask_all()
        self.assertFalse(transaction.payu_ru_next_check_at)
        self.assertTrue(transaction.payu_ru_attention)

    def test_silence_postpones_one_payment_and_not_the_others(self):
        silent = self._due(reference="SILENT")
        heard = self._due(reference="HEARD")
        self.payu.replies = [DROP, self._status("COMPLETE")]
        self._ask_all()
        self.assertGreater(silent.payu_ru_next_check_at, fields.Datetime.now())
        self._ask_all()
        self.assertEqual((silent.state, heard.state), ("pending", "done"))

    def test_a_payu_that_hangs_costs_a_run_one_question_and_the_scheduler_no_other_run(self):
        for number in range(3):
            self._due(reference=f"SILENT-{number}")
        self.payu.replies = [DROP]
        cron = self.env.ref("payu_connector.ir_cron_ask")
        with self._apart(cron) as apart:
            apart, progress = apart.with_context(cron_id=apart.id)._add_progress()
            apart.env.cr.commit()  # as the scheduler does; pylint: disable=invalid-commit
            apart.env["payment.transaction"]._cron_payu_ru_ask()
            self.assertEqual((progress.done, progress.remaining), (1, 0))
        self.assertEqual(len(self.payu.requests), 1)

    def test_a_payu_that_cannot_be_reached_is_tried_once_a_run(self):
        first, second = self._due(reference="FIRST"), self._due(reference="SECOND")
        self.payu.replies = [(503, {}), self._status("COMPLETE")]
        self._ask_all()
        self.assertEqual(len(self.payu.requests), 1)
        self._ask_all()
        self.assertEqual((first.state, second.state), ("pending", "done"))

    def test_too_many_calls_silence_us_until_payu_wants_to_be_asked_again(self):
        payments = [self._due(reference=f"MANY-{number}") for number in range(3)]
        limit = {"code": 429, "status": "LIMIT_CALLS_EXCEEDED"}
        for refusal in ((429, limit), (200, limit), (429, b"")):
            with self.subTest(refusal):
                self.payu.requests.clear()
                payment_provider.quiet_until.clear()
                self.payu.replies = [refusal]
                for _time in range(3):
                    self._ask_all()
                payments[0].action_payu_ru_ask()
                self.assertEqual(len(self.payu.requests), 1)
                self.env.cr.execute("UPDATE payment_transaction SET payu_ru_next_check_at = now()")
                self.env.invalidate_all()
        payment_provider.quiet_until.clear()  # the minute is over
        self.payu.replies = [self._status("COMPLETE") for _payment in payments]
        self.assertEqual(payments[0].action_payu_ru_ask()["tag"], "soft_reload")
        self.assertEqual(payments[0].state, "done")

    def _settled(self, age=timedelta(days=1), **values):
        """A payment done ``age`` ago whose turn of the night it is."""
        now = fields.Datetime.now()
        values = {"payu_ru_next_check_at": False, "payu_ru_review_at": now, **values}
        payment = self._payment("done", **values)
        payment.last_state_change = now - age
        return payment

    def test_a_refund_of_ours_whose_notice_was_lost_is_found_at_night(self):
        payment = self._settled()
        ours = payment._create_child_transaction(500, is_refund=True, state="pending")
        part = {"status": "REFUND", "amount": "500.00", "currency": "RUB", "refundRequestId": "9"}
        self.payu.replies = [self._status("REFUND", refunds=[part])]
        self._ask_all()
        self.assertEqual((ours.state, payment.child_transaction_ids), ("done", ours))
        self.assertGreater(payment.payu_ru_review_at, fields.Datetime.now())
        self.assertFalse(payment.payu_ru_next_check_at)
        self._ask_all()
        self.assertEqual(len(self.payu.requests), 1)

    def test_after_thirty_five_days_a_settled_payment_is_left_alone(self):
        payment = self._settled(const.REVIEW_FOR)
        self.payu.replies = [self._status("COMPLETE")]
        self._ask_all()
        self.assertFalse(payment.payu_ru_review_at)

    def test_a_night_is_bounded_and_what_is_open_goes_first(self):
        settled = [self._settled(reference=f"SETTLED-{number}") for number in range(3)]
        due = self._due(reference="OPEN")
        self.payu.replies = [self._status("COMPLETE") for _time in range(4)]
        with self._apart(self.env["payment.transaction"].sudo()) as transactions:
            transactions._cron_payu_ru_ask(limit=2)
        self.assertEqual(due.state, "done")
        now = fields.Datetime.now()
        self.assertEqual(sum(payment.payu_ru_review_at <= now for payment in settled), 2)

    def test_a_payu_that_is_silent_at_night_is_left_alone_until_the_next(self):
        payment = self._settled()
        self.payu.replies = [DROP]
        self._ask_all()
        self._ask_all()
        self.assertEqual(len(self.payu.requests), 1)
        self.assertGreater(payment.payu_ru_review_at, fields.Datetime.now())

    def test_a_page_given_up_is_looked_at_once_more_at_night(self):
        transaction = self._due("pending", timedelta(hours=1))
        self.payu.replies = [self._status("WAITING_PAYMENT")]
        self._ask_all()
        self.assertEqual(transaction.state, "cancel")
        transaction.payu_ru_review_at = fields.Datetime.now()
        self.payu.replies = [self._status("COMPLETE")]
        with self._attention_logged():
            self._ask_all()
        self.assertEqual(transaction.state, "done")

    def test_the_night_after_a_page_given_up_is_the_last(self):
        transaction = self._due("pending", timedelta(hours=1))
        for _night in range(2):
            self.payu.replies = [self._status("WAITING_PAYMENT")]
            self._ask_all()
            transaction.payu_ru_review_at = transaction.payu_ru_review_at and fields.Datetime.now()
        self.assertFalse(transaction.payu_ru_review_at)
        self.assertEqual(transaction.state, "cancel")

    def test_a_fault_of_ours_is_logged_and_stops_nobody(self):
        broken = self._due(reference="BROKEN")
        heard = self._due(reference="HEARD")
        self.payu.replies = [self._status("COMPLETE"), self._status("COMPLETE")]
        apply = type(self.env["payment.transaction"])._payu_ru_apply

        def fail_once(transaction, *args, **kwargs):
            if transaction.reference == "BROKEN":
                raise RuntimeError("ours")
            return apply(transaction, *args, **kwargs)

        self.patch(type(self.env["payment.transaction"]), "_payu_ru_apply", fail_once)
        with self.assertLogs(
            "odoo.addons.payu_connector.models.payment_transaction_asking", "ERROR"
        ):
            self._ask_all()
        self.assertEqual((broken.state, heard.state), ("pending", "done"))

    def test_a_wrong_sum_in_the_answer_is_not_accepted(self):
        transaction = self._due()
        self.payu.replies = [self._status("COMPLETE", amount="15.00")]
        with self._attention_logged():
            self._ask_all()
        self.assertEqual(transaction.state, "error")

    def test_an_answer_about_another_payment_is_not_accepted(self):
        transaction = self._payment("pending")
        self.payu.replies = [self._status(merchantPaymentReference="LOAN-43")]
        with self.assertRaises(answers.Unclear):
            transaction._payu_ru_ask()

    def test_the_button_asks_and_says_when_payu_is_silent(self):
        transaction = self._payment("pending")
        self.payu.replies = [DROP, self._status("COMPLETE")]
        self.assertEqual(transaction.action_payu_ru_ask()["tag"], "display_notification")
        self.assertEqual(transaction.action_payu_ru_ask()["tag"], "soft_reload")
        self.assertEqual(transaction.state, "done")
