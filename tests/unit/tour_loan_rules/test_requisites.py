"""Numbers of a company and its account: real ones pass, one wrong digit never does."""

import pytest

from tests.unit.rooms import room

rules = room("tour_loan", "rules").requisites
# (account, БИК) published by banks themselves
ACCOUNTS = [("40702810138250123017", "044525225")]
CORRESPONDENT = [("30101810400000000225", "044525225"), ("30101810200000000593", "044525593")]


def others(number: str):
    """Return ``number`` with each of its digits replaced by each other digit."""
    for place, digit in enumerate(number):
        for other in "0123456789":
            if other != digit:
                yield number[:place] + other + number[place + 1 :]


@pytest.mark.parametrize(("account", "bic"), CORRESPONDENT)
def test_a_correspondent_account_is_the_banks_own(account, bic):
    assert rules.is_correspondent_account(account, bic)
    assert not any(rules.is_correspondent_account(wrong, bic) for wrong in others(account))
    assert not rules.is_correspondent_account(account, "044525974")


def test_an_account_with_one_wrong_digit_is_refused():
    account, bic = ACCOUNTS[0]
    assert rules.is_account(account, bic)
    assert not any(rules.is_account(wrong, bic) for wrong in others(account))


def test_an_account_of_another_bank_is_refused():
    account, _bic = ACCOUNTS[0]
    assert not rules.is_account(account, "044525974")


def test_an_ogrn_has_its_check_digit():
    assert rules.is_ogrn("1027700132195") and rules.is_ogrn("304500116000157")
    for number in ("1027700132195", "304500116000157"):
        wrong = [one for one in others(number) if one[:-1] == number[:-1]]
        assert not any(map(rules.is_ogrn, wrong))


@pytest.mark.parametrize(
    "text", ["", "123", "77070838930", "７７０７０８３８９３", "7707083894", "абв"]
)
def test_no_inn(text):
    assert not rules.is_inn(text)


@pytest.mark.parametrize("text", ["", "77360100", "7736010011", "77360а001", "773601ab1"])
def test_no_kpp(text):
    assert not rules.is_kpp(text)


@pytest.mark.parametrize("text", ["", "1", "04452522", "0445252255", "144525225", "０44525225"])
def test_no_bic(text):
    assert not rules.is_bic(text)


def test_an_account_kept_by_the_central_bank_has_the_key_of_its_region():
    bic = "044525000"
    key = [
        account
        for digit in range(10)
        if rules.is_account(account := f"40101810{digit}45250010041", bic)
    ]
    assert key == ["40101810045250010041"]  # taxes of Moscow until 2020
