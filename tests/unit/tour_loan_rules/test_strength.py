"""What looks like a secret, and what people type in a hurry."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

strength = room("tour_loan", "rules").strength


@pytest.mark.parametrize(
    "secret",
    [
        *("a" * 64, "0123456789" * 8, "abcdefghijklmnopqrstuvwxyz0123456789", "changeme" * 10),
        *("password-password-password-password-1", "qwertyqwertyqwertyqwertyqwerty123456"),
        "SECRET_KEY_CHANGE_ME_SECRET_KEY_CHANGE",
    ],
)
def test_what_people_type_is_guessable_however_long(secret):
    assert strength.weakness(secret, 32, 100) == "guessable"


def test_nothing_and_little_are_told_apart():
    assert strength.weakness("", 32, 100) == "empty"
    assert strength.weakness("q8Zr4mVtK1xWn7Lb", 32, 100) == "short"


@pytest.mark.parametrize("bytes_", [32, 36, 48])
def test_what_a_machine_draws_is_strong(bytes_):
    for _time in range(300):
        for secret in (secrets.token_urlsafe(bytes_), secrets.token_hex(bytes_)):
            assert strength.weakness(secret, 32, 100) == "", secret


@given(st.text(max_size=200))
def test_any_text_has_bits_and_never_less_than_none(text):
    assert 0 <= strength.bits(text) <= 21 * len(text)


def test_a_block_that_is_repeated_counts_once():
    assert strength.bits("q8Zr4mVt" * 8) == strength.bits("q8Zr4mVt")
