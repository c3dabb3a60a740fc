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


LIMIT = b'{"code": 429, "status": "LIMIT_CALLS_EXCEEDED", "message": "slow down"}'


@pytest.mark.parametrize(
    "http_status, body", [(429, b""), (429, LIMIT), (200, LIMIT), (403, LIMIT)]
)
def test_too_many_calls_means_nothing_was_done_and_the_next_is_of_no_use(http_status, body):
    for read in (
        lambda: answers.page(http_status, body, "LOAN-42", AMOUNT),
        lambda: answers.refund(http_status, body),
        lambda: answers.report(http_status, body, "LOAN-42"),
    ):
        with pytest.raises(answers.Refused) as refusal:
            read()
        assert refusal.value.code in answers.NO_USE


@pytest.mark.parametrize(
    "http_status, headers, body, seconds",
    [
        (429, {}, b"", 60),
        (429, {"X-RateLimit-Reset": "17"}, b"", 17),
        (429, {"X-Rate-Limit-Reset": "17"}, b"", 17),
        (429, {"Retry-After": "5", "X-RateLimit-Reset": "17"}, b"", 5),
        (429, {"X-RateLimit-Reset": "1800000020"}, b"", 20),
        (429, {"Retry-After": "0"}, b"", 1),
        (429, {"Retry-After": "86400"}, b"", 300),
        (429, {"Retry-After": "soon"}, b"", 60),
        (429, {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}, b"", 1),
        (429, {"Retry-After": "9" * 5000}, b"", 60),
        (200, {}, LIMIT, 60),
        (200, {"X-RateLimit-Reset": "17"}, b"{}", 0),
    ],
)
def test_payu_says_how_long_to_wait(http_status, headers, body, seconds):
    assert protocol.limits.pause(http_status, headers, body, now=1_800_000_000) == seconds


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
    body = {"code": 200, "paymentStatus": "COMPLETE", "payuPaymentReference": "2297597"}
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


@pytest.mark.parametrize(
    "extra",
    [{}, {"status": "SUCCESS"}, {"status": "SUCCESS", "merchantPaymentReference": "LOAN-42"}],
)
def test_a_status_is_judged_by_the_status_of_the_payment_with_and_without_more(extra):
    assert report(**extra).payment.meaning is Meaning.PAID


def test_a_status_answer_without_a_status_of_the_payment_is_none():
    with pytest.raises(answers.Unclear):
        report(paymentStatus="")
    with pytest.raises(answers.Refused, match="INVALID_ACCOUNT"):
        report(paymentStatus="", status="INVALID_ACCOUNT")
    with pytest.raises(answers.Refused):
        answers.report(401, b'{"code": 401, "paymentStatus": "COMPLETE"}', "LOAN-42")


def attempt(authorized, amount="1500.50"):
    return {"authorized": authorized, "amount": amount, "currency": "RUB"}


@pytest.mark.parametrize(
    "attempts",
    [
        [attempt("SUCCESS"), attempt("FAILED", "9.99")],
        [attempt("FAILED", "9.99"), attempt("SUCCESS")],
        [attempt("PENDING", "9.99"), attempt("SUCCESS"), attempt("FAILED", "0.01")],
    ],
)
def test_only_attempts_that_succeeded_carry_money(attempts):
    assert report(authorizations=attempts).payment.amount == AMOUNT


def test_two_attempts_that_succeeded_are_two_sums():
    attempts = [attempt("SUCCESS"), attempt("SUCCESS")]
    assert report(authorizations=attempts).payment.amount == 2 * AMOUNT


def test_paid_by_failed_attempts_only_is_for_a_person():
    assert "FAILED" in report(authorizations=[attempt("FAILED")]).payment.problem
    assert not report(
        authorizations=[attempt("FAILED")], paymentStatus="CARD_NOTAUTHORIZED"
    ).payment.problem


def test_why_the_last_attempt_failed_is_told():
    failed = {**attempt("FAILED"), "responseCode": "GWERROR_51", "responseMessage": "No funds"}
    payment = report(authorizations=[failed], paymentStatus="CARD_NOTAUTHORIZED").payment
    assert (payment.code, payment.message) == ("GWERROR_51", "No funds")
    assert not report(authorizations=[failed, attempt("SUCCESS")]).payment.code


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


def test_a_sum_that_is_none_is_said():
    assert report(amount="many").payment.problem
    refunds = report(refunds=[{"status": "REFUND", "amount": "1.005"}]).refunds
    assert refunds[0].problem


def test_an_answer_about_another_payment_is_none():
    with pytest.raises(answers.Unclear):
        report(merchantPaymentReference="LOAN-43")


def test_a_chargeback_among_the_refunds_is_marked():
    refunds = [{"status": "REFUND", "amount": "5", "refundInfo": {"chargeback": "fraud"}}]
    assert report(refunds=refunds).refunds[0].chargeback == "fraud"


@pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 5000, b'{"a":' * 50_000])
def test_no_answer_can_break_us(body):
    with pytest.raises(answers.Unclear):
        answers.report(200, body, "LOAN-42")


def test_asking_again_at_once_is_no_use_where_nobody_answered_or_too_much_was_asked():
    assert answers.NO_USE == {"NO_CONNECTION", "LIMIT_CALLS_EXCEEDED"}


@pytest.mark.parametrize("http_status", [400, 401, 403])
def test_a_report_with_the_status_of_an_error_is_refused(http_status):
    body = json.dumps({"status": "", "paymentStatus": "COMPLETE", "message": "no"}).encode()
    with pytest.raises(answers.Refused, match=f"HTTP_{http_status}"):
        answers.report(http_status, body, "LOAN-42")


def test_a_text_fits_a_column_of_255():
    assert len(answers.text("я" * 300)) == 255


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://secure.ypmn.ru/pay/1", True),
        ("http://127.0.0.1:8083/pay/1", True),
        ("http://secure.ypmn.ru/pay/1", False),
        ("http://127.0.0.1.evil.ru/pay/1", False),
        ("javascript:alert(1)", False),
        ("https://[broken", False),
        ("https:///pay", False),
        ("//secure.ypmn.ru/pay", False),
    ],
)
def test_a_payer_is_led_by_tls_or_stays_in_this_machine(url, good):
    if good:
        assert page(200, paymentResult={"url": url}).url == url
    else:
        with pytest.raises(answers.Unclear):
            page(200, paymentResult={"url": url})
