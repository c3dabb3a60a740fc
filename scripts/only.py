"""``make test ONLY=…``: the tests one is at, in seconds.

    make test ONLY=addons/tour_loan/tests/test_code.py
    make test ONLY="addons/tour_loan/tests/test_code.py::TestCode -k 'wrong and not late'"
    make test ONLY=tests/unit/tour_loan_rules

What stands in ``tests/`` is given to pytest as it is. Tests of addons run in Odoo's own
runner on a database that is kept: installed once, updated when something changed that a
database holds (a method's body is not). Unexpected warnings of the log fail them too.
"""

import argparse
import ast
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

from _pytest.mark.expression import Expression

from scripts import check_logs, databases, lanes, odoo, test_addons
from scripts.places import ADDONS, LANE, OWN, ROOT, VAR, VENV_PYTHON
from scripts.postgres import Postgres
from scripts.steps import Failure

DATABASE = "tour_loan_only"
KEPT = OWN / "only.json"
# Their bodies write into the database when an addon is updated.
RUN_BY_AN_UPDATE = {"init", "_auto_init", "_register_hook"}


def main() -> int:
    """Run what the command line names; return the exit code."""
    words = sys.argv[1:]
    if not LANE:  # whose databases and templates `make test` has too
        command = [str(VENV_PYTHON), "-m", "scripts.only", *words]
        with (VAR / "test.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit("tests of this checkout are running; another clone may run its own")
            environment = lanes.environment(lanes.names()[0])
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if not any(word.startswith("addons/") for word in words):
        os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), "-m", "pytest", *words])
    try:
        return addons(*parsed(words))
    except Failure as failure:
        print(f"\nCannot go on: {failure}", file=sys.stderr, flush=True)
        return 1


def parsed(words: list[str]) -> tuple[list[str], str]:
    """Return (places, expression of ``-k``) of a command line."""
    parser = argparse.ArgumentParser(prog="make test ONLY=", description=__doc__)
    parser.add_argument("places", nargs="+", help="file, folder or node id below addons/")
    parser.add_argument("-k", dest="expression", default="", help="as pytest's")
    options = parser.parse_args(words)
    return options.places, options.expression


def addons(places: list[str], expression: str) -> int:
    """Run tests of addons on the kept database."""
    tests = chosen(places, expression)
    if not tests:
        raise Failure(f"no test is named by {' '.join(places)} {expression}")
    postgres = Postgres()
    try:
        keep(postgres)
        code = test_addons.run(postgres, DATABASE, "only", tags(tests), tests)
    finally:
        postgres.stop()
    found = check_logs.unexpected(odoo.LOGS / "only.log", check_logs.read_patterns())
    warnings = [entry for entry in found if " WARNING " in entry.splitlines()[0]]
    print("\n".join(warnings), end="\n" if warnings else "")
    return 1 if code or found else 0


def chosen(places: list[str], expression: str) -> list[test_addons.Test]:
    """Return the tests that node ids name and the expression lets through."""
    tests = {}
    for place in places:
        path, *names = place.split("::")
        if not (ROOT / path).exists():
            raise Failure(f"there is no {path}")
        for test in test_addons.written(ROOT / path):
            if not names or names == [test.group, test.name][: len(names)]:
                tests[test] = None
    if not expression:
        return list(tests)
    wanted = Expression.compile(expression)
    return [
        test
        for test in tests
        if wanted.evaluate(lambda word, test=test: word.lower() in test.tag.lower())
    ]


def tags(tests: list[test_addons.Test]) -> list[str]:
    """Return Odoo's tags for the tests: one a file where all of it is wanted."""
    found = []
    for file in dict.fromkeys(test.file for test in tests):
        here = [test for test in tests if test.file == file]
        whole = len(here) == len(test_addons.written(ADDONS / file))
        found += [f"/{file}"] if whole else [test.tag for test in here]
    return found


def keep(postgres: Postgres) -> None:
    """Have the database as the code wants it: nothing to do, an update, or made anew."""
    base = databases.base_template(postgres)
    now = {name: content(ADDONS / name) for name in odoo.our_addons()}
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    known = kept.get("addons", {})
    KEPT.unlink(missing_ok=True)  # what fails on the way is made anew
    if (
        kept.get("base") != base
        or not known.keys() <= now.keys()
        or postgres.databases(DATABASE) != [DATABASE]
    ):
        print("- The database of ONLY= (once) ...", flush=True)
        databases.copy(postgres, base, DATABASE)
        databases.install(postgres, DATABASE, list(now))
    elif changed := [name for name in now if known.get(name) != now[name]]:
        print(f"- Update of {', '.join(changed)} ...", flush=True)
        databases.install(postgres, DATABASE, changed, "--update", ",".join(changed))
    KEPT.write_text(json.dumps({"base": base, "addons": now}))


def content(addon: Path) -> str:
    """Return the fingerprint of what an addon writes into a database.

    Of Python that is everything but the bodies of functions; what a browser loads and
    what templates of the server's pages read from files is not in the database.
    """
    files = [f for f in databases.addon_files(addon) if "static" not in f.relative_to(addon).parts]
    data = [file for file in files if file.suffix != ".py"]
    code = [skeleton(file.read_text()) for file in files if file.suffix == ".py"]
    return databases.fingerprint(data, *code)


def skeleton(source: str) -> str:
    """Return Python without the bodies of its functions."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in RUN_BY_AN_UPDATE:
            node.body = [ast.Pass()]
    return ast.dump(tree)


if __name__ == "__main__":
    sys.exit(main())
