import re
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.http_routing.tests.common import MockRequest
from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .common import PayuCommon
from .standin import DROP


@tagged("post_install", "-at_install")
class TestPaymentTransaction(PayuCommon, PaymentHttpCommon):
    # === Reference === #

    def _reference(self, prefix):
        return self.env["payment.transaction"]._compute_reference("payu_ru", prefix=prefix)

    def test_references_fit_payus_status_path(self):
        for prefix in ("INV/2026/00012", "Займ № 42", "a b?c#d", "Займ", None, "x" * 200):
            with self.subTest(prefix):
                self.assertRegex(self._reference(prefix), r"^[A-Za-z0-9_-]{1,64}$")

    def test_every_attempt_has_its_own_reference(self):
        first = self._create_transaction("redirect", reference=self._reference("LOAN/7"))
        self.assertEqual(first.reference, "LOAN-7")
        self.assertEqual(self._reference("LOAN/7"), "LOAN-7-1")

    def test_documents_name_the_payment(self):
        with patch.object(
            self.registry["payment.transaction"],
            "_compute_reference_prefix",
            lambda *_args, **_kwargs: "S/1",
        ):
            self.assertEqual(self._reference(None), "S-1")

    def test_other_providers_keep_their_references(self):
        reference = self.env["payment.transaction"]._compute_reference("none", prefix="INV/1")
        self.assertEqual(reference, "INV/1")

    # === To PayU's page === #

    def test_the_payer_is_sent_to_payus_page(self):
        self.payu.replies = [self._page()]
        transaction = self._create_transaction("redirect")
        values = transaction._get_processing_values()
        form = self._extract_values_from_html_form(values["redirect_form_html"])
        self.assertEqual(form["action"], f"{self.payu.url}/pay/2297597")
        self.assertEqual(form["method"], "get")
        self.assertEqual(form["inputs"], {"token": "t&t", "empty": ""})
        self.assertEqual(transaction.state, "draft")
        self.assertEqual(transaction.provider_reference, "2297597")
        self.assertTrue(transaction.payu_ru_next_check_at)

    def test_the_payer_is_named_as_in_his_papers_and_known_by_address_and_time(self):
        self.payu.replies = [self._page(), self._page(merchantPaymentReference="SECOND")]
        self.partner.name = "Иванова Мария Петровна"
        self._create_transaction("redirect")._get_processing_values()
        client = self.payu.last[3]["client"]
        self.assertEqual(client["billing"]["firstName"], "Мария")
        self.assertEqual(client["billing"]["lastName"], "Иванова")
        self.assertRegex(client["clientTime"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$")
        self.assertEqual(client["communicationLanguage"], "EN")
        self.assertEqual(self.payu.last[2]["Content-Type"], "application/json")
        with MockRequest(self.env, remote_addr="192.0.2.7"):
            self._create_transaction("redirect", reference="SECOND")._get_processing_values()
        self.assertEqual(self.payu.last[3]["client"]["clientIp"], "192.0.2.7")

    def test_a_sum_of_parts_of_a_kopeck_is_not_taken(self):
        self.currency.rounding = 0.001
        transaction = self._create_transaction("redirect", amount=1500.505)
        transaction._get_processing_values()
        self.assertEqual(transaction.state, "error")
        self.assertFalse(self.payu.requests)

    def test_payu_is_asked_for_the_exact_sum(self):
        self.payu.replies = [self._page()]
        self._create_transaction("redirect")._get_processing_values()
        method, path, _headers, content = self.payu.last
        self.assertEqual((method, path), ("POST", "/api/v4/payments/authorize"))
        self.assertEqual(content["products"][0]["unitPrice"], "1500.50")
        self.assertEqual(content["currency"], "RUB")
        self.assertEqual(content["authorization"]["paymentMethod"], "CCVISAMC")
        self.assertIn("/payment/payu_ru/return?reference=LOAN-42&access_token=", content["failUrl"])
        billing = content["client"]["billing"]
        self.assertEqual((billing["firstName"], billing["lastName"]), ("Иван", "Петров"))

    def test_awkward_sums_stay_exact(self):
        for amount, text in ((1111.11, "1111.11"), (0.1 + 0.2, "0.30"), (70, "70.00")):
            with self.subTest(text):
                reference = f"SUM-{text.replace('.', '-')}"
                self.payu.replies = [self._page(merchantPaymentReference=reference, amount=text)]
                transaction = self._create_transaction(
                    "redirect", amount=amount, reference=reference
                )
                transaction._get_processing_values()
                self.assertEqual(self.payu.last[3]["products"][0]["unitPrice"], text)
                self.assertFalse(transaction.state_message)

    def test_the_same_call_has_the_same_key_and_another_sum_another(self):
        def key(amount):
            self.payu.replies = [self._page(amount=f"{amount:.2f}")]
            with self.env.cr.savepoint() as savepoint:
                self._create_transaction("redirect", amount=amount)._get_processing_values()
                savepoint.rollback()  # As after a serialization failure: everything runs again.
            return self.payu.last[2]["X-Header-Idempotency-Key"]

        first, second, other = key(1500.5), key(1500.5), key(1500.51)
        self.assertEqual(first, second)
        self.assertNotEqual(first, other)
        self.assertLessEqual(len(first), 36)

    def test_a_payer_with_one_name_and_no_email_can_pay(self):
        self.payu.replies = [self._page()]
        self.env.company.email = "office@example.com"
        partner = self.partner.copy({"name": "Мадонна", "email": False})
        self._create_transaction("redirect", partner_id=partner.id)._get_processing_values()
        billing = self.payu.last[3]["client"]["billing"]
        self.assertEqual((billing["firstName"], billing["lastName"]), ("Мадонна", "Мадонна"))
        self.assertEqual(billing["email"], "office@example.com")

    def test_a_payer_without_a_phone_is_told_so(self):
        partner = self.partner.copy({"phone": False})
        transaction = self._create_transaction("redirect", partner_id=partner.id)
        values = transaction._get_processing_values()
        self.assertEqual(values["state"], "error")
        self.assertIn("phone", values["state_message"])
        self.assertFalse(self.payu.requests)

    def test_a_refusal_is_told_and_nothing_is_open(self):
        for code in ("DUPLICATE_ORDER", "REQUEST_EXPIRED", "INPUT_ERROR"):
            with self.subTest(code):
                self.payu.replies = [(400, {"status": code, "message": "why"})]
                transaction = self._create_transaction("redirect", reference=f"LOAN-{code}")
                values = transaction._get_processing_values()
                self.assertEqual(values["state"], "error")
                self.assertTrue(values["state_message"])
                self.assertFalse(transaction.payu_ru_next_check_at)

    def test_too_many_requests_ask_to_wait(self):
        self.payu.replies = [(429, {})]
        values = self._create_transaction("redirect")._get_processing_values()
        self.assertIn("minute", values["state_message"])

    def test_a_lost_answer_leaves_the_payment_pending_and_asks_later(self):
        for reply in (DROP, (500, {}), (200, b"<html>")):
            with self.subTest(reply):
                self.payu.replies = [reply]
                reference = f"LOAN-{len(self.payu.requests)}"
                transaction = self._create_transaction("redirect", reference=reference)
                values = transaction._get_processing_values()
                form = self._extract_values_from_html_form(values["redirect_form_html"])
                self.assertEqual(transaction.state, "pending")
                self.assertEqual(form["action"], "/payment/status")
                self.assertTrue(transaction.payu_ru_next_check_at)
                self.assertEqual(self.payu.requests.pop()[0], "POST")  # and not repeated
                self.payu.requests.append(None)

    def test_a_page_for_another_sum_is_never_shown(self):
        self.payu.replies = [self._page(amount="15.00")]
        transaction = self._create_transaction("redirect")
        transaction._get_processing_values()
        self.assertEqual(transaction.state, "pending")

    def test_payment_form_of_any_shop_leads_to_payus_page(self):
        self.payu.replies = [self._page(merchantPaymentReference="")]
        # an employee: beside addons that shut Odoo's stock pages, they are there for him
        login = self.internal_user.login
        self.authenticate(login, login)
        route_values = self._prepare_transaction_values(self.payment_method_id, None, "redirect")
        processing_values = self._get_processing_values(
            tx_route="/payment/transaction", **route_values
        )
        self.assertIn("/pay/2297597", processing_values["redirect_form_html"])
        self.assertTrue(re.fullmatch(r"[A-Za-z0-9_-]+", processing_values["reference"]))
