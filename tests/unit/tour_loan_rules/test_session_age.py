import pytest

from tests.unit.rooms import room

rules = room("tour_loan", "rules").session_age
LIMITS = rules.Limits(idle=900, whole=3600)
NOW = 1_000_000


@pytest.mark.parametrize(
    ("began", "seen", "over"),
    [
        (None, None, False),
        (NOW, NOW, False),
        (NOW - 3599, NOW - 899, False),
        (NOW - 3600, NOW, True),
        (NOW - 1000, NOW - 900, True),
        (NOW + 50, NOW + 50, False),  # the clock was set back
    ],
)
def test_a_session_is_over_by_its_age_or_by_nobody_being_there(began, seen, over):
    assert rules.is_over(NOW, began, seen, LIMITS) is over


def test_somebody_is_noted_now_and_then():
    assert rules.is_worth_noting(NOW, None, LIMITS)
    assert not rules.is_worth_noting(NOW, NOW - 59, LIMITS)
    assert rules.is_worth_noting(NOW, NOW - 60, LIMITS)
    assert rules.is_worth_noting(NOW, NOW + 500, LIMITS)
    assert rules.is_worth_noting(NOW, NOW - 6, rules.Limits(60, 3600))


def test_staff_have_the_tighter_limits():
    staff, borrower = rules.DEFAULTS["staff"], rules.DEFAULTS["borrower"]
    assert staff.idle < borrower.idle and staff.whole < borrower.whole


@pytest.mark.parametrize(
    "path",
    [
        "/websocket",
        "/websocket/peek_notifications",
        "/web/dataset/call_kw/tour_loan.attention/search_count",
        "/my/applications/0b8f/state",
        "/my/applications/0b8f/code/contract",
        "/my/loans/0b8f/payment/L-1/state",
        "/tour_loan/code/state",
        "/web/assets/1/x.css",
    ],
)
def test_what_a_page_asks_by_itself_is_no_sign_of_a_person(path):
    assert rules.is_by_itself(path)


@pytest.mark.parametrize(
    "path",
    [
        "/odoo",
        "/web/dataset/call_kw/tour_loan.application/web_search_read",
        "/web/dataset/call_kw/tour_loan.attention/web_search_read",
        "/my/applications/0b8f/passport",
        "/my/loans/0b8f",
        "/tour_loan/login",
    ],
)
def test_what_a_person_asks_for_is_one(path):
    assert not rules.is_by_itself(path)
