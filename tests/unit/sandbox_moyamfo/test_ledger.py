"""The sandbox lender's arithmetic."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import moyamfo_ledger as ledger

START = date(2026, 11, 24)
amounts = st.decimals(min_value=3000, max_value=500000, places=2)


def test_a_known_schedule_to_the_kopeck():
    lines = ledger.schedule(Decimal(90000), Decimal(30), 6, START)
    assert [line.amount for line in lines] == [Decimal("16339.50")] * 5 + [Decimal("16289.05")]
    assert sum(line.interest for line in lines) == Decimal("7986.55")
    assert ledger.full_cost(Decimal(90000), lines) == pytest.approx(
        Decimal("29.827"), abs=Decimal("0.001")
    )


def test_the_end_of_a_month_is_clamped():
    days = [ledger.add_months(date(2026, 1, 31), n) for n in (1, 2, 13)]
    assert days == [date(2026, 2, 28), date(2026, 3, 31), date(2027, 2, 28)]


@given(amounts, st.integers(0, 290), st.integers(1, 36))
def test_principal_always_sums_to_the_loan(amount, rate, months):
    lines = ledger.schedule(amount, Decimal(rate), months, START)
    assert sum(line.principal for line in lines) == amount and lines[-1].rest == 0


@given(
    amounts,
    st.lists(st.tuples(st.decimals(1, 60000, places=2), st.integers(0, 200))),
    st.integers(0, 400),
)
def test_no_rouble_of_a_payment_is_lost_or_counted_twice(amount, payments, today):
    money = [
        ledger.Money(str(n), value, date.fromordinal(START.toordinal() + day))
        for n, (value, day) in enumerate(payments)
    ]
    state = ledger.replay(
        amount, Decimal(30), 6, START, money, date.fromordinal(START.toordinal() + today)
    )
    for one in money:
        split = state.splits[one.uid]
        assert split.principal + split.interest + split.penalty + split.overpaid == one.amount
    paid = sum(split.principal for split in state.splits.values())
    assert state.principal + paid == amount


@given(amounts, st.integers(0, 100))
def test_the_payoff_closes_on_its_day(amount, day):
    when = date.fromordinal(START.toordinal() + day)
    owed = ledger.replay(amount, Decimal(30), 6, START, [], when).payoff
    closed = ledger.replay(amount, Decimal(30), 6, START, [ledger.Money("p", owed, when)], when)
    assert closed.payoff == 0 and closed.splits["p"].overpaid == 0
    assert sum(line.left for line in closed.lines) == 0
