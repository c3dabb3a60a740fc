"""What we ask of PayU, byte by byte."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.unit.rooms import room

protocol = room("payu_connector", "protocol")
calls, money = protocol.calls, protocol.money

ORDER = calls.Order(
    reference="LOAN-42",
    amount=Decimal("1500.50"),
    description="Оплата LOAN-42",
    payer=calls.Payer("Иван", "Петров", "ivan@example.com", "+79161234567", "RU"),
    success_url="https://shop.example/payment/payu_ru/return?ok=1",
    fail_url="https://shop.example/payment/payu_ru/return",
    page_seconds=1800,
)


def test_authorize_is_one_product_of_the_exact_sum():
    call = calls.authorize(ORDER)
    payload = json.loads(call.body)
    assert (call.method, call.path) == ("POST", "/api/v4/payments/authorize")
    assert payload["products"] == [
        {
            "name": "Оплата LOAN-42",
            "sku": "LOAN-42",
            "unitPrice": "1500.50",
            "quantity": 1,
            "vat": 0,
        }
    ]
    assert payload["currency"] == "RUB"
    assert payload["merchantPaymentReference"] == "LOAN-42"
    assert payload["authorization"] == {
        "usePaymentPage": "YES",
        "paymentPageOptions": {"orderTimeout": 1800},
    }
    assert set(payload["client"]["billing"]) == {
        "firstName",
        "lastName",
        "email",
        "phone",
        "countryCode",
    }
    assert {"successUrl", "failUrl"} <= set(payload)


def test_cyrillic_travels_as_utf8_bytes():
    assert "Иван".encode() in calls.authorize(ORDER).body


def test_chosen_way_to_pay_is_sent():
    payload = json.loads(calls.authorize(replace(ORDER, method="FASTER_PAYMENTS")).body)
    assert payload["authorization"]["paymentMethod"] == "FASTER_PAYMENTS"


@given(some.decimals("0.01", "999999999.99", places=2))
def test_every_sum_survives_the_wire(amount):
    payload = json.loads(calls.authorize(replace(ORDER, amount=amount)).body)
    assert Decimal(payload["products"][0]["unitPrice"]) == amount
    assert payload["products"][0]["unitPrice"].partition(".")[2].__len__() == 2
    assert money.parse(payload["products"][0]["unitPrice"]) == amount


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity"])
def test_what_is_no_sum_of_money_is_refused(amount):
    with pytest.raises(ValueError, match="sum of money"):
        money.text(Decimal(amount))


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        money.text(1500.5)


@pytest.mark.parametrize("value", [1.5, True, "1e3", "1 500", "-1", "1,5", "0.001", [], "1" * 30])
def test_a_field_that_is_no_sum_is_refused(value):
    with pytest.raises(ValueError, match="sum of money"):
        money.parse(value)


@pytest.mark.parametrize("value", ["1500.5", "1500.50", Decimal("1500.500"), "01500.50"])
def test_a_sum_may_be_written_in_several_ways(value):
    assert money.parse(value) == Decimal("1500.50")


def test_an_absent_sum_is_none():
    assert money.parse(None) is None
    assert money.parse("") is None


def test_idempotency_key_is_stable_and_short():
    key = calls.authorize(ORDER).idempotency_key("database")
    assert key == calls.authorize(ORDER).idempotency_key("database")
    assert 1 <= len(key) <= 36


def test_a_repeat_from_another_second_and_address_is_the_same_call():
    def at(ip, second):
        moment = datetime(2026, 1, 15, 10, 0, second, tzinfo=UTC)
        return calls.authorize(replace(ORDER, payer=replace(ORDER.payer, ip=ip, time=moment)))

    first, second = at("192.0.2.1", 1), at("2001:db8::1", 2)
    assert first.body != second.body
    assert first.idempotency_key("database") == second.idempotency_key("database")


def test_the_payers_address_time_and_language_are_spelled_as_the_clients_do():
    moment = datetime(2026, 1, 15, 10, tzinfo=UTC)
    payer = replace(ORDER.payer, ip="192.0.2.1", time=moment)
    client = json.loads(calls.authorize(replace(ORDER, payer=payer)).body)["client"]
    assert client["clientIp"] == "192.0.2.1"
    assert client["clientTime"] == "2026-01-15T10:00:00+00:00"
    assert client["communicationLanguage"] == "RU"
    assert not {"clientIp", "clientTime"} & set(json.loads(calls.authorize(ORDER).body)["client"])


def test_another_sum_or_database_has_another_key():
    keys = {
        calls.authorize(ORDER).idempotency_key("database"),
        calls.authorize(ORDER).idempotency_key("other database"),
        calls.authorize(replace(ORDER, amount=Decimal("1500.51"))).idempotency_key("database"),
        calls.refund("1", Decimal(5), Decimal(5), "R-1").idempotency_key("database"),
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    "text, expected",
    [
        ("LOAN-42", "LOAN-42"),
        ("INV/2026/00012", "INV-2026-00012"),
        ("Займ № 42", "42"),
        ("tx 1?db=#", "tx-1-db"),
        ("///", ""),
        ("x" * 90, "x" * 60),
        ("/XX-7/", "XX-7"),
    ],
)
def test_reference_is_cleaned_for_the_status_path(text, expected):
    assert calls.clean_reference(text) == expected


@pytest.mark.parametrize("reference", ["", "A/B", "A B", "Займ", "x" * 81])
def test_bad_reference_never_leaves(reference):
    with pytest.raises(ValueError, match="reference"):
        calls.status(reference)
    with pytest.raises(ValueError, match="reference"):
        calls.authorize(replace(ORDER, reference=reference))


def test_page_lives_at_least_a_minute():
    with pytest.raises(ValueError, match="60"):
        calls.authorize(replace(ORDER, page_seconds=59))


def test_status_is_a_question_without_body():
    assert calls.status("LOAN-42") == calls.Call("GET", "/api/v4/payments/status/LOAN-42")


def test_refund_names_both_sums():
    call = calls.refund("2297597", Decimal("1500.50"), Decimal("500"), "R-LOAN-42")
    assert call.path == "/api/v4/payments/refund"
    assert json.loads(call.body) == {
        "payuPaymentReference": "2297597",
        "originalAmount": 1500.5,
        "amount": 500,
        "currency": "RUB",
        "merchantRefundReference": "R-LOAN-42",
    }


@given(some.decimals("0.01", "999999999999.99", places=2))
def test_every_refund_survives_the_wire_as_a_number(amount):
    body = calls.refund("1", amount, amount, "R-1").body
    sent = json.loads(body, parse_float=Decimal)
    assert Decimal(sent["amount"]) == Decimal(sent["originalAmount"]) == amount
    assert money.parse(sent["amount"]) == amount


def test_a_whole_sum_travels_without_a_point_and_kopecks_with_one():
    written = [json.dumps(money.number(Decimal(sum_))) for sum_ in ("500.00", "500.50", "0.01")]
    assert written == ["500", "500.5", "0.01"]


def test_a_sum_of_more_digits_than_a_json_number_keeps_is_refused():
    assert json.dumps(money.number(Decimal("9999999999999.99"))) == "9999999999999.99"
    with pytest.raises(ValueError, match="JSON number"):
        money.number(Decimal("90000000000000.01"))


def test_what_stands_in_place_of_a_sum_is_kept_short_and_can_be_stored():
    with pytest.raises(money.NoSum) as caught:
        money.parse("\ud800" + "9" * 100)
    assert caught.value.written == "?" + "9" * 39


def test_more_than_was_paid_is_never_given_back():
    with pytest.raises(ValueError, match="never more"):
        calls.refund("2297597", Decimal("1500.50"), Decimal("1500.51"), "R-LOAN-42")
