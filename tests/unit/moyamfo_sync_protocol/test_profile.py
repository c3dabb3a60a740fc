"""A profile is checked when it is loaded, and says where it is wrong."""

import copy
import json
from decimal import Decimal

import pytest

from .conftest import PROFILE, application, protocol

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
        protocol.profile.parse(changed(path, value))
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
    profile = protocol.profile.parse(changed("keys.application.gender", None))
    assert "Пол" not in protocol.mapping.encode(application(), profile)["Клиент"]


def test_flat_misspelt_keys_and_numbers_are_only_configuration():
    data = changed("formats.money", "number")
    data["keys"]["payment"]["operation_id"] = "НомеорОплаты"
    profile = protocol.profile.parse(data)
    payment = protocol.dto.Payment(
        uid="p", loan_number="1", amount=Decimal("100.10"), operation_id="77",
        paid_at=application().submitted_at,
    )  # fmt: skip
    text = protocol.mapping.json_text(protocol.mapping.encode(payment, profile))
    assert '"НомеорОплаты": "77"' in text and '"Сумма": 100.1,' in text


def test_masking_goes_by_key_and_leaves_the_rest():
    profile = protocol.profile.parse(DEFAULT)
    data = protocol.mapping.encode(application(), profile)
    hidden = protocol.mapping.masked(data, profile)
    assert hidden["Клиент"]["Фамилия"] == protocol.mapping.MASK
    assert hidden["Тур"] == data["Тур"] and data["Клиент"]["Фамилия"] == "Иванова"
