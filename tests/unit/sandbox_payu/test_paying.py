"""Beginning a payment at the sandbox's PayU, and what the payer does on its page."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from .shop import AMOUNT, ORDER, Meaning, answers, ask, begin, calls, press, report


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
