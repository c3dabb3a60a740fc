"""``make mutants``: do the tests notice when a rule is changed a little?

Each mutant of ``scripts/mutations.py`` is one small wrong change of a pure room, compiled in
the memory of a forked process (no file is touched), where the tests that walk the changed line
run until one fails. In the subjects that cost money or trust every mutant has to be killed
or be explained in ``tests/mutants/explained.toml``; of all other files a sample that is
always the same must be killed at 90 %. Then the named mutants of models and controllers
(``scripts/named_mutants.py``). ``ONLY="psk codes"`` takes some of the subjects, ``rest``
and ``named`` among them. Verdicts are kept in ``var/mutants`` while neither the file nor those
tests change; ``rm -r var/mutants`` forgets them.
"""

import difflib
import gc
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.machinery import SourceFileLoader
from itertools import islice
from pathlib import Path

import coverage
import hypothesis
import pytest
import tomllib

from scripts import mutations, named_mutants
from scripts.covered import ROOMS
from scripts.mutations import Mutant
from scripts.places import ROOT, VAR

RULES, RPC, PAYU = "tour_loan/rules", "tour_loan/rpc", "payu_connector/protocol"
SUBJECTS = {
    "money": (f"{RULES}/money.py", f"{PAYU}/money.py"),
    "psk": (f"{RULES}/psk.py", f"{RULES}/months.py"),
    "schedule": (f"{RULES}/schedule.py",),
    "codes": (f"{RULES}/codes.py",),
    "signatures": (f"{RPC}/webhook.py", f"{PAYU}/signature.py"),
    "masking": (f"{RULES}/masking.py", f"{PAYU}/masking.py"),
    "moves": (f"{RULES}/moves.py",),
    "notices": (f"{PAYU}/notices.py", f"{PAYU}/events.py", f"{PAYU}/statuses.py"),
}
SHOWN = f"addons/{RPC}/examples.py"  # made-up orders for the guide
REST, SAMPLE, ENOUGH = "rest", 200, 0.9
NAMED = "named"
EXPLAINED = ROOT / "tests" / "mutants" / "explained.toml"
FOLDER = VAR / "mutants"
TESTS = ROOT / "tests" / "unit"
DECLARED = "test_declared.py"  # in each room: compares tables, walks no line of theirs
AT_ONCE = 2
PROCESSOR_SECONDS, MEMORY = 60, 4 << 30  # of one mutant: what loops or grows is noticed
PYTEST = ("-q", "-x", "--no-summary", "-W", "ignore", "-p", "no:cacheprovider")
SILENT = ("--hypothesis-profile", "mutants")
KILLED, ALIVE = "killed", "alive"
UNNOTICED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def main() -> int:
    """Try the subjects named on the command line, or all; return 1 if the tests are toothless."""
    wanted = sys.argv[1:] or [*SUBJECTS, REST, NAMED]
    if unknown := set(wanted) - {*SUBJECTS, REST, NAMED}:
        sys.exit(f"no such subject: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    # compiled once, outside of the tree; a mutant's code is never kept
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(FOLDER / "compiled")
    good = pure([subject for subject in wanted if subject != NAMED])
    if NAMED in wanted:
        good &= named_mutants.all_die()
    print(f"\n{time.monotonic() - began:.0f} s", flush=True)
    return 0 if good else 1


def pure(subjects: list[str]) -> bool:
    """Try the mutants of pure rooms, print the table and who is alive."""
    by_subject = {subject: mutants_of(subject) for subject in subjects}
    verdicts = tried([mutant for mutants in by_subject.values() for mutant in mutants])
    reasons = explained()
    good = True
    if by_subject:
        print(f"\n{'subject':12}{'mutants':>9}{'killed':>9}{'explained':>11}{'alive':>7}")
    for subject, mutants in by_subject.items():
        alive = [mutant for mutant in mutants if verdicts[mutant] == ALIVE]
        unexplained = [mutant for mutant in alive if mutant.key not in reasons]
        dead = len(mutants) - len(alive)
        counts = (len(mutants), dead, len(alive) - len(unexplained), len(unexplained))
        print(f"{subject:12}{counts[0]:9}{counts[1]:9}{counts[2]:11}{counts[3]:7}")
        if subject == REST:
            good &= len(mutants) - len(unexplained) >= ENOUGH * len(mutants)
        else:
            good &= not unexplained
    for subject, mutants in by_subject.items():
        for mutant in mutants:
            if verdicts[mutant] == ALIVE and mutant.key not in reasons:
                print(f"\n{subject}: alive\n{shown(mutant)}")
    return good & are_true(reasons, {mutant.key: verdict for mutant, verdict in verdicts.items()})


def are_true(reasons: Iterable[tuple], verdicts: dict[tuple, str]) -> bool:
    """Return whether all explained mutants exist and those tried are alive; say which are not."""
    existing = {mutant.key for file in {key[0] for key in reasons} for mutant in read(file)}
    good = True
    for key in reasons:
        if key not in existing or verdicts.get(key) == KILLED:
            wrong = "a test kills it" if key in existing else "there is no such mutant"
            print(f"\nexplained, but {wrong}: {' | '.join(key)}")
            good = False
    return good


def is_important(file: str) -> bool:
    """Return whether all mutants of the file are tried, not a sample."""
    return any(file == f"addons/{each}" for files in SUBJECTS.values() for each in files)


def mutants_of(subject: str) -> list[Mutant]:
    """Return the mutants of a subject; of the rest those whose digest comes first."""
    if subject != REST:
        files = [f"addons/{file}" for file in SUBJECTS[subject]]
        return [mutant for file in files for mutant in read(file) if is_mutant(mutant)]
    files = [file for file in room_files() if not is_important(file) and file != SHOWN]
    others = [mutant for file in files for mutant in read(file)]
    others.sort(key=lambda mutant: hashlib.sha256("\0".join(mutant.key).encode()).digest())
    return list(islice(filter(is_mutant, others), SAMPLE))


def read(file: str) -> list[Mutant]:
    """Return the changes of one file of the checkout."""
    return mutations.of_file(file, (ROOT / file).read_bytes())


def is_mutant(mutant: Mutant) -> bool:
    """Return whether the change of a file of the checkout is Python."""
    return mutations.is_python(mutant, (ROOT / mutant.file).read_bytes())


def explained() -> dict[tuple[str, str, str, str], str]:
    """Return the reasons of mutants that no test can tell from the original."""
    rows = tomllib.loads(EXPLAINED.read_text()).get("mutant", [])
    return {(r["file"], r["where"], r["before"], r["after"]): r["why"] for r in rows}


def shown(mutant: Mutant) -> str:
    """Return a mutant as a diff."""
    source = (ROOT / mutant.file).read_bytes()
    before, after = (text.decode().splitlines() for text in (source, mutant.applied(source)))
    return "\n".join(difflib.unified_diff(before, after, mutant.file, mutant.where, "", "", 1, ""))


# Which tests walk a line


class Watch:
    """Tells coverage which test runs, and notes how long each takes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.measured.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration


def walked() -> dict:
    """Return ``lines``, the tests that walk each line of each file, and their ``seconds``.

    Only test files are run that changed since the last time, or that walk a file that did.
    """
    mark = FOLDER / "walked.json"
    known = json.loads(mark.read_text()) if mark.exists() else {}
    tests = {str(path.relative_to(ROOT)): fingerprint(path) for path in TESTS.rglob("test_*.py")}
    rooms = {file: fingerprint(ROOT / file) for file in room_files()}
    if not rooms.keys() <= known.get("rooms", {}).keys():  # nobody knows who walks a new one
        known = {"tests": {}, "rooms": rooms, "lines": {}, "seconds": {}}
    changed = {file for file, digest in tests.items() if known["tests"].get(file) != digest}
    for file, digest in rooms.items():
        if known["rooms"][file] != digest:
            walkers = {test for them in known["lines"].get(file, {}).values() for test in them}
            changed |= {test.split("::")[0] for test in walkers} & tests.keys()
    if changed:
        print(
            f"- {len(changed)} files of tests, to see which lines each test walks ...", flush=True
        )
        if child := os.fork():
            if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
                sys.exit("tests of the rooms fail without any mutant: make unit")
        else:
            os._exit(measure(sorted(changed)))
        known["seconds"] |= json.loads((FOLDER / "seconds.json").read_text())
        known["lines"] = merged(known["lines"], tests.keys() - changed)
        known |= {"tests": tests, "rooms": rooms}
        mark.write_text(json.dumps(known))
    return known


def merged(before: dict, kept: set[str]) -> dict:
    """Return file -> line -> tests, of before for the kept test files, as measured for others."""
    data = coverage.CoverageData(str(FOLDER / "coverage"))
    data.read()
    lines: dict = defaultdict(lambda: defaultdict(set))
    for file, tests_of in before.items():
        for line, tests in tests_of.items():
            lines[file][line].update(t for t in tests if not t or t.split("::")[0] in kept)
    for path in data.measured_files():
        file = str(Path(path).relative_to(ROOT))
        for line, tests in data.contexts_by_lineno(path).items():
            lines[file][str(line)].update(tests)
    return {file: {line: sorted(tests) for line, tests in of.items()} for file, of in lines.items()}


def measure(files: list[str]) -> int:
    """Run in a process of its own: tests under coverage. Return pytest's exit code."""
    (FOLDER / "coverage").unlink(missing_ok=True)
    rooms = [str(ROOT / "addons" / room / "*") for room in ROOMS]
    measured = coverage.Coverage(str(FOLDER / "coverage"), include=rooms, config_file=False)
    watch = Watch(measured)
    measured.start()
    code = pytest.main([*PYTEST, *files], plugins=[watch])
    measured.stop()
    measured.save()
    (FOLDER / "seconds.json").write_text(json.dumps(watch.seconds))
    return code


def room_files() -> list[str]:
    """Return the files of the pure rooms."""
    folders = [ROOT / "addons" / room for room in ROOMS]
    return [str(path.relative_to(ROOT)) for folder in folders for path in _python(folder)]


def fingerprint(*files: Path) -> str:
    """Return a digest of these files and of what tests of the rooms share."""
    shared = [path for path in _python(TESTS) if not path.name.startswith("test_")]
    digest = hashlib.sha256()
    for path in (*shared, *files):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _python(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


# Trying them


class Chosen:
    """Lets only the tests run that walk the changed line, the quickest at the front."""

    def __init__(self, tests: set[str], seconds: dict[str, float]) -> None:
        self.tests, self.seconds = tests, seconds
        self.files = sorted({test.split("::")[0] for test in tests})

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.tests]
        items.sort(key=lambda item: (item.path.name, self.seconds.get(item.nodeid, 0)))


def stages(mutant: Mutant, tests: set[str], seconds: dict[str, float]) -> list[Chosen]:
    """Return the tests in the order of trying: the module's own file, then those of its room.

    Tests from farther away, of a sandbox, are slow and notice by chance: they count only where
    the room has none.
    """
    own = own_tests(mutant)
    first = {test for test in tests if test.startswith(f"{own}::")}
    second = {test for test in tests if test.startswith(own.rpartition("/")[0])} - first
    parts = [part for part in (first, second) if part] or [tests]
    return [Chosen(part, seconds) for part in parts]


def tried(mutants: list[Mutant]) -> dict[Mutant, str]:
    """Return what became of each, from an earlier run where nothing has changed since."""
    known = walked() if mutants else {}
    file = FOLDER / "verdicts.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    verdicts, waiting, prints = {}, [], {}
    for mutant in mutants:
        parts = stages(mutant, chosen(mutant, known), known["seconds"])
        names, files = [], (mutant.file,)
        for part in parts:  # one that the first tests kill does not ask for the others
            files += tuple(part.files)
            prints[files] = prints.get(files) or fingerprint(*(ROOT / file for file in files))
            names.append(
                hashlib.sha256("\0".join((*mutant.key, prints[files])).encode()).hexdigest()
            )
        verdict = next((kept[name] for name in names if name in kept), None)
        if verdict or not parts[0].tests:
            verdicts[mutant] = verdict or ALIVE
        else:
            waiting.append((mutant, parts, names))
    if waiting:
        print(f"- {len(waiting)} mutants, {len(verdicts)} known from before ...", flush=True)
        preload()
        sound(*waiting[0][:2])
    for number, (mutant, name, verdict) in enumerate(run_all(waiting), 1):
        verdicts[mutant] = kept[name] = verdict
        if number % 20 == 0 or number == len(waiting):  # a run that was stopped goes on from here
            file.write_text(json.dumps(kept))
    return verdicts


def chosen(mutant: Mutant, known: dict) -> set[str]:
    """Return the tests that walk the changed lines.

    What runs at import (a table, a pattern, a function that makes one) is walked by none of
    them: then all tests in files where something of the mutant's file is walked, its own, and
    those of what is declared.
    """
    lines = known["lines"].get(mutant.file, {})
    tests = set().union(*(lines.get(str(line), ()) for line in range(mutant.line, mutant.last + 1)))
    if tests and "" not in tests and not mutant.imported:
        return tests
    files = {test.split("::")[0] for tests in lines.values() for test in tests}
    own = own_tests(mutant)
    files |= {own, f"{own.rpartition('/')[0]}/{DECLARED}"}
    return {test for test in known["seconds"] if test.split("::")[0] in files}


def own_tests(mutant: Mutant) -> str:
    """Return where the tests of the mutant's file are, if it has a file of its own."""
    room = "_".join(Path(mutant.file).parts[1:3])
    return f"tests/unit/{room}/test_{Path(mutant.file).stem}.py"


def sound(mutant: Mutant, parts: list[Chosen]) -> None:
    """Stop if the tests fail the way mutants are tried even where nothing is changed."""
    nothing = mutant._replace(start=0, end=0, new="")
    for part in parts:
        if code := os.waitstatus_to_exitcode(os.waitpid(begun(nothing, part), 0)[1]):
            sys.exit(f"without any change the tests of {mutant.file} end with code {code}")


def run_all(waiting: list) -> Iterator[tuple[Mutant, str, str]]:
    """Run the tests on each mutant in a forked process, a few at once; yield the verdicts, each
    under the name of the stage that gave it."""
    running, left, done = {}, [(*each, 0) for each in reversed(waiting)], Counter()
    while left or running:
        while left and len(running) < AT_ONCE:
            mutant, parts, names, stage = left.pop()
            running[begun(mutant, parts[stage])] = mutant, parts, names, stage
        child, status = os.wait()
        mutant, parts, names, stage = running.pop(child)
        verdict = ALIVE if os.waitstatus_to_exitcode(status) in UNNOTICED else KILLED
        if verdict == ALIVE and stage + 1 < len(parts):
            left.append((mutant, parts, names, stage + 1))
            continue
        done[verdict] += 1
        if sys.stdout.isatty() or sum(done.values()) % 100 == 0:
            said = f"  {sum(done.values())} of {len(waiting)}, {done[ALIVE]} alive"
            print(said, end="\r" if sys.stdout.isatty() else "\n", flush=True)
        yield mutant, names[stage], verdict


def begun(mutant: Mutant, tests: Chosen) -> int:
    """Return the process that runs these tests with the mutant."""
    child = os.fork()
    if not child:
        os._exit(attempt(mutant, tests))
    return child


def preload() -> None:
    """Import what every child needs and no mutant changes: forks have it for nothing."""
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],  # a find is enough
    )
    gc.freeze()
    for name in ("jsonschema", "phonenumbers", "pydantic", "stdnum", "tests.conftest", "zeep"):
        __import__(name)


def attempt(mutant: Mutant, tests: Chosen) -> int:
    """In a forked process: run the tests with the mutant in place of its file."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(2 * PROCESSOR_SECONDS)
    path = str(ROOT / mutant.file)
    changed = mutant.applied((ROOT / mutant.file).read_bytes())
    original = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str):
        if loader.path == path:
            return compile(changed, path, "exec", dont_inherit=True)
        return original(loader, fullname)

    SourceFileLoader.get_code = get_code
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    try:
        return pytest.main([*PYTEST, *SILENT, *tests.files], plugins=[tests])
    except BaseException:  # whatever it is, the mutant has not gone by unnoticed
        return pytest.ExitCode.INTERNAL_ERROR


if __name__ == "__main__":
    sys.exit(main())
