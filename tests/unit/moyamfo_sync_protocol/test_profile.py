"""A profile is checked when it is loaded, and says where it is wrong."""

import copy
import json
from decimal import Decimal

import pytest

from .conftest import ANSWERS, PROFILE, QUESTIONS, application, protocol

ProfileError = protocol.errors.ProfileError
DEFAULT = json.loads(PROFILE.read_text())


def changed(path, value=..., data=DEFAULT):
    """A profile with one place changed, or without it."""
    data = copy.deepcopy(data)
    *way, last = path.split(".")
    place = data
    for name in way:
        place = place[name] if isinstance(place, list) else place.setdefault(name, {})
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


def complaint(data):
    with pytest.raises(ProfileError) as wrong:
        protocol.profile.read(json.dumps(data, ensure_ascii=False, indent=1), QUESTIONS)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", ""),
        ("publications", ...),
        ("publications", {}),
        ("publications.cabinet.kind", "rest"),
        ("publications.cabinet.wsdl", "http://elsewhere/x?wsdl"),
        ("publications.cabinet.address", "//elsewhere/ws"),
        ("publications.cabinet.auth", [{"type": "basic", "password": "qwerty123"}]),
        ("publications.cabinet.auth", [{"type": "digest"}]),
        ("publications.cabinet.password", "qwerty123"),
        ("publications.cabinet.headers", {"Authorization": "Basic cXdlcnR5"}),
        ("connect_timeout", 0),
        ("page_size", True),
        ("formats.zone", "Europe/Moskau"),
        ("formats.phone", "8##"),
        ("formats.money", "float"),
        ("formats.boolean", [0]),
        ("formats.datetime", "%H:%M"),
        ("operations.load_paiment", {}),
        ("operations.load_payment.name", ...),
        ("operations.load_payment.nane", "x"),
        ("operations.load_payment.instead", "someone"),
        ("operations.load_payment.instead", "get_payments"),
        ("operations.load_payment.publication", "cabinett"),
        ("operations.load_payment.timeout", "60"),
        ("operations.load_payment.timeout", 0),
        ("operations.load_payment.request", {"verb": "GET", "path": "/x"}),
        ("operations.load_payment.request", {"parameter": "Текст"}),
        ("operations.load_payment.request", {"fixed": {"Токен": "qwerty123"}}),
        ("operations.load_payment.request", {"fixed": {"Кто": "{nobody}"}}),
        ("operations.load_payment.request", {"fixed": {"Когда": "{paid_at:%H}"}}),
        ("operations.load_payment.request", {"fixed": {"Кто": "{uid"}}),
        ("operations.load_payment.keys", {"paymet": {}}),
        ("operations.load_payment.then", [{"name": "X", "each": "documents"}]),
        ("operations.get_payments.answer", {"ok_pattern": "("}),
        ("operations.get_payments.answer", {"number_pattern": "x"}),
        ("operations.get_payments.answer", {"content": "void"}),
        ("operations.get_payments.answer", {"rows": None}),
        ("operations.get_payments.answer", {"rows": "a..b"}),
        ("keys.applicatoin", {}),
        ("keys.application.amount", ...),
        ("keys.application.uuid", "УИД2"),
        ("keys.application.price", "Сумма"),
        ("keys.application.price", "Сумма.Цена"),
        ("keys.application.price", "Цены[-1]"),
        ("keys.application.price", "Цены["),
        ("keys.application.price", {"key": "Цена", "format": "roubles"}),
        ("keys.application.price", {"key": "Цена", "pattern": "("}),
        ("keys.application.price", {"key": "Цена", "pattern": "(a)(b)"}),
        ("keys.application.price", {"key": "Цена", "around": "рублей"}),
        ("keys.application.price", {"key": "Цена", "words": {"a": "b"}}),
        ("keys.application.price", {"kye": "Цена"}),
        ("keys.application.price", {}),
        ("keys.application.price", 5),
        ("keys.contract.number", ...),
        ("keys.contract.number", None),
        ("keys.contract", ...),
        ("keys.offer", ...),
        ("keys.offer.rate", None),
        ("keys.contract.uid", "Номер"),
        ("enums.application_status", ...),
        ("enums.application_status.Одобрена", "aproved"),
        ("enums.aplication_status", {}),
        ("constants.contract", {"a": 1}),
        ("constants.application", {"Сумма": 1}),
        ("composed.nobody", []),
        ("composed.application", [{"key": "Ф", "template": "{last_nam}"}]),
        ("composed.application", [{"key": "Ф", "template": "{consents}"}]),
        ("composed.application", [{"key": "Ф", "template": "[{last_name}"}]),
        ("answer.ok", "OK"),
        ("transient_faults", None),
        ("technical_faults", None),
        ("language", 3),
    ],
)
def test_a_mistake_is_named_by_its_path_and_line(path, value):
    said = complaint(changed(path, value))
    assert said.startswith(path.rpartition(".")[0] or path)
    assert "(line " in said
    assert "qwerty" not in said and len(said) < 250


def test_the_line_is_the_line_of_the_file():
    text = PROFILE.read_text().replace('"page_size": 200', '"page_size": 0')
    with pytest.raises(ProfileError) as wrong:
        protocol.profile.read(text, QUESTIONS)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "page_size" in row)
    assert str(wrong.value) == (f"page_size (line {line}): must be greater than or equal to 1")


def test_a_misspelt_name_is_told_what_it_may_mean():
    assert "did you mean load_payment?" in complaint(changed("operations.load_paiment", {}))
    assert "did you mean order_number?" in complaint(changed("keys.application.oder_number", "x"))


def test_a_name_that_stands_twice_is_not_silently_the_last(tmp_path):
    text = PROFILE.read_text().replace('"page_size": 200', '"page_size": 200, "page_size": 100')
    with pytest.raises(ProfileError, match=r"page_size \(line \d+\): stands here twice"):
        protocol.profile.read(text)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"a" 1}', '{"a": 1,}', "{a: 1}", "[1 2]", "[1,", "{} x", "[" * 50000, "5"],
)
def test_a_file_that_is_no_profile_says_so(tmp_path, content):
    file = tmp_path / "profile.json"
    file.write_text(content)
    with pytest.raises(ProfileError, match=r"^profile|is missing"):
        protocol.profile.load(file)


def test_a_file_that_is_not_there_or_not_utf8_says_so(tmp_path):
    with pytest.raises(ProfileError, match="No such file"):
        protocol.profile.load(tmp_path / "none.json")
    (tmp_path / "old.json").write_bytes("имя".encode("cp1251"))
    with pytest.raises(ProfileError, match="UTF-8"):
        protocol.profile.load(tmp_path / "old.json")


def test_positions_know_every_value():
    value, lines = protocol.positions.read('{"a": [1,\n {"b": []}],\n "c": {}}')
    assert value == {"a": [1, {"b": []}], "c": {}}
    assert lines[("a", 1, "b")] == 2 and lines[("c",)] == 3
    assert protocol.positions.dotted(("a", 1, "b")) == "a[1].b"


def test_a_field_the_lender_does_not_take_is_not_sent():
    for value in (None, ...):
        profile = protocol.profile.parse(changed("keys.application.inn", value), QUESTIONS)
        encoder = protocol.mapping.Encoder(profile.shapes, "omit")
        values = protocol.mapping.values_of(application())
        assert "ИННКлиента" not in encoder.encode("application", values)[0]["Клиент"]


@pytest.mark.parametrize("file", sorted(PROFILE.parent.glob("*.json")), ids=lambda file: file.stem)
def test_every_profile_of_ours_says_where_each_answer_goes(file):
    assert protocol.profile.load(file, QUESTIONS).unmapped == ()


def test_an_answer_the_profile_does_not_mention_is_named_and_stays_here():
    profile = protocol.profile.parse(DEFAULT, {**QUESTIONS, "employer_inn": ()})
    assert profile.unmapped == ("employer_inn",)
    record = application(answers={**ANSWERS, "employer_inn": "7707083893"})
    values = protocol.mapping.values_of(record)
    sent = protocol.mapping.Encoder(profile.shapes, "omit").encode("application", values)
    assert "7707083893" not in str(sent)


def test_a_field_a_release_adds_breaks_no_profile():
    data = DEFAULT
    for field in ("held_until", "tour_nights", "consents", "number"):
        data = changed(f"keys.application.{field}", ..., data)
    profile = protocol.profile.parse(data, QUESTIONS)
    assert "application.held_until" in profile.not_exchanged


def test_a_list_of_answers_needs_words_only_where_it_is_told():
    questions = {**QUESTIONS, "education": ("school", "university")}
    assert protocol.profile.parse(DEFAULT, questions).unmapped == ("education",)
    told = changed("keys.application.education", "Клиент.Образование")
    with pytest.raises(ProfileError, match="enums.education"):
        protocol.profile.parse(told, questions)
    told["enums"]["education"] = {"Школа": "school", "Вуз": "academy"}
    with pytest.raises(ProfileError, match="academy"):
        protocol.profile.parse(told, questions)
    told["enums"]["education"] = {"Школа": "school", "Вуз": "university"}
    profile = protocol.profile.parse(told, questions)
    values = protocol.mapping.values_of(application(answers={"education": "university"}))
    sent = protocol.mapping.Encoder(profile.shapes, "omit").encode("application", values)[0]
    assert sent["Клиент"]["Образование"] == "Вуз"


def test_flat_misspelt_keys_and_numbers_are_only_configuration():
    data = changed("formats.money", "number")
    data["keys"]["payment"]["operation_id"] = "НомеорОплаты"
    profile = protocol.profile.parse(data, QUESTIONS)
    payment = protocol.dto.Payment(
        uid="p", loan_number="1", amount=Decimal("100.10"), operation_id="77",
        paid_at=application().submitted_at,
    )  # fmt: skip
    encoder = protocol.mapping.Encoder(profile.shapes, "omit")
    sent = encoder.encode("payment", protocol.mapping.values_of(payment))[0]
    text = protocol.trees.json_text(sent)
    assert '"НомеорОплаты": "77"' in text and '"Сумма": 100.1,' in text


def test_masking_goes_by_key_and_leaves_the_rest():
    profile = protocol.profile.parse(DEFAULT, QUESTIONS)
    data = protocol.mapping.Encoder(profile.shapes, "omit").encode(
        "application", protocol.mapping.values_of(application())
    )[0]
    hidden = protocol.trees.masked(data, profile.personal)
    assert hidden["Клиент"]["Фамилия"] == protocol.trees.MASK
    assert hidden["Тур"] == data["Тур"] and data["Клиент"]["Фамилия"] == "Иванова"
    text = protocol.trees.masked(protocol.trees.json_text(data), profile.personal)
    assert "Иванова" not in text


def test_a_long_answer_is_shown_by_its_beginning():
    shown = protocol.trees.masked({"Строки": [{"а": "б" * 5000}] * 5000}, ())
    assert len(protocol.trees.json_text(shown)) < 250_000
    assert "more" in str(shown["Строки"][-1])


def test_the_shortest_wait_is_a_second():
    data = changed("operations.get_contracts.timeout", 1)
    assert protocol.profile.parse(data, QUESTIONS).operations["get_contracts"].timeout == 1


def test_the_schema_for_editors_is_current():
    file = PROFILE.parents[3] / "docs" / "accounting-profile.schema.json"
    made = json.dumps(protocol.language.schema(), ensure_ascii=False, indent=1) + "\n"
    assert file.read_text() == made, "make it anew: python -m scripts.accounting_schema"


def test_what_is_not_offered_is_told_and_who_does_it_instead():
    data = changed("operations.tour_refund", {"instead": "never"})
    data = changed("operations.cancel_application", ..., data)
    data = changed("operations.reverse_payment", {"instead": "load_payment"}, data)
    data["keys"]["reversal"] = {"uid": "УИД", "amount": "Сумма", "payment_uid": "Сторно"}
    profile = protocol.profile.parse(data, QUESTIONS)
    exchange = protocol.exchange.Exchange(profile, "http://127.0.0.1:9")
    assert not exchange.offers("tour_refund") and exchange.instead("tour_refund") == "never"
    assert exchange.instead("cancel") == "staff" and exchange.offers("payment")
    assert profile.operations["reverse_payment"].name == "LoadPayment"
    with pytest.raises(protocol.errors.NotOffered) as no:
        exchange.send("cancel", None)
    assert no.value.instead == "staff" and no.value.kind == "business"
    assert exchange.publications("payment") == ("cabinet",)


def test_a_ring_of_operations_leads_nowhere():
    data = changed("operations.load_payment", {"instead": "reverse_payment"})
    data = changed("operations.reverse_payment", {"instead": "load_payment"}, data)
    assert "leads nowhere" in complaint(data)
