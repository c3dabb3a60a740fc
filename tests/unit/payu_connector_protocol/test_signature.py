"""The v4 signature against the vectors of the reference and a second implementation."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.unit.rooms import room

from .independent import signature as independent

signature = room("payu_connector", "protocol").signature

MERCHANT, SECRET = "MERCH_V2", "SECRET_KEY"
AUTHORIZE = (
    '{"merchantPaymentReference":"LOAN-42","currency":"RUB","amount":"1500.50",'
    '"note":"Погашение займа"}'
).encode()
NOTICE = (
    b'{"orderData":{"payuPaymentReference":"2297597","merchantPaymentReference":"LOAN-42",'
    b'"status":"COMPLETE","currency":"RUB","amount":"1500.50"}}'
)
VECTORS = [
    (
        "authorize",
        "2026-01-15T10:00:00+03:00",
        "POST",
        "/api/v4/payments/authorize",
        AUTHORIZE,
        "6de12e49d6fdfc64261ed917458da71641c4a0e83eca5697208abef2ca5a3828",
    ),
    (
        "status",
        "2026-01-15T10:00:00+03:00",
        "GET",
        "/api/v4/payments/status/LOAN-42",
        b"",
        "a7a7de7db58f0d60f486a7e292098adf2253a84d3e239be8e1b3aebeccc464e3",
    ),
    (
        "notice",
        "2026-01-15T10:00:05+03:00",
        "POST",
        "/payment/payu_ru/webhook",
        NOTICE,
        "6b43b1d45936d15094383ba5663b3d1f7ce3779efce4a00bb3dba73f29442fbd",
    ),
]


@pytest.mark.parametrize("name, date, method, path, body, expected", VECTORS)
def test_signature_is_that_of_the_vector(name, date, method, path, body, expected):
    assert signature.sign(MERCHANT, SECRET, date, method, path, body) == expected
    assert independent(MERCHANT, SECRET, date, method, path, body) == expected
    assert signature.is_valid(expected, MERCHANT, SECRET, date, method, path, body)


def test_lengths_of_the_vectors_are_those_of_the_reference():
    assert (len(AUTHORIZE), len(NOTICE)) == (113, 141)


@given(
    some.text(min_size=1),
    some.text(min_size=1),
    some.sampled_from(["GET", "POST", "DELETE"]),
    some.text("abc/", max_size=20),
    some.text("abc=&1", max_size=20),
    some.binary(),
)
def test_both_implementations_agree(merchant, secret, method, path, query, body):
    url = f"/x{path}?{query}"
    date = "2026-01-15T10:00:00+03:00"
    assert signature.sign(merchant, secret, date, method, url, body) == independent(
        merchant, secret, date, method, url, body
    )


def test_only_path_and_query_of_an_address_are_signed():
    date, path = "2026-01-15T10:00:00+03:00", "/ru/payment/payu_ru/webhook?db=shop"
    signed = signature.sign(MERCHANT, SECRET, date, "POST", f"https://shop.example{path}", NOTICE)
    assert signed == signature.sign(MERCHANT, SECRET, date, "POST", path, NOTICE)
    other = signature.sign(MERCHANT, SECRET, date, "POST", "/payment/payu_ru/webhook", NOTICE)
    assert signed != other


@pytest.mark.parametrize("position", range(4))
def test_a_change_anywhere_breaks_the_signature(position):
    _name, date, method, path, body, expected = VECTORS[2]
    parts = [date, path, body, expected]
    parts[position] = parts[position][:-1] + (b" " if position == 2 else "1")
    date, path, body, given_signature = parts
    assert not signature.is_valid(given_signature, MERCHANT, SECRET, date, method, path, body)


@pytest.mark.parametrize("given_signature, secret", [("", SECRET), ("é" * 64, SECRET)])
def test_missing_or_foreign_signature_is_refused(given_signature, secret):
    _name, date, method, path, body, _expected = VECTORS[2]
    found = signature.is_valid(given_signature, MERCHANT, secret, date, method, path, body)
    assert found is False


def test_the_letter_case_of_a_signature_does_not_matter():
    _name, date, method, path, body, expected = VECTORS[2]
    assert signature.is_valid(expected.upper(), MERCHANT, SECRET, date, method, path, body)
    assert signature.is_valid(expected, MERCHANT, SECRET, date, method.lower(), path, body)


def test_nobody_signs_without_a_merchant():
    _name, date, method, path, body, _expected = VECTORS[2]
    signed = signature.sign("", SECRET, date, method, path, body)
    assert not signature.is_valid(signed, "", SECRET, date, method, path, body)


def test_an_empty_secret_accepts_nothing():
    _name, date, method, path, body, _expected = VECTORS[2]
    signed_with_nothing = signature.sign(MERCHANT, "", date, method, path, body)
    assert not signature.is_valid(signed_with_nothing, MERCHANT, "", date, method, path, body)


def test_headers_sign_the_very_date_they_carry():
    moment = datetime(2026, 1, 15, 10, 0, 0, 999999, tzinfo=timezone(timedelta(hours=3)))
    path = "/api/v4/payments/authorize"
    headers = signature.headers(MERCHANT, SECRET, moment, "POST", path, AUTHORIZE, "k" * 36)
    assert headers["X-Header-Date"] == "2026-01-15T10:00:00+03:00"
    assert headers["X-Header-Signature"] == VECTORS[0][5]
    assert headers["X-Header-Idempotency-Key"] == "k" * 36
    assert headers["X-Header-Merchant"] == MERCHANT
    assert headers["Accept"] == headers["Content-Type"] == "application/json"


def test_headers_refuse_a_naive_moment_and_a_long_key():
    with pytest.raises(ValueError, match="time zone"):
        signature.headers(MERCHANT, SECRET, datetime(2026, 1, 15), "GET", "/", b"")  # noqa: DTZ001
    with pytest.raises(ValueError, match="36"):
        signature.headers(MERCHANT, SECRET, datetime.now(UTC), "POST", "/", b"{}", "k" * 37)


def test_every_request_has_the_bare_content_type_and_a_question_no_key():
    for method, body in (("GET", b""), ("POST", b"{}")):
        headers = signature.headers(MERCHANT, SECRET, datetime.now(UTC), method, "/", body)
        assert headers["Content-Type"] == "application/json"
        assert "X-Header-Idempotency-Key" not in headers
