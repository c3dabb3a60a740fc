"""Signatures both ways with the published library, unchanged."""

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from .agency import rpc

webhook = rpc.webhook
BODY = '{"jsonrpc":"2.0","params":{"name":"Турция"}}'.encode()


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def secret() -> str:
    return webhook.new_secret()


def library_headers(secret: str, body: bytes = BODY, at: datetime | None = None):
    """Sign as an agency does with the library."""
    at = at or now()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


def test_vector_of_the_library_documentation():
    """Values published in the standardwebhooks and Svix documentation."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    body = b'{"test": 2432232314}'
    published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    moment = datetime.fromtimestamp(1614265330, UTC)
    assert webhook.sign(published, headers["webhook-id"], moment, body) == headers
    assert webhook.verify(headers, body, [published], moment) == headers["webhook-id"]


def test_library_accepts_our_signature(secret):
    headers = webhook.sign(secret, "msg_2", now(), BODY)
    assert Webhook(secret).verify(BODY, headers) == {
        "jsonrpc": "2.0",
        "params": {"name": "Турция"},
    }


def test_we_accept_the_librarys_signature(secret):
    assert webhook.verify(library_headers(secret), BODY, [secret], now()) == "msg_1"


def test_two_active_secrets_sign_and_verify_in_any_order(secret):
    other = webhook.new_secret()
    headers = webhook.sign([secret, other], "msg_3", now(), BODY)
    for one in (secret, other):
        Webhook(one).verify(BODY, headers)
        assert webhook.verify(headers, BODY, [one], now()) == "msg_3"
        assert webhook.verify(library_headers(one), BODY, [secret, other], now())


def test_header_names_in_any_letter_case(secret):
    headers = {name.title(): value for name, value in library_headers(secret).items()}
    assert webhook.verify(headers, BODY, [secret], now())


def test_other_versions_and_rubbish_beside_a_good_signature_do_not_matter(secret):
    headers = library_headers(secret)
    good = headers["webhook-signature"]
    for beside in ("v1a,AAAA", "v1,%%%", "rubbish", "", "v1", "v1,ключ"):
        headers["webhook-signature"] = f"{beside} {good}"
        assert webhook.verify(headers, BODY, [secret], now())


def refused(headers, body=BODY, secrets=(), at=None) -> bool:
    with pytest.raises(webhook.SignatureRefused) as caught:
        webhook.verify(headers, body, secrets, at or now())
    assert str(caught.value) == ""
    return True


def test_changed_body_is_refused(secret):
    assert refused(library_headers(secret), BODY + b" ", [secret])


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_missing_header_is_refused(secret, name):
    headers = library_headers(secret)
    del headers[name]
    assert refused(headers, secrets=[secret])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "msg_2"),
        ("webhook-id", ""),
        ("webhook-id", "a b"),
        ("webhook-id", "x" * 256),
        ("webhook-timestamp", "0"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "inf"),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "٣"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-signature", ""),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,AAAA"),
    ],
)
def test_forged_header_is_refused(secret, name, value):
    assert refused({**library_headers(secret), name: value}, secrets=[secret])


def test_anothers_secret_or_none_is_refused(secret):
    assert refused(library_headers(secret), secrets=[webhook.new_secret()])
    assert refused(library_headers(secret), secrets=[])


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_clock_may_be_off_by_five_minutes(secret, seconds):
    at = now().replace(microsecond=0)
    headers = library_headers(secret, at=at + timedelta(seconds=seconds))
    assert webhook.verify(headers, BODY, [secret], at)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_clock_may_not_be_off_by_more(secret, seconds):
    at = now().replace(microsecond=0)
    headers = library_headers(secret, at=at + timedelta(seconds=seconds))
    assert refused(headers, secrets=[secret], at=at)


def test_library_keeps_the_same_tolerance(secret):
    headers = webhook.sign(secret, "msg_4", now() - timedelta(seconds=310), BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers)


def test_signed_body_that_is_not_utf8_is_believed_and_left_to_the_parser(secret):
    body = '{"name": "Турция"}'.encode("cp1251")
    timestamp = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"msg_5.{timestamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_5",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    assert webhook.verify(headers, body, [secret], now()) == "msg_5"


def test_too_many_signatures_are_not_even_looked_at(secret):
    headers = library_headers(secret)
    headers["webhook-signature"] = "v1,AAAA " * 8 + headers["webhook-signature"]
    assert refused(headers, secrets=[secret])


def test_a_signature_of_another_version_is_none(secret):
    headers = library_headers(secret)
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v2,")
    assert refused(headers, secrets=[secret])


def test_the_eighth_signature_is_the_last_that_counts(secret):
    headers = library_headers(secret)
    headers["webhook-signature"] = "v1,AAAA " * 7 + headers["webhook-signature"]
    assert webhook.verify(headers, BODY, [secret], now())


def test_an_id_may_have_255_characters(secret):
    headers = webhook.sign(secret, "x" * 255, now(), BODY)
    assert webhook.verify(headers, BODY, [secret], now()) == "x" * 255


def test_a_signature_with_rubbish_inside_is_none(secret):
    headers = library_headers(secret)
    version, good = headers["webhook-signature"].split(",")
    headers["webhook-signature"] = f"{version},{good[:5]}%{good[5:]}"
    assert refused(headers, secrets=[secret])


def test_a_secret_handed_over_without_its_padding_is_the_same(secret):
    bare = secret.rstrip("=")
    assert bare != secret
    assert webhook.verify(library_headers(secret), BODY, [bare], now())


@pytest.mark.parametrize("empty", ["", "whsec_"])
def test_an_empty_secret_neither_signs_nor_verifies(secret, empty):
    with pytest.raises(ValueError, match="empty"):
        webhook.sign(empty, "msg_6", now(), BODY)
    with pytest.raises(ValueError, match="empty"):
        webhook.verify(library_headers(secret), BODY, [empty], now())


def test_new_secrets_are_long_and_different(secret):
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret != webhook.new_secret()
