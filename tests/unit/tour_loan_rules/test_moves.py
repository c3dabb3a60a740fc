import pytest

from tests.unit.rooms import room

moves = room("tour_loan", "rules").moves
ACTORS = ("agency", "borrower", "accounting", "staff", "clock")

# The story of section 5 of the architecture, as it is told: state, who, where to. What is
# not told here may not be.
STORY = {
    ("new", "borrower"): {"filling", "cancelled"},
    ("new", "agency"): {"new", "cancelled"},
    ("filling", "borrower"): {"submitted", "cancelled"},
    ("filling", "agency"): {"filling", "cancelled"},
    ("needs_data", "borrower"): {"submitted", "cancelled"},
    ("needs_data", "agency"): {"needs_data", "cancelled"},
    ("needs_data", "staff"): {"needs_data", "cancelled"},
    ("submitted", "accounting"): {"needs_data", "approved", "declined", "cancelled"},
    ("submitted", "agency"): {"submitted", "cancelled"},
    ("submitted", "staff"): {"needs_data", "cancelled"},
    ("needs_data", "accounting"): {
        *("needs_data", "submitted", "approved", "declined", "cancelled"),
    },
    ("approved", "accounting"): {"approved", "declined", "cancelled"},
    ("approved", "borrower"): {"signed", "cancelled"},
    ("approved", "agency"): {"approved", "submitted", "cancelled"},
    ("signed", "clock"): {"ready", "expired"},
    ("ready", "agency"): {"committed", "cancelled"},
    ("committed", "accounting"): {"funded", "cancelled"},
    ("funded", "accounting"): {"annulled"},
}
BEFORE_THE_MONEY = ("new", "filling", "submitted", "needs_data", "approved", "signed", "ready")
for state in BEFORE_THE_MONEY:  # whoever it is about may end it, and time does
    for actor in ("agency", "borrower", "accounting", "staff"):
        STORY.setdefault((state, actor), {"cancelled"})
    STORY.setdefault((state, "clock"), {"expired"})


def reachable(state, actor):
    """Return the states ``actor`` may lead to from ``state``."""
    return {
        move.target
        for name, move in moves.MOVES.items()
        if moves.refusal(name, state, actor) is None
    }


@pytest.mark.parametrize("state", moves.STATES)
@pytest.mark.parametrize("actor", ACTORS)
def test_the_story_is_possible_and_nothing_beside_it(state, actor):
    assert reachable(state, actor) == STORY.get((state, actor), set())


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("open", {"new"}),
        ("submit", {"filling", "needs_data"}),
        ("ask_data", {"submitted", "needs_data"}),
        ("resume", {"needs_data"}),
        ("approve", {"submitted", "needs_data", "approved"}),
        ("decline", {"submitted", "needs_data", "approved"}),
        # the lender decides anew, or need not
        ("change", {"submitted", "approved"}),
        *((f"adjust_{state}", {state}) for state in BEFORE_THE_MONEY[:5]),
        ("sign", {"approved"}),
        ("cool", {"signed"}),
        ("commit", {"ready"}),
        ("fund", {"committed"}),
        ("cancel", set(BEFORE_THE_MONEY)),
        ("confirm_cancel", {"committed"}),
        ("expire", set(BEFORE_THE_MONEY)),
        ("annul", {"funded"}),
    ],
)
def test_a_move_starts_where_the_story_says(name, sources):
    (actor, *_others) = moves.MOVES[name].actors
    assert {s for s in moves.STATES if moves.refusal(name, s, actor) is None} == sources


@pytest.mark.parametrize("state", BEFORE_THE_MONEY[:5])
def test_only_the_agency_adjusts_an_order_and_its_state_stays(state):
    assert moves.MOVES[f"adjust_{state}"] == moves.Move((state,), state, ("agency",))


def test_an_order_may_come_again_after_an_end_without_money_only():
    assert set(moves.ENDED_WITHOUT_MONEY) == {"declined", "cancelled", "expired"}
    assert set(moves.ENDED) == {"declined", "cancelled", "expired", "annulled"}


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
