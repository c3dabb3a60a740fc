"""``make test``: every phase, its runner's own counts, one closing line.

lint, unit (pure Python), addons (Odoo's own runner), then what crosses addons
against a running house, at last the logs. All phases run even after a failure; a
phase whose folder is not there does not exist.
"""

import os
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple

from scripts import check_logs, databases, odoo
from scripts.places import ROOT, VAR, VENV_PYTHON
from scripts.postgres import Postgres

TESTS = ROOT / "tests"
QUICK = ("unit", "house", "sandbox")  # need no running Odoo
NOT_TESTS = ("bench",)


class Result(NamedTuple):
    """The counts of one phase; ``broken`` says what failed without being a test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: str = ""


def main() -> int:
    """Run the phases named on the command line, or all; return the exit code."""
    wanted = sys.argv[1:]
    phases = {"lint": lambda: module("scripts.lint")}
    phases |= {name: pytest_phase(name) for name in folders(quick=True)}
    if odoo.our_addons():
        phases["addons"] = addons
    phases |= {name: pytest_phase(name) for name in folders(quick=False)}
    phases["logs"] = lambda: module("scripts.check_logs")
    forget_logs()
    results = {}
    for name, phase in phases.items():
        if wanted and name not in wanted:
            continue
        print(f"\n=== {name}", flush=True)
        started = time.monotonic()
        try:
            result = phase()
        except Exception:  # the other phases are still worth running
            traceback.print_exc()
            result = Result(broken="FAILED, see above")
        results[name] = result
        counts = f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
        print(f"=== {name}: {result.broken or counts} ({time.monotonic() - started:.0f} s)")
    passed = sum(result.passed for result in results.values())
    failed = sum(result.failed + bool(result.broken) for result in results.values())
    broken = [name for name, result in results.items() if result.failed or result.broken]
    print(f"\n{'Failed: ' + ', '.join(broken) if broken else 'All phases are well.'}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def folders(quick: bool) -> list[str]:
    """Return the folders of ``tests/`` that hold tests, of one kind, in order."""
    found = [
        folder.name
        for folder in sorted(TESTS.iterdir())
        if folder.is_dir() and folder.name not in NOT_TESTS and any(folder.rglob("test_*.py"))
    ]
    if quick:
        return [name for name in QUICK if name in found]
    return [name for name in found if name not in QUICK]


def forget_logs() -> None:
    """Remove the logs of earlier runs, but not that of a running demonstration."""
    for log in odoo.LOGS.glob("*"):
        if log.name != "demo.log":
            log.unlink()


def module(name: str) -> Result:
    """Run a check that is no test runner: nothing counted, but it may fail."""
    done = subprocess.run([VENV_PYTHON, "-m", name], cwd=ROOT, check=False)
    return Result(broken="FAILED" if done.returncode else "")


def pytest_phase(name: str):
    """Return the phase that runs pytest on one folder of ``tests/``."""

    def phase() -> Result:
        command = [str(VENV_PYTHON), "-m", "pytest", "-q", f"tests/{name}"]
        output, code = watched(command, dict(os.environ))
        counts = {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", last_line(output))}
        failed = counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0)
        broken = f"pytest ended with code {code}" if code and not failed else ""
        return Result(counts.get("passed", 0), failed, counts.get("skipped", 0), broken)

    return phase


def addons() -> Result:
    """Install our addons into a copy of Odoo's own database and run their tests."""
    names = odoo.our_addons()
    database = f"tour_loan_addons_{os.getpid()}"
    postgres = Postgres()
    try:
        databases.copy(postgres, databases.base_template(postgres), database)
        command = odoo.command(
            "server",
            database,
            *("--init", ",".join(names), "--skip-auto-install", "--stop-after-init"),
            *("--test-tags", ",".join(f"/{name}" for name in names)),
            *("--http-port", str(odoo.free_port()), "--workers", "0", "--max-cron-threads", "0"),
        )
        odoo.LOGS.mkdir(parents=True, exist_ok=True)
        log = odoo.LOGS / "addons.log"
        output, code = watched(command, odoo.environment(postgres), log, quiet=True)
    finally:
        databases.drop(postgres, database)
        postgres.stop()
    found = re.findall(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading", output)
    if not found:
        return Result(broken=f"Odoo's runner said nothing, code {code}:\n{odoo.tail(log)}")
    failures, errors, total = map(int, found[-1])
    skipped = len(re.findall(r" INFO \S+ \S+: skipped ", output))
    print("\n".join(line for line in output.splitlines() if "tests when loading" in line))
    failed = failures + errors
    broken = f"Odoo ended with code {code}:\n{odoo.tail(log)}" if code and not failed else ""
    return Result(total - failed - skipped, failed, skipped, broken)


def watched(
    command: list[str], environment: dict, log: Path | None = None, quiet: bool = False
) -> tuple[str, int]:
    """Run a command, show its output as it comes, return it and the exit code.

    ``quiet`` shows unexpected errors only: Odoo's log of a test run is long.
    """
    lines, patterns = [], check_logs.read_patterns()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        showing = not quiet
        for line in process.stdout:
            lines.append(line)
            if quiet and re.match(r"\d{4}-\d\d-\d\d ", line):
                level = re.match(r"\S+ \S+ \d+ (ERROR|CRITICAL) ", line)
                showing = level is not None and check_logs.is_unexpected(line, "addons", patterns)
            if showing:
                print(line, end="", flush=True)
    output = "".join(lines)
    if log:
        log.write_text(output)
    return output, process.returncode


def last_line(output: str) -> str:
    """Return the last line that says something: where pytest puts its counts."""
    return next((line for line in reversed(output.splitlines()) if line.strip()), "")


if __name__ == "__main__":
    VAR.mkdir(exist_ok=True)
    # Colours would hide the counts from us, and a CI log from its reader.
    os.environ["NO_COLOR"] = "1"
    sys.exit(main())
