"""Values to and from the wire."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .conftest import PROFILE, QUESTIONS, protocol

codecs, FormatError, Unknown = (
    protocol.codecs, protocol.errors.FormatError, protocol.codecs.Unknown,
)  # fmt: skip
profile = protocol.profile.load(PROFILE, QUESTIONS)


def encode(codec, value):
    return codec.encode(value, profile.formats, profile.enums)


def decode(codec, raw):
    return codec.decode(raw, profile.formats, profile.enums)


@pytest.mark.parametrize(
    "raw", [None, "", "  ", "00010101000000", "0001-01-01T00:00:00", "0001-01-01"]
)
def test_emptiness_in_every_dress_is_none(raw):
    assert decode(codecs.MOMENT, raw) is None
    assert decode(codecs.DAY, raw) is None


def test_a_moment_is_moscow_on_the_wire_and_utc_inside():
    moment = datetime(2026, 11, 23, 21, 5, 6, tzinfo=timezone.utc)
    assert encode(codecs.MOMENT, moment) == "20261124000506"
    for raw in ("20261124000506", "2026-11-24T00:05:06", "2026-11-23T21:05:06Z"):
        assert decode(codecs.MOMENT, raw) == moment


def test_a_day_is_never_shifted_by_a_zone():
    assert encode(codecs.DAY, date(2026, 11, 24)) == "20261124000000"
    assert decode(codecs.DAY, "2026-11-24T00:00:00") == date(2026, 11, 24)


def test_a_moment_without_a_zone_never_leaves():
    with pytest.raises(FormatError):
        encode(codecs.MOMENT, datetime(2026, 11, 24))


@pytest.mark.parametrize("raw", ["01.09.2025 0:00:00", "завтра", "20261301000000"])
def test_what_is_no_date_is_said_to_be_none(raw):
    with pytest.raises(FormatError):
        decode(codecs.MOMENT, raw)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("145000.00", "145000.00"), ("145 000,5", "145000.50"), ("1E5", "100000.00"),
        (Decimal("0.005"), "0.01"), (7, "7.00"), ("145\u00a0000", "145000.00"),
    ],
)  # fmt: skip
def test_money_is_read_exactly(raw, amount):
    assert str(decode(codecs.MONEY, raw)) == amount


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "1E400", "сто", True])
def test_what_is_no_money_is_refused(raw):
    with pytest.raises(FormatError):
        decode(codecs.MONEY, raw)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_as_a_json_number_comes_back_to_the_kopeck(amount):
    from dataclasses import replace

    formats = replace(profile.formats, money="number")
    text = protocol.mapping.json_text({"x": codecs.MONEY.encode(amount, formats, {})})
    assert decode(codecs.MONEY, protocol.mapping.parse_json(text)["x"]) == amount


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("8(916)123-45-67", "+79161234567"), ("7(916)123-45-67", "+79161234567"),
        ("9161234567", "+79161234567"), ("+375291234567", "+375291234567"),
    ],
)  # fmt: skip
def test_phones_come_in_many_forms(raw, phone):
    assert decode(codecs.PHONE, raw) == phone


def test_a_foreign_phone_goes_as_it_is():
    assert encode(codecs.PHONE, "+79161234567") == "7(916)123-45-67"
    assert encode(codecs.PHONE, "+375291234567") == "+375291234567"


def test_a_passport_number_keeps_its_zeros_and_a_short_one_is_not_shown():
    assert encode(codecs.PASSPORT_SERIES, "04 05") == "0405"
    assert decode(codecs.PASSPORT_NUMBER, 1234) == "001234"
    with pytest.raises(FormatError) as wrong:
        encode(codecs.PASSPORT_NUMBER, "12345")
    assert "12345" not in str(wrong.value)


@pytest.mark.parametrize(
    ("raw", "value"), [(0, False), ("1", True), (True, True), ("Нет", False), ("", None)]
)
def test_booleans(raw, value):
    assert decode(codecs.BOOLEAN, raw) is value


def test_an_unknown_word_is_unknown_not_lost():
    word = codecs.Word("application_status")
    assert decode(word, "Одобрена") == "approved"
    assert decode(word, "Одобренa") == Unknown("Одобренa")  # the last letter is Latin
    with pytest.raises(FormatError):
        encode(codecs.Word("employment"), "other")


@given(st.text())
def test_clean_text_always_fits_into_xml(text):
    from lxml import etree

    element = etree.Element("x")
    element.text = codecs.clean(text)
