from datetime import date
from decimal import Decimal

import pytest

from tests.unit.rooms import room

limits = room("tour_loan", "rules").limits

TODAY = date(2026, 11, 26)


def broken(lender="mkk", on=TODAY, **changes):
    terms = {"amount": Decimal(100_000), "months": 6, "rate": Decimal(30), **changes}
    return [breach.what for breach in limits.breaches(limits.Terms(**terms), lender, on)]


def test_an_ordinary_loan_breaks_nothing():
    assert broken(psk=(Decimal("35.176"),), overpayment=Decimal(9000)) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"rate": Decimal("292.001")}, ["rate"]),
        ({"psk": (Decimal(30), Decimal("292.001"))}, ["psk"]),
        ({"overpayment": Decimal("100000.01")}, ["overpayment"]),
        ({"amount": Decimal("500000.01")}, ["amount"]),
        ({"amount": Decimal(100_000), "owed": Decimal("400000.01")}, ["amount"]),
        ({"rate": Decimal(900), "psk": (Decimal(900),)}, ["rate", "psk"]),
    ],
)
def test_each_limit_is_found_at_its_edge(changes, what):
    assert broken(**changes) == what


def test_what_is_exactly_the_limit_is_lawful():
    exactly = {"rate": Decimal(292), "psk": (Decimal(292),), "overpayment": Decimal(500_000)}
    assert broken(amount=Decimal(500_000), **exactly) == []


def test_the_cap_over_the_loan_is_that_of_the_day_of_the_contract():
    for day, percent in ((date(2026, 3, 31), 130), (date(2026, 4, 1), 100)):
        most = Decimal(100_000) * percent / 100
        assert broken(on=day, overpayment=most) == []
        assert broken(on=day, overpayment=most + Decimal("0.01")) == ["overpayment"]


def test_a_longer_loan_has_no_cap_over_the_loan():
    assert broken(months=13, overpayment=Decimal(200_000)) == []
    assert broken(months=12, overpayment=Decimal(200_000)) == ["overpayment"]


def test_a_microfinance_company_lends_more_than_a_microcredit_one():
    assert broken("mfk", amount=Decimal(1_000_000)) == []
    assert broken("mfk", amount=Decimal("1000000.01")) == ["amount"]


def test_limits_are_the_same_between_two_days_of_the_tables():
    assert limits.since(date(2026, 3, 31)) == date(2023, 7, 1)
    assert limits.since(date(2026, 4, 1)) == limits.since(TODAY) == date(2026, 4, 1)


def test_every_number_names_its_source():
    tables = (limits.DAILY_RATE, limits.PSK, limits.OVERPAYMENT, *limits.LARGEST.values())
    for row in (row for rows in tables for row in rows):
        assert "FZ" in row.source and row.value > 0
