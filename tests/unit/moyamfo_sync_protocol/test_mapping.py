"""Records to and from plain dictionaries."""

from dataclasses import replace

import pytest

from .conftest import application, protocol

mapping, dto, errors = protocol.mapping, protocol.dto, protocol.errors


def test_a_constant_lands_where_its_dotted_key_says(profile):
    constants = {"application": {"Клиент.Резидент": "Да", "Источник": "Сайт"}}
    told = mapping.encode(application(), replace(profile, constants=constants))
    assert told["Клиент"]["Резидент"] == "Да" and told["Источник"] == "Сайт"
    assert told["Клиент"]["Фамилия"] == "Иванова"


@pytest.mark.parametrize("data", ["a text", ["УИД"], 5, None])
def test_what_is_no_object_is_no_record(profile, data):
    with pytest.raises(errors.FormatError, match="an object is needed"):
        mapping.decode(dto.ApplicationState, data, profile)


@pytest.mark.parametrize("value", [["a-1"], {"УИД": "a-1"}])
def test_a_list_or_an_object_in_place_of_a_plain_value_is_told(profile, value):
    key = ".".join(profile.keys["application_state"]["uid"])
    with pytest.raises(errors.FormatError, match=f"{key}: a plain value is needed"):
        mapping.decode(dto.ApplicationState, {key: value}, profile)
