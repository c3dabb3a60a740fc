import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

rules = room("tour_loan", "rules")
masking = rules.masking
personal_fields = rules.personal_fields


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+79161234545", "+7 916 ***-**-45"),
        ("8 (916) 123-45-45", "+7 916 ***-**-45"),
        ("9161234545", "+7 916 ***-**-45"),
        ("+375291234567", "***67"),
        ("112", "***"),
        ("1123", "***"),
        ("11234", "***34"),
        ("нет", "***"),
    ],
)
def test_a_phone_keeps_its_operator_and_two_digits(phone, masked):
    assert masking.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Иванов И. И.", "И***в И. И."),
        ("Иванов Иван Иванович", "И***в И. И."),
        ("Иванов-Петров", "И***в"),
        ("Семёнова  Анна", "С***а А."),
        ("Ян Анна", "Я*** А."),
        ("Юна Анна", "Ю***а А."),
        ("О", "***"),
        ("", "***"),
    ],
)
def test_a_name_keeps_its_first_and_last_letters(name, masked):
    assert masking.mask_full_name(name) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4509 235857", "**** ****57"),
        ("235857", "****57"),
        ("4509", "****"),
        ("45092", "***92"),
        ("112-233-445 95", "***-***-*** 95"),
        ("4509 235857 выдан ОВД Беговое", "***"),
    ],
)
def test_documents_keep_two_digits(text, masked):
    assert masking.mask_digits(text) == masked


def test_an_initial_is_a_letter_not_the_space_before_it():
    assert masking.mask_initial(" Иван") == "И."


def test_an_email_keeps_its_domain():
    assert masking.mask_email("ivanov@mail.ru") == "i***@mail.ru"
    assert masking.mask_email("не почта") == "***"


def test_a_call_of_an_agency_is_masked_at_any_depth():
    call = {
        "order": {"number": "A-4509235857", "price": "145000.00"},
        "tour": {
            "hotel": {"name": "Слон"},
            "tourists": [{"last_name": "IVANOV", "first_name": "IVAN", "is_borrower": True}],
        },
        "customer": {
            "phone": "+79161234545",
            "email": "ivanov@mail.ru",
            "last_name": "Иванов",
            "middle_name": None,
            "birth_date": date(1990, 5, 10),
            "passport": {
                "series": "4509",
                "number": 235857,
                "issued_by": "ОВД Беговое",
                "extra": [{"scan": "secret.jpg"}],
            },
            "registration_address": "Москва, Тверская, 1",
            "consent": {"ip": "203.0.113.7", "text_version": "3"},
        },
        "terms": {"months": 6},
    }
    before = json.dumps(call, default=str)
    assert masking.mask(call) == {
        "order": {"number": "A-4509235857", "price": "145000.00"},
        "tour": {
            "hotel": {"name": "Слон"},
            "tourists": [{"last_name": "I***V", "first_name": "I.", "is_borrower": True}],
        },
        "customer": {
            "phone": "+7 916 ***-**-45",
            "email": "i***@mail.ru",
            "last_name": "И***в",
            "middle_name": None,
            "birth_date": "***",
            "passport": {
                "series": "***",
                "number": "***",
                "issued_by": "***",
                "extra": [{"scan": "***"}],
            },
            "registration_address": "***",
            "consent": {"ip": "***", "text_version": "3"},
        },
        "terms": {"months": 6},
    }
    assert json.dumps(call, default=str) == before


def test_russian_keys_of_1c_are_known():
    client = {
        "Клиент": {
            "ФИО": "Иванов Иван Иванович",
            "Дата рождения": "19900510000000",
            "Телефон": "7(916)123-45-45",
            "ИНН": "500100732259",
            "АдресРегистрацииГород": "Москва",
            "Паспорт": {"Серия": "4509", "Номер": "235857", "КемВыдан": "ОВД"},
            "ПаспортКодПодразделения": "770-001",
        },
        "Сумма": "90000.00",
        "КодСМС": "123456",
    }
    assert masking.mask(client) == {
        "Клиент": {
            "ФИО": "И***в И. И.",
            "Дата рождения": "***",
            "Телефон": "+7 916 ***-**-45",
            "ИНН": "**********59",
            "АдресРегистрацииГород": "***",
            "Паспорт": {"Серия": "***", "Номер": "***", "КемВыдан": "***"},
            "ПаспортКодПодразделения": "***",
        },
        "Сумма": "90000.00",
        "КодСМС": "***",
    }


def test_json_in_a_string_is_masked_inside():
    body = {"TextJSON": json.dumps({"Фамилия": "Иванов", "Сумма": 1}, ensure_ascii=False)}
    assert masking.mask(body) == {"TextJSON": '{"Фамилия": "И***в", "Сумма": 1}'}


def test_a_broken_json_string_still_hides_its_phones():
    assert masking.mask({"body": '{"Телефон": "+79161234545", '}) == {
        "body": '{"Телефон": "+7 916 ***-**-45", '
    }


@pytest.mark.parametrize("key", ["last_name", "lastName", "LastName", "LAST-NAME", "Last name"])
def test_a_key_is_known_however_it_is_spelled(key):
    assert masking.mask({key: "Иванов"}) == {key: "И***в"}


def test_names_of_another_system_may_be_added():
    index = masking.build_index(names={"Покупатель": "full_name"})
    told = {"Покупатель": "Иванов Иван", "Имя": "Иван"}
    assert masking.mask(told, index) == {"Покупатель": "И***в И.", "Имя": "И."}
    assert masking.mask(told)["Покупатель"] == "Иванов Иван"
    with pytest.raises(KeyError):
        masking.build_index(names={"Покупатель": "no_such_field"})


def test_empty_values_and_flags_stay():
    told = {"phone": "", "email": None, "last_name": False, "residence_same": True}
    assert masking.mask(told) == told


def test_a_sum_with_kopecks_is_no_document_however_large():
    assert masking.mask({"Сумма": 4509235857.5}) == {"Сумма": 4509235857.5}


def test_what_is_neither_text_nor_a_whole_number_stays_as_it_is():
    told = {"Дата": date(2026, 11, 26), "Сумма": Decimal("4509235857.50")}
    assert masking.mask(told) == told


def test_the_longer_beginning_decides_whatever_the_order_of_the_list():
    keep = rules.retention.DECISION
    short = rules.retention.PersonalField(("deal*",), "hidden", "a test", keep)
    longer = rules.retention.PersonalField(("dealer*",), "phone", "a test", keep)
    for fields in ((short, longer), (longer, short)):
        mask = masking.build_index(fields).find("dealer_number")
        assert mask("+79161234545") == "+7 916 ***-**-45"


def test_a_list_of_phones_is_masked_one_by_one():
    assert masking.mask({"phones": ["+79161234545", "+79031234567"]}) == {
        "phones": ["+7 916 ***-**-45", "+7 903 ***-**-67"]
    }


def test_secrets_are_hidden_too():
    told = {"password": "p", "secret_to_odoo": "whsec_x", "Authorization": "Basic x"}
    assert set(masking.mask(told).values()) == {"***"}


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("code to +79161234545 refused", "code to +7 916 ***-**-45 refused"),
        ("8 (916) 123-45-45, ivanov@mail.ru", "+7 916 ***-**-45, i***@mail.ru"),
        ("паспорт 45 09 № 235857", "паспорт ** ** № ****57"),
        ("паспорт 4509 235857", "паспорт **** ****57"),
        ("СНИЛС 112-233-445 95", "СНИЛС ***-***-*** 95"),
        ("паспорт 4509235857", "паспорт ********57"),
        ("Паспорт: серия 1709 номер 235857", "Паспорт: серия **** номер ****57"),
        ("клиент 4509235857 отказан", "клиент ********57 отказан"),
        ("СНИЛС 11223344595", "СНИЛС *********95"),
        ("нашли 11223344595 в базе", "нашли *********95 в базе"),
        ("найден 500100732259", "найден **********59"),
        ("ИНН 500100732250", "ИНН **********50"),
        ("звонить 9161234545", "звонить +7 916 ***-**-45"),
        ("916 123-45-45", "+7 916 ***-**-45"),
        ("карта 4652 0354 4066 7037", "карта **** **** **** **37"),
        ("договор ТК26-000020, код 00000000123, заказ 0000012345", None),
        ("счёт 40817810099910004312, сумма 1234567890.00", None),
        ("order 2026-11-24 of 145000.00 at 1764000000", None),
        ("uid 0b9c7d4e-5f2a-4c1b-9d79-161234545678", None),
        ('{"phone": "+79161234545"}', '{"phone": "+7 916 ***-**-45"}'),
        (' {"last_name": "Иванов"}', '{"last_name": "И***в"}'),
        ('[{"last_name": "Иванов"}]', '[{"last_name": "И***в"}]'),
        ("нашли 112-233-445 95, 112-233-445-95", "нашли ***-***-*** 95, ***-***-***-95"),
        ("45 09 №235857", "** ** №****57"),
        ("4509 235857", "**** ****57"),
        ("паспорт - номер - 123-456", "паспорт - номер - ***-*56"),
        ("паспорт 4509235857выдан", "паспорт ********57выдан"),
        ("карта 4652035440667037", "карта **************37"),
        ("карта 4652 0354 4066 7038", None),  # no card: its check digit is wrong
        ("заказ 123456789012", None),  # no INN, likewise
        ("заказ 9161234545678, uid x112-233-445 95, 112-233-445 957", None),
        ("заказ A4509 235857, 4509 2358571, A4652035440667037, 4509235857-1", None),
        ("сумма 4509235857.50", None),
    ],
)
def test_a_log_line_loses_phones_mails_and_documents(line, masked):
    assert masking.mask_text(line) == (masked or line)


def test_every_field_says_why_and_how_long_it_is_kept():
    for field in personal_fields.PERSONAL_FIELDS:
        assert field.names
        assert field.why
        assert field.mask in masking.MASKS
        assert field.keep.source
        assert field.keep.years_after_loan >= 3


def test_no_name_stands_for_two_fields():
    names = [name for field in personal_fields.PERSONAL_FIELDS for name in field.names]
    assert len(set(names)) == len(names)


LEAVES = st.sampled_from(["Скрытое-значение", "79161230000", 4509235857, 1.5])
PERSONAL_NAMES = [
    name.rstrip("*") for field in personal_fields.PERSONAL_FIELDS for name in field.names
]


@given(
    st.sampled_from(PERSONAL_NAMES),
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(st.text("абвxyz_ ", max_size=5), inner, max_size=3)
        ),
        max_leaves=10,
    ),
)
def test_nothing_under_a_personal_name_comes_through(name, value):
    for message in ({name: value}, {"a": [{"b": {name: value}}]}):
        shown = json.dumps(masking.mask(message), ensure_ascii=False)
        assert "Скрытое-значение" not in shown
        assert "123" not in shown
        assert "45092358" not in shown


def test_free_text_inside_json_is_masked_by_what_it_looks_like():
    text = '{"reason": "звонить +79161234545, ivan@mail.ru", "number": "S-1"}'
    assert masking.mask_patterns(text) == (
        '{"reason": "звонить +7 916 ***-**-45, i***@mail.ru", "number": "S-1"}'
    )


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.sampled_from(["слово", "145000.00"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["order", "tour", "Сумма"]), inner, max_size=3)
        ),
        max_leaves=10,
    )
)
def test_what_is_not_personal_stays_as_it_is(value):
    assert masking.mask(value) == value


@pytest.mark.parametrize(
    ("key", "value", "masked"),
    [
        ("ФамилияКлиента", "Иванов", "И***в"),
        ("Отчество_Заемщика", "Петровна", "П."),
        ("КонтактныйТелефон", "9161234545", "+7 916 ***-**-45"),
        ("Дата_рождения_заемщика", "14.03.1990", "***"),
        ("ДокументПаспорт", "4509 235857", "***"),
        ("ПочтовыйИндекс", "101000", "***"),
        ("МестоПрописки", "Москва", "***"),
        ("borrowerPhone", "+79161234545", "+7 916 ***-**-45"),
        ("clientSurname", "Иванов", "И***в"),
        ("ПолноеФИОклиента", "Иванов Иван", "И***в И."),
        ("МобильныйТелефонКлиента", "112", "***"),
        ("clientPhoneAbroad", "+375291234567", "***67"),
        ("clientEmailOfWork", "ivan at mail", "***"),
        ("oldPassportOfClient", "45-09", "***"),
        ("НовыйСНИЛСклиента", "12345 678", "***** *78"),
        ("clientBirthTown", "Москва", "***"),
        ("ПолныйАдресКлиента", "Москва", "***"),
        ("clientHomeAddress", "Moscow", "***"),
        ("СреднийДоходКлиента", "95000", "***"),
        ("НовыйПарольКлиента", "p", "***"),
        ("clientPassword", "p", "***"),
        ("Комментарий", "паспорт 4509235857, тел. 9161234545", None),
        ("Контакт", 79161234545, "+7 916 ***-**-45"),
        ("Документ", 4509235857, "********57"),
        ("Документ", 2000000001, "********01"),
    ],
)
def test_a_name_nobody_told_hides_by_its_stem_and_any_text_by_its_look(key, value, masked):
    shown = masking.mask({"Строка": [{key: value}]})["Строка"][0][key]
    assert shown == (masked or "паспорт ********57, тел. +7 916 ***-**-45")


def test_an_answer_that_is_no_json_is_masked_too():
    page = "<html>Ошибка: клиент Иванов, +7 916 123-45-45, 4509 235857</html>"
    shown = masking.mask_text(page)
    assert "123-45" not in shown and "235857" not in shown
