import pytest

from tests.unit.rooms import room

moves = room("tour_loan", "rules").moves
ACTORS = ("agency", "borrower", "accounting", "staff", "clock")

# The story of section 5 of the architecture, as it is told: state, who, where to.
STORY = {
    ("new", "borrower"): {"filling", "cancelled"},
    ("new", "agency"): {"new", "cancelled"},
    ("filling", "borrower"): {"submitted", "cancelled"},
    ("needs_data", "borrower"): {"submitted", "cancelled"},
    ("submitted", "accounting"): {"needs_data", "approved", "declined", "cancelled"},
    ("needs_data", "accounting"): {
        *("needs_data", "submitted", "approved", "declined", "cancelled"),
    },
    ("approved", "accounting"): {"approved", "declined", "cancelled"},
    ("approved", "borrower"): {"signed", "cancelled"},
    ("approved", "agency"): {"approved", "submitted", "cancelled"},
    ("approved", "clock"): {"expired"},
    ("signed", "clock"): {"ready", "expired"},
    ("signed", "borrower"): {"cancelled"},
    ("signed", "agency"): {"cancelled"},
    ("ready", "agency"): {"committed", "cancelled"},
    ("ready", "clock"): {"expired"},
    ("committed", "accounting"): {"funded", "cancelled"},
    ("funded", "accounting"): {"annulled"},
}


def reachable(state, actor):
    """Return the states ``actor`` may lead to from ``state``."""
    return {
        move.target
        for name, move in moves.MOVES.items()
        if moves.refusal(name, state, actor) is None
    }


@pytest.mark.parametrize(("state", "actor"), STORY)
def test_the_story_is_possible_and_nothing_beside_it(state, actor):
    assert reachable(state, actor) == STORY[state, actor]


@pytest.mark.parametrize("state", moves.ENDED)
@pytest.mark.parametrize("actor", ACTORS)
def test_what_has_ended_stays_ended(state, actor):
    assert reachable(state, actor) == set()


@pytest.mark.parametrize("actor", ["agency", "borrower", "staff", "clock"])
@pytest.mark.parametrize("state", ["committed", "funded"])
def test_once_money_may_go_only_the_accounting_system_moves(state, actor):
    assert reachable(state, actor) == set()


def test_the_table_speaks_of_known_states_and_actors():
    for move in moves.MOVES.values():
        assert {*move.sources, move.target} <= set(moves.STATES)
        assert move.sources and move.actors
        assert set(move.actors) <= set(ACTORS)


def test_every_state_can_be_reached():
    reached, edge = {"new"}, ["new"]
    while edge:
        state = edge.pop()
        found = {m.target for m in moves.MOVES.values() if state in m.sources} - reached
        reached |= found
        edge += found
    assert reached == set(moves.STATES)


def test_every_open_state_has_a_way_out_by_itself_or_by_the_lender():
    for state in set(moves.STATES) - set(moves.ENDED):
        assert reachable(state, "clock") | reachable(state, "accounting"), state


def test_only_the_borrower_confirms_and_signs():
    for name in ("open", "submit", "sign"):
        assert moves.MOVES[name].actors == ("borrower",)


def test_a_refusal_says_whether_the_actor_or_the_time_is_wrong():
    assert moves.refusal("approve", "submitted", "accounting") is None
    assert moves.refusal("approve", "submitted", "borrower") == "actor"
    assert moves.refusal("approve", "funded", "accounting") == "state"
    assert moves.refusal("approve", "funded", "borrower") == "actor"


def test_an_unknown_move_is_a_mistake():
    with pytest.raises(KeyError):
        moves.refusal("fly", "new", "clock")
