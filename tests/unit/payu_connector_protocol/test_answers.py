"""Done, refused or unclear: PayU's answers."""

import json
from decimal import Decimal

import pytest

from tests.unit.rooms import room

protocol = room("payu_connector", "protocol")
answers, Meaning = protocol.answers, protocol.statuses.Meaning

AMOUNT = Decimal("1500.50")


def encode(value):
    return json.dumps(value).encode()


def page(http_status, **content):
    body = {
        "code": 200,
        "status": "SUCCESS",
        "payuPaymentReference": 2297597,
        "merchantPaymentReference": "LOAN-42",
        "amount": "1500.50",
        "currency": "RUB",
        "paymentResult": {"type": "redirect", "url": "https://secure.ypmn.ru/pay/1?x=2"},
    }
    return answers.page(http_status, encode(body | content), "LOAN-42", AMOUNT)


@pytest.mark.parametrize("http_status", [200, 202])
def test_page_is_read_and_the_reference_kept_as_text(http_status):
    assert page(http_status) == answers.Page("https://secure.ypmn.ru/pay/1?x=2", "2297597")


@pytest.mark.parametrize(
    "http_status, status",
    [
        (400, "INPUT_ERROR"),
        (401, "HASH_MISMATCH"),
        (400, "DUPLICATE_ORDER"),
        (200, "INVALID_ACCOUNT"),
    ],
)
def test_refusal_carries_payus_word(http_status, status):
    with pytest.raises(answers.Refused) as refusal:
        page(http_status, status=status, message="no")
    assert refusal.value.code == status


def test_too_many_requests_means_nothing_was_done():
    with pytest.raises(answers.Refused, match="TOO_MANY"):
        answers.page(429, b"", "LOAN-42", AMOUNT)


@pytest.mark.parametrize(
    "http_status, body", [(500, b"{}"), (503, b""), (302, b""), (200, b"<html>"), (200, b"[]")]
)
def test_faults_and_pages_leave_it_unclear(http_status, body):
    with pytest.raises(answers.Unclear):
        answers.page(http_status, body, "LOAN-42", AMOUNT)


@pytest.mark.parametrize(
    "content",
    [
        {"amount": "1500.51"},
        {"amount": "?"},
        {"merchantPaymentReference": "LOAN-43"},
        {"paymentResult": None},
        {"paymentResult": {"url": "javascript:alert(1)"}},
        {"status": "ALREADY_AUTHORIZED"},
    ],
)
def test_an_answer_that_does_not_fit_leaves_it_unclear(content):
    with pytest.raises(answers.Unclear):
        page(200, **content)


def test_refund_may_come_without_an_id():
    assert answers.refund(200, b'{"status": "SUCCESS"}') == ""
    assert answers.refund(200, b'{"status": "SUCCESS", "refundRequestId": 77}') == "77"


def test_already_cancelled_refund_is_to_be_asked_about():
    with pytest.raises(answers.Unclear, match="ALREADY_CANCELLED"):
        answers.refund(202, b'{"status": "ALREADY_CANCELLED"}')


def report(**content):
    body = {"status": "SUCCESS", "paymentStatus": "COMPLETE", "payuPaymentReference": "2297597"}
    return answers.report(200, encode(body | content), "LOAN-42")


def test_sum_of_a_status_answer_is_the_captured_one():
    captures = [
        {"status": "COMPLETE", "amount": 1000.25, "currency": "RUB"},
        {"status": "COMPLETE", "amount": "500.25", "currency": "RUB"},
        {"status": "PENDING", "amount": "9.00", "currency": "RUB"},
    ]
    payment = report(captures=captures).payment
    assert (payment.amount, payment.currency) == (AMOUNT, "RUB")
    assert payment.meaning is Meaning.PAID


def test_sum_may_stand_at_the_top_or_in_the_authorisation():
    assert report(amount="1500.50", currency="RUB").payment.amount == AMOUNT
    authorizations = [{"authorized": "SUCCESS", "amount": 1500.5, "currency": "RUB"}]
    assert report(authorizations=authorizations).payment.amount == AMOUNT


def test_older_accounts_name_no_sum():
    authorizations = [{"timestamp": "2026", "authorized": "SUCCESS"}]
    assert report(authorizations=authorizations).payment.amount is None


def test_unknown_reference_is_a_status_too():
    assert (
        answers.report(404, b'{"status": "NOT_FOUND"}', "LOAN-42").payment.meaning is Meaning.ABSENT
    )


def test_a_proxys_404_is_no_word_of_payus():
    with pytest.raises(answers.Unclear):
        answers.report(404, b"<html>", "LOAN-42")


def test_refunds_of_a_status_answer():
    refunds = report(
        refunds=[
            {
                "status": "PENDING",
                "merchantRefundReference": "R-1",
                "amount": "1",
                "currency": "RUB",
            },
            {"status": "REFUND", "refundRequestId": 5, "amount": 2.5, "currency": "RUB"},
            {"status": "REVERSED", "amount": "3", "currency": "RUB"},
        ]
    ).refunds
    assert [refund.done for refund in refunds] == [False, True, True]
    assert refunds[1].request_id == "5"
    assert refunds[1].amount == Decimal("2.50")


def test_a_sum_that_is_none_leaves_the_status_unclear():
    with pytest.raises(answers.Unclear):
        report(amount="many")
    with pytest.raises(answers.Unclear):
        report(merchantPaymentReference="LOAN-43")
