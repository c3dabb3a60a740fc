from contextlib import contextmanager

from odoo.sql_db import db_connect
from odoo.tests import tagged

from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .. import const
from .common import PayuCommon


@tagged("-at_install", "post_install")
class TestWaiting(PayuCommon, PaymentHttpCommon):
    """PayU hangs, and others are asking it already."""

    @contextmanager
    def others_ask(self, places=const.ASKED_AT_ONCE):
        """Take places as other workers do: on a connection of their own."""
        with db_connect(self.env.cr.dbname).cursor() as other:
            for place in range(places):
                other.execute(
                    "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
                    (f"payu_ru {self.provider.id}", place),
                )
            yield

    def wait(self, transaction, token=None):
        token = token or self._generate_test_access_token(transaction.reference)
        return self.url_open(
            f"{const.WAIT_ROUTE}?reference={transaction.reference}&access_token={token}",
            allow_redirects=False,
        )

    def test_who_finds_no_place_waits_at_a_page_that_asks_again(self):
        transaction = self._create_transaction("redirect")
        with self.others_ask():
            answer = self.wait(transaction)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Refresh"], str(const.WAIT_SECONDS))
        self.assertEqual(self.payu.requests, [])
        self.assertEqual(transaction.state, "draft")

    def test_the_page_goes_on_to_payu_when_there_is_a_place(self):
        transaction = self._create_transaction("redirect")
        self.payu.replies.append(self._page())
        with self.others_ask(const.ASKED_AT_ONCE - 1):
            answer = self.wait(transaction)
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].startswith(f"{self.payu.url}/pay/2297597?"))
        self.assertEqual(len(self.payu.requests), 1)
        self.assertTrue(transaction.payu_ru_page_expires_at)
        # a second look at the page asks for no second payment
        self.assertIn("/payment/status", self.wait(transaction).headers["Location"])
        self.assertEqual(len(self.payu.requests), 1)

    def test_the_form_of_the_shop_leads_to_that_page(self):
        # beside tour_loan the shop's route is open to employees only
        login = self.internal_user.login
        self.authenticate(login, login)
        with self.others_ask():
            values = self._get_processing_values(
                **self._prepare_transaction_values(self.payment_method_id, None, "redirect")
            )
        form = self._extract_values_from_html_form(values["redirect_form_html"])
        self.assertEqual(form["action"], const.WAIT_ROUTE)
        self.assertEqual(set(form["inputs"]), {"reference", "access_token"})
        self.assertEqual(self.payu.requests, [])

    def test_who_comes_back_from_payu_is_not_kept_waiting(self):
        transaction = self._create_transaction("redirect", state="pending")
        token = self._generate_test_access_token(transaction.reference)
        with self.others_ask():
            answer = self.url_open(
                f"{const.RETURN_ROUTE}?reference={transaction.reference}&access_token={token}",
                allow_redirects=False,
            )
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.payu.requests, [])

    def test_nobody_waits_for_a_payment_that_is_not_his(self):
        transaction = self._create_transaction("redirect")
        self.assertEqual(self.wait(transaction, "0" * 64).status_code, 403)
