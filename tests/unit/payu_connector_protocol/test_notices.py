"""Notices in their normal form, and what may be written to a log."""

import hashlib
import json
from dataclasses import asdict
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


def test_lists_of_a_message_are_looked_into_at_any_depth():
    card = {"pan": "4652-xxxx-xxxx-7037", "bin": 465203, "cardProfile": "PERSONAL"}
    body = notice(None, authorizations=[{"authorized": "SUCCESS", "cardDetails": [card, [card]]}])
    shown = json.loads(masking.mask(body))["authorizations"]
    hidden = {"pan": "***", "bin": "***", "cardProfile": "PERSONAL"}
    assert shown == [{"authorized": "SUCCESS", "cardDetails": [hidden, [hidden]]}]
    assert json.loads(masking.mask(json.dumps([card]))) == [hidden]


def test_a_log_line_is_readable_and_has_an_end():
    assert masking.mask('{"note": "Погашение"}') == '{"note": "Погашение"}'
    assert masking.mask(json.dumps({"note": "Я" * 5000})) == '{"note": "' + "Я" * 1990
    assert masking.mask(b'{"note": "\\ud800"}') == '{"note": "?"}'


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff"])
def test_nothing_can_break_the_log(body):
    assert "not JSON" in masking.mask(body)


def test_half_a_surrogate_pair_can_be_written_to_a_log():
    masking.mask(b'{"status": "\\ud800"}').encode()


def test_what_is_not_json_is_not_shown():
    assert masking.mask(b"pan=4652035440667037") == "(20 bytes, not JSON)"
    assert masking.mask(b"") == '""'


def test_a_failed_attempt_says_why_in_words_and_by_a_code():
    event = parse(authorization={"responseMessage": "No funds", "responseCode": "GWERROR_51"})
    assert (event.message, event.code) == ("No funds", "GWERROR_51")
    bare = parse(authorization={"responseCode": "GWERROR_51"})
    assert (bare.message, bare.code) == ("GWERROR_51", "GWERROR_51")


def test_of_what_cannot_be_read_is_kept_that_it_came():
    event = notices.unreadable(b"x")
    assert event == protocol.events.Event("", "", "", None, "")
    assert event.event_id == hashlib.sha256(b"x").hexdigest()
    # two are told apart by it, and by nothing else
    assert event == notices.unreadable(b"y")
    assert event.event_id != notices.unreadable(b"y").event_id


def test_what_nobody_said_is_empty():
    assert asdict(protocol.events.Refund()) == {
        **dict.fromkeys(("reference", "request_id", "currency", "chargeback", "problem"), ""),
        "amount": None,
        "done": False,
    }
    event = asdict(protocol.events.Event("LOAN-42", "", "COMPLETE", None, ""))
    empty = ("provider_reference", "currency", "method", "message", "code")
    assert {event[name] for name in (*empty, "chargeback", "problem", "event_id")} == {""}
    assert event["refund"] is None


def test_a_refund_takes_from_the_order_what_its_node_leaves_out():
    order = {"status": "REFUND", "merchantRefundReference": "R-1", "currency": "RUB"}
    refund = parse(order, refund={"amount": "5"}).refund
    assert (refund.reference, refund.currency) == ("R-1", "RUB")
    own = {"amount": "5", "merchantRefundReference": "R-2", "currency": "USD"}
    refund = parse(order, refund=own).refund
    assert (refund.reference, refund.currency) == ("R-2", "USD")


def test_a_paid_order_that_numbers_a_refund_and_tells_of_none_has_none():
    assert parse({"refundRequestId": 9, "merchantRefundReference": "R-1"}).refund is None


def test_the_id_of_a_statement_stays_what_it_is():
    # the ledger knows former ones by it
    parts = ["LOAN-42", "2297597", "COMPLETE", "1500.50", "RUB", "", ""]
    assert parse().event_id == hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    parts = ["LOAN-42", "2297597", "PENDING", "", "RUB", "", ""]
    pending = parse({"status": "PENDING", "amount": None})
    assert pending.event_id == hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def test_a_refund_under_way_and_the_same_one_done_are_two_statements():
    node = {"amount": "5", "refundRequestId": "9"}
    ids = {parse(refund={**node, "status": status}).event_id for status in ("PENDING", "REFUND")}
    assert len(ids) == 2


@pytest.mark.parametrize("node", [{"refundRequestId": "9"}, {"merchantRefundReference": "R-1"}])
def test_a_repeat_about_a_refund_that_has_a_name_is_one(node):
    repeats = [parse({"status": "REFUND"}, refund=node, dateTime=moment) for moment in "12"]
    assert repeats[0].event_id == repeats[1].event_id


def test_two_chargebacks_or_two_sums_that_are_none_are_two_statements():
    for said in ({"refundInfo": {"chargeback": "fraud"}}, {"refundInfo": None}):
        order = {} if said["refundInfo"] else {"amount": "?"}
        assert len({parse(order, dateTime=moment, **said).event_id for moment in "12"}) == 2


WORDS = {
    "PENDING": "- PENDING PROCESSING WAITING_PAYMENT",
    "AUTHORIZED": "IN_PROGRESS PAYMENT_AUTHORIZED",
    "PAID": "COMPLETE",
    "FAILED": "CARD_NOT_AUTHORIZED CARD_NOTAUTHORIZED INVALID",
    "CANCELLED": "CANCELED CANCELLED",
    "REVERSED": "REVERSED",
    "REFUNDED": "REFUND",
    "WIRE": "PAYMENT_RECEIVED",
    "CASH": "CASH",
    "SUSPICIOUS": "SUSPECT FRAUD",
    "TEST": "TEST",
    "ABSENT": "NOT_FOUND",
}


def test_every_word_of_the_reference_means_what_it_says_there():
    meant = {word: Meaning[name] for name, words in WORDS.items() for word in words.split()}
    assert meant == statuses.MEANINGS
    assert all(meaning.value == meaning.name.lower() for meaning in Meaning)
    assert statuses.meaning_of(" Complete\n") is Meaning.PAID


def test_which_words_end_a_payment_and_which_say_that_money_moved():
    assert statuses.NOT_BEGUN == {"-", "WAITING_PAYMENT"}
    assert statuses.HOPELESS_AFTER_PAGE == {
        *("-", "WAITING_PAYMENT", "NOT_FOUND", "INVALID"),
        *("CARD_NOT_AUTHORIZED", "CARD_NOTAUTHORIZED"),
    }
    never = {Meaning.CANCELLED, Meaning.REVERSED}
    assert statuses.NEVER_PAID == never
    assert statuses.FINAL == never | {Meaning.PAID, Meaning.REFUNDED, Meaning.TEST}
    assert statuses.MONEY == {
        *(Meaning.PAID, Meaning.AUTHORIZED, Meaning.REFUNDED, Meaning.WIRE, Meaning.TEST)
    }
    assert statuses.REFUND_DONE == {"REFUND", "REVERSED"}
