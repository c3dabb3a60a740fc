"""The sandbox PayU over real sockets: our protocol room on one side, a little shop on the other."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox import payu
from tests.unit.rooms import room

protocol = room("payu_connector", "protocol")
answers, calls, notices, signature = (
    protocol.answers,
    protocol.calls,
    protocol.notices,
    protocol.signature,
)
Meaning = protocol.statuses.Meaning

PATIENCE = 60  # s, on a busy machine
MERCHANT, SECRET = "TOURTEST", "учебный секрет"
AMOUNT = Decimal("1500.50")
ORDER = calls.Order(
    reference="LOAN-42",
    amount=AMOUNT,
    description="Оплата LOAN-42",
    payer=calls.Payer("Иван", "Петров", "ivan@example.com", "+79161234567", "RU"),
    success_url="https://shop.example/return?reference=LOAN-42",
    fail_url="https://shop.example/return?failed=1",
    page_seconds=1800,
)


class Shop:
    """Receives notices as Odoo would, and knows whether their signature is right."""

    def __init__(self):
        self.events, self.statuses = [], []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                right = signature.is_valid(
                    self.headers["X-Header-Signature"],
                    self.headers["X-Header-Merchant"],
                    SECRET,
                    self.headers["X-Header-Date"],
                    "POST",
                    f"http://shop{self.path}",
                    body,
                )
                status = shop.statuses.pop(0) if shop.statuses else 200
                if right and status == 200:
                    shop.events.append(notices.parse(body))
                self.send_response(status if right else 403)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/payment/payu_ru/webhook?db=x"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def wait(self, count):
        deadline = time.monotonic() + PATIENCE
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.events


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def url(shop, tmp_path):
    settings = {"url": "", "merchant": MERCHANT, "secret": SECRET, "notice_url": shop.url}
    app = payu.make_app({"payu": settings}, tmp_path)
    with app.running() as address:
        settings["url"] = address
        requests.post(f"{address}/_control/settings", json={"refund_seconds": 0.1})
        yield address


def ask(url, call, key="", moment=None, secret=SECRET, **headers):
    signed = signature.headers(
        MERCHANT, secret, moment or datetime.now(UTC), call.method, call.path, call.body, key
    )
    return requests.request(
        call.method, url + call.path, data=call.body, headers={**signed, **headers}
    )


def begin(url, order=ORDER):
    response = ask(url, calls.authorize(order))
    return answers.page(response.status_code, response.content, order.reference, order.amount)


def report(url, reference="LOAN-42"):
    response = ask(url, calls.status(reference))
    return answers.report(response.status_code, response.content, reference)


def press(page, action, method="CCVISAMC"):
    form = {"action": action, "method": method}
    return requests.post(page.url, data=form, allow_redirects=False)


def test_a_payer_pays_and_the_shop_hears_of_it_first(url, shop):
    page = begin(url)
    assert report(url).payment.status == "WAITING_PAYMENT"
    assert "1\u00a0500,50" in requests.get(page.url).text
    answer = press(page, "pay", "FASTER_PAYMENTS")
    (event,) = shop.events
    assert (event.meaning, event.amount, event.currency) == (Meaning.PAID, AMOUNT, "RUB")
    assert (event.reference, event.provider_reference) == ("LOAN-42", page.provider_reference)
    assert event.method == "FASTER_PAYMENTS"
    assert answer.headers["Location"] == ORDER.success_url
    payment = report(url).payment
    assert (payment.status, payment.amount) == ("COMPLETE", AMOUNT)


def test_a_declined_payer_may_try_again_on_the_same_page(url, shop):
    page = begin(url)
    answer = press(page, "decline")
    assert urlsplit(answer.headers["Location"]).path == urlsplit(page.url).path
    assert "отклонил" in requests.get(page.url).text
    press(page, "pay")
    assert [event.meaning for event in shop.events] == [Meaning.FAILED, Meaning.PAID]


def test_a_payer_who_leaves_pays_nothing(url, shop):
    answer = press(begin(url), "leave")
    assert answer.headers["Location"] == ORDER.fail_url
    assert not shop.events
    assert report(url).payment.status == "WAITING_PAYMENT"


def test_nobody_opens_a_page_without_its_token(url):
    page = begin(url)
    assert requests.get(page.url.partition("?")[0]).status_code == 404
    assert parse_qs(urlsplit(page.url).query)["token"]


def test_nobody_pays_twice_on_one_page(url, shop):
    page = begin(url)
    press(page, "pay")
    press(page, "pay")
    assert len(shop.events) == 1


@pytest.mark.parametrize(
    "change, status",
    [
        ({"secret": "wrong"}, "HASH_MISMATCH"),
        ({"moment": datetime.now(UTC) - timedelta(minutes=30)}, "REQUEST_EXPIRED"),
        ({"X-Header-Merchant": "OTHER"}, "INVALID_ACCOUNT"),
    ],
)
def test_a_stranger_is_refused(url, change, status):
    response = ask(url, calls.authorize(ORDER), **change)
    with pytest.raises(answers.Refused) as refusal:
        answers.page(response.status_code, response.content, "LOAN-42", AMOUNT)
    assert refusal.value.code == status


@pytest.mark.parametrize(
    "change, status",
    [
        ({"currency": "USD"}, "INVALID_CURRENCY"),
        ({"products": []}, "INPUT_ERROR"),
        (
            {"products": [{"name": "a", "sku": "a", "quantity": 1, "unitPrice": "1,5"}]},
            "INVALID_AMOUNT",
        ),
        (
            {"products": [{"name": "a", "sku": "a", "quantity": 1, "unitPrice": "1.005"}]},
            "INVALID_AMOUNT",
        ),
        (
            {"products": [{"name": "a", "sku": "a", "quantity": 0, "unitPrice": "1.00"}]},
            "INPUT_ERROR",
        ),
        ({"client": {"billing": {"firstName": "a"}}}, "INPUT_ERROR"),
        ({"authorization": {"usePaymentPage": "NO"}}, "INPUT_ERROR"),
        ({"authorization": {"paymentMethod": "CCVISAMC"}}, "INPUT_ERROR"),
        ({"authorization": {"paymentMethod": "CCVISAMC", "usePaymentPage": "?"}}, "INPUT_ERROR"),
        (
            {"authorization": {"paymentMethod": "CCVISAMC", "merchantToken": {"tokenHash": "x"}}},
            "INVALID_TOKEN",
        ),
        ({"authorization": []}, "INPUT_ERROR"),
        ({"client": {"billing": "x"}}, "INPUT_ERROR"),
        ({"successUrl": "x"}, "INPUT_ERROR"),
        ({"merchantPaymentReference": "a/b"}, "INPUT_ERROR"),
    ],
)
def test_a_malformed_order_is_refused(url, change, status):
    call = calls.authorize(ORDER)
    body = json.dumps({**json.loads(call.body), **change}).encode()
    response = ask(url, replace(call, body=body))
    assert (response.status_code, response.json()["status"]) == (400, status)


def test_a_reference_is_used_once(url):
    begin(url)
    with pytest.raises(answers.Refused, match="DUPLICATE_ORDER"):
        begin(url)


def test_a_repeat_under_the_same_key_gets_the_same_page(url):
    call = calls.authorize(ORDER)
    key = call.idempotency_key("database")
    first, second = (ask(url, call, key).json() for _time in range(2))
    assert first == second
    assert len(requests.get(f"{url}/_control/payments").json()["payments"]) == 1


def test_a_lost_answer_is_found_by_the_same_key(url):
    requests.post(
        f"{url}/_control/faults", json={"operation": "authorize", "kind": "drop_after", "times": 1}
    )
    call = calls.authorize(ORDER)
    key = call.idempotency_key("database")
    with pytest.raises(requests.ConnectionError):
        ask(url, call, key)
    response = ask(url, call, key)
    page = answers.page(response.status_code, response.content, "LOAN-42", AMOUNT)
    assert requests.get(page.url).status_code == 200


def test_an_unknown_payment_is_absent(url):
    assert report(url, "LOAN-43").payment.meaning is Meaning.ABSENT


def give_back(url, page, amount, reference):
    response = ask(url, calls.refund(page.provider_reference, AMOUNT, amount, reference))
    return answers.refund(response.status_code, response.content)


def test_money_goes_back_in_parts_and_never_more_than_was_paid(url, shop):
    page = begin(url)
    press(page, "pay")
    first = give_back(url, page, Decimal(500), "R-1")
    event = shop.wait(2)[1]
    assert (event.amount, event.refund.amount) == (AMOUNT, Decimal(500))
    assert (event.refund.reference, event.refund.request_id) == ("R-1", first)
    with pytest.raises(answers.Refused, match="INVALID_AMOUNT"):
        give_back(url, page, Decimal("1000.51"), "R-2")
    give_back(url, page, Decimal("1000.50"), "R-2")
    shop.wait(3)
    with pytest.raises(answers.Unclear, match="ALREADY_CANCELLED"):
        give_back(url, page, Decimal(1), "R-3")
    refunds = report(url).refunds
    assert [(refund.reference, refund.amount, refund.done) for refund in refunds] == [
        ("R-1", Decimal(500), True),
        ("R-2", Decimal("1000.50"), True),
    ]


def test_what_was_not_paid_is_not_given_back(url):
    with pytest.raises(answers.Refused, match="INVALID_ORDER_STATE"):
        give_back(url, begin(url), Decimal(1), "R-1")


def test_a_notice_is_repeated_until_the_shop_takes_it(url, shop):
    shop.statuses = [500]
    press(begin(url), "pay")
    assert shop.wait(1)[0].meaning is Meaning.PAID


def test_a_notice_may_come_twice_or_out_of_order(url, shop):
    page = begin(url)
    requests.post(
        f"{url}/_control/faults", json={"operation": "notice", "kind": "duplicate", "times": 1}
    )
    press(page, "pay")
    first, second = shop.events
    assert first.event_id == second.event_id


def test_tests_may_say_anything_in_payus_name(url, shop):
    begin(url)
    order = {"reference": "LOAN-42", "status": "COMPLETE", "amount": "1.00"}
    assert requests.post(f"{url}/_control/notices", json=order).json() == {"status": 200}
    assert shop.events[0].amount == Decimal(1)
    order["secret"] = "wrong"
    assert requests.post(f"{url}/_control/notices", json=order).json() == {"status": 403}


def test_a_notice_by_hand_goes_though_none_go_by_themselves(url, shop):
    requests.post(f"{url}/_control/settings", json={"notice": "never"})
    press(begin(url), "pay")
    assert shop.events == []
    requests.post(f"{url}/_control/payments/LOAN-42", json={"action": "notice"})
    assert [event.meaning for event in shop.events] == [Meaning.PAID]


def control(url, what, **values):
    return requests.post(f"{url}/_control/{what}", json=values).json()


def test_a_chargeback_is_told_as_a_text_with_its_reason(url, shop):
    press(begin(url), "pay")
    control(url, "payments/LOAN-42", action="chargeback", reason="Товар не получен")
    event = shop.wait(2)[1]
    assert event.chargeback == "Товар не получен"
    assert event.refund.amount == AMOUNT
    assert not report(url).refunds[0].chargeback  # the answer has no place for it


def status_of(url):
    return ask(url, calls.status("LOAN-42")).json()


def test_a_status_answer_has_the_described_fields_and_others_only_when_wanted(url, shop):
    page = begin(url)
    described = {
        *("code", "message", "paymentStatus", "payuPaymentReference"),
        *("authorizations", "captures", "refunds"),
    }
    press(page, "decline")
    press(page, "pay")
    answer = status_of(url)
    assert set(answer) == described
    assert [attempt["authorized"] for attempt in answer["authorizations"]] == ["FAILED", "SUCCESS"]
    assert answer["authorizations"][0]["responseCode"] == "GWERROR_51"
    assert "responseCode" not in answer["authorizations"][1]
    control(url, "settings", status_with_extras="1")
    assert set(status_of(url)) - described == {
        *("status", "merchantPaymentReference", "amount", "currency"),
    }
    assert report(url).payment.amount == AMOUNT


def test_a_notice_has_the_described_fields(url, shop):
    press(begin(url), "pay")
    (message,) = requests.get(f"{url}/_control/messages?direction=out").json()["messages"]
    body = json.loads(message["request_body"])
    assert datetime.fromisoformat(body["orderData"]["orderDate"]).tzinfo
    assert "refund" not in body
    assert "refundInfo" not in body["orderData"]
    assert body["products"][0]["sku"] == "LOAN-42"
    assert set(body["client"]) == {"billing", "ip", "time"}
    assert {"captureDate", "authCode", "rrn"} <= set(body["paymentResult"])


def test_a_refund_has_a_text_id_and_a_status_of_its_own(url, shop):
    control(url, "settings", refund_pending_told="1")
    page = begin(url)
    press(page, "pay")
    number = give_back(url, page, Decimal(500), "R-1")
    assert len(number) == 36
    pending, done = (event.refund for event in shop.wait(3)[1:])
    assert (pending.done, done.done) == (False, True)
    assert {pending.request_id, done.request_id, report(url).refunds[0].request_id} == {number}


def test_a_whole_refund_of_the_same_day_is_a_bare_reversal_that_the_answer_explains(url, shop):
    control(url, "settings", same_day="1")
    page = begin(url)
    press(page, "pay")
    give_back(url, page, AMOUNT, "R-1")
    event = shop.wait(2)[1]
    assert (event.meaning, event.refund) == (Meaning.REVERSED, None)
    answer = report(url)
    assert answer.payment.status == "REVERSED"
    assert [(refund.done, refund.amount) for refund in answer.refunds] == [(True, AMOUNT)]


def capture(url, page, amount="1500.50", original="1500.50", **more):
    fields = {
        **{"payuPaymentReference": page.provider_reference, "currency": "RUB"},
        **{"originalAmount": original, "amount": amount, **more},
    }
    call = calls.Call("POST", "/api/v4/payments/capture", json.dumps(fields).encode())
    return ask(url, call)


def test_a_held_payment_is_captured_by_the_shop_or_released(url, shop):
    control(url, "settings", manual_capture="1")
    page = begin(url)
    assert capture(url, page).json()["status"] == "ERROR_CONFIRMING_ORDER"
    press(page, "pay")
    assert capture(url, page, amount="1.00").json()["status"] == "PARTIAL_AMOUNT_NOT_SUPPORTED"
    assert capture(url, page, original="1.00").json()["status"] == "INVALID_ORIGINAL_AMOUNT"
    # The Go client can name the currency only as a number.
    assert capture(url, page, currency=0).json()["status"] == "SUCCESS"
    assert [event.meaning for event in shop.wait(2)] == [Meaning.AUTHORIZED, Meaning.PAID]
    assert capture(url, page).status_code == 202
    held = begin(url, replace(ORDER, reference="LOAN-43"))
    press(held, "pay")
    give_back(url, held, AMOUNT, "R-1")
    assert shop.wait(4)[3].meaning is Meaning.REVERSED


@pytest.mark.parametrize("seconds", [3600, "3600", "43800"])
def test_the_time_of_a_page_may_be_a_number_or_text(url, seconds):
    payload = json.loads(calls.authorize(ORDER).body)
    payload["authorization"]["paymentPageOptions"] = {"orderTimeout": seconds}
    response = ask(url, calls.Call("POST", "/api/v4/payments/authorize", _json(payload)))
    assert response.json()["status"] == "SUCCESS"


def _json(value):
    return json.dumps(value).encode()


def test_an_amount_beside_price_and_quantity_wins(url):
    payload = json.loads(calls.authorize(ORDER).body)
    payload["products"][0]["amount"] = "999.99"
    response = ask(url, calls.Call("POST", "/api/v4/payments/authorize", _json(payload)))
    assert response.json()["amount"] == "999.99"


@pytest.mark.parametrize(
    "authorization, code",
    [
        ({"paymentMethod": "FASTER_PAYMENTS"}, "-8888"),
        ({"paymentMethod": "TPAY", "usePaymentPage": "NO"}, "-8888"),
        (
            {"paymentMethod": "CCVISAMC", "cardDetails": {"number": "4652035440667037"}},
            "3DS_ENROLLED",
        ),
    ],
)
def test_a_payment_without_the_page_gets_an_address_of_its_bank(url, authorization, code):
    payload = {**json.loads(calls.authorize(ORDER).body), "authorization": authorization}
    result = ask(url, calls.Call("POST", "/api/v4/payments/authorize", _json(payload))).json()
    assert result["paymentResult"]["payuResponseCode"] == code
    assert requests.get(result["paymentResult"]["url"]).status_code == 200
    has_code = "bankResponseDetails" in result["paymentResult"]
    assert has_code == (authorization["paymentMethod"] != "CCVISAMC")


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("POST", "/api/v4/token", "ACCESS_DENIED"),
        ("GET", "/api/v4/token/217eaff440a900f1259ee66dcbff4097", "ACCESS_DENIED"),
        ("DELETE", "/api/v4/token/217eaff440a900f1259ee66dcbff4097", "ACCESS_DENIED"),
        ("POST", "/api/v4/payments/sessions", "ACCESS_DENIED"),
        ("GET", "/api/v4/reports/general/?dateStart=2026-01-01", "ACCESS_DENIED"),
        ("GET", "/api/v4/reports/order-details/?a=%D1%8F", "ACCESS_DENIED"),
        ("POST", "/api/v4/payout/", "ACCESS_DENIED"),
        ("GET", "/api/v4/qst/list", "ACCESS_DENIED"),
        ("GET", "/reports/orders?a=1", "ACCESS_DENIED"),
        ("GET", "/api/v4/payments/authorize", "UNKNOWN_CALL"),
        ("PUT", "/api/v4/payments/refund", "UNKNOWN_CALL"),
        ("GET", "/api/v4/payments/status/", "UNKNOWN_CALL"),
        ("GET", "/api/v5/anything", "UNKNOWN_CALL"),
    ],
)
def test_every_other_call_of_the_family_gets_a_json_error(url, method, path, status):
    answer = ask(url, calls.Call(method, path)).json()
    assert answer["status"] == status
    assert set(answer) == {"code", "status", "message"}
    assert requests.request(method, url + path).json()["status"] == "INVALID_ACCOUNT"


@pytest.mark.parametrize("body", [b"", b"x", b"[" * 100_000, b"\xff", b'"text"', b"9" * 5000])
def test_whatever_body_comes_the_error_is_json(url, body):
    for name in ("authorize", "capture", "refund"):
        answer = ask(url, calls.Call("POST", f"/api/v4/payments/{name}", body))
        assert (answer.status_code, answer.json()["status"]) == (400, "INPUT_ERROR")


def test_a_date_of_the_typescript_client_in_utc_is_read(url):
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0:00")
    path = "/api/v4/payments/status/LOAN-42"
    signed = signature.sign(MERCHANT, SECRET, date, "GET", path, b"")
    headers = {
        **{"X-Header-Merchant": MERCHANT, "X-Header-Date": date, "X-Header-Signature": signed}
    }
    assert requests.get(url + path, headers=headers).json()["status"] == "NOT_FOUND"


def test_calls_are_counted_and_too_many_are_told_when_to_come_back(url):
    control(url, "settings", calls_per_minute=2)
    answers_ = [ask(url, calls.status("LOAN-42")) for _time in range(3)]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers_] == ["1", "0", "0"]
    refused = answers_[2]
    assert refused.status_code == refused.json()["code"] == 429
    assert refused.json()["status"] == "LIMIT_CALLS_EXCEEDED"
    assert 0 < int(refused.headers["X-RateLimit-Reset"]) <= 61


def test_tests_may_send_anything_signed(url, shop):
    shop.statuses = [400]
    said = control(url, "notices", raw="a=1", content_type="application/x-www-form-urlencoded")
    assert said == {"status": 400}
    (message,) = requests.get(f"{url}/_control/messages?direction=out").json()["messages"]
    assert message["request_body"] == "a=1"


def test_two_steps_when_the_account_is_set_so(url, shop):
    requests.post(f"{url}/_control/settings", json={"two_steps": "1"})
    press(begin(url), "pay")
    assert [event.meaning for event in shop.wait(2)] == [Meaning.AUTHORIZED, Meaning.PAID]


def test_the_cabinet_lists_payments_and_its_buttons_work(url, shop):
    begin(url)
    assert "LOAN-42" in requests.get(url).text
    requests.post(f"{url}/cpanel/payments/LOAN-42", data={"action": "pay"})
    assert shop.wait(1)
    form = {"action": "refund", "amount": "100"}
    requests.post(f"{url}/cpanel/payments/LOAN-42", data=form)
    assert shop.wait(2)[1].refund.amount == Decimal(100)
    form = {"action": "refund", "amount": "100000"}
    assert requests.post(f"{url}/cpanel/payments/LOAN-42", data=form).status_code == 400
    assert requests.post(f"{url}/_control/settings", json={"notice": "maybe"}).status_code == 400
