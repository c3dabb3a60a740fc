from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

rules = room("tour_loan", "rules")
psk = rules.psk

PDL30 = [("2026-01-10", "-10000"), ("2026-02-09", "12400")]
HABR2014 = [
    ("2014-09-01", "-100000"),
    ("2014-10-01", "34002.21"),
    ("2014-11-01", "34002.21"),
    ("2014-12-01", "34002.21"),
]
ANN6 = [
    ("2026-11-24", "-90000"),
    *[
        (day, "16339.50")
        for day in (
            "2026-12-24",
            "2027-01-24",
            "2027-02-24",
            "2027-03-24",
            "2027-04-24",
        )
    ],
    ("2027-05-24", "16289.05"),
]
ANN10EOM = [
    ("2026-01-31", "-60000"),
    ("2026-02-28", "9076.67"),
    *[
        (f"2026-{day}", "9076.67")
        for day in (
            "03-31",
            "04-30",
            "05-31",
            "06-30",
            "07-31",
            "08-31",
            "09-30",
            "10-31",
        )
    ],
    ("2026-11-30", "8501.01"),
]

issue_days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


def flows(rows):
    return [(date.fromisoformat(day), Decimal(amount)) for day, amount in rows]


@pytest.mark.parametrize(
    ("rows", "unrounded", "percent", "amount"),
    [
        (PDL30, "292.000000", "292.000", "2400.00"),
        (HABR2014, "11.999979", "12.000", "2006.63"),
        (ANN6, "29.826539", "29.827", "7986.55"),
        (ANN10EOM, "98.837727", "98.838", "30191.04"),
    ],
    ids=["pdl30", "habr2014", "ann6", "ann10eom"],
)
def test_the_vectors_of_the_reference(rows, unrounded, percent, amount):
    cost = psk.full_cost(flows(rows))
    assert str(cost.unrounded.quantize(Decimal("0.000001"))) == unrounded
    assert str(cost.percent) == percent
    assert str(cost.amount) == amount


@pytest.mark.parametrize(
    ("rows", "unrounded"),
    [(HABR2014, "12.031879"), (ANN6, "29.993792"), (ANN10EOM, "99.949611")],
)
def test_a_base_period_of_thirty_days_is_365_over_30_a_year(rows, unrounded):
    cost = psk.full_cost(flows(rows), psk.BasePeriod(days=30))
    assert str(cost.unrounded.quantize(Decimal("0.000001"))) == unrounded


def test_a_loan_without_overpayment_costs_exactly_nothing():
    for last in ("30000", "29999.99"):
        cost = psk.full_cost(
            flows(
                [
                    ("2026-01-10", "-60000"),
                    ("2026-02-10", "30000"),
                    ("2026-03-10", last),
                ]
            )
        )
        assert str(cost.percent) == "0.000"
        assert cost.unrounded == 0
        assert str(cost.amount) == "0.00"


def test_a_loan_at_the_statutory_cap_does_not_exceed_it():
    # The noise of binary fractions must not turn 292 % into more than 292 %.
    for days in range(1, 366):
        start = date(2026, 1, 10)
        paid = Decimal(10000) * (1 + Decimal("0.008") * days)
        cost = psk.full_cost([(start, Decimal(-10000)), (start + timedelta(days=days), paid)])
        assert cost.unrounded == 292
        assert cost.base_period == psk.BasePeriod(days=days)


def test_flows_of_one_day_are_added():
    cost = psk.full_cost(flows([*ANN6, ("2026-11-24", "1000"), ("2026-11-24", "-1000")]))
    assert str(cost.percent) == "29.827"


def test_a_fee_at_issue_makes_the_loan_dearer():
    cost = psk.full_cost(flows([*ANN6, ("2026-11-24", "1000")]))
    assert cost.percent > Decimal("33")
    assert cost.amount == Decimal("8986.55")


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("2026-01-10", "-100")],
        [("2026-01-10", "100"), ("2026-02-10", "-110")],
        [("2026-01-10", "0"), ("2026-02-10", "110")],
        [("2026-01-10", "0.50"), ("2026-02-10", "110")],
        [("2026-01-10", "-100"), ("2026-01-10", "110")],
    ],
)
def test_flows_that_are_no_loan_are_refused(rows):
    with pytest.raises(ValueError, match="issue"):
        psk.full_cost(flows(rows))


@pytest.mark.parametrize(
    ("days", "base"),
    [
        (["2026-01-31", "2026-02-28", "2026-03-31"], psk.MONTH),
        (["2026-01-10", "2026-02-10", "2026-03-10"], psk.MONTH),
        (["2026-01-10", "2026-04-10", "2026-07-10"], psk.BasePeriod(months=3)),
        (["2026-01-01", "2026-01-15", "2026-01-29"], psk.BasePeriod(days=14)),
        # One payment moved off a weekend does not change the monthly base.
        (
            ["2026-01-10", "2026-02-10", "2026-03-10", "2026-04-13", "2026-05-10"],
            psk.MONTH,
        ),
        # As frequent: the shorter one.
        (
            ["2026-01-01", "2026-01-11", "2026-01-21", "2026-01-31", "2026-02-15", "2026-03-02"],
            psk.BasePeriod(days=10),
        ),
        # None repeats: the mean, (10 + 15) / 2 rounded half up. The way to the first is none.
        (["2026-01-01", "2026-01-03", "2026-01-13", "2026-01-28"], psk.BasePeriod(days=13)),
        # One interval is the most frequent one.
        (["2026-01-03", "2026-01-13", "2026-01-28"], psk.BasePeriod(days=15)),
        # One payment: its own term, even if it is a month; more than a year is a year.
        (["2026-01-10", "2026-02-10"], psk.BasePeriod(days=31)),
        (["2026-01-10", "2027-01-10"], psk.BasePeriod(days=365)),
        (["2026-01-10", "2027-01-11"], psk.YEAR),
        # As frequent: a month, of 30.42 days, is longer than 30 of them and shorter than 31.
        (
            ["2026-01-01", "2026-01-10", "2026-02-10", "2026-03-10", "2026-03-12", "2026-04-11"]
            + ["2026-05-11"],
            psk.BasePeriod(days=30),
        ),
        (
            ["2026-01-01", "2026-01-10", "2026-02-10", "2026-03-10", "2026-03-12", "2026-04-12"]
            + ["2026-05-13"],
            psk.MONTH,
        ),
        # A year belongs to the intervals that are no longer than a year; a day more does not.
        (["2026-01-10", "2026-02-15", "2027-02-15"], psk.YEAR),
        (["2026-01-10", "2026-02-15", "2026-04-06", "2027-04-07"], psk.BasePeriod(days=50)),
        (["2026-01-01", "2026-01-10", "2027-01-10", "2027-02-25"], psk.BasePeriod(days=206)),
        # The mean is a year at the most.
        (
            ["2026-01-10", "2026-02-15", "2026-04-06", "2026-07-20", "2031-04-07"],
            psk.BasePeriod(days=365),
        ),
        # Nothing within a year.
        (["2026-01-10", "2028-01-10", "2030-01-10"], psk.YEAR),
        # A broken first period keeps the month.
        (["2027-01-31", "2027-02-20", "2027-03-20", "2027-04-20"], psk.MONTH),
        (["2026-01-10", "2026-04-01", "2026-05-01"], psk.MONTH),
        # A month without a payment, a quarter moved off a weekend.
        (["2026-01-10", "2026-02-10", "2026-04-10", "2026-05-11", "2026-06-10"], psk.MONTH),
        (["2026-01-10", "2026-04-10", "2026-07-10", "2026-10-12"], psk.BasePeriod(months=3)),
        # The holidays of January, and the end of a month.
        (["2026-10-01", "2026-11-02", "2026-12-01", "2027-01-11", "2027-02-01"], psk.MONTH),
        (["2026-12-30", "2027-01-31", "2027-03-01", "2027-03-31"], psk.MONTH),
        # Even days are no months: each 30 of them, each four weeks.
        (
            ["2026-01-10", "2026-02-09", "2026-03-11", "2026-04-10", "2026-05-10", "2026-06-09"],
            psk.BasePeriod(days=30),
        ),
        (["2026-03-01", "2026-03-28", "2026-04-24"], psk.BasePeriod(days=27)),
        # No day of the month for all, and months as the calendar has them between some.
        (
            ["2026-01-01", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-10"],
            psk.MONTH,
        ),
        # Eleven days around New Year are its holidays, twelve are not, nor eleven elsewhere.
        (["2026-11-01", "2026-11-30", "2026-12-30", "2027-01-11"], psk.BasePeriod(days=21)),
        (["2026-10-01", "2026-11-04", "2026-12-04", "2027-01-15"], psk.MONTH),
        (["2026-10-01", "2026-11-04", "2026-12-04", "2027-01-16"], psk.BasePeriod(days=37)),
        (["2026-10-01", "2026-11-03", "2026-12-03", "2027-01-15"], psk.BasePeriod(days=37)),
        (["2026-10-01", "2026-11-05", "2026-12-25", "2027-02-05", "2027-03-05"], psk.MONTH),
        (
            ["2026-10-01", "2026-11-04", "2026-12-24", "2027-02-04", "2027-03-04"],
            psk.BasePeriod(days=40),
        ),
        # Four weeks twice may be two days moved back off weekends and holidays.
        (["2027-11-05", "2027-12-03", "2027-12-31"], psk.MONTH),
        # The sixteenth of January belongs to no holidays.
        (["2026-10-01", "2026-11-05", "2026-12-05", "2027-01-16"], psk.BasePeriod(days=36)),
        # Too far from any day of the month.
        (["2026-01-10", "2026-02-10", "2026-03-14", "2026-04-18"], psk.BasePeriod(days=34)),
    ],
)
def test_the_base_period_is_the_most_frequent_interval(days, base):
    assert psk.find_base_period([date.fromisoformat(day) for day in days]) == base


@pytest.mark.parametrize("step", [1, -1], ids=["forward", "back"])
@pytest.mark.parametrize("months", [2, 3, 10])
def test_whatever_the_day_of_issue_days_moved_off_weekends_and_holidays_keep_the_month(
    months, step
):
    def is_off(day):
        new_year = day.month == 1 and day.day <= 8
        return day.weekday() >= 5 or new_year or (day.month, day.day) in ((5, 1), (5, 9))

    for number in range(2 * 365):
        issued_on = date(2024, 1, 1) + timedelta(days=number)
        days = {issued_on}
        for month in range(1, months + 1):
            day = issued_on + relativedelta(months=month)
            while is_off(day):
                day += timedelta(days=step)
            days.add(day)
        assert psk.find_base_period(sorted(days)) == psk.MONTH, sorted(days)


@pytest.mark.parametrize(("months", "rate", "percent"), [(3, 30, "28.994"), (12, 100, "98.863")])
def test_a_broken_first_period_makes_the_loan_no_dearer(months, rate, percent):
    loan, issued_on = Decimal(100_000), date(2027, 1, 31)
    rest, since = loan, issued_on
    rows = [(issued_on, -loan)]
    for number in range(months):
        day = date(2027, 2, 20) + relativedelta(months=number)
        charged = rules.schedule.interest(rest, Decimal(rate), since, day)
        regular = rules.schedule.payment(loan, Decimal(rate), months)
        paid = rest + charged if number == months - 1 else regular
        rest, since = rest - (paid - charged), day
        rows.append((day, paid))
    assert str(psk.full_cost(rows).percent) == percent


def test_a_rest_inside_a_month_is_counted_in_thirtieths():
    assert psk.MONTH.position(date(2026, 1, 10), date(2026, 3, 25)) == (2, 0.5)
    assert psk.MONTH.position(date(2026, 1, 31), date(2026, 2, 28)) == (1, 0)
    assert psk.BasePeriod(days=30).position(date(2026, 1, 1), date(2026, 2, 15)) == (
        1,
        0.5,
    )


def test_a_month_that_is_not_over_is_none():
    assert psk.MONTH.position(date(2026, 1, 10), date(2026, 3, 5)) == (1, 23 / 30)
    quarter = psk.BasePeriod(months=3)
    assert quarter.position(date(2026, 1, 10), date(2026, 2, 25)) == (0, 0.5)


def test_flows_may_come_in_any_order():
    assert psk.full_cost(flows(reversed(ANN6))) == psk.full_cost(flows(ANN6))


def test_half_a_thousandth_goes_up():
    cost = psk.full_cost(flows([("2026-01-10", "-1000000"), ("2027-01-10", "1100005")]))
    assert (str(cost.unrounded), str(cost.percent)) == ("10.000500000", "10.001")


def test_a_year_as_the_base_period_gives_the_yearly_rate():
    cost = psk.full_cost(flows([("2026-01-10", "-1000"), ("2028-01-10", "1210")]), psk.YEAR)
    assert str(cost.percent) == "10.000"


def test_daily_payments_of_a_very_dear_loan_do_not_overflow():
    start = date(2026, 1, 1)
    rows = [(start, Decimal(-100))]
    rows += [(start + timedelta(days=day), Decimal(1000)) for day in range(1, 366)]
    cost = psk.full_cost(rows)
    # A thousand for a hundred every day: ten times the loan a day.
    assert cost.base_period == psk.BasePeriod(days=1)
    assert cost.percent == 365000


def balance(rows, start, rate):
    """The law's equation for whole months, in 40 exact digits."""
    with localcontext(prec=40):
        i = rate / 1200
        return sum(
            amount / (1 + i) ** ((day.year - start.year) * 12 + day.month - start.month)
            for day, amount in rows
        )


@given(
    st.decimals(min_value=1000, max_value=1_000_000, places=2),
    st.decimals(min_value="0.5", max_value=292, places=3),
    st.integers(min_value=2, max_value=36),
    issue_days,
)
def test_the_psk_solves_the_equation_of_the_law(loan, rate, months, issued_on):
    rows = rules.schedule.annuity(loan, rate, months, issued_on).flows
    cost = psk.full_cost(rows)
    assert cost.base_period == psk.MONTH
    step = Decimal("0.00000001")
    assert balance(rows, issued_on, cost.unrounded - step) > 0
    assert balance(rows, issued_on, cost.unrounded + step) < 0
    assert abs(cost.percent - cost.unrounded) <= Decimal("0.0005")


@given(
    st.integers(min_value=1000, max_value=1_000_000),
    st.integers(min_value=1, max_value=24),
    st.integers(min_value=2, max_value=36),
    issue_days,
)
def test_equal_months_give_the_nominal_rate_back(loan, monthly_percent, months, issued_on):
    # A loan repaid at the end, its interest paid monthly at a twelfth of the rate.
    interest = Decimal(loan) * monthly_percent / 100
    rows = [(issued_on, Decimal(-loan))]
    rows += [
        (issued_on + relativedelta(months=number), interest) for number in range(1, months + 1)
    ]
    rows.append((issued_on + relativedelta(months=months), Decimal(loan)))
    assert psk.full_cost(rows).unrounded == monthly_percent * 12
