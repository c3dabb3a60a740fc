import pytest

from tests.unit.rooms import room

lockout = room("tour_loan", "rules").lockout
HERE, THERE = "203.0.113.7", "198.51.100.9"


def scopes(*asked) -> list[str]:
    return [budget.scope for budget in lockout.budgets(*asked)]


def keys(*asked) -> set:
    return {(budget.scope, budget.key) for budget in lockout.budgets(*asked)}


def test_a_password_counts_by_login_and_address_before_it_counts_wider():
    assert scopes("password", "admin", HERE) == ["login_address", "login", "address"]
    tries = [budget.limit.tries for budget in lockout.budgets("password", "admin", HERE)]
    assert tries[0] == 5 and tries[0] < min(tries[1:])


def test_a_strangers_attempts_share_only_the_widest_count_with_the_owners():
    assert keys("password", "admin", HERE) & keys("password", "admin", THERE) == {
        ("login", ("password", "admin"))
    }


def test_a_browser_the_login_is_known_in_shares_no_count_with_anybody():
    own = keys("password", "admin", HERE, "device")
    assert not own & keys("password", "admin", HERE)
    assert not own & keys("password", "admin", HERE, "another")
    assert not own & keys("password", "operator", HERE, "device")


@pytest.mark.parametrize("kind", ["password", "factor", "passkey", "key"])
@pytest.mark.parametrize("device", ["", "device"])
def test_nobody_is_locked_out_for_less_than_half_an_hour(kind, device):
    for budget in lockout.budgets(kind, "admin", HERE, device):
        assert budget.limit.minutes >= 30


@pytest.mark.parametrize("kind", ["passkey", "key"])
def test_what_names_no_login_locks_no_login(kind):
    assert scopes(kind, "", HERE) == ["address"]


def test_kinds_are_counted_apart_so_that_a_right_password_forgives_no_code():
    assert not keys("password", "admin", HERE) & keys("factor", "admin", HERE)
    assert scopes("factor", "admin", HERE) == ["login_address", "login"]


def test_success_forgives_only_what_is_the_persons_own():
    for device in ("", "device"):
        for budget in lockout.budgets("password", "admin", HERE, device):
            assert budget.forgiven == (budget.scope in ("login_address", "browser"))


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_of_ipv6_a_subscribers_network_is_one_address(address, counted):
    assert lockout.network(address) == counted


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (-5, 1), (60, 1), (61, 2), (1800, 30)])
def test_who_waits_is_told_whole_minutes(seconds, minutes):
    assert lockout.minutes_left(seconds) == minutes
