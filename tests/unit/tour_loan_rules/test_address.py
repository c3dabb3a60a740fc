"""One line of an address becomes its parts."""

from tests.unit.rooms import room

address = room("tour_loan", "rules").address


def test_a_region_without_its_mark_is_told_from_a_town():
    assert address.split("Клин, Адыгея") == {"city": "Клин", "region": "Адыгея"}


def test_what_follows_the_region_is_a_town_even_where_it_is_called_like_one():
    found = address.split("Московская обл., г. Тула, ул. Мира, 5")
    assert found["region"] == "Московская обл." and found["city"] == "Тула"


def test_a_town_that_is_named_with_its_mark_is_no_region():
    assert address.split("г. Адыгея") == {"city": "Адыгея"}
    assert address.split("Адыгея") == {"region": "Адыгея"}
