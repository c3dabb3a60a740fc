import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

contrast = room("tour_loan", "rules").contrast
COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        # known values of WCAG's own examples and of the WebAIM contrast checker
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_ratios_are_those_of_wcag(first, second, ratio):
    assert contrast.ratio(first, second) == ratio


@given(COLORS, COLORS)
def test_the_order_of_the_colours_does_not_matter(first, second):
    ratio = contrast.ratio(first, second)
    assert ratio == contrast.ratio(second, first)
    assert 1.0 <= ratio <= 21.0


@given(COLORS)
def test_every_colour_can_be_read_on_black_or_on_white(color):
    assert None in (contrast.refusal(color, "#000000"), contrast.refusal(color, "#ffffff"))


def test_the_border_is_four_and_a_half():
    assert contrast.refusal("#767676", "#ffffff") is None
    assert contrast.refusal("#777777", "#ffffff") == "contrast"


@pytest.mark.parametrize(
    "color",
    ["", None, "red", "#fff", "767676", "#76767g", "#7676767", " #767676", "#767676;}body{"],
)
def test_what_is_no_colour_is_refused(color):
    assert contrast.refusal(color, "#ffffff") == "format"
    assert contrast.refusal("#ffffff", color) == "format"


def test_letters_may_be_small_or_capital():
    assert contrast.ratio("#ABCDEF", "#000000") == contrast.ratio("#abcdef", "#000000")
