"""Scripts of this folder in Odoo's shell, with what they are told and what they tell."""

import json
from pathlib import Path

from scripts import databases
from scripts.places import VAR

FOLDER = Path(__file__).parent


def in_shell(stack, script: str, told, **environment: str):
    """Run ``script`` on the house's database; return what it wrote over ``told`` (JSON)."""
    VAR.mkdir(exist_ok=True)
    file = VAR / "bench.json"
    file.touch(mode=0o600)  # there are keys in it
    file.write_text(json.dumps(told))
    databases.run_script(
        stack.postgres,
        stack.database,
        FOLDER / script,
        TOUR_LOAN_BENCH=str(file),
        **environment,
    )
    answer = json.loads(file.read_text())
    file.unlink()
    return answer
