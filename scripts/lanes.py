"""The lanes of ``make test``: runs side by side that share nothing they could spoil.

Each has an embedded PostgreSQL, databases, logs, houses and ports of its own. The first
lane makes the template databases; the others begin with a copy of its server's files,
which takes seconds. Run in a lane by ``python -m scripts.lanes [SEED]``.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import databases, odoo, sandbox
from scripts.places import OWN, ROOT, VAR, VENV_PYTHON
from scripts.postgres import Postgres
from scripts.steps import Failure

MADE = "templates.json"  # what a lane's server holds: {"ready": template, "data": folder}


def names() -> tuple[str, ...]:
    """Return the lanes, more than processors because tests wait for much: one where the server is not ours, for tests take it away."""
    return ("1",) if os.environ.get("PGHOST") else ("1", "2", "3")


def folder(lane: str) -> Path:
    """Return what a lane keeps for itself."""
    return VAR / f"lane-{lane}"


def environment(lane: str) -> dict[str, str]:
    """Return the environment of a process in a lane."""
    return os.environ | {"TOUR_LOAN_LANE": lane}


def prepare() -> None:
    """Make the templates in the first lane, then give the others what they lack."""
    sandbox.generated_secrets()  # shared; two lanes must not make them at the same time
    first, *others = names()
    _run(first)
    made = json.loads((folder(first) / MADE).read_text())
    for lane in others:
        file = folder(lane) / MADE
        if not file.exists() or json.loads(file.read_text())["ready"] != made["ready"]:
            _run(lane, made["data"])


def _run(lane: str, *arguments: str) -> None:
    command = [str(VENV_PYTHON), "-m", "scripts.lanes", *arguments]
    if subprocess.run(command, cwd=ROOT, env=environment(lane), check=False).returncode:
        raise Failure(f"lane {lane} has no databases, see above")


def main() -> int:
    """In a lane: make its templates, or take another lane's, and say what it holds."""
    (OWN / MADE).unlink(missing_ok=True)
    seed = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        if seed:
            shutil.rmtree(odoo.DATA, ignore_errors=True)
            theirs = folder(names()[0]) / odoo.DATA.relative_to(OWN)
            shutil.copytree(theirs, odoo.DATA, copy_function=os.link)
        postgres = Postgres(seed)
        try:
            made = {"ready": databases.ready_template(postgres)}
            if postgres.embedded:
                made["data"] = str(postgres.data)
        finally:
            postgres.stop()
    except Failure as failure:
        print(f"\nCannot go on: {failure}", file=sys.stderr, flush=True)
        return 1
    (OWN / MADE).write_text(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
