"""The table of moves allows what some code does, and nothing else."""

import ast

from tests.unit.rooms import ADDONS, room

MOVES = room("tour_loan", "rules").moves.MOVES
# Allowed and not made yet: staff ask for data by a button of the questionnaire issue.
PLANNED = {("ask_data", "staff")}


def made() -> set[tuple[str, str]]:
    """Return (move, actor) of all calls of ``_move`` in our addons."""
    found = set()
    for file in ADDONS.rglob("*.py"):
        if "tests" not in file.parts:
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "_move":
                    name, actor = node.args[:2]
                    found |= {(move, actor.value) for move in named(name)}
    return found


def named(name: ast.expr) -> set[str]:
    """Return the moves an argument may stand for."""
    match name:
        case ast.Constant():
            return {name.value}
        case ast.JoinedStr(values=[ast.Constant(value=start), _state]):
            return {move for move in MOVES if move.startswith(start)}
        case ast.Name():  # by the status the accounting system told
            accounting = ADDONS / "tour_loan/models/application/application_accounting.py"
            return {
                node.value
                for assigned in ast.walk(ast.parse(accounting.read_text()))
                if isinstance(assigned, ast.Assign)
                and getattr(assigned.targets[0], "id", "") in ("name", "MOVE_OF_STATUS")
                for node in ast.walk(assigned.value)
                if isinstance(node, ast.Constant) and node.value in MOVES
            }
    raise AssertionError(ast.unparse(name))


def test_every_move_that_is_allowed_is_made_by_somebody():
    allowed = {(name, actor) for name, move in MOVES.items() for actor in move.actors}
    assert allowed - PLANNED == made()
