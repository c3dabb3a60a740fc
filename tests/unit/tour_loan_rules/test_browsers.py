import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

browsers = room("tour_loan", "rules").browsers
KEY, PHONE = b"k" * 32, "+79161234567"


def test_a_browser_is_known_by_the_phone_it_confirmed_only():
    cookie = browsers.marked(KEY, "", PHONE)
    assert browsers.is_marked(KEY, cookie, PHONE)
    assert not browsers.is_marked(KEY, cookie, "+79161234568")
    assert not browsers.is_marked(b"l" * 32, cookie, PHONE)


def test_the_cookie_reveals_no_phone_and_no_two_are_alike():
    first, second = browsers.marked(KEY, "", PHONE), browsers.marked(KEY, "", PHONE)
    assert "7916" not in first
    assert not set(first.split(".")) & set(second.split("."))


def test_a_mark_belongs_to_its_browser():
    mine, theirs = browsers.marked(KEY, "", PHONE), browsers.marked(KEY, "", "+79030000000")
    stolen = f"{theirs.split('.')[0]}.{mine.split('.')[1]}"
    assert not browsers.is_marked(KEY, stolen, PHONE)


def test_a_family_shares_a_browser_and_the_oldest_of_many_goes():
    phones = [f"+7916000000{number}" for number in range(7)]
    cookie = ""
    for phone in phones:
        cookie = browsers.marked(KEY, cookie, phone)
    known = [phone for phone in phones if browsers.is_marked(KEY, cookie, phone)]
    assert known == phones[-browsers.PHONES_KEPT :]
    assert browsers.marked(KEY, cookie, phones[-1]) == cookie
    assert len(cookie) < 200


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "0" * 32, "0" * 32 + ".", "Я.Я", "." * 5000])
def test_nonsense_knows_nobody_and_is_replaced(cookie):
    assert not browsers.is_marked(KEY, cookie, PHONE)
    assert browsers.is_marked(KEY, browsers.marked(KEY, cookie, PHONE), PHONE)


@given(st.text())
def test_no_text_breaks_it(cookie):
    assert browsers.is_marked(KEY, cookie, PHONE) is False
