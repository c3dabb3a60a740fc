"""Dates and addresses, read as people write them."""

from datetime import date

import pytest

from tests.unit.rooms import room

rules = room("tour_loan", "rules")
typed, address, identity = rules.typed, rules.address, rules.identity


@pytest.mark.parametrize(
    "text",
    [
        *("14.05.1990", "14.5.1990", "1990-05-14", "14/05/1990", "14-05-1990", "14 05 1990"),
        *(
            "14051990",
            " 14.05.1990 ",
            "14 мая 1990",
            "14 мая 1990 г.",
            "14.05.1990 г.",
            "1990.5.14",
        ),
    ],
)
def test_a_date_is_read_as_it_is_meant(text):
    assert typed.parse_date(text) == date(1990, 5, 14)


def test_days_and_months_of_one_digit():
    assert typed.parse_date("1.1.1990") == date(1990, 1, 1)
    assert typed.parse_date("1 января 1990 года") == date(1990, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "завтра",
        "31.02.1990",
        "14.05.90",
        "1990",
        "14.05.19900",
        "1405",
        "١٤.٠٥.١٩٩٠",
        "5 мартобря 1990",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        typed.parse_date(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "101000, Москва, ул. Мясницкая, д. 1",
            dict(postcode="101000", region="Москва", city="Москва", street="ул. Мясницкая", house="1"),
        ),
        (
            "Россия, 141000, Московская обл., г. Мытищи, проспект Мира, дом 5, корп. 2, кв. 17",
            dict(
                postcode="141000", region="Московская обл.", city="Мытищи",
                street="проспект Мира", house="5 корп. 2", flat="17",
            ),
        ),
        (
            "Санкт-Петербург, Невский пр., 10, 7",
            dict(region="Санкт-Петербург", city="Санкт-Петербург", street="Невский пр.", house="10", flat="7"),
        ),
        ("Республика Татарстан, Казань", dict(region="Республика Татарстан", city="Казань")),
        ("", {}),
    ],
)  # fmt: skip
def test_an_address_on_one_line_is_taken_apart(text, parts):
    assert address.split(text) == parts


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("8 800 000-00-01", "tel:+78000000001"),
        ("+7 (495) 123-45-67", "tel:+74951234567"),
        ("+7 495 123-45-67 доб. 12", "tel:+74951234567;ext=12"),
        ("0890", "tel:0890"),
        ("звоните", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_number_for_people_becomes_a_valid_link(text, link):
    assert identity.tel_link(text) == link
