import hashlib
import hmac
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

codes = room("tour_loan", "rules").codes
KEY = b"k" * 32
PARTS = {"nonce": "0" * 32, "purpose": "login", "phone": "+79161234567", "digest": "d" * 64}


def code(key=KEY, **changes):
    return codes.code(key, **{**PARTS, **changes})


def test_it_is_the_dynamic_truncation_of_rfc_4226():
    # computed here anew, from the paragraph of the RFC
    text = "\n".join(PARTS.values()).encode()
    mac = hmac.new(KEY, text, hashlib.sha256).digest()
    offset = mac[31] % 16
    number = int.from_bytes(mac[offset : offset + 4], "big") % 2**31
    assert code() == f"{number % 10**6:06}"


def test_the_same_challenge_has_the_same_code():
    assert code() == code()


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "1" + "0" * 31},
        {"purpose": "contract"},
        {"phone": "+79161234568"},
        {"digest": "e" * 64},
        {"key": b"k" * 31 + b"l"},
    ],
)
def test_it_depends_on_everything_it_stands_for(change):
    assert code(**change) != code()


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        code(key=b"k" * 31)


@given(st.text("0123456789abcdef", min_size=32, max_size=32))
def test_it_always_has_six_digits(nonce):
    found = code(nonce=nonce)
    assert len(found) == 6
    assert found.isascii() and found.isdigit()


def test_codes_are_spread_evenly():
    first_digits = Counter(code(nonce=f"{number:032x}")[0] for number in range(5000))
    assert len(first_digits) == 10
    assert all(400 < count < 600 for count in first_digits.values())


def test_nonces_do_not_repeat():
    nonces = {codes.new_nonce() for _number in range(1000)}
    assert len(nonces) == 1000
    assert {len(nonce) for nonce in nonces} == {32}


@pytest.mark.parametrize("typed", ["012345", " 012345 ", "012 345", "012-345", "0 1 2 3 4 5"])
def test_what_people_type_between_the_digits_does_not_count(typed):
    assert codes.matches("012345", typed)


@pytest.mark.parametrize("typed", ["", "12345", "0123456", "012346", "abc", "O12345", "٠١٢٣٤٥"])
def test_anything_else_is_wrong(typed):
    assert not codes.matches("012345", typed)


@given(st.text())
def test_no_text_breaks_the_comparison(typed):
    assert codes.matches("012345", typed) in (True, False)


def test_a_digest_depends_on_each_document_and_their_order():
    first, second = "a" * 64, "b" * 64
    digests = {
        codes.digest_of(hashes)
        for hashes in ([], [first], [second], [first, second], [second, first])
    }
    assert len(digests) == 5


def test_the_limits_grow_with_the_window_and_the_crowd():
    (hour, hourly), (day, daily) = codes.LINE_LIMITS
    assert hour < day and hourly < daily
    for (_hour, one), (_day, many) in codes.SENDER_LIMITS.values():
        assert hourly < one < many
        assert daily < many
    # so that the attempts of a day cannot guess one of a million codes
    assert daily * codes.MAX_ATTEMPTS <= 50
    assert codes.LOGIN_SMS_A_DAY * codes.MAX_ATTEMPTS <= 50


def test_the_numbers_are_those_of_the_security_page():
    assert (codes.DIGITS, codes.MAX_ATTEMPTS) == (6, 5)
    assert (codes.LIFETIME_SECONDS, codes.RESEND_SECONDS, codes.DAY_SECONDS) == (300, 60, 86400)
    assert codes.LINE_LIMITS == ((3600, 5), (86400, 10))
    assert codes.SENDER_LIMITS == {
        "session": ((3600, 15), (86400, 40)),
        "ip": ((3600, 200), (86400, 1000)),
    }
    assert codes.SHARED_A_DAY == {"named": 8, "typed": 5}
    assert (codes.LOGIN_SMS_A_DAY, codes.LOGIN_DATES_A_DAY) == (10, {"login": 10, "known_login": 5})


def test_of_what_strangers_may_cause_a_first_code_is_taken_by_first_codes_only():
    again_and_again = [[3600.0] * 8] * 2
    assert codes.seconds_over_share(8, 0, again_and_again) == 0
    once = [[float(hours * 3600)] for hours in range(8)]
    assert codes.seconds_over_share(8, 0, once[:7]) == 0
    # till the oldest of them is a day old
    assert codes.seconds_over_share(8, 0, once) == 17 * 3600
    assert codes.seconds_over_share(8, 1, once) == 0
    twice = [[0.0, 3600.0]] * 4
    assert codes.seconds_over_share(8, 1, twice[:3]) == 0
    assert codes.seconds_over_share(8, 1, twice) == 23 * 3600


@given(
    st.integers(1, 9),
    st.lists(st.integers(0, 8), max_size=60),
)
def test_the_sms_of_a_day_are_bounded_whoever_asks_in_which_order(pot, asks):
    sent = {}
    for who in asks:
        others = [[0.0] * count for other, count in sent.items() if other != who]
        mine = sent.get(who, 0)
        if mine < pot and not codes.seconds_over_share(pot, mine, others):
            sent[who] = mine + 1
    assert sum(sent.values()) <= sum(pot // nth for nth in range(1, pot + 1))


def test_what_is_signed_for_is_hashed_the_same_for_ever():
    # codes on their way, and evidence kept for years, rest on both
    text = b"birth date\n+79161234567\n1990-03-14"
    assert codes.date_digest(KEY, "+79161234567", "1990-03-14") == (
        hmac.new(KEY, text, hashlib.sha256).hexdigest()
    )
    hashes = ["a" * 64, "b" * 64]
    expected = hashlib.sha256(("a" * 64 + "\n" + "b" * 64).encode()).hexdigest()
    assert codes.digest_of(hashes) == expected


def test_who_is_alone_has_one_share_of_each_code():
    assert codes.seconds_over_share(1, 4, [[0.0] * 4]) == 0
    assert codes.seconds_over_share(1, 4, [[0.0] * 5]) == codes.DAY_SECONDS


def test_a_date_is_not_read_from_its_digest():
    digests = {
        codes.date_digest(key, phone, born)
        for key in (KEY, b"l" * 32)
        for phone in ("+79161234567", "+79161234568")
        for born in ("", "1990-03-14", "1990-03-15")
    }
    assert len(digests) == 12
    assert hashlib.sha256(b"1990-03-14").hexdigest() not in digests


NOON = datetime(2026, 6, 1, 12)


@pytest.mark.parametrize(
    ("seconds", "over"),
    [(0, False), (299, False), (300, True), (-30, False), (-31, True), (-7200, True)],
)
def test_a_code_is_over_after_its_time_and_before_it(seconds, over):
    expires_at = NOON + timedelta(seconds=codes.LIFETIME_SECONDS)
    assert codes.is_over(NOON + timedelta(seconds=seconds), expires_at) is over


@pytest.mark.parametrize(
    ("passed", "left"), [(0, 60), (10, 50), (10.5, 50), (59.5, 1), (60, 0), (61, 0), (-5, 60)]
)
def test_it_counts_for_whole_seconds_until_its_window_is_over(passed, left):
    assert codes.seconds_left(60, passed) == left


@given(st.floats(-1e6, 1e6))
def test_what_happened_later_than_now_happened_just_now(passed):
    left = codes.seconds_left(60, passed)
    assert 0 <= left <= 60
    assert left == 60 or passed > 0
