"""What is typed into the one field of a search, and what it finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

search = room("tour_loan", "rules").search
WORDS = search.words(
    ["S-2026/0715", "Королёва", "Анна-Мария", "a.koroleva@example.com", "ДЗ00-000777"],
    ["+79161234567"],
)


def found(typed: str) -> bool:
    return any(
        all(any(word.startswith(prefix) for word in WORDS) for prefix in way)
        for way in search.prefixes(typed)
    )


@pytest.mark.parametrize(
    "typed",
    [
        *("+79161234567", "89161234567", "8 916 123-45-67", "8(916)1234567", "+7(916)123 45 67"),
        *("9161234567", "1234567", "123-45-67", "45-67", "4567", "+7 916", "8 916 12"),
        *("королева", "КОРОЛЁВА", "анна королёва", "мария", "кор анна", "Анна-Мария"),
        *("s-2026/0715", "0715", "2026", "дз00-000777", "777", "a.koroleva@example.com"),
        *("королева 8 916 123-45-67", "«Королёва»", "№S-2026/0715"),
    ],
)
def test_finds(typed):
    assert found(typed)


@pytest.mark.parametrize("typed", ["иванова", "королева иван", "8 916 123-45-68", "", "  ", "9999"])
def test_does_not_find(typed):
    assert not found(typed)


@pytest.mark.parametrize(
    "spelling", ["+79161234567", "8 (916) 123-45-67", "7 916 123 45 67", "916-123-45-67"]
)
def test_a_phone_is_one_in_any_spelling(spelling):
    assert search.national(spelling) == "9161234567"


@given(st.text())
def test_anything_may_be_typed_and_stored(text):
    search.prefixes(text)
    words = search.words([text], [text])
    assert all(word and not word.isspace() for word in words)
