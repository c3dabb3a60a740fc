"""Notices in their normal form, and what may be written to a log."""

import json
from decimal import Decimal

import pytest

from tests.unit.rooms import room

protocol = room("payu_connector", "protocol")
notices, statuses, masking = protocol.notices, protocol.statuses, protocol.masking
Meaning = statuses.Meaning

ORDER = {
    "payuPaymentReference": 2297597,
    "merchantPaymentReference": "LOAN-42",
    "status": "COMPLETE",
    "currency": "RUB",
    "amount": 1500.5,
}


def notice(order=None, **content):
    return json.dumps({"orderData": ORDER | (order or {}), **content}).encode()


def parse(order=None, **content):
    return notices.parse(notice(order, **content))


def test_numbers_may_be_text_and_text_numbers():
    event = parse(paymentResult={"paymentMethod": "CCVISAMC"}, something="new")
    assert event.provider_reference == "2297597"
    assert event.amount == Decimal("1500.50")
    assert event.method == "CCVISAMC"
    assert event.refund is None
    assert event == parse({"amount": "1500.50"}, paymentResult={"paymentMethod": "CCVISAMC"})


@pytest.mark.parametrize("status", sorted(statuses.MEANINGS))
def test_every_word_has_a_meaning(status):
    assert parse({"status": status}).meaning is statuses.MEANINGS[status]


def test_a_new_word_is_unknown_not_an_error():
    assert parse({"status": "PARTYING"}).meaning is Meaning.UNKNOWN


def test_both_spellings_of_a_failed_card():
    for status in ("CARD_NOT_AUTHORIZED", "CARD_NOTAUTHORIZED"):
        assert statuses.meaning_of(status) is Meaning.FAILED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"orderData": 1}',
        notice({"merchantPaymentReference": ""}),
        notice({"merchantPaymentReference": None}),
        notice({"status": None}),
        b"orderData=1&status=COMPLETE",
        b"[" * 100_000,
        b'{"orderData":' * 50_000,
        b"\xff\xfe",
        b'{"orderData": {"amount": ' + b"9" * 5000 + b"}}",
    ],
)
def test_what_cannot_be_read_is_refused(body):
    with pytest.raises(ValueError):  # noqa: PT011 - json's own messages among them
        notices.parse(body)


def test_refund_sum_is_not_the_sum_of_the_payment():
    event = parse(
        {"status": "REFUND", "refundRequestId": 9},
        refund={"amount": "500", "currency": "RUB", "merchantRefundReference": "R-LOAN-42"},
    )
    assert event.amount == Decimal("1500.50")
    assert event.refund.amount == Decimal(500)
    assert (event.refund.request_id, event.refund.reference) == ("9", "R-LOAN-42")


def test_refund_without_details_is_still_a_refund():
    assert parse({"status": "REFUND"}).refund.amount is None


def test_release_of_a_hold_is_no_refund():
    assert parse({"status": "REVERSED"}).refund is None
    assert parse({"status": "REVERSED", "refundRequestId": 3}).refund.request_id == "3"


@pytest.mark.parametrize(
    "status, is_done", [("PENDING", False), ("REFUND", True), ("REVERSED", True), ("?", False)]
)
@pytest.mark.parametrize("order", ["REFUND", "COMPLETE", "REVERSED"])
def test_only_its_own_status_makes_a_refund_done(order, status, is_done):
    node = {"amount": "500", "status": status, "refundRequestId": "2d5e7a0c-uuid"}
    refund = parse({"status": order}, refund=node).refund
    assert (refund.done, refund.request_id) == (is_done, "2d5e7a0c-uuid")


def test_a_refund_without_a_status_goes_by_the_status_of_the_payment():
    assert parse({"status": "REFUND"}, refund={"amount": "500"}).refund.done
    assert not parse({"status": "COMPLETE"}, refund={"amount": "500"}).refund.done


@pytest.mark.parametrize(
    "said, reason",
    [
        ("Fraudulent transaction", "Fraudulent transaction"),
        ("Товар не соответствует описанию", "Товар не соответствует описанию"),
        (True, "true"),
        ("false", "false"),
        (1, "1"),
        ({"reason": "fraud"}, '{"reason": "fraud"}'),
        (["fraud"], '["fraud"]'),
    ],
)
def test_a_chargeback_in_any_form_is_one_and_keeps_its_reason(said, reason):
    info = {"chargeback": said}
    assert parse({"status": "REFUND", "refundInfo": info}).chargeback == reason
    assert parse({"status": "REFUND", "refundInfo": [info]}).chargeback == reason
    assert parse({"status": "COMPLETE"}, refundInfo=info).chargeback == reason
    assert parse({"status": "REFUND"}, refund={"amount": "5", "refundInfo": info}).chargeback
    assert parse({"status": "REFUND"}, refund={"amount": "5", **info}).chargeback == reason


@pytest.mark.parametrize("said", [None, False, 0, "", " ", [], {}])
def test_an_outright_no_is_no_chargeback(said):
    assert parse({"status": "REFUND", "refundInfo": {"chargeback": said}}).chargeback == ""
    assert parse({"status": "REFUND"}).chargeback == ""


@pytest.mark.parametrize(
    "amount", ["1500.505", 1500.505, "1 500.50", "1500,50", "-5", "?", {}, "9" * 13, [1]]
)
def test_a_sum_that_cannot_be_read_is_said_and_not_guessed(amount):
    event = parse({"amount": amount})
    assert event.amount is None
    assert event.problem.startswith(str(amount)[:9])
    assert parse({"status": "REFUND"}, refund={"amount": amount}).refund.problem
    assert event.event_id != parse({"amount": "1500.50"}).event_id


def test_an_exponent_beyond_all_bounds_is_no_sum():
    body = notice().replace(b"1500.5", b"1e99999999999999999999")
    assert notices.parse(body).problem


def test_what_no_database_keeps_is_left_out_and_long_text_is_cut():
    event = parse({"merchantPaymentReference": "A\ud800\0B" + "x" * 9000})
    assert event.reference.startswith("ABx")
    assert len(event.reference) < 256
    event.reference.encode()


def test_a_repeat_has_the_same_id_even_with_another_date():
    assert parse(dateTime="20260115100005").event_id == parse(dateTime="20260115110005").event_id


@pytest.mark.parametrize(
    "order",
    [{"status": "PENDING"}, {"amount": "1.00"}, {"currency": "USD"}, {"payuPaymentReference": 1}],
)
def test_another_statement_has_another_id(order):
    assert parse(order).event_id != parse().event_id


def test_two_equal_part_refunds_are_two_events():
    first = parse({"status": "REFUND", "refundRequestId": 1}, refund={"amount": "500"})
    second = parse({"status": "REFUND", "refundRequestId": 2}, refund={"amount": "500"})
    assert first.event_id != second.event_id
    unnamed = [parse({"status": "REFUND"}, dateTime=moment).event_id for moment in ("1", "2")]
    assert unnamed[0] != unnamed[1]


def test_log_shows_no_person_and_no_card():
    body = notice(
        None,
        client={"billing": {"firstName": "Иван", "email": "ivan@example.com", "countryCode": "RU"}},
        paymentResult={"cardDetails": {"pan": "4652-xxxx-xxxx-7037", "owner": "IVAN"}},
        authorization={"storedCredentials": {"ypmnBindingId": "b-1"}},
    )
    masked = masking.mask(body)
    for secret in ("Иван", "ivan@example.com", "7037", "IVAN", "b-1"):
        assert secret not in masked
    assert "LOAN-42" in masked
    assert "COMPLETE" in masked


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff"])
def test_nothing_can_break_the_log(body):
    assert "not JSON" in masking.mask(body)


def test_half_a_surrogate_pair_can_be_written_to_a_log():
    masking.mask(b'{"status": "\\ud800"}').encode()


def test_what_is_not_json_is_not_shown():
    assert masking.mask(b"pan=4652035440667037") == "(20 bytes, not JSON)"
    assert masking.mask(b"") == '""'
