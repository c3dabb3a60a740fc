"""What of a contract or a payment can be true."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from .conftest import protocol

dto = protocol.dto
plausible = protocol.plausible_loans
NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
TODAY, LATEST = NOW.date(), NOW + timedelta(minutes=10)
D = Decimal


def line(number, **values):
    standing = {
        "due_on": date(2026 + (10 + number) // 12, (10 + number) % 12 + 1, 24),
        "amount": D("61479.45"),
        "principal": D("60000.00"),
        "interest": D("1479.45"),
        "rest": D("60000.00") * (2 - number),
    }
    return dto.Installment(**standing | values)


def contract(**values):
    standing = {
        "number": "ДЗ-1",
        "status": "active",
        "signed_on": date(2026, 11, 23),
        "issued_on": date(2026, 11, 24),
        "amount": D("120000.00"),
        "months": 2,
        "rate": D("30.000"),
        "psk": D("29.999"),
        "as_of": NOW - timedelta(minutes=1),
        "principal": D("120000.00"),
        "interest": D("98.63"),
        "penalty": D("0.00"),
        "overdue": D("0.00"),
        "payoff": D("120098.63"),
        "next_payment_on": date(2026, 12, 24),
        "next_payment_amount": D("61479.45"),
        "schedule": [line(1), line(2)],
    }
    return dto.Contract(**standing | values)


def found(one, lent=plausible.ZERO):
    """The codes of the doubts, and the surplus."""
    surplus = plausible.tidy(one)
    return [doubt.code for doubt in plausible.doubts(one, LATEST, TODAY, lent)], surplus


def test_a_contract_as_lenders_have_them_is_not_doubted():
    assert found(contract(), D("120000.00")) == ([], 0)


@pytest.mark.parametrize(
    "values",
    [
        {"rate": None, "psk": None, "months": None, "overdue": None, "payoff": None},
        {"payoff": D("0.00")},  # none is named
        {"schedule": []},
        {"months": 3},  # a little short
        {"months": 1, "schedule": [line(1, principal=D("120000.00"), amount=D("122958.90"))]},
        {"payoff": D("123500.00")},  # with the interest of the days to come
        {"principal": D("0.00"), "interest": D("0.00"), "payoff": D("0.00"), "status": "closed"},
        # only what is still to be paid
        {"principal": D("60000.00"), "payoff": D("60100.00"), "schedule": [line(2)], "months": 12},
        {"overdue": D("61479.45"), "penalty": D("700.00"), "payoff": D("120798.63")},
        {"as_of": LATEST},
        {"issued_on": TODAY + timedelta(days=1)},  # a day of their zone
    ],
)
def test_what_is_rare_and_can_be_true_is_taken(values):
    assert found(contract(**values))[0] == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"as_of": LATEST + timedelta(seconds=1)}, "as_of"),
        ({"as_of": datetime(3999, 11, 1, tzinfo=timezone.utc)}, "as_of"),
        ({"as_of": datetime(1999, 12, 31, tzinfo=timezone.utc)}, "as_of_past"),
        ({"signed_on": TODAY + timedelta(days=2)}, "signed_on"),
        ({"issued_on": date(1999, 12, 31)}, "issued_on"),
        ({"closed_on": date(2099, 1, 1)}, "closed_on"),
        ({"closed_on": date(2026, 11, 23)}, "closed_before"),
        ({"next_payment_on": date(2070, 1, 1)}, "next_payment_on"),
        ({"amount": D("0.00"), "schedule": [], "principal": D(0)}, "amount"),
        ({"amount": D("-5.00"), "schedule": [], "principal": D(0)}, "amount"),
        ({"months": 0}, "months"),
        ({"months": -2}, "months"),
        ({"months": 361}, "months"),
        ({"rate": D("0.000")}, "rate"),
        ({"rate": D("367.000")}, "rate"),
        ({"psk": D("0.000")}, "psk"),
        ({"psk": D("-1.000")}, "psk"),
        ({"principal": D("-120000.00")}, "principal"),
        ({"interest": D("-0.01")}, "interest"),
        ({"penalty": D("-0.01")}, "penalty"),
        ({"overdue": D("-0.01")}, "overdue"),
        ({"payoff": D("-0.01")}, "payoff"),
        ({"next_payment_amount": D("-0.01")}, "next_payment_amount"),
        ({"principal": D("121202.00"), "payoff": None}, "principal_lent"),
        ({"interest": D("360000.01"), "payoff": None}, "interest_much"),
        ({"penalty": D("360000.01"), "payoff": None}, "penalty_much"),
        ({"payoff": D("1.00")}, "payoff_little"),
        ({"payoff": D("118798.99")}, "payoff_little"),
        ({"payoff": D("181147.95")}, "payoff_much"),
        ({"overdue": D("121300.62")}, "overdue_much"),
        ({"next_payment_amount": D("360000.01")}, "next_payment_much"),
        ({"months": 24, "schedule": [line(1, principal=D(120000), amount=D(122958))]},
         "schedule_short"),
        ({"months": 5}, "schedule_short"),
        ({"schedule": [line(1, principal=D("5.00"), amount=D("5.00"))]}, "schedule_sum"),
        ({"schedule": [line(1), line(2), line(3, rest=None)]}, "schedule_sum"),
        ({"schedule": [line(1, amount=D("5.00")), line(2, amount=D("5.00"))]}, "schedule_total"),
        ({"schedule": [line(1, amount=D(9000000)), line(2)]}, "schedule_total"),
        ({"schedule": [line(1)] * 2 + [line(1, principal=D(0))] * 2, "months": 4},
         "schedule_days"),
        ({"schedule": [line(1, interest=D("-1.00")), line(2)]}, "line_negative"),
        ({"schedule": [line(1, due_on=date(3999, 1, 1)), line(2)]}, "line_day"),
        ({"schedule": [line(1, due_on=date(1999, 1, 1)), line(2)]}, "line_day"),
        ({"schedule": [line(1, paid_on=date(2026, 12, 24)), line(2)]}, "line_paid_on"),
        ({"schedule": [line(1, paid_amount=D("400000.00")), line(2)]}, "line_paid"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_named(values, code):
    codes, _surplus = found(contract(**values))
    assert codes[0] == code


def test_what_was_signed_bounds_the_sum():
    assert found(contract(), D("80000.00")) == ([], 0)
    assert found(contract(), D("79999.00"))[0] == ["amount_signed"]
    assert found(contract(), D("180000.01"))[0] == ["amount_signed"]


def test_days_of_never_are_none():
    never = date(3999, 11, 1)
    one = contract(closed_on=never, next_payment_on=never, issued_on=never, signed_on=date(1, 1, 1))
    one.schedule[0].paid_on = never
    assert found(one) == ([], 0)
    assert {one.closed_on, one.next_payment_on, one.issued_on, one.signed_on} == {None}
    assert one.schedule[0].paid_on is None


PAID = {"interest": D("0.00"), "penalty": D("0.00"), "overdue": D("0.00")}


@pytest.mark.parametrize(
    ("values", "surplus"),
    [
        ({"principal": D("-350.00"), "payoff": D("-350.00")}, "350.00"),
        ({"principal": D("-350.00"), "payoff": D("0.00")}, "350.00"),
        ({"principal": D("-350.00"), "payoff": None, "overdue": None}, "350.00"),
        ({"principal": D("0.00"), "payoff": D("-12.50"), "status": "closed"}, "12.50"),
    ],
)
def test_a_negative_balance_of_who_owes_nothing_is_a_surplus(values, surplus):
    one = contract(**PAID | values)
    assert found(one) == ([], D(surplus))
    assert one.principal == 0 and not one.payoff


@pytest.mark.parametrize(
    "values",
    [
        {"principal": D("-350.00"), "interest": D("0.01"), "payoff": D("0.00")},
        {"principal": D("-350.00"), "penalty": D("5.00"), "payoff": None},
        {"principal": D("-350.00"), "overdue": D("5.00"), "payoff": None},
        {"principal": D("-350.00"), "payoff": D("5.00")},
        {"principal": D("-360000.01"), "payoff": None},
    ],
)
def test_a_negative_debt_beside_a_debt_is_an_error(values):
    codes, surplus = found(contract(**PAID | values))
    assert codes[0] == "principal" and surplus == 0


def booked(**values):
    standing = {
        "uid": "u",
        "loan_number": "ДЗ-1",
        "amount": D("61479.45"),
        "status": "booked",
        "booked_at": NOW,
        "principal": D("60000.00"),
        "interest": D("1479.45"),
    }
    return dto.BookedPayment(**standing | values)


def test_a_payment_that_can_be_true_is_not_doubted():
    for values in ({}, {"booked_at": None}, {"principal": None}, {"overpaid": D("0.00")}):
        assert plausible.doubts_of_payment(booked(**values), LATEST) == []
    waiting = replace(booked(), status="waiting", principal=D("99999999.00"))
    assert plausible.doubts_of_payment(waiting, LATEST) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"booked_at": LATEST + timedelta(seconds=1)}, "booked_at"),
        ({"amount": D("0.00"), "principal": None, "interest": None}, "payment_amount"),
        ({"amount": D("-1.00")}, "payment_amount"),
        ({"interest": D("-1479.45")}, "payment_part"),
        ({"overpaid": D("1.01")}, "payment_parts"),
    ],
)
def test_a_payment_that_cannot_be_true_is_named(values, code):
    assert plausible.doubts_of_payment(booked(**values), LATEST)[0].code == code
