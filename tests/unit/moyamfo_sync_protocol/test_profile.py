"""A profile is checked when it is loaded, and says where it is wrong."""

import copy
import json
from decimal import Decimal

import pytest

from .conftest import ANSWERS, PROFILE, QUESTIONS, application, protocol

ProfileError = protocol.errors.ProfileError
DEFAULT = json.loads(PROFILE.read_text())


def changed(path, value=...):
    """The default profile with one place changed, or without it."""
    data = copy.deepcopy(DEFAULT)
    *way, last = path.split(".")
    place = data
    for name in way:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("service", ...),
        ("service.namespace", ""),
        ("connect_timeout", 0),
        ("page_size", True),
        ("formats.zone", "Europe/Moskau"),
        ("formats.phone", "8##"),
        ("formats.money", "float"),
        ("formats.boolean", [0]),
        ("operations.load_payment", ...),
        ("operations.load_payment.parameter", ...),
        ("operations.load_paiment", {}),
        ("operations.get_contracts.timeout", "60"),
        ("keys.application.uid", ...),
        ("keys.application.uuid", "УИД"),
        ("keys.contract.number", None),
        ("enums.application_status.Одобрена", "aproved"),
        ("answer.ok", "OK"),
        ("transient_faults", None),
        ("technical_faults", None),
    ],
)
def test_a_mistake_is_named_by_its_path(path, value):
    with pytest.raises(ProfileError) as wrong:
        protocol.profile.parse(changed(path, value), QUESTIONS)
    assert str(wrong.value).startswith(path)


def test_a_file_that_is_no_profile_says_so(tmp_path):
    for content in ("", "[]", "{"):
        file = tmp_path / "profile.json"
        file.write_text(content)
        with pytest.raises(ProfileError):
            protocol.profile.load(file)
    with pytest.raises(ProfileError, match="No such file"):
        protocol.profile.load(tmp_path / "none.json")


def test_a_field_the_lender_does_not_take_is_not_sent():
    profile = protocol.profile.parse(changed("keys.application.inn", None), QUESTIONS)
    assert "ИННКлиента" not in protocol.mapping.encode(application(), profile)["Клиент"]


@pytest.mark.parametrize("file", sorted(PROFILE.parent.glob("*.json")), ids=lambda file: file.stem)
def test_every_profile_of_ours_says_where_each_answer_goes(file):
    assert protocol.profile.load(file, QUESTIONS).unmapped == ()


def test_an_answer_the_profile_does_not_mention_is_named_and_stays_here():
    profile = protocol.profile.parse(DEFAULT, {**QUESTIONS, "employer_inn": ()})
    assert profile.unmapped == ("employer_inn",)
    record = application(answers={**ANSWERS, "employer_inn": "7707083893"})
    assert "7707083893" not in str(protocol.mapping.encode(record, profile))


def test_a_list_of_answers_needs_words_only_where_it_is_told():
    questions = {**QUESTIONS, "education": ("school", "university")}
    assert "education" not in protocol.profile.parse(DEFAULT, questions).enums
    told = changed("keys.application.education", "Клиент.Образование")
    with pytest.raises(ProfileError, match="enums.education"):
        protocol.profile.parse(told, questions)
    told["enums"]["education"] = {"Школа": "school", "Вуз": "academy"}
    with pytest.raises(ProfileError, match="academy"):
        protocol.profile.parse(told, questions)
    told["enums"]["education"] = {"Школа": "school", "Вуз": "university"}
    profile = protocol.profile.parse(told, questions)
    sent = protocol.mapping.encode(application(answers={"education": "university"}), profile)
    assert sent["Клиент"]["Образование"] == "Вуз"


def test_flat_misspelt_keys_and_numbers_are_only_configuration():
    data = changed("formats.money", "number")
    data["keys"]["payment"]["operation_id"] = "НомеорОплаты"
    profile = protocol.profile.parse(data, QUESTIONS)
    payment = protocol.dto.Payment(
        uid="p", loan_number="1", amount=Decimal("100.10"), operation_id="77",
        paid_at=application().submitted_at,
    )  # fmt: skip
    text = protocol.mapping.json_text(protocol.mapping.encode(payment, profile))
    assert '"НомеорОплаты": "77"' in text and '"Сумма": 100.1,' in text


def test_masking_goes_by_key_and_leaves_the_rest():
    profile = protocol.profile.parse(DEFAULT, QUESTIONS)
    data = protocol.mapping.encode(application(), profile)
    hidden = protocol.mapping.masked(data, profile)
    assert hidden["Клиент"]["Фамилия"] == protocol.mapping.MASK
    assert hidden["Тур"] == data["Тур"] and data["Клиент"]["Фамилия"] == "Иванова"


def test_the_shortest_wait_is_a_second():
    data = changed("operations.get_contracts.timeout", 1)
    assert protocol.profile.parse(data, QUESTIONS).operations["get_contracts"].timeout == 1
