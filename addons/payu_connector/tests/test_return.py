from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urlsplit

from werkzeug.exceptions import BadRequest

from odoo.tests import tagged

from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .. import const
from ..models import ir_http
from .common import PayuCommon
from .standin import DROP


@tagged("post_install", "-at_install")
class TestReturn(PayuCommon, PaymentHttpCommon):
    def _come_back(self, reference=None, token=None, data=None, **query):
        reference = reference or self.reference
        token = self._generate_test_access_token(reference) if token is None else token
        query = {"reference": reference, "access_token": token, **query}
        response = self.url_open(
            f"{const.RETURN_ROUTE}?{urlencode(query)}",
            data=data,
            method="POST" if data else "GET",
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 303)
        location = urlsplit(response.headers["Location"])
        self.assertEqual(location.path, "/payment/status")
        is_ours = token == self._generate_test_access_token(reference)
        named = {"reference": reference, "access_token": token} if is_ours else {}
        self.assertEqual(dict(parse_qsl(location.query)), named)
        self.env.invalidate_all()

    def test_coming_back_asks_payu(self):
        transaction = self._payment()
        self.payu.replies = [self._status("COMPLETE")]
        self._come_back()
        self.assertEqual(transaction.state, "done")

    def test_what_the_browser_says_is_not_believed(self):
        transaction = self._payment()
        self.payu.replies = [self._status("WAITING_PAYMENT")]
        self._come_back(
            data={"body": self._body().decode(), "status": "SUCCESS"}, result="0", status="COMPLETE"
        )
        self.assertEqual(transaction.state, "pending")

    def test_nobody_makes_us_ask_about_a_payment_of_another(self):
        self._payment()
        for token in ("", "wrong"):
            self._come_back(token=token)
        self._come_back(reference="LOAN-43")
        self.assertFalse(self.payu.requests)

    def test_payus_silence_does_not_stop_the_payer_nor_lets_him_pay_twice(self):
        transaction = self._payment()
        self.payu.replies = [DROP]
        self._come_back()
        self.assertEqual(transaction.state, "pending", "it may be paid")
        self.assertTrue(transaction.payu_ru_next_check_at)

    def test_reloading_the_page_does_not_ask_again(self):
        self._payment()
        self.payu.replies = [self._status("PROCESSING"), self._status("PROCESSING")]
        self._come_back()
        self._come_back()
        self.assertEqual(len(self.payu.requests), 1)

    def test_a_confirmed_payment_is_not_asked_about(self):
        self._payment("done")
        self._come_back()
        self.assertFalse(self.payu.requests)

    def test_notice_and_return_in_any_order_pay_once(self):
        transaction = self._payment()
        body = self._body()
        self.payu.replies = [self._status("COMPLETE")]
        self._come_back()
        self.url_open(const.WEBHOOK_ROUTE, data=body, headers=self._signed(body), method="POST")
        self.assertEqual(transaction.state, "done")
        notice = self.env["payu_ru.notice"].search([])
        self.assertEqual(notice.state, "processed")

    def test_a_field_no_handler_can_be_called_with_is_refused(self):
        for route in const.ROUTES:
            endpoint = SimpleNamespace(routing={"routes": [route]})
            with (
                patch.object(ir_http, "request", SimpleNamespace(params={"self": ""})),
                self.assertRaises(BadRequest),
            ):
                ir_http.IrHttp._dispatch(endpoint)

    def test_a_field_no_handler_can_be_called_with_breaks_nothing(self):
        body = self._body()
        for route, options in (
            (f"{const.RETURN_ROUTE}?self=1", {}),
            (const.RETURN_ROUTE, {"data": {"self": "1"}}),
            (f"{const.WAIT_ROUTE}?self=1", {}),
            (f"{const.WEBHOOK_ROUTE}?self=1", {}),
            (f"{const.WEBHOOK_ROUTE}?self=1", {"data": body, "headers": self._signed(body)}),
        ):
            response = self.url_open(route, **options, allow_redirects=False)
            # an addon may have taken the field out before us: then the page goes on
            self.assertLess(response.status_code, 500, route)
