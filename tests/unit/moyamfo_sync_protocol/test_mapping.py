"""Records to and from trees of plain values."""

import json
from datetime import date
from decimal import Decimal

import pytest

from .conftest import ANSWERS, QUESTIONS, application, protocol
from .test_profile import DEFAULT, changed

mapping, dto, errors = protocol.mapping, protocol.dto, protocol.errors
NOTHING = object()


def parsed(*changes):
    """The default profile with some places changed."""
    data = DEFAULT
    for path, value in changes:
        data = changed(path, value, data)
    return protocol.profile.parse(data, QUESTIONS)


def told(record, *changes, name="application", empty="omit"):
    """What a record becomes."""
    shapes = parsed(*changes).shapes
    return mapping.Encoder(shapes, empty).encode(name, mapping.values_of(record))[0]


def read(name, row, *changes, **asked):
    decoder = mapping.Decoder(parsed(*changes).shapes)
    return decoder.decode(name, row, asked)


STATE = {"УИД": "a-1", "Статус": "Отказ"}


def test_a_constant_lands_where_its_dotted_key_says():
    constants = {"application": {"Клиент.Резидент": "Да", "Источник": "Сайт"}}
    sent = told(application(), ("constants", constants))
    assert sent["Клиент"]["Резидент"] == "Да" and sent["Источник"] == "Сайт"
    assert sent["Клиент"]["Фамилия"] == "Иванова"


@pytest.mark.parametrize("data", ["a text", ["УИД"], 5, None])
def test_what_is_no_object_is_no_record(data):
    with pytest.raises(errors.FormatError, match="an object is needed"):
        read("application_state", data)


@pytest.mark.parametrize("value", [["a-1"], {"УИД": "a-1"}])
def test_a_list_or_an_object_in_place_of_a_plain_value_is_told(value):
    with pytest.raises(errors.FormatError, match="УИД: a plain value is needed"):
        read("application_state", {"УИД": value})


def test_several_fields_go_in_one_key_and_what_is_empty_leaves_no_gap():
    composed = [
        {"key": "ФИО", "template": "{last_name} {first_name}[ {middle_name}]"},
        {"key": "Паспорт", "template": "{passport_series:## ##} {passport_number}"},
        {"key": "Родился", "template": "{birth_date:%d.%m.%Y} г.р., {birth_place}"},
        {"key": "Сумма.Текст", "template": "{amount:comma} руб. на {months} мес."},
    ]
    keys = {"uid": "УИД"}
    sent = told(application(), ("keys.application", keys), ("composed", {"application": composed}))
    assert sent["ФИО"] == "Иванова Мария"
    assert sent["Паспорт"] == "45 10 123456"
    assert sent["Родился"] == "17.05.1990 г.р."
    assert sent["Сумма"]["Текст"] == "120000,00 руб. на 12 мес."


def test_a_composed_value_is_taken_apart():
    composed = {
        "borrower": [{"key": "ФИО", "template": "{last_name} {first_name}[ {middle_name}]"}]
    }
    for text, middle in (("Иванова  Мария Петровна", "Петровна"), ("Иванова Мария", None)):
        borrower = read("borrower", {"ФИО": text}, ("composed", composed))
        assert (borrower.last_name, borrower.first_name) == ("Иванова", "Мария")
        assert borrower.middle_name == middle
    with pytest.raises(errors.FormatError, match="ФИО: is not of the shape"):
        read("borrower", {"ФИО": "Иванова"}, ("composed", composed))
    assert read("borrower", {"ФИО": ""}, ("composed", composed)).last_name is None


def test_a_passport_as_one_text_comes_apart_by_its_masks():
    template = protocol.templates.Template.parse("{a:####} {b:######}")
    assert template.take_apart("4511 123456") == {"a": "4511", "b": "123456"}


def test_parts_of_one_value_go_to_several_keys():
    places = [
        {"key": "Индекс", "pattern": r"^(\d{6})"},
        {"key": "Адрес", "pattern": r"^\d{6}, (.*)$"},
        "АдресСтрокой",
    ]
    record = application(answers={"registration_address": "101000, Москва, Мясницкая, 1"})
    sent = told(record, ("keys.application.registration_address", places))
    assert (sent["Индекс"], sent["Адрес"]) == ("101000", "Москва, Мясницкая, 1")
    assert sent["АдресСтрокой"].startswith("101000")
    missing = application(answers={"registration_address": "Москва"})
    assert told(missing, ("keys.application.registration_address", places))["Индекс"] == ""


def test_formats_of_a_field_override_those_of_the_profile():
    sent = told(
        application(),
        ("keys.application.amount", {"key": "Сумма", "format": "kopecks"}),
        ("keys.application.months", {"key": "Срок", "format": "days", "around": "{} дней"}),
        ("keys.application.phone", {"key": "Телефон", "format": "8(###)###-##-##"}),
        ("keys.application.birth_date", {"key": "ДР", "format": "%d.%m.%Y"}),
        ("keys.application.employment", {"key": "Занятость", "words": {"Трудится": "employee"}}),
    )
    assert (sent["Сумма"], sent["Срок"]) == (12000000, "365 дней")
    assert (sent["Телефон"], sent["ДР"]) == ("8(916)123-45-67", "17.05.1990")
    assert sent["Занятость"] == "Трудится"


def test_what_is_absent_is_left_out_or_null_or_empty_in_1cs_way():
    record = application(product=None, tour_starts_on=None, tour_nights=None)
    assert "Продукт" not in told(record)
    nulls = told(record, empty="null")
    assert nulls["Продукт"] is None and nulls["Тур"]["ДатаНачала"] is None
    full = told(record, empty="explicit")
    assert full["Продукт"] == "" and full["Тур"]["ДатаНачала"] == "00010101000000"
    assert full["Тур"]["Ночей"] == 0 and full["Согласия"] == []
    own = told(record, ("keys.application.product", {"key": "Продукт", "empty": "нет"}))
    assert own["Продукт"] == "нет"


def test_keys_with_dots_places_in_lists_and_lists_of_pairs_are_written_and_read():
    sent = told(
        application(),
        ("keys.application.phone", "Контакты[0].Телефон"),
        ("keys.application.email", "Контакты[1].Почта"),
        ("keys.application.amount", "Сумма\\.Итого"),
        ("keys.application.months", "Поля[Имя=Срок].Значение"),
        ("keys.application.price", "Поля[Имя=Цена].Значение"),
    )
    assert sent["Контакты"] == [{"Телефон": "7(916)123-45-67"}]
    assert sent["Сумма.Итого"] == "120000.00"
    assert sent["Поля"] == [
        {"Имя": "Цена", "Значение": "150000.00"},
        {"Имя": "Срок", "Значение": 12},
    ] or sent["Поля"] == [
        {"Имя": "Срок", "Значение": 12},
        {"Имя": "Цена", "Значение": "150000.00"},
    ]
    row = {**STATE, "Поля": [{"Имя": "Номер", "Значение": "77"}], "Лист": ["x", "y"]}
    state = read(
        "application_state", row,
        ("keys.application_state.number", "Поля[Имя=Номер].Значение"),
        ("keys.application_state.decline_text", "Лист[-1]"),
        ("keys.application_state.loan_number", "Лист[7]"),
    )  # fmt: skip
    assert (state.number, state.decline_text, state.loan_number) == ("77", "y", None)


def test_a_list_may_go_as_one_text():
    place = {"key": "Нужно", "split": ","}
    row = {**STATE, "Нужно": "Паспорт, СНИЛС"}
    assert read("application_state", row, ("keys.application_state.needs", place)).needs == [
        "passport",
        "snils",
    ]


def test_what_is_missing_is_read_as_the_default_and_a_constant_needs_no_key():
    row = {"Номер": "1", "Статус": "Выдан", "Сумма": "5", "Остатки": {"ОсновнойДолг": "5"}}
    contract = read(
        "contract", row,
        ("keys.contract.penalty", {"default": "0"}),
        ("keys.contract.interest", {"key": "Остатки.Проценты", "default": "7,5"}),
        ("keys.contract.as_of", {"default": "20261124000000"}),
    )  # fmt: skip
    assert (contract.penalty, contract.interest) == (Decimal("0.00"), Decimal("7.50"))


def test_a_word_behind_another_is_read_by_its_pattern():
    place = {"key": "Ответ", "pattern": r"^OK;(.+)$"}
    row = {**STATE, "Ответ": "OK;00-1"}
    assert read("application_state", row, ("keys.application_state.number", place)).number == "00-1"
    row["Ответ"] = "Ошибка"
    assert read("application_state", row, ("keys.application_state.number", place)).number is None


def test_text_around_a_value_is_taken_off():
    offer = {**OFFER, "Срок": "365 дней"}
    place = {"key": "Срок", "format": "days", "around": "{} дней"}
    assert read("offer", offer, ("keys.offer.months", place)).months == 12


def test_two_fields_may_be_read_of_one_word():
    state = read(
        "application_state", {"УИД": "a-1", "Статус": "Самозапрет"},
        ("keys.application_state.status", {"key": "Статус", "words": {"Самозапрет": "declined"}}),
        ("keys.application_state.decline_code",
         {"key": "Статус", "words": {"Самозапрет": "self_ban"}}),
    )  # fmt: skip
    assert (state.status, state.decline_code) == ("declined", "self_ban")


OFFER = {
    "Сумма": "100", "Срок": 1, "ПроцентнаяСтавка": "29.9", "ПСК": "30",
    "ДействуетДо": "20261201000000",
    "ГрафикПлатежей": [{"Дата": "20261231", "Сумма": "102.50", "СуммаОД": "100",
                        "СуммаПроцентов": "2.5", "ОстатокОД": "0"}],
}  # fmt: skip


def test_what_follows_from_the_schedule_need_not_be_told():
    offer = read("offer", OFFER)
    assert (offer.monthly_payment, offer.psk_amount) == (Decimal("102.50"), Decimal("2.50"))


@pytest.mark.parametrize("empty", [None, {}, {"Сумма": 0, "Срок": "0", "ПСК": ""}, ""])
def test_an_offer_of_zeros_is_no_offer(empty):
    assert read("application_state", {**STATE, "Условия": empty}).offer is None


def test_an_offer_may_stand_flat_in_its_row():
    row = {**STATE, **OFFER}
    state = read(
        "application_state", row,
        ("keys.application_state.offer", "."),
        ("keys.application_state.number", None),
    )  # fmt: skip
    assert state.offer.amount == Decimal("100.00")


def test_what_was_asked_for_is_known():
    place = {"asked": True}
    row = {"Статус": "Отказ"}
    state = read("application_state", row, ("keys.application_state.uid", place), uid="a-7")
    assert state.uid == "a-7"


def test_a_plain_value_may_be_the_whole_row():
    keys = {"uid": {"asked": True}, "status": "."}
    assert read("application_state", "Отказ", ("keys.application_state", keys), uid="a").uid == "a"


def test_attributes_of_xml_are_keys():
    element = protocol.trees.parse_xml(
        '<О><С Номер="1" Сумма="2"/><С Номер="3">т</С><Пусто/></О>'.encode()
    )
    assert protocol.trees.element_value(element) == {
        "С": [{"@Номер": "1", "@Сумма": "2"}, {"@Номер": "3", "#text": "т"}],
        "Пусто": None,
    }


def test_an_answer_of_another_kind_than_its_format_is_told_without_itself():
    record = application(answers={**ANSWERS, "birth_date": date(1990, 1, 1)})
    with pytest.raises(errors.FormatError, match="application.birth_date"):
        told(record, ("keys.application.birth_date", {"key": "ДР", "format": "comma"}))


def test_a_row_tells_what_nobody_reads():
    decoder = mapping.Decoder(parsed().shapes)
    row = {**STATE, "Новое": 1, "Условия": {**OFFER, "Ещё": {"а": 1}}}
    decoder.decode("application_state", row)
    assert decoder.unknown == {"Новое", "Ещё"}


def test_json_is_written_as_it_is():
    assert json.loads(protocol.trees.json_text(told(application())))["УИД"] == "a-1"
