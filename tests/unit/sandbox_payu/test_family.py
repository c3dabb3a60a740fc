"""The other calls and spellings of the published family."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests

from .shop import (
    MERCHANT,
    ORDER,
    SECRET,
    Meaning,
    _json,
    ask,
    begin,
    calls,
    control,
    press,
    signature,
)


@pytest.mark.parametrize("seconds", [3600, "3600", "43800"])
def test_the_time_of_a_page_may_be_a_number_or_text(url, seconds):
    payload = json.loads(calls.authorize(ORDER).body)
    payload["authorization"]["paymentPageOptions"] = {"orderTimeout": seconds}
    response = ask(url, calls.Call("POST", "/api/v4/payments/authorize", _json(payload)))
    assert response.json()["status"] == "SUCCESS"


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
