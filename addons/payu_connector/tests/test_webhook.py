from datetime import timedelta

from psycopg2 import OperationalError

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .. import const
from .common import PayuCommon
from .standin import DROP

CONTROLLER = "odoo.addons.payu_connector.controllers.main"
NOTICE = "odoo.addons.payu_connector.models.payu_ru_notice"


@tagged("post_install", "-at_install")
class TestWebhook(PayuCommon, PaymentHttpCommon):
    def _post(self, body=None, headers=None, **order):
        body = self._body(**order) if body is None else body
        headers = self._signed(body) if headers is None else headers
        response = self.url_open(const.WEBHOOK_ROUTE, data=body, headers=headers, method="POST")
        self.env.invalidate_all()
        return response.status_code

    @property
    def notices(self):
        return self.env["payu_ru.notice"].search([])

    def _fail(self, error):
        """Let processing fail once."""
        original = type(self.env["payment.transaction"])._payu_ru_apply
        failures = [error]

        def apply(transaction, *args, **kwargs):
            if failures:
                raise failures.pop()
            return original(transaction, *args, **kwargs)

        self.patch(type(self.env["payment.transaction"]), "_payu_ru_apply", apply)

    # === The good case === #

    def test_a_notice_pays_a_payment(self):
        transaction = self._payment()
        self.assertEqual(self._post(), 200)
        self.assertEqual(transaction.state, "done")
        self.assertRecordValues(
            self.notices,
            [
                {
                    "reference": "LOAN-42",
                    "provider_reference": "2297597",
                    "status": "COMPLETE",
                    "amount": "1500.50",
                    "currency": "RUB",
                    "state": "processed",
                    "repeats": 0,
                    "transaction_id": transaction.id,
                    "provider_id": self.provider.id,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(self.notices.body.encode(), self._body())

    def test_a_repeat_is_counted_answered_and_ignored(self):
        transaction = self._payment()
        for _time in range(3):
            self.assertEqual(self._post(), 200)
        self.assertEqual(self.notices.repeats, 2)
        self.assertEqual(self.notices.attempts, 1)
        self.assertEqual(transaction.state, "done")

    def test_a_failure_then_a_success_under_one_reference(self):
        transaction = self._payment()
        self._post(status="CARD_NOT_AUTHORIZED")
        self._post()
        self._post(status="PENDING")
        self.assertEqual(transaction.state, "done")
        self.assertEqual(len(self.notices), 3)

    def test_the_address_is_probed_with_get(self):
        self.assertEqual(self.url_open(const.WEBHOOK_ROUTE).status_code, 200)

    def test_the_body_is_read_as_it_came(self):
        self._payment()
        body = self._body()
        headers = self._signed(body) | {"Content-Type": "text/plain"}
        self.assertEqual(self._post(body, headers), 200)
        self.assertEqual(self.notices.state, "processed")

    def test_a_notice_may_call_itself_a_form(self):
        for number, kind in enumerate(
            ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html")
        ):
            with self.subTest(kind):
                transaction = self._payment(reference=f"FORM-{number}")
                body = self._body(merchantPaymentReference=transaction.reference)
                headers = self._signed(body) | {"Content-Type": kind}
                self.assertEqual(self._post(body, headers), 200)
                self.assertEqual(transaction.state, "done")

    def test_fields_of_a_form_are_kept_as_unreadable(self):
        body = b"REFNO=1&ORDERSTATUS=COMPLETE&reference=LOAN-42"
        headers = self._signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self._post(body, headers), 200)
        self.assertEqual(self.notices.state, "unreadable")

    def test_nothing_that_is_signed_can_break_us(self):
        transaction = self._payment()
        order = '{"orderData": {"merchantPaymentReference": "LOAN-42", "status": "COMPLETE",'
        bodies = [
            b"[" * 100_000,
            b'{"orderData":' * 15_000,
            (order + ' "amount": ' + "9" * 5000 + "}}").encode(),
            (order + ' "amount": 1e99999999999999999999}}').encode(),
            (order + ' "amount": NaN, "currency": {"a": [1]}}}').encode(),
            self._body(merchantPaymentReference="x" * 10_000),
            self._body(merchantPaymentReference="A\ud800\0"),
            self._body(status="\ud83d" * 300),
            self._body(amount={"value": "1500.50"}),
            self._body(status="SUSPECT", payuPaymentReference=10**300),
            b'"text"',
            b"\xff\xfe\x00",
        ]
        with mute_logger("odoo.addons.payu_connector.models.payment_transaction_outcome"):
            for body in bodies:
                with self.subTest(body[:60]):
                    self.assertEqual(self._post(body), 200)
        self.assertEqual(len(self.notices), len(bodies))
        self.assertNotIn("processed", self.notices.mapped("state"))
        self.assertNotEqual(transaction.state, "done")

    # === Strangers === #

    @mute_logger(CONTROLLER)
    def test_a_stranger_is_refused_and_leaves_no_trace(self):
        transaction = self._payment()
        body = self._body()
        wrong = [
            self._signed(body, secret="wrong"),
            self._signed(body, merchant="OTHER"),
            self._signed(body, path="/elsewhere"),
            self._signed(body) | {"X-Header-Signature": "é".encode().decode("latin-1")},
            {"Content-Type": "application/json"},
        ]
        for headers in wrong:
            self.assertEqual(self._post(body, headers), 403)
        self.assertFalse(self.notices)
        self.assertEqual(transaction.state, "draft")

    def test_an_empty_body_is_refused(self):
        self.assertEqual(self._post(b"", self._signed(b"")), 400)

    @mute_logger("odoo.http")
    def test_a_huge_body_is_refused(self):
        body = b" " * (const.NOTICE_MAX_BYTES + 1)
        self.assertEqual(self._post(body), 413)
        self.assertFalse(self.notices)

    def test_one_merchant_does_not_speak_for_another(self):
        transaction = self._payment()
        other = self.provider.copy({"company_id": self.env["res.company"].create({"name": "B"}).id})
        other.write({"payu_ru_merchant_code": "OTHER", "payu_ru_secret_key": "its own"})
        body = self._body()
        headers = self._signed(body, merchant="OTHER", secret="its own")
        self.assertEqual(self._post(body, headers), 200)
        self.assertEqual(self.notices.state, "unknown")
        self.assertEqual(transaction.state, "draft")

    # === What cannot be processed is kept === #

    def test_an_unknown_payment_is_kept_visible_and_acknowledged(self):
        self.assertEqual(self._post(), 200)
        self.assertEqual(self.notices.state, "unknown")

    def test_a_notice_that_came_too_early_is_taken_up(self):
        self._post()
        transaction = self._payment()
        self._run_cron("payu_ru.notice._cron_process")
        self.assertEqual(transaction.state, "done")
        self.assertEqual(self.notices.state, "processed")

    def test_an_unknown_payment_is_not_searched_for_ever(self):
        self._post()
        self.env.cr.execute(
            "UPDATE payu_ru_notice SET create_date = %s",
            [fields.Datetime.now() - const.UNKNOWN_RETRIED_FOR - timedelta(minutes=1)],
        )
        transaction = self._payment()
        self._run_cron("payu_ru.notice._cron_process")
        self.assertEqual(transaction.state, "draft")
        with self._apart(self.notices) as notices:
            notices.action_process_again()
        self.assertEqual(transaction.state, "done")

    def test_what_we_cannot_read_is_kept_for_a_person(self):
        self.assertEqual(self._post(b'{"hello": "world"}'), 200)
        self.assertEqual(self.notices.state, "unreadable")
        self.assertTrue(self.notices.outcome)
        with self._apart(self.notices) as notices:
            notices.action_process_again()
        self.assertEqual(self.notices.state, "unreadable")

    def test_our_fault_loses_nothing_and_the_cron_makes_it_good(self):
        transaction = self._payment()
        self._fail(RuntimeError("ours"))
        with self.assertLogs(NOTICE, "ERROR"):
            self.assertEqual(self._post(), 200)
        self.assertEqual((self.notices.state, transaction.state), ("failed", "draft"))
        self._run_cron("payu_ru.notice._cron_process")
        self.assertEqual((self.notices.state, transaction.state), ("processed", "done"))

    def test_a_repeat_of_a_failed_notice_does_not_wait_for_the_cron(self):
        transaction = self._payment()
        self._fail(RuntimeError("ours"))
        with self.assertLogs(NOTICE, "ERROR"):
            self._post()
        self._post()
        self.assertEqual(transaction.state, "done")

    def test_a_race_is_run_again_by_itself(self):
        transaction = self._payment()
        self._fail(ConcurrencyError("the return route is at it"))
        self.assertEqual(self._post(), 200)
        self.assertEqual(transaction.state, "done")
        self.assertEqual(self.notices.state, "processed")

    def test_a_notice_about_a_payment_somebody_is_at_waits_for_him(self):
        transaction = self._payment()
        happened = self._held(times=1)
        self.assertEqual(self._post(), 200)
        self.assertEqual(happened, ["held", "locked", "applied"])
        self.assertEqual((self.notices.state, transaction.state), ("processed", "done"))

    def test_a_database_fault_is_nobodys_error(self):
        transaction = self._payment()
        self._fail(OperationalError("gone"))
        with self.assertNoLogs(NOTICE, "WARNING"):
            self.assertEqual(self._post(), 200)
        self.assertEqual(self.notices.state, "failed")
        self._run_cron("payu_ru.notice._cron_process")
        self.assertEqual(transaction.state, "done")

    def test_payus_silence_leaves_a_late_payment_to_the_cron(self):
        transaction = self._payment("cancel")
        self.payu.replies = [DROP]
        with self.assertNoLogs(NOTICE, "WARNING"):
            self.assertEqual(self._post(), 200)
        self.assertEqual((self.notices.state, transaction.state), ("failed", "cancel"))
        self.payu.replies = [self._status("COMPLETE")]
        with self._attention_logged():
            self._run_cron("payu_ru.notice._cron_process")
        self.assertEqual((self.notices.state, transaction.state), ("attention", "done"))

    # === Wrong sums === #

    def test_a_wrong_sum_by_the_wire_twice_stays_unpaid_and_a_right_one_pays(self):
        transaction = self._payment()
        with self._attention_logged():
            for _time in range(2):
                self.assertEqual(self._post(amount="15.00"), 200)
                self.assertEqual(transaction.state, "error")
        self.assertEqual(self.notices.state, "attention")
        with self._apart(self.notices) as notices:
            notices.action_process_again()
        self.assertEqual(transaction.state, "error")
        self._post()
        self.assertEqual(transaction.state, "done")

    def test_a_sum_that_cannot_be_read_needs_a_person_and_never_passes(self):
        transaction = self._payment()
        with self._attention_logged():
            for _time in range(2):
                self.assertEqual(self._post(amount="1500.505"), 200)
                self.assertEqual(transaction.state, "error")
        self.assertEqual(self.notices.state, "attention")

    def test_a_chargeback_by_the_wire_waits_for_a_person(self):
        transaction = self._payment()
        self._post()
        with self._attention_logged():
            self._post(status="REFUND", refundInfo={"chargeback": "Fraudulent transaction"})
        self.assertEqual(transaction.dispute_reason, "Fraudulent transaction")
        self.assertFalse(transaction.child_transaction_ids)
        self.assertEqual(self.notices[0].state, "attention")

    def test_old_bodies_are_forgotten_and_the_facts_kept(self):
        self._payment()
        self._post()
        self.env.cr.execute(
            "UPDATE payu_ru_notice SET create_date = %s",
            [fields.Datetime.now() - timedelta(days=const.BODIES_KEPT_DAYS + 1)],
        )
        self.env["payu_ru.notice"]._gc_bodies()
        self.assertFalse(self.notices.body)
        self.assertEqual(self.notices.amount, "1500.50")
        with self._apart(self.notices) as notices:
            notices.action_process_again()
        self.assertEqual(self.notices.state, "processed")

    def test_the_body_of_a_notice_nobody_could_process_is_forgotten_too(self):
        self._post()
        self.assertEqual(self.notices.state, "unknown")
        self.env.cr.execute(
            "UPDATE payu_ru_notice SET create_date = %s",
            [fields.Datetime.now() - timedelta(days=const.BODIES_KEPT_DAYS + 1)],
        )
        self.env["payu_ru.notice"]._gc_bodies()
        self.assertFalse(self.notices.body)
