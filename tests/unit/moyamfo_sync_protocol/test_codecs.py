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
WORDS = {"Одобрена": "approved", "Отказ": "declined", "Черновик": None}


def encode(kind, value, form=None):
    return protocol.forms.make(kind, form, profile.formats).encode(value)


def decode(kind, raw, form=None):
    return protocol.forms.make(kind, form, profile.formats).decode(raw)


@pytest.mark.parametrize(
    "raw", [None, "", "  ", "00010101000000", "0001-01-01T00:00:00", "0001-01-01"]
)
def test_emptiness_in_every_dress_is_none(raw):
    assert decode("moment", raw) is None
    assert decode("day", raw) is None


def test_a_moment_is_moscow_on_the_wire_and_utc_inside():
    moment = datetime(2026, 11, 23, 21, 5, 6, tzinfo=timezone.utc)
    assert encode("moment", moment) == "20261124000506"
    for raw in ("20261124000506", "2026-11-24T00:05:06", "2026-11-23T21:05:06Z"):
        assert decode("moment", raw) == moment


def test_a_day_is_never_shifted_by_a_zone():
    assert encode("day", date(2026, 11, 24)) == "20261124000000"
    assert decode("day", "2026-11-24T00:00:00") == date(2026, 11, 24)


def test_a_moment_without_a_zone_never_leaves():
    with pytest.raises(FormatError):
        encode("moment", datetime(2026, 11, 24))


@pytest.mark.parametrize("raw", ["01.09.2025 0:00:00", "завтра", "20261301000000"])
def test_what_is_no_date_is_said_to_be_none(raw):
    with pytest.raises(FormatError):
        decode("moment", raw)


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("145000.00", "145000.00"), ("145 000,5", "145000.50"), ("1E5", "100000.00"),
        (Decimal("0.005"), "0.01"), (7, "7.00"), ("145\u00a0000", "145000.00"),
    ],
)  # fmt: skip
def test_money_is_read_exactly(raw, amount):
    assert str(decode("money", raw)) == amount


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "1E400", "сто", True])
def test_what_is_no_money_is_refused(raw):
    with pytest.raises(FormatError):
        decode("money", raw)


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_as_a_json_number_comes_back_to_the_kopeck(amount):
    text = protocol.trees.json_text({"x": encode("money", amount, "number")})
    assert decode("money", protocol.trees.parse_json(text)["x"]) == amount


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("8(916)123-45-67", "+79161234567"), ("7(916)123-45-67", "+79161234567"),
        ("9161234567", "+79161234567"), ("+375291234567", "+375291234567"),
    ],
)  # fmt: skip
def test_phones_come_in_many_forms(raw, phone):
    assert decode("phone", raw) == phone


def test_a_foreign_phone_goes_as_it_is():
    assert encode("phone", "+79161234567") == "7(916)123-45-67"
    assert encode("phone", "+375291234567") == "+375291234567"


def test_a_passport_number_keeps_its_zeros_and_a_short_one_is_not_shown():
    assert encode("series", "04 05") == "0405"
    assert decode("number6", 1234) == "001234"
    with pytest.raises(FormatError) as wrong:
        encode("number6", "12345")
    assert "12345" not in str(wrong.value)


@pytest.mark.parametrize(
    ("raw", "value"), [(0, False), ("1", True), (True, True), ("Нет", False), ("", None)]
)
def test_booleans(raw, value):
    assert decode("boolean", raw) is value


def test_an_unknown_word_is_unknown_not_lost():
    word = codecs.Word("application_status", WORDS)
    assert word.decode("Одобрена") == "approved"
    assert word.decode("Одобренa") == Unknown("Одобренa")  # the last letter is Latin
    with pytest.raises(FormatError):
        word.encode("other")


def test_a_word_may_mean_that_the_row_is_none_of_ours_and_a_star_any_other():
    with pytest.raises(codecs.Ignored):
        codecs.Word("application_status", WORDS).decode("Черновик")
    any_word = codecs.Word("application_status", {"1": "approved", "*": "in_review"})
    assert (any_word.decode(1), any_word.decode("9")) == ("approved", "in_review")
    with pytest.raises(FormatError):
        any_word.encode("in_review")  # a star is no word
    assert codecs.Word("flag", {"true": "approved"}).decode(True) == "approved"
    assert codecs.Word("flag", {"": "declined"}).decode(None) == "declined"


@pytest.mark.parametrize(
    ("kind", "form", "value", "wire"),
    [
        ("money", "comma", Decimal("1000"), "1000,00"),
        ("money", "spaced", Decimal("1234567.5"), "1\u00a0234\u00a0567,50"),
        ("money", "kopecks", Decimal("54.52"), 5452),
        ("money", "kopecks_text", Decimal("54.52"), "5452"),
        ("percent", "share", Decimal("29.9"), 0.299),
        ("percent", "share_text", Decimal("29.9"), "0.29900"),
        ("percent", "comma", Decimal("29.9"), "29,900"),
        ("months", "days", 12, 365),
        ("months", "days_of_30", 12, 360),
        ("months", "text", 12, "12"),
        ("whole", "text", 12, "12"),
        ("boolean", ["Нет", "Да"], True, "Да"),
        ("phone", "8(###)###-##-##", "+79161234567", "8(916)123-45-67"),
        ("series", "## ##", "4511", "45 11"),
        ("text", "###-###", "770001", "770-001"),
        ("moment", "%d.%m.%Y, %H:%M", datetime(2022, 12, 10, 7, tzinfo=timezone.utc),
         "10.12.2022, 10:00"),
        ("moment", "utc", datetime(2022, 12, 10, 7, tzinfo=timezone.utc), "2022-12-10T07:00:00Z"),
        ("moment", "iso", datetime(2022, 12, 10, 7, tzinfo=timezone.utc),
         "2022-12-10T10:00:00+03:00"),
        ("moment", "unix", datetime(2022, 12, 10, 7, tzinfo=timezone.utc), 1670655600),
        ("moment", "unix_ms", datetime(2022, 12, 10, 7, tzinfo=timezone.utc), 1670655600000),
        ("day", "%d.%m.%y", date(2026, 11, 24), "24.11.26"),
        ("file", None, b"%PDF", "JVBERg=="),
    ],
)  # fmt: skip
def test_a_format_of_a_field_writes_and_reads(kind, form, value, wire):
    assert encode(kind, value, form) == wire
    back = decode(kind, wire, form)
    assert back == value if kind != "text" else back == wire


@pytest.mark.parametrize(
    ("kind", "form", "why"),
    [
        ("money", "roubles", "none of text"),
        ("percent", "permille", "none of"),
        ("months", "weeks", "none of"),
        ("boolean", ["Да", "Да"], "two different"),
        ("boolean", "Да", "two different"),
        ("phone", "8##", "ten #"),
        ("series", "##", "4 #"),
        ("number6", "##", "6 #"),
        ("text", "abc", "mask"),
        ("text", 5, "a text is needed"),
        ("file", "hex", "base64"),
        ("day", "%d.%m", "reads as"),
        ("moment", "%H:%M", "reads as"),
        ("day", "%Q", "cannot be read"),
    ],
)
def test_an_impossible_format_is_refused_with_the_reason(kind, form, why):
    with pytest.raises(ValueError, match=why):
        encode(kind, None, form)


@pytest.mark.parametrize("raw", ["1753-01-01T00:00:00", "3999-12-31", "01.01.0001 0:00:00"])
def test_dates_that_mean_never_are_none(raw):
    assert decode("moment", raw) is None
    assert decode("day", raw) is None


@pytest.mark.parametrize(("days", "months"), [(30, 1), (31, 1), (181, 6), (360, 12), (366, 12)])
def test_calendar_terms_in_days_are_whole_months(days, months):
    assert decode("months", days, "days") == months


@pytest.mark.parametrize("raw", [45, "12.5"])
def test_a_term_that_is_no_whole_month_is_refused(raw):
    with pytest.raises(FormatError):
        decode("months", raw, "days")


def test_ticks_of_a_clock_are_no_obstacle_and_digits_are_counted():
    assert decode("moment", "2026-11-24T00:05:06.1234567+03:00").second == 6
    with pytest.raises(FormatError):
        decode("moment", "202611240005")  # strptime alone would find a date in it


@pytest.mark.parametrize(("raw", "none"), [("0", True), ("", True), ("99999999999", True)])
def test_seconds_that_mean_none(raw, none):
    assert (decode("moment", raw, "unix") is None) is none


def test_seconds_that_are_none():
    with pytest.raises(FormatError):
        decode("moment", "soon", "unix")


def test_a_file_that_is_no_base64_and_a_phone_of_wrong_length_are_refused():
    for kind, raw in (("file", "%%%"), ("phone", "123")):
        with pytest.raises(FormatError):
            decode(kind, raw)
    assert decode("file", "") is None and decode("phone", "") is None
    assert decode("number6", "") is None and decode("text", False) == "false"


def test_a_long_value_is_shown_only_by_its_beginning():
    with pytest.raises(FormatError) as wrong:
        decode("money", "x" * 500)
    assert len(str(wrong.value)) < 100


def test_the_empty_value_of_each_kind_is_1cs_own():
    forms = protocol.forms
    told = {
        ("moment", None): "00010101000000",
        ("day", "%d.%m.%Y"): "01.01.0001",
        ("moment", "iso"): "0001-01-01T00:00:00",
        ("moment", "unix"): 0,
        ("money", "number"): 0.0,
        ("months", None): 0,
        ("boolean", ("Нет", "Да")): "Нет",
        ("text", None): "",
    }
    for (kind, form), empty in told.items():
        assert forms.nothing(kind, forms.make(kind, form, profile.formats)) == empty


@given(st.text())
def test_clean_text_always_fits_into_xml(text):
    from lxml import etree

    element = etree.Element("x")
    element.text = codecs.clean(text)
