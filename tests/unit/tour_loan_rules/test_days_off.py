from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms import room

days_off = room("tour_loan", "rules").days_off


# The government's decrees of 2024-10-04 No. 1335 and 2025-09-24 No. 1466; Labour Code art. 112.
@pytest.mark.parametrize(
    ("day", "off"),
    [
        *(
            (f"2030-{day}", True)
            for day in (
                "01-01",
                "01-08",
                "02-23",
                "03-08",
                "05-01",
                "05-09",
                "06-12",
                "11-04",
            )
        ),
        *((f"2030-{day}", False) for day in ("01-09", "05-02", "05-08", "11-05", "06-13")),
        ("2025-02-24", False),  # its day off went to May
        ("2025-05-08", True),
        ("2025-11-01", False),  # a Saturday one works
        ("2025-11-03", True),
        ("2025-12-31", True),
        ("2026-01-09", True),
        ("2026-01-12", False),
        ("2026-03-09", True),  # 8 March is a Sunday
        ("2026-05-11", True),
        ("2026-12-31", True),
        ("2026-11-25", False),
        ("2026-11-28", True),
        ("2027-02-20", False),
        ("2027-02-22", True),
        ("2027-06-14", True),
        ("2028-11-06", True),  # 4 November is a Saturday
        ("2031-01-08", True),  # a year nobody has decreed yet
        ("2031-01-09", False),
    ],
)
def test_days_off_are_the_law_s_and_the_government_s(day, off):
    assert days_off.is_off(date.fromisoformat(day)) is off


def test_what_is_given_comes_before_what_is_known():
    day = date(2026, 11, 25)
    assert days_off.is_off(day, {day: True})
    assert not days_off.is_off(date(2026, 11, 28), {date(2026, 11, 28): False})
    assert not days_off.is_off(day, {date(2026, 11, 28): False})


def test_a_payment_is_moved_the_way_the_lender_does():
    saturday = date(2026, 11, 28)
    assert days_off.shifted(saturday, "stay") == saturday
    assert days_off.shifted(saturday, "after") == date(2026, 11, 30)
    assert days_off.shifted(saturday, "before") == date(2026, 11, 27)
    assert days_off.shifted(date(2027, 1, 1), "after") == date(2027, 1, 11)
    off_too = {date(2026, 11, 30): True}
    assert days_off.shifted(saturday, "after", off_too) == date(2026, 12, 1)
    with pytest.raises(ValueError, match="sideways"):
        days_off.shifted(saturday, "sideways")


@given(st.dates(date(2020, 1, 1), date(2045, 1, 1)), st.sampled_from(["after", "before"]))
def test_a_working_day_is_never_far(day, how):
    moved = days_off.shifted(day, how)
    assert not days_off.is_off(moved)
    assert abs((moved - day).days) <= 12
    assert days_off.is_off(day) or moved == day
