from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

money = room("tour_loan", "rules").money


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("145000.00", "145000.00"),
        ("145000", "145000.00"),
        ("0.5", "0.50"),
        ("-0.01", "-0.01"),
        (145000, "145000.00"),
        (Decimal("145000.000"), "145000.00"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("0.000"), "0.00"),
    ],
)
def test_wire_amounts_are_read_exactly(value, amount):
    assert str(money.parse(value)) == amount


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 1",
        "1,00",
        "1.001",
        "1e3",
        "+1",
        ".5",
        "NaN",
        "Infinity",
        "1 000",
        "１２",
        "1\n",
        "1" * 16,
        Decimal("0.001"),
        Decimal("NaN"),
    ],
)
def test_what_is_not_plain_money_is_refused(value):
    with pytest.raises(ValueError, match="not an amount"):
        money.parse(value)


@pytest.mark.parametrize("value", [1.5, True, None, b"1"])
def test_floats_and_strange_types_are_refused(value):
    with pytest.raises(TypeError):
        money.parse(value)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("145 000,50 ₽", "145000.50"),
        ("145\u00a0000,5", "145000.50"),
        ("1\u202f000 руб.", "1000.00"),
        (" 1000.00 р ", "1000.00"),
        ("1  000 РУБ.", "1000.00"),
    ],
)
def test_amounts_people_type_are_understood(text, amount):
    assert str(money.parse_typed(text)) == amount


@pytest.mark.parametrize("text", ["", "тысяча", "1,000,000", "1.000,00", "-"])
def test_ambiguous_typed_amounts_are_refused(text):
    with pytest.raises(ValueError, match="not an amount"):
        money.parse_typed(text)


@pytest.mark.parametrize("text", ["100,505", "0.001 ₽", "1 000,9999 руб", "123456789012345.678"])
def test_parts_of_a_kopeck_are_told_apart_from_what_is_no_sum(text):
    with pytest.raises(money.TooFine, match="parts of a kopeck"):
        money.parse_typed(text)


@pytest.mark.parametrize("text", ["1.0.005", "а0,005", "1234567890123456.005", "0,00"])
def test_what_is_no_sum_is_not_called_too_fine(text):
    try:
        money.parse_typed(text)
    except ValueError as error:
        assert not isinstance(error, money.TooFine)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.01"), ("0.015", "0.02"), ("2.674999", "2.67"), ("-0.005", "-0.01")],
)
def test_half_a_kopeck_goes_up(exact, rounded):
    assert str(money.kopecks(Decimal(exact))) == rounded


def test_amounts_are_shown_the_russian_way():
    assert money.format_amount(Decimal("145000")) == "145\u00a0000,00\u00a0₽"
    assert money.format_amount(Decimal("-1234567.891")) == "-1\u00a0234\u00a0567,89\u00a0₽"
    assert money.format_amount(Decimal("0")) == "0,00\u00a0₽"


def test_percents_keep_their_zeros():
    assert money.format_percent(Decimal("292")) == "292,000\u00a0%"
    assert money.format_percent(Decimal("29.8265")) == "29,827\u00a0%"
    assert money.format_percent(Decimal("9.95"), places=1) == "10,0\u00a0%"


def test_a_share_is_not_rounded_up_to_the_minimum():
    assert money.share(Decimal("14499.99"), Decimal("145000.00")) < 10
    assert money.share(Decimal("14500.00"), Decimal("145000.00")) == 10
    assert money.percent_of(Decimal("145000.05"), Decimal("10")) == Decimal("14500.01")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_survives_the_wire(amount):
    assert money.parse(money.to_wire(amount)) == amount


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_what_we_show_can_be_typed_back(amount):
    assert money.parse_typed(money.format_amount(amount)) == amount
