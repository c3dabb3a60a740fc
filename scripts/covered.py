"""``make coverage``: which branches the tests of the rooms and of the addons walk.

First the pure rooms by their own tests alone, then the addons by Odoo's runner. What no
test reaches is printed, line by line; the settings stand in ``pyproject.toml``.
"""

import os
import subprocess
import sys

from scripts import databases, odoo, test_addons
from scripts.places import ADDONS, ROOT, VENV_PYTHON
from scripts.postgres import Postgres

ROOMS = ("tour_loan/rules", "tour_loan/rpc", "moyamfo_sync/protocol", "payu_connector/protocol")
COVERAGE = (str(VENV_PYTHON), "-m", "coverage")


def main() -> int:
    """Measure both, print both; return 1 when a test failed."""
    failed = call("run", "-m", "pytest", "-q", "tests/unit")
    print("\n=== pure rooms, by tests/unit alone")
    call("report", "--include", ",".join(f"addons/{room}/*" for room in ROOMS))
    failed |= addons()
    print("\n=== all of the addons, by both")
    call("report")
    return failed


def call(*arguments: str) -> int:
    """Run coverage; return its exit code."""
    return subprocess.run([*COVERAGE, *arguments], cwd=ROOT, check=False).returncode


def addons() -> int:
    """Run Odoo's tests under coverage, added to what is measured already."""
    names = odoo.our_addons()
    tests = [test for name in names for test in test_addons.written(ADDONS / name / "tests")]
    database = f"tour_loan_covered_{os.getpid()}"
    postgres = Postgres()
    try:
        databases.copy(postgres, databases.base_template(postgres), database)
        options = ("--init", ",".join(names), "--skip-auto-install")
        tags = [f"/{name}" for name in names]
        run = (*COVERAGE, "run", "--append")
        return test_addons.run(postgres, database, "covered", tags, tests, options, run)
    finally:
        databases.drop(postgres, database)
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
