"""``make test``: every phase, its runner's own counts, one closing line.

First what takes a minute (``make check``: lint without pylint, pure Python, the house), then
what needs no database either; meanwhile the databases are made. Then the lanes
(``scripts/lanes.py``) take the long phases from one queue, the longest first. At last the
logs of all of them. All phases run even after a failure, which is shown when it happens; a
phase whose folder is not there does not exist. With names of phases as arguments only those
run.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from scripts import at_once, lanes, odoo
from scripts.places import ROOT, VAR, VENV_PYTHON
from scripts.steps import Failure

TESTS = ROOT / "tests"
QUICK = ("unit", "house")  # need no running Odoo
# What takes as long as all else in its folder is a phase of its own.
APART = {
    "sandboxes": ("unit/moyamfo_sync_protocol", "unit/sandbox*"),
    "looks": ("e2e/test_looks.py",),
    "deaths": ("faults/test_deaths*.py",),
}
BARE = ("pylint", "browser")  # need no database
NOT_TESTS = ("bench",)
# Seconds on an idle machine, roughly: only the order in the queue hangs on them.
USUALLY = {
    "unit": 50,
    "sandboxes": 55,
    "e2e": 300,
    "looks": 300,
    "faults": 300,
    "deaths": 200,
    "addons": 400,
    "agency": 150,
    "front": 70,
    "browser": 60,
}
LONGEST = 2400  # seconds of one phase: what takes longer waits for what never comes
speaking = threading.Lock()
running: set[subprocess.Popen] = set()


class Phase(NamedTuple):
    """A command; ``quick`` ones run first, ``counted`` ones end with a line of counts.

    ``patient`` output is shown at the end, but for failures.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    quick: bool = False
    counted: bool = True
    patient: bool = False
    part_of: str = ""  # the folder whose name, too, asks for it


class Result(NamedTuple):
    """The counts of one phase; ``broken`` says what failed without being a test."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: str = ""


def main() -> int:
    """Run the phases named on the command line, or all; return the exit code."""
    wanted = sys.argv[1:]
    phases = all_phases()
    if wanted:
        phases = [phase for phase in phases if {phase.name, phase.part_of} & set(wanted)]
    if unknown := set(wanted) - {phase.name for phase in phases}:
        sys.exit(f"no such phase: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    # what begins in the background of a script has Ctrl-C shut out, and phases inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, end)
    with (VAR / "test.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("tests of this checkout are running; another clone may run its own")
        results = run_all(phases)
    passed = sum(result.passed for result in results)
    failed = sum(result.failed + bool(result.broken) for result in results)
    broken = [result.name for result in results if result.failed or result.broken]
    print(f"\nAll of it took {time.monotonic() - started:.0f} s.")
    print("Failed: " + ", ".join(broken) if broken else "All phases are well.")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def end(*_signal) -> None:
    """End as Ctrl-C in a terminal does, which reaches the phases too: they leave no house."""
    for process in running.copy():
        process.send_signal(signal.SIGINT)
    raise KeyboardInterrupt


def all_phases() -> list[Phase]:
    """Return what there is to run, in the order of reading."""
    phases = [Phase("lint", "scripts.lint", ("quick",), quick=True, counted=False)]
    phases += [phase for name in folders(quick=True) for phase in pytest_phases(name, quick=True)]
    phases += [Phase("pylint", "scripts.lint", ("pylint",), counted=False)]
    if odoo.our_addons():
        phases.append(Phase("addons", "scripts.test_addons"))
    return phases + [phase for name in folders(quick=False) for phase in pytest_phases(name)]


def pytest_phases(folder: str, quick: bool = False) -> list[Phase]:
    """Return the phases that run pytest on one folder of ``tests/``, parts of it apart."""
    apart = {
        name: sorted(path for pattern in patterns for path in TESTS.glob(pattern))
        for name, patterns in APART.items()
        if patterns[0].startswith(f"{folder}/")
    }
    left_out = [f"--ignore={path}" for paths in apart.values() for path in paths]
    parts = {folder: [f"tests/{folder}", *left_out], **apart}
    return [
        Phase(
            name,
            "pytest",
            ("-q", "-p", "scripts.at_once", *map(str, paths)),
            quick=quick,
            patient=True,
            part_of=folder,
        )
        for name, paths in parts.items()
    ]


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


def run_all(phases: list[Phase]) -> list[Result]:
    """Run what needs no database while they are made, then the others, then the logs."""
    bare = [phase for phase in phases if phase.quick or phase.name in BARE]
    slow = [phase for phase in phases if phase not in bare]
    if not slow:
        return side_by_side(bare)
    for lane in lanes.names():
        shutil.rmtree(lanes.folder(lane) / "log", ignore_errors=True)
    with ThreadPoolExecutor(1) as pool:
        prepared = pool.submit(lanes.prepare)
        results = side_by_side(bare)
        try:
            prepared.result()
        except Failure as failure:
            say(f"=== databases: FAILED: {failure}")
            return [*results, Result("databases", broken="FAILED")]
    results += side_by_side(slow)
    logs = [str(lanes.folder(lane) / "log") for lane in lanes.names()]
    return [*results, run(Phase("logs", "scripts.check_logs", (*logs,), counted=False), "")]


def side_by_side(phases: Iterable[Phase]) -> list[Result]:
    """Let the lanes take the phases, the quick ones and then the longest first; return the
    results as they came."""
    queue = sorted(phases, key=lambda phase: (phase.quick, USUALLY.get(phase.name, 30)))
    results = []

    def work(lane: str) -> None:
        while queue:
            results.append(run(queue.pop(), lane))

    with ThreadPoolExecutor(len(lanes.names())) as pool:
        try:
            list(pool.map(work, lanes.names()))
        except BaseException:
            queue.clear()  # Ctrl-C ends what runs; nothing else begins
            raise
    return results


def run(phase: Phase, lane: str) -> Result:
    """Run one phase in a lane, say how it went."""
    say(f"\n=== {phase.name} begins")
    started = time.monotonic()
    try:
        output, code = watched(phase, lane)
        result = judged(phase, output, code)
    except Exception:  # the other phases are still worth running
        result = Result(phase.name, broken=f"FAILED: {traceback.format_exc()}")
    counts = f"{result.passed} passed, {result.failed} failed, {result.skipped} skipped"
    said = result.broken or (counts if phase.counted else "ok")
    say(f"=== {phase.name}: {said} ({time.monotonic() - started:.0f} s)")
    return result


def watched(phase: Phase, lane: str) -> tuple[str, int]:
    """Run a command; show its output as it comes, of a patient phase only its failures."""
    lines, kept, urgent = [], [], not phase.patient
    with subprocess.Popen(
        [str(VENV_PYTHON), "-m", phase.module, *phase.arguments],
        cwd=ROOT,
        env=lanes.environment(lane),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        running.add(process)
        guard = threading.Timer(LONGEST, process.send_signal, (signal.SIGINT,))
        guard.daemon = True
        guard.start()
        for line in process.stdout:
            lines.append(line)
            urgent = urgent or line.startswith(at_once.BEGIN)
            if not urgent:
                kept.append(line)
            elif not line.strip() or line.startswith(f"{phase.name}: "):
                say(line, end="")
            else:
                say(f"{phase.name}: {line}", end="")
            urgent = urgent and not (phase.patient and line.startswith(at_once.END))
        guard.cancel()
    running.discard(process)
    if kept:
        say("".join((f"\n=== {phase.name}\n", *kept)), end="")
    return "".join(lines), process.returncode


def judged(phase: Phase, output: str, code: int) -> Result:
    """Return the result that the last line and the exit code of a phase tell."""
    if not phase.counted:
        return Result(phase.name, broken="FAILED" if code else "")
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", last_line(output))}
    failed = counts.get("failed", 0) + counts.get("error", 0) + counts.get("errors", 0)
    unsaid = f"ended with code {code}" if code and not failed else ""
    if not counts.get("passed", 0) + failed:
        unsaid = f"ran nothing, code {code}"
    return Result(phase.name, counts.get("passed", 0), failed, counts.get("skipped", 0), unsaid)


def last_line(output: str) -> str:
    """Return the last line that says something: where pytest puts its counts."""
    return next((line for line in reversed(output.splitlines()) if line.strip()), "")


def say(text: str, end: str = "\n") -> None:
    """Print, one lane at a time."""
    with speaking:
        print(text, end=end, flush=True)


if __name__ == "__main__":
    VAR.mkdir(exist_ok=True)
    # Colours would hide the counts from us, and a CI log from its reader.
    os.environ["NO_COLOR"] = "1"
    sys.exit(main())
