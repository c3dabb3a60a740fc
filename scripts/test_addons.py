"""Odoo's own runner on the tests of our addons; the last line has the counts.

What it ran is counted against what stands in the files: a file that no ``__init__`` names,
or a class that no tag reaches, would be left out without a word.
"""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from scripts import check_logs, databases, odoo
from scripts.places import ADDONS, ROOT
from scripts.postgres import Postgres

TOTALS = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading")
SKIPPED = re.compile(r" INFO \S+ \S+: skipped ")
ENTRY = re.compile(r"\d{4}-\d\d-\d\d \S+ \d+ (\w+) ")
SERVER = ("--stop-after-init", "--workers", "0", "--max-cron-threads", "0")


class Test(NamedTuple):
    """One test as it stands in a file; ``file`` is relative to the addons' folder."""

    file: Path
    group: str
    name: str

    @property
    def tag(self) -> str:
        """Return Odoo's test tag that selects exactly this one."""
        return f"/{self.file}:{self.group}.{self.name}"


def main() -> int:
    """Install our addons into a copy of Odoo's own database and run their tests."""
    names = odoo.our_addons()
    tests = [test for name in names for test in written(ADDONS / name / "tests")]
    database = f"tour_loan_addons_{os.getpid()}"
    postgres = Postgres()
    try:
        databases.copy(postgres, databases.base_template(postgres), database)
        options = ("--init", ",".join(names), "--skip-auto-install")
        return run(postgres, database, "addons", [f"/{name}" for name in names], tests, options)
    finally:
        databases.drop(postgres, database)
        postgres.stop()


def written(folder: Path) -> list[Test]:
    """Return the tests in the files of a folder, or in one file, as Odoo's loader sees them."""
    found = []
    for file in [folder] if folder.is_file() else sorted(folder.rglob("test_*.py")):
        for group in ast.parse(file.read_text()).body:
            if isinstance(group, ast.ClassDef):
                found += [
                    Test(file.relative_to(ADDONS), group.name, member.name)
                    for member in group.body
                    if isinstance(member, ast.FunctionDef) and member.name.startswith("test")
                ]
    return found


def run(
    postgres: Postgres,
    database: str,
    log: str,
    tags: Iterable[str],
    tests: list[Test],
    options: Iterable[str] = (),
    python: Iterable[str] = (),
) -> int:
    """Run Odoo's tests by tags, print their counts; return the exit code.

    :param python: what runs Odoo's script in place of the interpreter alone
    :param log: name of the log, without its ending
    :param tests: what the tags stand for; Odoo has to run as many
    """
    command = odoo.command(
        "server",
        database,
        *(*options, *SERVER, "--http-port", str(odoo.free_port())),
        *("--test-tags", ",".join(tags)),
    )
    command = [*(python or command[:1]), *command[1:]]
    file = odoo.LOGS / f"{log}.log"
    output, code = watched(command, odoo.environment(postgres), file)
    found = TOTALS.findall(output)
    if not found:
        print(f"Odoo's runner said nothing, code {code}:\n{odoo.tail(file)}")
        return 1
    failures, errors, total = map(int, found[-1])
    skipped = len(SKIPPED.findall(output))
    failed = failures + errors
    if code and not failed:
        print(f"Odoo ended with code {code}:\n{odoo.tail(file)}")
    if total != len(tests):
        print(f"Odoo ran {total} tests, the files hold {len(tests)}: is one left out?")
    print(f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or code or total != len(tests) else 0


def watched(command: list[str], environment: dict, log: Path) -> tuple[str, int]:
    """Run Odoo, keep its log, show of it the errors nobody expected as they come."""
    lines, patterns, showing = [], check_logs.read_patterns(), True
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w") as stream,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        for line in process.stdout:
            lines.append(line)
            stream.write(line)
            if entry := ENTRY.match(line):
                is_error = entry[1] in ("ERROR", "CRITICAL")
                showing = is_error and check_logs.is_unexpected(line, log.stem, patterns)
            if showing:
                print(line, end="", flush=True)
    return "".join(lines), process.returncode


if __name__ == "__main__":
    sys.exit(main())
