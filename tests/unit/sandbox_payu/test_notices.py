"""What the sandbox's PayU tells: notices and answers, field by field."""

import json
from datetime import datetime
from decimal import Decimal

import requests

from .shop import AMOUNT, Meaning, begin, control, press, report, status_of


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


def test_tests_may_send_anything_signed(url, shop):
    shop.statuses = [400]
    said = control(url, "notices", raw="a=1", content_type="application/x-www-form-urlencoded")
    assert said == {"status": 400}
    (message,) = requests.get(f"{url}/_control/messages?direction=out").json()["messages"]
    assert message["request_body"] == "a=1"
