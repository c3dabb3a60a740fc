"""``make restore-drill``: is the backup one? Restore it into an empty place and look.

    make restore-drill                          the demonstration: backed up, then restored
    make restore-drill FOLDER=/mnt/backup       the lender's own (PG* lead to the original)

Says how long it took, what of the original is not there, whether every document is whole,
every chain of evidence intact, and the books the same. Nothing of the original is touched.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg2

from scripts import backup, databases, odoo
from scripts.places import OWN, ROOT, VENV_PYTHON
from scripts.postgres import Postgres
from scripts.steps import Failure

CHECK = ROOT / "scripts" / "check_evidence.py"
OURS = ("tour_loan_%", "moyamfo_%", "payu_%", "payment_transaction", "res_partner", "ir_attachment")
BOOKS = {
    "payments, by state": "SELECT state, count(*), sum(amount) FROM payment_transaction GROUP BY 1",
    "repayments, by state": "SELECT state, count(*), sum(amount) FROM tour_loan_repayment GROUP BY 1",
    "loans, by state": "SELECT state, count(*), sum(principal) FROM tour_loan_loan GROUP BY 1",
    "instalments": "SELECT count(*), sum(principal), sum(interest) FROM tour_loan_installment",
}


class Drilled(NamedTuple):
    """What a drill found; ``lost`` and ``books`` name what differs from the original."""

    seconds: int
    lost: dict[str, tuple[int, int]]  # table: rows of the original, rows restored
    books: list[str]
    documents: int
    missing: list[str]  # documents that are not there, or not whole
    broken: list[str]  # applications whose evidence does not agree

    def told(self) -> str:
        """Return the result in words."""
        lines = [f"restored in {self.seconds} s, {self.documents} documents"]
        lines += [f"LOST of {name}: {had - has} of {had}" for name, (had, has) in self.lost.items()]
        lines += [f"the books differ: {name}" for name in self.books]
        lines += [f"document missing or broken: {name}" for name in self.missing]
        lines += [f"evidence broken: application {number}" for number in self.broken]
        if len(lines) == 1:
            lines.append("nothing is lost; books, documents and chains of evidence agree")
        return "\n".join(lines)

    @property
    def whole(self) -> bool:
        """Tell whether it is the original."""
        return not (self.lost or self.books or self.missing or self.broken)


class Restored(Postgres):
    """A server on a restored data folder, on a socket in it, as the user who owns it."""

    def __init__(self, data: Path, programs: Path, user: str | None) -> None:
        self.embedded, self.data, self._bin, self._user = True, data, programs, user
        self.environment = {
            "PGHOST": str(data),
            "PGUSER": os.environ.get("PGUSER", "odoo"),
            "PGPORT": "5432",
        }
        if user:
            subprocess.run(["chown", "-R", user, str(data.parent)], check=True)
        self._start()
        while self.execute("SELECT pg_is_in_recovery()")[0][0]:
            time.sleep(0.2)

    def stop(self) -> None:
        """End the server; its folder is going to be removed."""
        self._control("stop", "-m", "immediate")


def drill(folder: Path, original: Postgres, database: str) -> Drilled:
    """Restore ``folder``'s newest state and hold it against the original's ``database``."""
    with empty_place() as base:
        began = time.monotonic()
        data, documents = base / "data", base / "odoo" / "filestore" / database
        backup.restore(folder, data, documents)
        restored = Restored(data, *server_programs(original))
        seconds = round(time.monotonic() - began)
        try:
            kept, theirs = books(original, database), books(restored, database)
            count, missing = whole_documents(restored, database, documents)
            return Drilled(
                seconds,
                differences(rows(original, database), rows(restored, database)),
                [name for name in kept if kept[name] != theirs[name]],
                count,
                missing,
                broken_evidence(restored, database, base / "odoo"),
            )
        finally:
            restored.stop()


@contextmanager
def empty_place() -> Iterator[Path]:
    """Give a folder that the server's user can get to, until the block ends."""
    base = Path(tempfile.mkdtemp(prefix="tour-loan-drill-", dir="/var/tmp"))
    base.chmod(0o755)
    try:
        yield base
    finally:
        shutil.rmtree(base)


def server_programs(original: Postgres) -> tuple[Path, str | None]:
    """Return the folder of the server's programs, and whom to run them as."""
    if original.embedded:
        return original._bin, original._user
    named = os.environ.get("PG_PROGRAMS") or os.path.dirname(shutil.which("pg_ctl") or "")
    if not named:
        raise Failure("pg_ctl is not in PATH: PG_PROGRAMS=/usr/lib/postgresql/<version>/bin")
    return Path(named), "postgres" if os.geteuid() == 0 else None


def rows(postgres: Postgres, database: str) -> dict[str, int]:
    """Return the number of rows of each table whose loss would be one."""
    found = postgres.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE ANY (%s)",
        list(OURS),
        database=database,
    )
    return {
        name: postgres.execute(f'SELECT count(*) FROM "{name}"', database=database)[0][0]
        for (name,) in sorted(found)
    }


def differences(original: dict[str, int], restored: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Return the tables that hold another number of rows."""
    return {
        name: (count, restored.get(name, 0))
        for name, count in original.items()
        if restored.get(name) != count
    }


def books(postgres: Postgres, database: str) -> dict[str, list[tuple]]:
    """Return the sums that tell whether money is missing."""
    return {
        name: sorted(postgres.execute(query, database=database), key=str)
        for name, query in BOOKS.items()
    }


def whole_documents(postgres: Postgres, database: str, folder: Path) -> tuple[int, list[str]]:
    """Return how many documents the database knows, and those that are not there or cut."""
    query = "SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL"
    names = sorted(name for (name,) in postgres.execute(query, database=database))
    return len(names), [name for name in names if not is_whole(folder / name)]


def is_whole(file: Path) -> bool:
    """Tell whether a file holds what its name, the SHA-1 of its content, says."""
    return file.is_file() and hashlib.sha1(file.read_bytes()).hexdigest() == file.name


def broken_evidence(postgres: Postgres, database: str, data: Path) -> list[str]:
    """Return the applications whose signed evidence does not agree, asked of Odoo itself."""
    said, log = data / "evidence.out", data / "evidence.log"
    arguments = odoo.command("shell", database, "--no-http", "--logfile", str(log))
    arguments[arguments.index("--data-dir") + 1] = str(data)
    more = {"TOUR_LOAN_SAID": str(said)}
    if odoo.run(postgres, log, arguments, stdin=CHECK.read_bytes(), more=more):
        raise Failure(f"the evidence could not be checked:\n{odoo.tail(log)}")
    return said.read_text().split()


@contextmanager
def following(folder: Path, postgres: Postgres, documents: Path) -> Iterator[None]:
    """Let the backup follow a running server: the log, and the documents."""
    environment = os.environ | programs_of(postgres)
    command = [str(VENV_PYTHON), "-m", "scripts.backup", "follow", str(folder)]
    process = subprocess.Popen([*command, "--documents", str(documents)], cwd=ROOT, env=environment)
    try:
        while not any((folder / "wal").glob("*")):  # it has begun to listen
            if process.poll() is not None:
                raise Failure("the backup does not follow: see above")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def programs_of(postgres: Postgres) -> dict[str, str]:
    """Return the environment in which ``scripts.backup`` finds server and programs."""
    if not postgres.embedded:
        return dict(postgres.environment)
    return {**postgres.environment, "PG_PROGRAMS": str(postgres._bin)}


def main() -> int:
    """Drill the folder named on the command line, or a backup of the demonstration."""
    own = Postgres()
    try:
        database = os.environ.get("PGDATABASE") or "tour_loan_demo"
        if len(sys.argv) > 1:
            done = drill(Path(sys.argv[1]), own, database)
        else:
            folder = OWN / "drill"
            shutil.rmtree(folder, ignore_errors=True)
            os.environ.update(programs_of(own))
            with following(folder, own, databases.filestore(database)):
                backup.take(folder, database)
            done = drill(folder, own, database)
    except (Failure, backup.BackupFailure, psycopg2.Error) as failure:
        sys.exit(f"Cannot go on: {failure}")
    finally:
        own.stop()
    print(done.told())
    return 0 if done.whole else 1


if __name__ == "__main__":
    sys.exit(main())
