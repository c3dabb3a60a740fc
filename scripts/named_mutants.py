"""Mutants of models and controllers, written by hand: ``tests/mutants/named.toml``.

Each is a line that was seen to be removable without a test noticing, and the tests that
notice it now. Odoo has to load a changed file from the disk, so they run in a scratch copy of
the checkout (``var/mutants/house``) with a PostgreSQL of its own.
"""

import os
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

import tomllib

from scripts.places import ROOT, VAR, VENV_PYTHON

FILE = ROOT / "tests" / "mutants" / "named.toml"
HOUSE = VAR / "mutants" / "house"
SHARED = ("venv", "odoo", "nginx")
COUNTS = re.compile(r"(\d+) passed, (\d+) failed")


class Named(NamedTuple):
    """``before``, found exactly once in ``file``, becomes ``after``; then ``tests`` must fail."""

    what: str
    file: str
    before: str
    after: str
    tests: list[str]


def all_die() -> bool:
    """Try every named mutant; print a line for each, return whether all are noticed."""
    wanted = [Named(**row) for row in tomllib.loads(FILE.read_text())["mutant"]]
    furnish()
    print("\nnamed mutants; first their tests without any change ...", flush=True)
    sides = [[t for m in wanted for t in m.tests if is_odoo(t) is side] for side in (True, False)]
    for tests in sides:
        passed, failed, output = counted(sorted(set(tests))) if tests else (1, 0, "")
        if failed or not passed:
            print(f"these tests fail as it is:\n{output[-3000:]}")
            return False
    good = True
    for mutant in wanted:
        verdict = tried(mutant)
        print(f"{verdict:8} {mutant.what}", flush=True)
        good &= verdict == "killed"
    return good


def furnish() -> None:
    """Make the scratch copy like the checkout: the files that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    (HOUSE / "var").mkdir(parents=True, exist_ok=True)
    for path in [path for path in HOUSE.rglob("*") if path.is_file() or path.is_symlink()]:
        name = path.relative_to(HOUSE)
        if name.parts[0] != "var" and str(name) not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, HOUSE / name
        if not (target.exists() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for name in SHARED:
        link = HOUSE / "var" / name
        if not link.is_symlink() and (VAR / name).exists():
            link.symlink_to((VAR / name).resolve())


def tried(mutant: Named) -> str:
    """Return "killed", "alive", or why the mutant cannot be tried."""
    path = HOUSE / mutant.file
    source = path.read_text()
    if source.count(mutant.before) != 1:
        return f"its text stands {source.count(mutant.before)} times in {mutant.file}:"
    path.write_text(source.replace(mutant.before, mutant.after))
    try:
        _passed, failed, output = counted(mutant.tests)
    finally:
        path.write_text(source)
    if failed is None:
        return f"nothing ran:\n{output[-2000:]}\n"
    return "killed" if failed else "alive"


def is_odoo(test: str) -> bool:
    """Return whether Odoo's runner runs a node id, not pytest."""
    return test.startswith("addons/")


def counted(tests: list[str]) -> tuple[int, int | None, str]:
    """Run tests in the scratch copy; return (passed, failed, output), failed None for no run."""
    done = subprocess.run(
        [str(VENV_PYTHON), "-m", "scripts.only", *tests],
        cwd=HOUSE,
        env={key: value for key, value in os.environ.items() if key != "TOUR_LOAN_LANE"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if is_odoo(tests[0]):
        found = COUNTS.findall(done.stdout)
        passed, failed = map(int, found[-1]) if found else (0, None)
    else:
        counts = {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", done.stdout[-200:])}
        passed = counts.get("passed", 0)
        failed = counts.get("failed", 0) if passed or "failed" in counts else None
    return passed, failed, done.stdout


if __name__ == "__main__":
    sys.exit(0 if all_die() else 1)
