"""A lender's schedule against his own conventions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import moyamfo_ledger as ledger
from tests.unit.rooms import room

rules = room("tour_loan", "rules")
check, schedule, psk = rules.schedule_check, rules.schedule, rules.psk
LOAN, RATE, DAY = Decimal(90000), Decimal(30), date(2026, 11, 24)

conventions = st.builds(
    schedule.Conventions,
    day_count=st.sampled_from(sorted(schedule.DAY_COUNTS)),
    shift=st.sampled_from(["stay", "after", "before"]),
    payment_day=st.sampled_from([0, 5, 20, 31]),
    shortest_days=st.sampled_from([0, 10, 20]),
    step=st.sampled_from([Decimal(0), Decimal(1), Decimal(100)]),
)


def told(plan):
    lines = [
        check.Line(line.due_on, line.amount, line.principal, line.interest, line.rest)
        for line in plan.installments
    ]
    cost = psk.full_cost(plan.flows)
    return check.Told(plan.loan, plan.rate, lines, cost.percent, plan.overpayment)


def found(one, months=6, days=(DAY,), **options):
    return [
        (each.number, each.what, str(each.theirs), str(each.ours))
        for each in check.differences(one, months, days, **options)
    ]


def changed(one, number, **values):
    lines = list(one.lines)
    lines[number - 1] = replace(lines[number - 1], **values)
    return replace(one, lines=lines)


GOOD = told(schedule.annuity(LOAN, RATE, 6, DAY))


@given(
    st.decimals(3000, 500_000, places=2),
    st.decimals(1, 200, places=2),
    st.integers(2, 10),
    st.dates(date(2024, 1, 1), date(2032, 1, 1)),
    conventions,
)
def test_what_the_conventions_give_differs_in_nothing(loan, rate, months, day, theirs):
    plan = schedule.annuity(loan, rate, months, day, theirs)
    regular = plan.installments[0].amount
    if any(line.amount != regular for line in plan.installments[1:-1]):
        return  # interest alone is more than the payment: no annuity any more
    if plan.total <= loan or any(line.amount <= 0 for line in plan.installments):
        return  # rounding up paid it before its end
    assert check.differences(told(plan), months, [day], theirs) == []


@given(
    st.decimals(3000, 500_000, places=2),
    st.decimals(0, 100, places=2),
    st.integers(2, 10),
    st.dates(date(2024, 1, 1), date(2032, 1, 1)),
)
def test_no_false_alarm_on_the_sandbox_whose_arithmetic_is_its_own(loan, rate, months, day):
    lines = ledger.schedule(loan, rate, months, day)
    theirs = check.Told(
        loan,
        rate,
        [check.Line(o.due_on, o.amount, o.principal, o.interest, o.rest) for o in lines],
        ledger.full_cost(loan, lines),
        sum(line.amount for line in lines) - loan,
    )
    days = [day + timedelta(days=1), day]  # it was made before midnight
    conventions = schedule.Conventions(day_count=schedule.ACTUAL_365)
    assert check.differences(theirs, months, days, conventions) == []


@pytest.mark.parametrize(
    ("wrong", "differences"),
    [
        (
            changed(GOOD, 2, interest=Decimal("1933.39"), amount=Decimal("16339.52")),
            [
                (2, "interest", "1933.39", "1933.37"),
                (2, "payment", "16339.52", "16339.50"),
                (0, "psk_amount", "7986.55", "7986.57"),
            ],
        ),
        (changed(GOOD, 1, amount=Decimal("16339.51")), []),  # a kopeck is none
        (
            changed(GOOD, 3, principal=Decimal("14773.21")),
            [(3, "amount", "16339.50", "16339.52"), (3, "rest", "46700.36", "46700.34")],
        ),
        (
            changed(GOOD, 6, rest=Decimal("5.00")),
            [(6, "rest", "5.00", "0.00"), (6, "rest", "5.00", "0.00")],
        ),
        (replace(GOOD, psk=Decimal("29.828")), []),
        (replace(GOOD, psk=Decimal("29.829")), [(0, "psk", "29.829", "29.827")]),
        (replace(GOOD, psk=None, psk_amount=None), []),
        (replace(GOOD, psk_amount=Decimal("7986.57")), [(0, "psk_amount", "7986.57", "7986.55")]),
    ],
)
def test_each_difference_is_told_once_with_both_figures(wrong, differences):
    assert found(wrong) == differences


def test_a_due_day_is_told_and_what_follows_from_it():
    late = changed(GOOD, 1, due_on=date(2026, 12, 25))
    assert found(late)[0] == (1, "due_on", "2026-12-25", "2026-12-24")


def test_days_off_by_exceptions_explain_a_due_day():
    plan = schedule.annuity(
        LOAN, RATE, 6, DAY, schedule.Conventions(shift="after"), {date(2026, 12, 24): True}
    )
    assert plan.installments[0].due_on == date(2026, 12, 25)
    theirs = schedule.Conventions(shift="after")
    assert found(told(plan), conventions=theirs)
    assert not found(told(plan), conventions=theirs, exceptions={date(2026, 12, 24): True})


def test_the_number_of_payments_is_told():
    assert (0, "count", "6", "12") in found(GOOD, months=12)


def test_the_day_of_issue_that_explains_most_is_taken():
    days = [DAY + timedelta(days=number) for number in (1, -1, 0, 2)]
    assert found(GOOD, days=days) == []


def test_a_schedule_without_lines_is_none():
    with pytest.raises(ValueError, match="lines"):
        check.differences(replace(GOOD, lines=[]), 6, [DAY])
    with pytest.raises(ValueError):
        check.differences(GOOD, 6, [])
