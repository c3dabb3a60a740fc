from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.unit.rooms import room

cooling_off = room("tour_loan", "rules").cooling_off


@pytest.mark.parametrize(
    ("amount", "hours"),
    [
        ("0.01", 0),
        ("49999.99", 0),
        ("50000", 4),
        ("50000.00", 4),
        ("145000.00", 4),
        ("200000.00", 4),
        ("200000.01", 48),
        ("1000000.00", 48),
    ],
)
def test_the_pause_grows_with_the_sum(amount, hours):
    assert cooling_off.pause(Decimal(amount)) == timedelta(hours=hours)


def test_money_may_go_when_the_pause_is_over():
    signed_at = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    assert cooling_off.until(signed_at, Decimal("60000")) == datetime(
        2026, 11, 25, 2, 30, tzinfo=UTC
    )
    assert cooling_off.until(signed_at, Decimal("49999.99")) == signed_at


def test_a_naive_time_of_odoo_stays_naive():
    signed_at = datetime(2026, 11, 24, 12)
    assert cooling_off.until(signed_at, Decimal("200000.01")) == datetime(2026, 11, 26, 12)


def test_the_bands_leave_no_gap():
    kopeck = Decimal("0.01")
    for below, above in zip(cooling_off.BANDS, cooling_off.BANDS[1:], strict=False):
        assert below.highest + kopeck == above.lowest
    assert cooling_off.BANDS[-1].highest is None


@pytest.mark.parametrize("amount", ["-0.01", "49999.995"])
def test_what_is_no_amount_has_no_pause(amount):
    with pytest.raises(ValueError, match="no cooling-off band"):
        cooling_off.pause(Decimal(amount))


def test_other_bands_may_be_given():
    bands = (cooling_off.Band(Decimal(0), None, timedelta(hours=1)),)
    assert cooling_off.pause(Decimal("300000"), bands) == timedelta(hours=1)
