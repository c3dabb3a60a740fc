from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

order = room("tour_loan", "rules").order

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Product(NamedTuple):
    code: str
    amount_min: Decimal
    amount_max: Decimal
    terms: tuple = (6, 12)


SMALL = Product("small", Decimal(3000), Decimal(30000))
LARGE = Product("large", Decimal(50000), Decimal(500000))
FORBIDDEN = Product("forbidden", Decimal(1), Decimal(900000), ())


def codes(refusals) -> list:
    return [(one.rule, one.path, one.code) for one in refusals]


def fits(amount, code="", offered=(SMALL, FORBIDDEN, LARGE)):
    return order.product(Decimal(amount), offered, code, "terms.product", "order.price.amount")


def test_something_is_left_to_lend():
    assert order.loan(Decimal("100.01"), Decimal(100)) == []
    for advance in (Decimal(100), Decimal("100.01")):
        assert codes(order.loan(Decimal(100), advance)) == [
            ("order", "order.advance.amount.amount", "advance_not_below_price")
        ]


def test_the_least_advance_is_a_share_of_the_price_and_named():
    assert order.least_advance(Decimal(100000), Decimal(10000), Decimal(10)) == []
    [refusal] = order.least_advance(Decimal(100000), Decimal("9999.99"), Decimal(10), "advance")
    assert codes([refusal]) == [("agency", "advance", "advance_too_small")]
    assert refusal.values == {"minimum": "10000.00"}


def test_lines_are_the_whole_order_or_there_are_none():
    assert order.items([], Decimal(100)) == []
    assert order.items([Decimal("60.50"), Decimal("39.50")], Decimal(100)) == []
    [refusal] = order.items([Decimal(60), Decimal("39.99")], Decimal(100))
    assert codes([refusal]) == [("order", "order.items", "items_not_price")]
    assert refusal.values == {"sum": "99.99", "price": "100.00"}


def test_times_that_cannot_be_are_all_named():
    assert order.times(NOW) == []
    assert order.times(NOW, NOW + HOUR, NOW - HOUR, NOW.date()) == []
    late = order.times(NOW, NOW, NOW + timedelta(minutes=6), NOW.date() - DAY)
    assert codes(late) == [
        ("order", "order.held_until", "hold_in_the_past"),
        ("order", "order.advance.paid_at", "in_the_future"),
        ("order", "tour.starts_on", "departure_in_the_past"),
    ]


def test_the_agencys_clock_may_be_five_minutes_fast():
    assert order.times(NOW, paid_at=NOW + timedelta(minutes=5)) == []
    assert order.times(NOW, paid_at=NOW + timedelta(minutes=5, seconds=1))


def test_the_hold_ends_before_the_tour_begins():
    held = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
    assert order.departure(date(2026, 12, 1), held, "tour.starts_on") == []
    assert codes(order.departure(date(2026, 11, 30), held, "tour.starts_on")) == [
        ("order", "tour.starts_on", "departure_before_hold_end")
    ]


@pytest.mark.parametrize(("amount", "hours"), [("49999.99", 1), ("50000", 5), ("200000.01", 49)])
def test_the_hold_outlasts_the_pause_of_the_law(amount, hours):
    needed = NOW + hours * HOUR
    assert order.hold_needed_until(NOW, Decimal(amount)) == needed
    assert order.hold(needed, NOW, Decimal(amount)) == []
    [refusal] = order.hold(needed - timedelta(seconds=1), NOW, Decimal(amount))
    assert codes([refusal]) == [("agency", "order.held_until", "hold_too_short")]
    assert refusal.values == {"until": needed.isoformat()}


def test_terms_are_those_of_the_product():
    assert order.months([6, 12], (6, 12), "months") == []
    [refusal] = order.months([6, 9], (6, 12), "terms.months")
    assert codes([refusal]) == [("lender", "terms.months", "months_not_offered")]
    assert refusal.values == {"offered": "6, 12"}


def test_limits_include_their_ends_and_nought_is_none():
    least, most = Decimal(3000), Decimal(30000)
    for amount in (least, most):
        assert order.limits(amount, least, most, "agency", "sum") == []
    assert order.limits(Decimal(10**9), Decimal(0), Decimal(0), "agency", "sum") == []
    [refusal] = order.limits(Decimal("2999.99"), least, most, "agency", "sum")
    assert (refusal.code, refusal.values) == ("loan_too_small", {"minimum": "3000.00"})
    [refusal] = order.limits(Decimal("30000.01"), least, most, "lender", "sum")
    assert codes([refusal]) == [("lender", "sum", "loan_too_big")]
    assert refusal.values == {"maximum": "30000.00"}


@pytest.mark.parametrize(("amount", "place"), [(3000, 0), (30000, 0), (50000, 2), (500000, 2)])
def test_the_first_product_that_holds_the_sum_is_taken(amount, place):
    assert fits(amount) == (place, [])


@pytest.mark.parametrize(
    ("amount", "code", "values"),
    [
        (2999, "loan_too_small", {"minimum": "3000.00"}),
        (500001, "loan_too_big", {"maximum": "500000.00"}),
        (40000, "loan_too_big", {"maximum": "30000.00"}),  # between the two
    ],
)
def test_a_sum_no_product_holds_is_told_the_nearest_limit(amount, code, values):
    place, [refusal] = fits(amount)
    assert (place, refusal.code, refusal.values) == (None, code, values)
    assert refusal.path == "order.price.amount"


@pytest.mark.parametrize("code", ["forbidden", "nosuch"])
def test_a_product_the_law_forbids_is_as_unknown_as_none(code):
    assert codes(fits(5000, code)[1]) == [("lender", "terms.product", "product_unknown")]
    assert codes(fits(5000, offered=())[1]) == [("lender", "terms.product", "product_unknown")]


def test_a_wanted_product_is_not_replaced_by_another():
    assert fits(5000, "small") == (0, [])
    assert codes(fits(5000, "large")[1]) == [("lender", "order.price.amount", "loan_too_small")]


def test_addresses_belong_to_the_agency():
    urls = {
        "success": "https://shop.example/done",
        "failure": "https://shop.example.evil.example/",
        "back": None,
    }
    assert codes(order.hosts(urls, ["shop.example"])) == [
        ("agency", "urls.failure", "host_not_allowed")
    ]
    assert len(order.hosts({"back": "javascript:alert(1)"}, ["shop.example"])) == 1


@given(st.decimals(0, 10**6, places=2), st.sampled_from(["", "small", "large"]))
def test_whatever_the_sum_it_is_held_or_refused(amount, code):
    place, refusals = fits(amount, code)
    assert (place is None) == bool(refusals)
    if place is not None:
        chosen = (SMALL, FORBIDDEN, LARGE)[place]
        assert chosen.amount_min <= amount <= chosen.amount_max
        assert code in ("", chosen.code)
