"""The one table of moves of an application: from where, to where, by whom."""

from typing import Literal, NamedTuple, get_args

State = Literal[
    "new",
    "filling",
    "submitted",
    "needs_data",
    "approved",
    "declined",
    "signed",
    "ready",
    "committed",
    "funded",
    "cancelled",
    "expired",
    "annulled",
]
STATES: tuple[State, ...] = get_args(State)
# Why it came to nothing: whose decision it was, or on what ground the lender's.
DeclineCode = Literal["lender", "self_ban", "identity", "limits", "agency", "borrower"]
DECLINE_CODES: tuple[DeclineCode, ...] = get_args(DeclineCode)
# An order whose application ended here may be created anew.
ENDED_WITHOUT_MONEY = ("declined", "cancelled", "expired")
ENDED = (*ENDED_WITHOUT_MONEY, "annulled")
BEFORE_SIGNING = ("new", "filling", "submitted", "needs_data", "approved")


class Move(NamedTuple):
    """``sources``: states it starts from; ``target``: the state it leads to."""

    sources: tuple[str, ...]
    target: str
    actors: tuple[str, ...]


MOVES = {
    # the borrower confirmed the documents by SMS code 1
    "open": Move(("new",), "filling", ("borrower",)),
    # the borrower confirmed the questionnaire by SMS code 2
    "submit": Move(("filling", "needs_data"), "submitted", ("borrower",)),
    # needs_data -> needs_data: the lender names other things
    "ask_data": Move(("submitted", "needs_data"), "needs_data", ("accounting", "staff")),
    # what was wanted came to the lender by another way, or is not wanted any more
    "resume": Move(("needs_data",), "submitted", ("accounting",)),
    # needs_data -> approved: what was wanted came to the lender by another way
    # approved -> approved: other conditions replace the offer before it is signed
    "approve": Move(("submitted", "needs_data", "approved"), "approved", ("accounting",)),
    "decline": Move(("submitted", "needs_data", "approved"), "declined", ("accounting",)),
    # another price or advance: the lender decides anew
    "change": Move(("submitted", "approved"), "submitted", ("agency",)),
    # a change that needs no new decision: nobody decided yet, the loan is the same, or it
    # is inside the offer
    "adjust_new": Move(("new",), "new", ("agency",)),
    "adjust_filling": Move(("filling",), "filling", ("agency",)),
    "adjust_submitted": Move(("submitted",), "submitted", ("agency",)),
    "adjust_needs_data": Move(("needs_data",), "needs_data", ("agency",)),
    "adjust_approved": Move(("approved",), "approved", ("agency",)),
    # SMS code 3
    "sign": Move(("approved",), "signed", ("borrower",)),
    "cool": Move(("signed",), "ready", ("clock",)),
    "commit": Move(("ready",), "committed", ("agency",)),
    "fund": Move(("committed",), "funded", ("accounting",)),
    "cancel": Move(
        (*BEFORE_SIGNING, "signed", "ready"),
        "cancelled",
        ("agency", "borrower", "accounting", "staff"),
    ),
    # after commit a cancel is a request; this is the accounting system's yes to it
    "confirm_cancel": Move(("committed",), "cancelled", ("accounting",)),
    "expire": Move((*BEFORE_SIGNING, "signed", "ready"), "expired", ("clock",)),
    "annul": Move(("funded",), "annulled", ("accounting",)),
}


def refusal(name: str, state: str, actor: str) -> str | None:
    """Return why ``actor`` may not make the move ``name`` in ``state``, or None.

    ``actor``: someone who may never do it; ``state``: too early, late or repeated.
    An unknown name is a programming error and raises KeyError.
    """
    move = MOVES[name]
    if actor not in move.actors:
        return "actor"
    if state not in move.sources:
        return "state"
    return None
