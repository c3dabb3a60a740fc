"""What is hardly true is doubted, what cannot be true is refused, what is true passes."""

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.rooms import room

rules = room("tour_loan", "rules")
identity, doubts, regions = rules.identity, rules.doubts, rules.regions
TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Иван-", "name_format"),
        ("Иван--Пётр", "name_format"),
        ("Иван-'", "name_format"),
        ("Иванов 2", "name_format"),
        ("де ла Крус", "name_format"),  # tidied first: see the next test
        ("Д'Артаньян", None),
        ("О", None),
        ("Салтыков-Щедрин", None),
    ],
)
def test_a_name_that_cannot_be_is_refused(name, code):
    assert identity.check_name(name) == code


def test_de_la_cruz_exists_and_is_asked_about():
    name = identity.normal_name("де ла Крус")
    assert identity.check_name(name) is None
    assert doubts.surname(name) == "doubt_words"


@pytest.mark.parametrize("word", ["Нет", "НЕТ", "-", "—", "Отсутствует", "без отчества", "не имею"])
def test_words_for_no_patronymic_are_no_patronymic(word):
    assert identity.check_middle_name(identity.normal_name(word)) == "no_middle_name"


def test_a_patronymic_that_is_not_typed_is_missing():
    assert identity.check_middle_name("") == "required"
    assert identity.check_middle_name(None) == "required"


@pytest.mark.parametrize("name", ["Петровна", "Гусейн оглы", "Нетович"])
def test_patronymics_are_patronymics(name):
    assert identity.check_middle_name(name) is None
    assert doubts.middle_name(name) is None


@pytest.mark.parametrize(
    ("last", "first", "code"),
    [
        ("Иванов Иван Иванович", "Иван", "doubt_full_name"),
        ("Иванов Иван", "Иван", "doubt_full_name"),
        ("Иванова Мария Петровна", "", "doubt_full_name"),
        ("Алиев Ахмед Гусейн оглы", "", "doubt_full_name"),
        ("Иванов", "Иван", None),
        ("Мамин-Сибиряк", "Дмитрий", None),
    ],
)
def test_a_whole_name_in_the_surname_is_doubted(last, first, code):
    assert doubts.surname(last, first) == code


def test_the_surname_as_first_name_is_doubted():
    assert doubts.first_name("Иванов", "ИВАНОВ") == "doubt_same_names"
    assert doubts.first_name("Иван Иванович") == "doubt_full_name"
    assert doubts.first_name("Анна Мария") == "doubt_words"
    assert doubts.first_name("Анна-Мария", "Иванова") is None


def test_numbers_that_no_passport_has_are_refused():
    assert identity.check_passport_series("0000") == "passport_series_unknown"
    assert identity.check_passport_series("0011") == "passport_series_unknown"
    assert identity.check_passport_series("4511") is None
    assert identity.check_passport_number("000000") == "passport_number_unknown"
    assert identity.check_passport_number("000001") is None
    assert identity.check_division_code("000-000") == "division_code_unknown"
    assert identity.check_division_code("002-001") == "division_code_unknown"
    assert identity.check_division_code("010-001") is None


def test_no_passport_was_issued_before_there_were_any():
    born = date(1970, 5, 1)
    refused = identity.check_passport_issued_on(date(1997, 9, 30), born, date(2005, 1, 1))
    assert refused == "passport_issued_before_passports"
    assert identity.check_passport_issued_on(date(1997, 10, 1), born, date(2005, 1, 1)) is None


def test_a_series_printed_after_the_issue_is_doubted():
    assert doubts.series_year("4511", date(2011, 4, 20)) is None
    assert doubts.series_year("4510", date(2011, 4, 20)) is None
    assert doubts.series_year("4598", date(2001, 4, 20)) is None
    assert doubts.series_year("4519", date(2011, 4, 20)) == "doubt_series_year"
    assert doubts.series_year("4550", date(2011, 4, 20)) == "doubt_series_year"


@pytest.mark.parametrize("text", ["x", "УВД", "полиция", "ОВД"])
def test_an_issuer_shorter_than_any_is_doubted_or_refused(text):
    assert identity.check_russian_text(text) or doubts.issuer(text)


@pytest.mark.parametrize("text", ["ОВМ ОМВД", "83 ОМ Г. МОСКВЫ", "ГУ МВД РОССИИ ПО Г. МОСКВЕ"])
def test_issuers_of_the_reference_book_pass(text):
    assert identity.check_russian_text(text) is None
    assert doubts.issuer(text) is None


def test_a_text_in_a_passport_is_russian():
    assert identity.check_russian_text("x") == "russian_text"
    assert identity.check_russian_text("Moscow") == "russian_text"
    assert identity.check_russian_text("12345") == "russian_text"
    assert identity.check_russian_text("гор. Москва") is None


@pytest.mark.parametrize(
    "text",
    [
        *("Москва", "г. Москва", "Московская область", "МО", "Санкт-Петербург", "СПб"),
        *("Республика Саха (Якутия)", "ХМАО — Югра", "Ханты-Мансийский автономный округ"),
        *("Чувашская Республика", "Респ. Адыгея", "Кемеровская обл. - Кузбасс", "ЛНР"),
        *("Еврейская АО", "Чеченская Республика", "Алтайский край", "Орловская обл", "Тыва"),
    ],
)
def test_regions_are_known_as_people_write_them(text):
    assert regions.is_region(text)


@pytest.mark.parametrize("text", ["Луна", "Марс", "x", "Область", "123", "Атлантида"])
def test_what_is_no_region_is_doubted(text):
    assert doubts.region(text) == "doubt_region"


@pytest.mark.parametrize(
    ("amount", "employment", "code"),
    [
        (0, "employee", "doubt_no_income"),
        (0, "pensioner", "doubt_no_income"),
        (0, "none", None),
        (0, "student", None),
        (500, "employee", "doubt_small_income"),
        (60_000, "employee", None),
        (99_000_000, "employee", "doubt_big_income"),
    ],
)
def test_an_income_that_is_hardly_one_is_doubted(amount, employment, code):
    assert doubts.income(Decimal(amount), employment) == code


def test_payments_above_the_income_are_doubted():
    assert doubts.expenses(Decimal(99_000_000), Decimal(95_000)) == "doubt_big_expenses"
    assert doubts.expenses(Decimal(20_000), Decimal(95_000)) is None
    assert doubts.expenses(Decimal(500), Decimal(0)) is None


def test_the_rest():
    assert doubts.house("1") is None
    assert doubts.house("б/н") == "doubt_house"
    assert doubts.division_code("770-001") is None
    assert doubts.division_code("990-001") == "doubt_division_code"
    assert doubts.letters("Я") == "doubt_short"
    assert doubts.letters("с. Яя") == "doubt_short" or doubts.letters("с. Яя") is None
    assert doubts.age(date(1930, 1, 1), TODAY) == "doubt_age"
    assert doubts.age(date(1990, 1, 1), TODAY) is None


@pytest.mark.parametrize(
    ("series", "year", "code"),
    [
        ("4511", 2010, None),  # a blank's year may be the next one
        ("4511", 2009, "doubt_series_year"),
        ("4511", 2016, None),
        ("4511", 2017, "doubt_series_year"),
        ("4597", 2000, None),
        ("4596", 2000, "doubt_series_year"),
    ],
)
def test_a_series_fits_the_years_its_blank_lay_about(series, year, code):
    assert doubts.series_year(series, date(year, 6, 1)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("УВД", "doubt_issuer"), ("полиция", "doubt_issuer"), ("ОВД МВД", None)],
)
def test_an_issuer_has_two_words_and_seven_letters(text, code):
    assert doubts.issuer(text) == code
    assert {code} <= doubts.CODES | {None}


def test_a_surname_of_two_words_is_told_from_a_whole_name():
    assert doubts.surname("де ла Крус") == "doubt_words"
    assert doubts.surname("Иванов Иван", "Иван") == "doubt_full_name"
    assert doubts.surname("Петров XX") == "doubt_words"
