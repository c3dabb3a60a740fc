"""What runs the tests is tried too: it must not call a run good that was none."""

import os
import subprocess
import sys
import threading

import pytest

from scripts import only, run_tests, test_addons
from scripts.odoo import our_addons
from scripts.places import ADDONS, ROOT
from scripts.run_tests import Phase, Result, judged
from scripts.steps import Failure

COUNTED, CHECK = Phase("unit", "pytest"), Phase("lint", "scripts.lint", counted=False)
CODE = "addons/tour_loan/tests/test_code.py"


class TestVerdict:
    def test_counts_are_those_of_the_last_line(self):
        result = judged(COUNTED, "2 failed before\n5 passed, 1 skipped in 3.2s\n", 0)
        assert (result.passed, result.failed, result.skipped, result.broken) == (5, 0, 1, "")

    @pytest.mark.parametrize(
        ("output", "code"),
        [
            ("1 failed, 5 passed in 3s", 1),
            ("5 passed, 2 errors in 3s", 1),
            ("5 passed in 3s", 1),  # and yet the runner was not content
            ("no tests ran in 0.1s", 5),
            ("", 0),
            ("0 passed, 0 failed, 0 skipped", 0),
        ],
    )
    def test_what_is_not_good_is_told(self, output, code):
        result = judged(COUNTED, output, code)
        assert result.failed or result.broken

    def test_a_check_is_as_good_as_its_exit_code(self):
        assert not judged(CHECK, "", 0).broken
        assert judged(CHECK, "all is well", 1).broken


class TestLanes:
    def test_two_phases_run_at_the_same_time_and_the_longest_begins(self, monkeypatch):
        both, began = threading.Barrier(2, timeout=30), []

        def run(phase, lane):
            began.append(phase.name)
            if phase.name in ("e2e", "faults"):
                both.wait()  # would break if one waited for the other's end
            return phase.name

        monkeypatch.setattr(run_tests, "run", run)
        names = ["front", "faults", "e2e", "translations"]
        done = run_tests.side_by_side([Phase(name, "pytest") for name in names])
        assert sorted(done) == sorted(names)
        assert sorted(began[:2]) == ["e2e", "faults"]

    @pytest.fixture
    def staged(self, monkeypatch, tmp_path):
        """Return what happens, in order: phases that only note their name."""
        happened = []

        def run(phase, lane):
            happened.append(phase.name)
            return Result(phase.name, passed=1)

        monkeypatch.setattr(run_tests, "run", run)
        monkeypatch.setattr(run_tests.lanes, "folder", lambda lane: tmp_path / lane)
        monkeypatch.setattr(run_tests.lanes, "prepare", lambda: happened.append("databases"))
        return happened

    def test_no_house_is_asked_for_before_the_databases_are_there(self, staged):
        phases = run_tests.all_phases()
        results = run_tests.run_all(phases)
        assert [result.name for result in results][-1] == "logs"
        assert {result.name for result in results} == {phase.name for phase in phases} | {"logs"}
        ready = staged.index("databases")
        for name in ("addons", "e2e", "faults", "agency", "front", "translations"):
            assert staged.index(name) > ready

    def test_databases_that_cannot_be_made_are_a_failure_of_the_run(self, staged, monkeypatch):
        def prepare():
            raise Failure("no room")

        monkeypatch.setattr(run_tests.lanes, "prepare", prepare)
        results = run_tests.run_all(run_tests.all_phases())
        assert any(result.broken for result in results)
        assert "e2e" not in staged and "unit" in staged

    def test_every_folder_with_tests_is_a_phase(self):
        with_tests = {
            file.relative_to(ROOT / "tests").parts[0] for file in ROOT.glob("tests/**/test_*.py")
        }
        phases = {phase.name for phase in run_tests.all_phases()}
        assert with_tests - set(run_tests.NOT_TESTS) <= phases
        assert {"lint", "pylint", "addons", *run_tests.APART} <= phases

    def test_what_runs_apart_is_run_once(self):
        for name in ("unit", "e2e", "faults"):
            rest, *apart = run_tests.pytest_phases(name)
            taken = [path for phase in apart for path in phase.arguments[3:]]
            assert taken
            assert {f"--ignore={path}" for path in taken} == set(rest.arguments[4:])


class TestFailureAtOnce:
    def test_it_is_told_when_it_happens_and_once_for_a_fixture_of_many(self, tmp_path):
        file = tmp_path / "test_x.py"
        file.write_text(
            "import pytest\n"
            "@pytest.fixture(scope='session')\n"
            "def house(): raise OSError('no house')\n"
            "def test_a(house): pass\n"
            "def test_b(house): pass\n"
            "def test_c(): pass\n"
        )
        command = [sys.executable, "-m", "pytest", "-q", "-p", "scripts.at_once", str(file)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
        assert told.index("!!! failed: ") < told.index("!!! that was ") < told.index("100%")
        assert told.count("!!! failed: ") == 2 and told.count("as told above") == 1
        assert "FAILURES" not in told and told.strip().splitlines()[-1].startswith(
            "1 passed, 2 err"
        )


class TestOnly:
    def test_a_file_is_one_tag_and_a_node_is_its_own(self):
        assert only.tags(only.chosen([CODE], "")) == ["/tour_loan/tests/test_code.py"]
        test = test_addons.written(ROOT / CODE)[0]
        [tag] = only.tags(only.chosen([f"{CODE}::{test.group}::{test.name}"], ""))
        assert tag == f"/tour_loan/tests/test_code.py:{test.group}.{test.name}"

    def test_an_expression_is_pytests(self):
        tests = only.chosen(["addons/tour_loan/tests"], "code and not login")
        assert tests
        assert all("code" in test.tag.lower() and "login" not in test.tag.lower() for test in tests)

    def test_a_place_that_is_none_is_told(self):
        with pytest.raises(Failure, match="there is no"):
            only.chosen(["addons/tour_loan/tests/test_nothing.py"], "")

    def test_every_test_file_of_an_addon_is_loaded_by_odoo(self):
        """Or its tests would stand there and never run."""
        for addon in our_addons():
            loaded = (ADDONS / addon / "tests" / "__init__.py").read_text()
            for file in (ADDONS / addon / "tests").glob("test_*.py"):
                assert file.stem in loaded, file

    def test_the_body_of_a_method_needs_no_update_and_a_field_does(self):
        before = "class A:\n    x = 1\n    def f(self):\n        return 1\n"
        assert only.skeleton(before) == only.skeleton(before.replace("return 1", "return 2"))
        assert only.skeleton(before) != only.skeleton(before.replace("x = 1", "x = 2"))
        assert only.skeleton(before) != only.skeleton(before.replace("f(self)", "f(self, more)"))
        created = before.replace("def f", "def init")
        assert only.skeleton(created) != only.skeleton(created.replace("return 1", "return 2"))


def test_a_phase_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(run_tests, "LONGEST", 0.5)
    server = Phase("server", "http.server", ("0", "--bind", "127.0.0.1"))
    assert "ran nothing" in run_tests.run(server, "1").broken


A_PHASE = """
import time
try:
    print("waits", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("tidied")
"""
A_RUN = """
import sys
from pathlib import Path
from scripts import run_tests
run_tests.VAR = Path(sys.argv.pop())
run_tests.all_phases = lambda: [run_tests.Phase("phase", "a_phase", quick=True)]
run_tests.main()
"""


@pytest.mark.parametrize("begun", [(), ("sh", "-c", 'trap "" INT; exec "$@"', "sh")])
def test_a_run_told_to_end_ends_its_phases_as_ctrl_c_does(tmp_path, begun):
    """Also one begun in the background of a script, where Ctrl-C is shut out."""
    (tmp_path / "a_phase.py").write_text(A_PHASE)
    with subprocess.Popen(
        [*begun, sys.executable, "-c", A_RUN, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as run:
        said = []
        for line in run.stdout:
            said.append(line.strip())
            if line.endswith("waits\n"):
                run.terminate()
    assert "phase: tidied" in said
