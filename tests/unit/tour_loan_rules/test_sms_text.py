import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

sms_text = room("tour_loan", "rules").sms_text


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("S-2026/17_b", "S-2026/17_b"),
        ("Заказ 12", "Заказ12"),
        ("http://evil.example/?q={code}", "http//evilexample/qcode"),
        ("{code}", "code"),
        ("7\n\r\t%s", "7s"),
        (None, ""),
        ("1" * 200, "1" * 40),
    ],
)
def test_a_number_is_letters_digits_and_three_marks(typed, sent):
    assert sms_text.number(typed) == sent


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("ООО МКК «Море»", "ООО МКК «Море»"),
        ("Слетать.ру", "Слетать ру"),
        ("Ветер:  https://e.ru", "Ветер https //e ru"),
        ("{code} {other}", "code other"),
        (None, ""),
    ],
)
def test_a_name_keeps_its_words(name, sent):
    assert sms_text.name(name) == sent


@given(st.text())
def test_nothing_becomes_a_link_or_a_placeholder(text):
    for sent in (sms_text.number(text), sms_text.name(text)):
        assert not set(sent) & set(".:{}%\n\r?&=@")
        assert len(sent) <= 40
