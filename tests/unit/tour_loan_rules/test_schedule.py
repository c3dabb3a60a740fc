from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

schedule = room("tour_loan", "rules").schedule

# P = 90 000, 30 %, 6 months (reference/borrower-data, section 7).
ANN6 = """
2026-12-24 30 16339.50 2219.18 14120.32 75879.68
2027-01-24 31 16339.50 1933.37 14406.13 61473.55
2027-02-24 31 16339.50 1566.31 14773.19 46700.36
2027-03-24 28 16339.50 1074.75 15264.75 31435.61
2027-04-24 31 16339.50 800.96 15538.54 15897.07
2027-05-24 30 16289.05 391.98 15897.07 0.00
"""

loans = st.decimals(min_value="0.01", max_value=1_000_000, places=2)
rates = st.decimals(min_value=0, max_value=292, places=3)
terms = st.integers(min_value=1, max_value=60)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))


def test_the_table_of_the_reference_comes_out_to_the_kopeck():
    plan = schedule.annuity(Decimal(90000), Decimal(30), 6, date(2026, 11, 24))
    lines = [
        f"{line.due_on} {line.days} {line.amount} {line.interest} {line.principal} {line.rest}"
        for line in plan.installments
    ]
    assert lines == ANN6.split("\n")[1:-1]
    assert plan.monthly_payment == Decimal("16339.50")
    assert plan.overpayment == Decimal("7986.55")
    assert plan.total == Decimal("97986.55")


def test_the_end_of_month_schedule_of_the_reference_comes_out_too():
    plan = schedule.annuity(Decimal(60000), Decimal(100), 10, date(2026, 1, 31))
    assert [line.due_on.isoformat()[5:] for line in plan.installments] == [
        "02-28", "03-31", "04-30", "05-31", "06-30",
        "07-31", "08-31", "09-30", "10-31", "11-30",
    ]  # fmt: skip
    assert {line.amount for line in plan.installments[:-1]} == {Decimal("9076.67")}
    assert plan.installments[-1].amount == Decimal("8501.01")
    assert plan.overpayment == Decimal("30191.04")


def test_a_period_over_new_year_of_a_leap_year_is_split():
    # 11 days of 2027 (1/365) and 20 days of 2028 (1/366).
    charged = schedule.interest(Decimal(100000), Decimal(36), date(2027, 12, 20), date(2028, 1, 20))
    exact = Decimal(36000) * 11 / 365 + Decimal(36000) * 20 / 366
    assert charged == exact.quantize(Decimal("0.01"))


def test_a_whole_year_costs_the_whole_rate_common_or_leap():
    for year in (2027, 2028):
        charged = schedule.interest(
            Decimal(1000), Decimal(12), date(year - 1, 12, 31), date(year, 12, 31)
        )
        assert charged == Decimal("120.00")


def test_an_exact_half_kopeck_of_interest_goes_up():
    # 18.25 roubles at 10 %: 1.825 a year, exactly half a kopeck a day.
    charged = schedule.interest(Decimal("18.25"), Decimal(10), date(2026, 3, 1), date(2026, 3, 2))
    assert charged == Decimal("0.01")


def test_no_interest_on_the_day_of_issue():
    same_day = date(2026, 5, 5)
    assert not schedule.interest(Decimal(1000), Decimal(100), same_day, same_day)


def test_an_interest_free_loan_is_split_evenly():
    plan = schedule.annuity(Decimal(100), Decimal(0), 3, date(2026, 1, 1))
    assert [str(line.amount) for line in plan.installments] == [
        "33.33",
        "33.33",
        "33.34",
    ]
    assert plan.overpayment == 0


def test_at_an_extreme_rate_unpaid_interest_is_not_capitalised():
    plan = schedule.annuity(Decimal(100000), Decimal(292), 60, date(2026, 12, 31))
    rests = [plan.loan, *(line.rest for line in plan.installments)]
    assert rests == sorted(rests, reverse=True)


@pytest.mark.parametrize(
    ("loan", "rate", "months"),
    [("0", "30", 6), ("-1", "30", 6), ("1", "-1", 6), ("1", "1", 0)],
)
def test_senseless_terms_are_refused(loan, rate, months):
    with pytest.raises(ValueError, match="positive"):
        schedule.annuity(Decimal(loan), Decimal(rate), months, date(2026, 1, 1))


@given(loans, rates, terms, days)
def test_the_principal_sums_to_the_loan_and_the_rest_ends_at_zero(loan, rate, months, issued_on):
    plan = schedule.annuity(loan, rate, months, issued_on)
    assert len(plan.installments) == months
    assert sum(line.principal for line in plan.installments) == loan
    assert plan.installments[-1].rest == 0
    assert plan.overpayment == sum(line.interest for line in plan.installments)
    rest, since = loan, issued_on
    for line in plan.installments:
        assert line.amount == line.principal + line.interest
        assert line.principal >= 0
        assert line.rest == rest - line.principal
        assert line.days == (line.due_on - since).days
        assert line.amount.as_tuple().exponent >= -2
        rest, since = line.rest, line.due_on


@given(loans, rates, terms, days)
def test_payments_fall_on_the_day_of_issue_or_the_end_of_a_shorter_month(
    loan, rate, months, issued_on
):
    for line in schedule.annuity(loan, rate, months, issued_on).installments:
        next_day = date.fromordinal(line.due_on.toordinal() + 1)
        assert line.due_on.day == issued_on.day or (
            line.due_on.day < issued_on.day and next_day.day == 1
        )


@given(loans, rates, days, st.integers(0, 400), st.integers(0, 400))
def test_interest_by_parts_is_the_interest_of_the_whole(loan, rate, since, first, second):
    middle = date.fromordinal(since.toordinal() + first)
    until = date.fromordinal(middle.toordinal() + second)
    whole = schedule.interest(loan, rate, since, until)
    parts = schedule.interest(loan, rate, since, middle) + schedule.interest(
        loan, rate, middle, until
    )
    assert abs(whole - parts) <= Decimal("0.01")


class TestConventions:
    @pytest.mark.parametrize(
        ("since", "until", "day_count", "charged"),
        [
            # 36,500 roubles at 36 %: 36 a day of 365
            ("2028-01-20", "2028-02-20", "actual_365", "1116.00"),
            ("2028-01-20", "2028-02-20", "actual", "1112.95"),
            ("2027-12-20", "2028-01-20", "actual_365", "1116.00"),
            # a month is a month: a twelfth of 13,140
            ("2027-01-20", "2027-02-20", "thirty_360", "1095.00"),
            ("2027-02-28", "2027-03-31", "thirty_360", "1168.00"),  # 32 days of 360
            ("2027-01-31", "2027-02-28", "thirty_360", "1022.00"),  # 28
            ("2027-03-31", "2027-04-30", "thirty_360", "1095.00"),
            ("2027-01-10", "2027-01-25", "thirty_360", "547.50"),
            ("2026-12-10", "2027-02-10", "thirty_360", "2190.00"),
        ],
    )
    def test_days_are_counted_as_the_lender_does(self, since, until, day_count, charged):
        days = date.fromisoformat(since), date.fromisoformat(until)
        interest = schedule.interest(Decimal(36500), Decimal(36), *days, day_count)
        assert str(interest) == charged

    def test_what_is_not_said_is_as_usual(self):
        assert schedule.Conventions() == schedule.Conventions("actual", "stay", 0, 0, Decimal(0))

    def test_another_way_of_counting_is_none(self):
        with pytest.raises(KeyError):
            schedule.interest(Decimal(1), Decimal(1), date(2026, 1, 1), date(2026, 2, 1), "bank")

    @pytest.mark.parametrize(
        ("issued_on", "options", "due"),
        [
            ("2026-11-24", {}, ["2026-12-24", "2027-01-24", "2027-02-24"]),
            ("2026-11-24", {"shift": "after"}, ["2026-12-24", "2027-01-25", "2027-02-24"]),
            ("2026-11-24", {"shift": "before"}, ["2026-12-24", "2027-01-22", "2027-02-24"]),
            # a broken first period, shorter or longer than a month
            ("2027-01-31", {"payment_day": 20}, ["2027-02-20", "2027-03-20", "2027-04-20"]),
            ("2027-01-20", {"payment_day": 20}, ["2027-02-20", "2027-03-20", "2027-04-20"]),
            ("2027-01-19", {"payment_day": 20}, ["2027-01-20", "2027-02-20", "2027-03-20"]),
            (
                "2027-01-15",
                {"payment_day": 20, "shortest_days": 10},
                ["2027-02-20", "2027-03-20", "2027-04-20"],
            ),
            (
                "2027-01-10",
                {"payment_day": 20, "shortest_days": 10},
                ["2027-01-20", "2027-02-20", "2027-03-20"],
            ),
            # the day after the issue, and one in the year before
            ("2027-12-30", {"payment_day": 31}, ["2027-12-31", "2028-01-31", "2028-02-29"]),
            ("2028-01-01", {"payment_day": 1}, ["2028-02-01", "2028-03-01", "2028-04-01"]),
            # the last day of each month
            ("2027-01-15", {"payment_day": 31}, ["2027-01-31", "2027-02-28", "2027-03-31"]),
            # moved back it may not fall on the day of the issue
            (
                "2024-01-01",
                {"payment_day": 5, "shift": "before"},
                ["2024-02-05", "2024-03-05", "2024-04-05"],
            ),
        ],
    )
    def test_payments_are_due_when_the_lender_says(self, issued_on, options, due):
        conventions = schedule.Conventions(**options)
        days = schedule.due_days(date.fromisoformat(issued_on), 3, conventions)
        assert [day.isoformat() for day in days] == due

    @pytest.mark.parametrize(
        ("loan", "rate", "months", "step", "regular"),
        [
            (90000, 30, 6, 0, "16339.50"),
            (90000, 30, 6, 1, "16340.00"),
            (90000, 30, 6, 100, "16400.00"),
            (90000, 0, 6, 100, "15000.00"),  # whole already: no step more
            (100000, 0, 3, 1, "33334.00"),
        ],
    )
    def test_a_payment_is_rounded_up_to_the_lenders_step(self, loan, rate, months, step, regular):
        found = schedule.payment(Decimal(loan), Decimal(rate), months, Decimal(step))
        assert str(found) == regular

    def test_a_schedule_keeps_all_of_them(self):
        conventions = schedule.Conventions("actual_365", "after", 20, 15, Decimal(100))
        plan = schedule.annuity(Decimal(90000), Decimal(30), 6, date(2027, 1, 31), conventions)
        assert [line.due_on.isoformat() for line in plan.installments] == [
            "2027-02-20",  # a Saturday that works
            "2027-03-22", "2027-04-20", "2027-05-20", "2027-06-21", "2027-07-20",
        ]  # fmt: skip
        assert {line.amount for line in plan.installments[:-1]} == {Decimal("16400.00")}
        assert plan.installments[0].interest == Decimal("1479.45")
        assert plan.installments[-1].rest == 0
