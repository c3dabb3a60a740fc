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
        notice({"amount": "?"}),
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


def test_chargeback_is_marked_only_in_refund_info():
    assert parse({"status": "REFUND", "refundInfo": {"chargeback": True}}).chargeback
    assert parse({"status": "REFUND", "refundInfo": {"chargeback": "true"}}).chargeback
    assert not parse({"status": "REFUND", "refundInfo": {"chargeback": "false"}}).chargeback
    assert not parse({"status": "REFUND"}).chargeback


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


def test_what_is_not_json_is_not_shown():
    assert masking.mask(b"pan=4652035440667037") == "(20 bytes, not JSON)"
    assert masking.mask(b"") == '""'
