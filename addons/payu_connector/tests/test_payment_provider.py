from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models import payment_provider
from ..protocol import answers, calls
from .common import PayuCommon
from .standin import DROP


@tagged("post_install", "-at_install")
class TestPaymentProvider(PayuCommon):
    def test_only_roubles_are_taken(self):
        self.assertEqual(self.provider.available_currency_ids.mapped("name"), ["RUB"])
        compatible = self.env["payment.provider"]._get_compatible_providers(
            self.company_id, self.partner.id, self.amount, currency_id=self.currency_euro.id
        )
        self.assertNotIn(self.provider, compatible)
        compatible = self.env["payment.provider"]._get_compatible_providers(
            self.company_id, self.partner.id, self.amount, currency_id=self.currency.id
        )
        self.assertIn(self.provider, compatible)

    def test_russian_ways_to_pay_are_offered_to_a_russian_payer(self):
        methods = self.env["payment.method"]._get_compatible_payment_methods(
            self.provider.ids, self.partner.id, currency_id=self.currency.id
        )
        self.assertEqual(set(methods.mapped("code")), {"card", "sbp", "sberpay", "tpay"})
        self.assertIn("mir", self.payment_method.brand_ids.mapped("code"))

    def test_refunds_in_parts_but_no_capture_and_no_tokens(self):
        self.assertEqual(self.provider.support_refund, "partial")
        self.assertFalse(self.provider.support_manual_capture)
        self.assertFalse(self.provider.support_tokenization)

    def test_credentials_are_required_reset_and_not_copied(self):
        with self.assertRaises(ValidationError):
            self.provider.payu_ru_secret_key = False
        self.provider.action_reset_credentials()
        self.assertFalse(self.provider.payu_ru_secret_key or self.provider.payu_ru_merchant_code)
        self.assertEqual(self.provider.state, "disabled")

    def test_a_copy_of_the_provider_knows_no_secret(self):
        self.assertFalse(self.provider.copy().payu_ru_secret_key)

    def test_addresses_in_the_clear_stay_inside_the_machine(self):
        for url in ("https://sandbox.ypmn.ru", "http://127.0.0.1:8083", "http://[::1]:1", False):
            self.provider.payu_ru_api_url = url
        for url in ("http://secure.ypmn.ru", "ftp://127.0.0.1", "//x", "http://127.0.0.1.evil.ru"):
            with self.subTest(url), self.assertRaises(ValidationError):
                self.provider.payu_ru_api_url = url

    def test_the_host_follows_what_the_payment_was_begun_for(self):
        self.provider.payu_ru_api_url = False
        self.assertEqual(self.provider.payu_ru_address_used, "https://sandbox.ypmn.ru")
        self.assertEqual(self.provider._payu_ru_api_address(True), "https://secure.ypmn.ru")
        self.assertEqual(self.provider._payu_ru_api_address(False), "https://sandbox.ypmn.ru")
        self.provider.state = "enabled"
        self.assertEqual(self.provider.payu_ru_address_used, "https://secure.ypmn.ru")
        self.provider.state = "disabled"  # what was begun live is still asked about there
        self.assertEqual(self.provider._payu_ru_api_address(True), "https://secure.ypmn.ru")

    def test_an_address_left_over_from_testing_never_gets_live_payments(self):
        for url in (self.payu.url, "https://sandbox.ypmn.ru", "https://elsewhere.example"):
            with self.subTest(url):
                self.provider.write({"state": "test", "payu_ru_api_url": url})
                self.assertEqual(self.provider.payu_ru_address_used, url)
                self.provider.state = "enabled"
                self.assertEqual(self.provider.payu_ru_address_used, "https://secure.ypmn.ru")
        self.provider.payu_ru_api_url_is_live = True
        self.assertEqual(self.provider.payu_ru_address_used, "https://elsewhere.example")

    def test_a_confirmation_is_for_one_address_and_for_https(self):
        self.provider.write(
            {"payu_ru_api_url": "https://elsewhere.example", "payu_ru_api_url_is_live": True}
        )
        self.provider.payu_ru_api_url = self.payu.url
        self.assertFalse(self.provider.payu_ru_api_url_is_live)
        with self.assertRaises(ValidationError):
            self.provider.payu_ru_api_url_is_live = True

    def test_test_mode_never_takes_real_money(self):
        with self.assertRaises(ValidationError):
            self.provider.payu_ru_api_url = "https://secure.ypmn.ru"

    def test_a_payment_begun_live_is_asked_about_live_whatever_the_provider_is_now(self):
        self.provider.state = "enabled"
        transaction = self._payment("pending")
        self.provider.state = "test"
        with (
            patch.object(payment_provider.requests, "request", side_effect=ConnectionError) as sent,
            self.assertRaises(ConnectionError),
        ):
            transaction._payu_ru_ask()
        self.assertTrue(sent.call_args[0][1].startswith("https://secure.ypmn.ru/api/v4/"))

    # === Calls === #

    def test_the_bytes_that_were_signed_are_the_bytes_that_are_sent(self):
        self.payu.replies = [(200, {"status": "SUCCESS"})]
        call = calls.Call("POST", "/api/v4/payments/refund", '{"name":"Иван"}'.encode())
        self.assertEqual(self.provider._payu_ru_call(call, "LOAN-42", False)[0], 200)
        method, path, headers, content = self.payu.last
        self.assertEqual((method, path), ("POST", call.path))
        self.assertEqual(content, {"name": "Иван"})
        self.assertTrue(headers["User-Agent"].startswith("Odoo"))
        self.assertRegex(headers["X-Header-Date"], r"\+03:00$")
        self.assertLessEqual(len(headers["X-Header-Idempotency-Key"]), 36)

    def test_no_connection_means_that_nothing_was_done(self):
        self.provider.payu_ru_api_url = "http://127.0.0.1:9"
        with self.assertRaises(answers.Refused) as refusal:
            self.provider._payu_ru_call(calls.status("LOAN-42"), "LOAN-42", False)
        self.assertEqual(refusal.exception.code, "NO_CONNECTION")

    def test_a_cut_connection_means_that_nobody_knows(self):
        self.payu.replies = [DROP]
        with self.assertRaises(answers.Unclear):
            self.provider._payu_ru_call(calls.status("LOAN-42"), "LOAN-42", False)

    def test_the_log_shows_no_person_and_no_secret(self):
        self.payu.replies = [self._page()]
        # Odoo gives the name INFO to a level of its own; 20 is the real one.
        with self.assertLogs("odoo.addons.payu_connector.models.payment_provider", 20) as logs:
            self._create_transaction("redirect")._get_processing_values()
        text = "\n".join(logs.output)
        self.assertIn("LOAN-42", text)
        for secret in ("Иван", "Петров", "ivan@example.com", "+7916", "token", self.SECRET):
            self.assertNotIn(secret, text)

    # === Who sent a notice === #

    def _sender(self, body, **changes):
        headers = self._signed(body) | changes
        return self.env["payment.provider"]._payu_ru_find_sender(headers, body)

    def test_the_sender_is_found_by_its_signature(self):
        self.assertEqual(self._sender(self._body()), self.provider)

    def test_a_missing_or_wrong_header_finds_nobody(self):
        for header in ("X-Header-Merchant", "X-Header-Date", "X-Header-Signature"):
            for value in ("", "wrong"):
                with self.subTest(header, value=value):
                    self.assertFalse(self._sender(self._body(), **{header: value}))

    def test_a_changed_body_finds_nobody(self):
        headers = self._signed(self._body())
        provider = self.env["payment.provider"]._payu_ru_find_sender(headers, self._body("CASH"))
        self.assertFalse(provider)

    def test_a_provider_without_a_secret_is_nobody(self):
        self.provider.write({"state": "disabled", "payu_ru_secret_key": False})
        body = self._body()
        headers = self._signed(body)
        self.assertFalse(self.env["payment.provider"]._payu_ru_find_sender(headers, body))

    def test_after_a_new_key_notices_of_the_one_before_are_believed_for_a_day(self):
        body = self._body()
        self.provider.payu_ru_secret_key = "the next one"
        self.assertEqual(self._sender(body), self.provider)
        headers = self._signed(body, secret="the next one")
        find_sender = self.env["payment.provider"]._payu_ru_find_sender
        self.assertEqual(find_sender(headers, body), self.provider)
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.assertFalse(self._sender(body))
            self.assertEqual(find_sender(headers, body), self.provider)

    def test_a_key_that_leaked_is_forgotten_at_once(self):
        self.provider.payu_ru_secret_key = "the next one"
        self.provider.action_payu_ru_forget_key_before()
        self.assertFalse(self._sender(self._body()))

    def test_the_same_key_written_again_keeps_none_before_it(self):
        self.provider.payu_ru_secret_key = self.SECRET
        self.assertFalse(self.provider.payu_ru_secret_key_before)

    def test_a_key_taken_away_takes_the_one_before_with_it(self):
        self.provider.payu_ru_secret_key = "the next one"
        self.provider.write({"state": "disabled", "payu_ru_secret_key": False})
        self.assertFalse(self._sender(self._body()))

    def test_a_disabled_provider_still_listens(self):
        self.provider.state = "disabled"
        self.assertEqual(self._sender(self._body()), self.provider)

    def test_payu_signs_the_address_of_its_cabinet_not_what_we_see(self):
        self.provider.payu_ru_notice_url = "https://shop.example/ru/payment/payu_ru/webhook?db=x"
        body = self._body()
        find_sender = self.env["payment.provider"]._payu_ru_find_sender
        self.assertFalse(find_sender(self._signed(body), body))
        headers = self._signed(body, path="/ru/payment/payu_ru/webhook?db=x")
        self.assertEqual(find_sender(headers, body), self.provider)

    def test_it_says_where_its_redirect_form_leads(self):
        self.provider.payu_ru_api_url = False
        self.assertEqual(self.provider._get_redirect_origins(), ["https:"])
        self.provider.payu_ru_api_url = "http://127.0.0.1:8083/pay"
        self.assertEqual(self.provider._get_redirect_origins(), ["http://127.0.0.1:8083"])
