import ast
import inspect
import re
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

identity = room("tour_loan", "rules").identity

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  иванов ", "Иванов"),
        ("ИВАНОВ", "Иванов"),
        ("ИВАНОВА  -  ПЕТРОВА", "Иванова-Петрова"),
        ("салтыков–щедрин", "Салтыков-Щедрин"),
        ("салтыков- щедрин", "Салтыков-Щедрин"),
        ("салтыков -щедрин", "Салтыков-Щедрин"),
        ("ё", "Ё"),
        ("КОРОЛЁВ", "Королёв"),
        ("Королев", "Королев"),
        ("Андреи\u0306", "Андрей"),
        ("ГУСЕЙН ОГЛЫ", "Гусейн оглы"),
        ("лейла кызы", "Лейла кызы"),
        ("д’артаньян", "Д'Артаньян"),
        ("де Голль", "Де Голль"),
        ("Анна\u00a0 Мария", "Анна Мария"),
        ("", ""),
    ],
)
def test_names_are_tidied_but_not_respelled(typed, name):
    assert identity.normal_name(typed) == name
    assert identity.normal_name(name) == name
    assert identity.check_name(name) == (None if name else "required")


@pytest.mark.parametrize("name", ["О", "Ян", "Римский-Корсаков", "Алиев оглы"])
def test_short_double_and_eastern_names_are_fine(name):
    assert identity.check_name(name) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "required"),
        ("Иванoв", "name_mixed_script"),  # a Latin o
        ("Cидоров", "name_mixed_script"),  # a Latin C
        ("Ivanov", "name_not_cyrillic"),
        ("иванов", "name_format"),
        ("Иванов2", "name_format"),
        ("-Иванов", "name_format"),
        ("Ιванов", "name_format"),  # a Greek iota
        ("Іванов", "name_format"),  # a Ukrainian І
        ("Иванов\n", "name_format"),
        ("И" * 101, "name_format"),
    ],
)
def test_names_that_no_passport_holds_are_refused(name, code):
    assert identity.check_name(name) == code


@pytest.mark.parametrize(
    ("typed", "name", "code"),
    [
        ("Ivanov-Petrov", "IVANOV-PETROV", None),
        (" o’neil ", "O'NEIL", None),
        ("Ivanоv", "IVANОV", "latin_name_mixed_script"),  # a Cyrillic о
        ("Müller", "MÜLLER", "latin_name_format"),
        ("", "", "required"),
    ],
)
def test_latin_names_are_as_foreign_passports_have_them(typed, name, code):
    assert identity.normal_latin_name(typed) == name
    assert identity.check_latin_name(name) == code


@pytest.mark.parametrize(
    ("birth_date", "code"),
    [
        (None, "required"),
        (date(2026, 11, 25), "birth_date_future"),
        (date(2008, 11, 25), "under_age"),
        (date(2008, 11, 24), None),
        (date(1906, 11, 25), None),
        (date(1906, 11, 24), "birth_date_unlikely"),
    ],
)
def test_a_borrower_is_an_adult(birth_date, code):
    assert identity.check_birth_date(birth_date, TODAY) == code


def test_who_was_born_on_29_february_comes_of_age_on_28():
    leap = date(2008, 2, 29)
    assert identity.check_birth_date(leap, date(2026, 2, 27)) == "under_age"
    assert identity.check_birth_date(leap, date(2026, 2, 28)) is None


@pytest.mark.parametrize(
    "typed",
    [
        "4509 235857",
        "45 09 235857",
        "4509235857",
        "45 09 № 235857",
        "серия 4509 номер 235857",
    ],
)
def test_the_passport_is_read_however_it_is_typed(typed):
    assert identity.split_passport(typed) == ("4509", "235857")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", ("required", "required")),
        ("4509", (None, "required")),
        ("450 9235", (None, "passport_number_format")),
        ("4509 2358571", (None, "passport_number_format")),
        ("450", ("passport_series_format", "required")),
    ],
)
def test_an_incomplete_passport_is_told(typed, codes):
    series, number = identity.split_passport(typed)
    found = (
        identity.check_passport_series(series),
        identity.check_passport_number(number),
    )
    assert found == codes


BORN = date(1990, 5, 10)
TWENTY = date(2010, 5, 10)
FORTY_FIVE = date(2035, 5, 10)
GRACE = timedelta(days=90)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("issued_on", "today", "code"),
    [
        (None, TODAY, "required"),
        (TODAY + DAY, TODAY, "passport_issued_in_future"),
        (TODAY, TODAY, None),
        (date(2004, 5, 9), TODAY, "passport_issued_too_early"),
        (date(2004, 5, 10), TWENTY - DAY, None),
        (date(2004, 5, 10), TWENTY, "passport_exchange_due"),
        (date(2004, 5, 10), TWENTY + GRACE, "passport_exchange_due"),
        (date(2004, 5, 10), TWENTY + GRACE + DAY, "passport_expired"),
        (TWENTY - DAY, TWENTY + GRACE + DAY, "passport_expired"),
        (TWENTY, TWENTY + GRACE + DAY, None),
        # Replaced on damage or marriage, far from any birthday.
        (date(2018, 1, 1), TODAY, None),
        (date(2018, 1, 1), FORTY_FIVE, "passport_exchange_due"),
        (date(2018, 1, 1), FORTY_FIVE + GRACE, "passport_exchange_due"),
        (date(2018, 1, 1), FORTY_FIVE + GRACE + DAY, "passport_expired"),
        (FORTY_FIVE, date(2070, 1, 1), None),
        # Never exchanged at 20: no grace at 45 helps.
        (date(2004, 5, 10), FORTY_FIVE, "passport_expired"),
    ],
)
def test_a_passport_is_exchanged_at_20_and_45_within_ninety_days(issued_on, today, code):
    assert identity.check_passport_issued_on(issued_on, BORN, today) == code


@given(
    st.dates(date(1920, 1, 1), date(2008, 1, 1)),
    st.dates(date(1990, 1, 1), TODAY),
    st.integers(0, 3000),
)
def test_a_later_issue_date_is_never_worse(birth_date, issued_on, later):
    order = (
        "passport_issued_before_passports",
        "passport_issued_too_early",
        "passport_expired",
        "passport_exchange_due",
        None,
    )

    def rank(day):
        return order.index(identity.check_passport_issued_on(day, birth_date, TODAY))

    after = min(issued_on + timedelta(days=later), TODAY)
    assert rank(issued_on) <= rank(after)


def test_only_the_exchange_is_a_warning():
    assert {"passport_exchange_due"} == identity.WARNINGS
    assert identity.WARNINGS <= identity.CODES


@pytest.mark.parametrize(
    "typed", ["770001", "770-001", "770 001", " 770–001 ", "770 - 001", "７７０００１"]
)
def test_a_division_code_is_read_however_it_is_typed(typed):
    assert identity.normal_division_code(typed) == "770-001"
    assert identity.check_division_code("770-001") is None


@pytest.mark.parametrize("typed", ["77-0001", "7700012", "77000", "код 770001", "abc"])
def test_what_is_no_division_code_is_told(typed):
    normal = identity.normal_division_code(typed)
    assert identity.check_division_code(normal) == "division_code_format"


@pytest.mark.parametrize(
    ("snils", "code"),
    [
        ("11223344595", None),
        ("11223344596", "snils_checksum"),
        ("08765430300", None),  # the sum is 202: remainder 0
        ("00100199899", None),  # the last number without a checksum
        ("00100199999", "snils_checksum"),
        ("00000000000", "snils_format"),
        ("1122334459", "snils_format"),
        ("112-233-445 95", "snils_format"),
        ("", "required"),
    ],
)
def test_snils_has_its_checksum(snils, code):
    assert identity.check_snils(snils) == code


def test_snils_is_read_with_its_dashes():
    assert identity.normal_digits("112-233-445 95") == "11223344595"


def expected_snils_checksum(number):
    """The rule word for word: below 100 itself, 100 and 101 give 00, else mod 101."""
    total = sum(int(digit) * weight for digit, weight in zip(number, range(9, 0, -1), strict=True))
    if total > 101:
        total %= 101
    return 0 if total in (100, 101) else total


@given(st.integers(min_value=1_001_999, max_value=999_999_999), st.integers(0, 99))
def test_exactly_one_checksum_fits_a_snils(number, checksum):
    digits = f"{number:09d}"
    fits = identity.check_snils(f"{digits}{checksum:02d}") is None
    assert fits == (checksum == expected_snils_checksum(digits))


@pytest.mark.parametrize(
    ("number", "lengths", "code"),
    [
        ("500100732259", (12,), None),
        ("500100732250", (12,), "inn_checksum"),
        ("7707083893", (12,), "inn_format"),
        ("7707083893", (10, 12), None),
        ("7707083894", (10, 12), "inn_checksum"),
        ("000000000000", (12,), "inn_format"),
        ("50010073225a", (12,), "inn_format"),
        ("", (12,), "required"),
    ],
)
def test_inn_has_its_checksum(number, lengths, code):
    assert identity.check_inn(number, lengths) == code


@pytest.mark.parametrize(
    "typed",
    [
        "+79161234567",
        "89161234567",
        "9161234567",
        "+7 (916) 123-45-67",
        " 8 916 123 45 67 ",
        "8-916-123–45–67",
        "+7\u00a0916\u00a0123\u00a045\u00a067",
        "٨٩١٦١٢٣٤٥٦٧",
    ],
)
def test_a_russian_mobile_becomes_e164(typed):
    assert identity.normal_phone(typed) == "+79161234567"
    assert identity.check_phone(typed) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("+7 701 123-45-67", "phone_foreign"),  # Kazakhstan
        ("+7 777 123-45-67", "phone_foreign"),
        ("+375 29 123-45-67", "phone_foreign"),
        ("+7 495 123-45-67", "phone_not_mobile"),
        ("8 800 555-35-35", "phone_not_mobile"),
        ("+7 916 123-45-67 доб. 12", "phone_extension"),
        ("+7 916 123-45-67 ext 12", "phone_extension"),
        ("+7 916 123-45-67;12", "phone_extension"),
        ("+7 916 FLOWERS", "phone_format"),
        ("+7 916 123-45", "phone_format"),
        ("123", "phone_format"),
        ("+", "phone_format"),
    ],
)
def test_other_numbers_are_told_apart(typed, code):
    assert identity.check_phone(typed) == code
    assert identity.check_phone(identity.normal_phone(typed)) == code


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Ivan.Ivanov@Mail.RU ", "Ivan.Ivanov@mail.ru"),
        ("a+b@sub.example.museum", "a+b@sub.example.museum"),
        ("i@xn--80a1acny.xn--p1ai", "i@xn--80a1acny.xn--p1ai"),
    ],
)
def test_an_email_is_tidied(typed, address):
    assert identity.normal_email(typed) == address
    assert identity.check_email(address) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "required"),
        ("ivanоv@mail.ru", "email_not_latin"),  # a Cyrillic о
        ("почта@пример.рф", "email_not_latin"),
        ("ivanov", "email_format"),
        ("ivanov@mail", "email_format"),
        ("iva nov@mail.ru", "email_format"),
        ("ivanov@@mail.ru", "email_format"),
        (".ivanov@mail.ru", "email_format"),
        ("iva..nov@mail.ru", "email_format"),
        ("ivanov@-mail.ru", "email_format"),
        ("ivanov@mail.ru\nBcc: x@y.ru", "email_format"),
        ("a" * 250 + "@m.ru", "email_format"),
    ],
)
def test_what_is_no_email_is_told(address, code):
    assert identity.check_email(address) == code


@pytest.mark.parametrize(
    ("index", "code"),
    [
        ("101000", None),
        ("690091", None),
        ("001000", "postal_index_format"),
        ("901000", "postal_index_format"),
        ("10100", "postal_index_format"),
        ("1010000", "postal_index_format"),
        ("", "required"),
    ],
)
def test_a_postal_index_has_six_digits(index, code):
    assert identity.check_postal_index(index) == code


def test_the_list_of_codes_is_what_the_validators_return():
    returned = set()
    for function in ast.parse(inspect.getsource(identity)).body:
        if isinstance(function, ast.FunctionDef) and function.name.startswith("check_"):
            texts = (
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
            returned |= {text for text in texts if re.fullmatch("[a-z_]{5,}", text)}
    assert returned == identity.CODES


PAIRS = (
    (identity.normal_name, identity.check_name),
    (identity.normal_latin_name, identity.check_latin_name),
    (identity.normal_division_code, identity.check_division_code),
    (identity.normal_digits, identity.check_snils),
    (identity.normal_digits, identity.check_inn),
    (identity.normal_phone, identity.check_phone),
    (identity.normal_email, identity.check_email),
    (identity.normal_text, identity.check_postal_index),
)
TYPED = st.text("абвёйАБВЁЙоглыabcABC0123456789 '-–’.@+()\u00a0№\u0306", max_size=30)


@given(st.text(max_size=60) | TYPED)
def test_no_text_breaks_a_normaliser_or_a_validator(text):
    for normal, check in PAIRS:
        assert check(text) in identity.CODES | {None}
        assert check(normal(text)) in identity.CODES | {None}


@given(TYPED)
def test_tidying_twice_changes_nothing_more(text):
    for normal, _check in PAIRS:
        assert normal(normal(text)) == normal(text)


@given(st.dates(date(1953, 1, 1), date(2000, 1, 1)))
def test_a_passport_taken_at_45_never_expires(birth_date):
    issued_on = birth_date + relativedelta(years=45)
    today = issued_on + relativedelta(years=40)
    assert identity.check_passport_issued_on(issued_on, birth_date, today) is None
