"""Backups of database and documents that lose seconds, by PostgreSQL's own programs.

    python3 -m scripts.backup follow  FOLDER --documents DATA/filestore/tour_loan   (a service)
    python3 -m scripts.backup take    FOLDER --database tour_loan                   (each night)
    python3 -m scripts.backup restore FOLDER --to EMPTY --documents EMPTY [--time 2026-12-01T03:00:00+00:00]

``FOLDER``, best on another machine, gets ``base/<time>`` (``pg_basebackup``), ``wal`` (streamed
by ``pg_receivewal``) and ``documents``. Odoo names a document by the hash of its content and
never changes it, so each is copied once, and whatever lies there is whole. PG* variables
lead to the server; its role needs REPLICATION. ``PG_PROGRAMS`` names the folder of the
programs if they are not in PATH: those of the server's own version. Standard library only.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

SLOT = "tour_loan_backup"
SECONDS = 5  # between two looks at the documents
MARK = "tour_loan.last_backup_at"  # parameter in the database: when the last good one ended
LOG = "restored_log"  # in a restored data folder; may be removed once the server is open
NAME = "%Y%m%dT%H%M%SZ"  # of a base backup: when it ended, UTC


class BackupFailure(Exception):
    """Says what did not work, for a person."""


class ProgramDied(BackupFailure):
    """A program was ended by a signal."""


def main() -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("follow", "take", "restore"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=Path, help="Odoo's filestore of the database")
    parser.add_argument("--database", help="take: where to note that there is a backup")
    parser.add_argument("--keep", type=int, default=7, help="take: base backups to keep")
    parser.add_argument("--to", type=Path, help="restore: the data folder to make")
    parser.add_argument("--time", type=datetime.fromisoformat, help="restore: as it was then")
    given = parser.parse_args()
    try:
        if given.what == "follow":
            follow(given.folder, given.documents)
        elif given.what == "take":
            print(take(given.folder, given.database, given.keep))
        else:
            base = restore(given.folder, given.to, given.documents, given.time)
            print(f"{given.to} and the documents are there, from {base.name} on. Start the server")
            print("on that folder: it plays what came after, and opens when it is through.")
    except BackupFailure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def follow(folder: Path, documents: Path) -> None:
    """Copy what is written, as it is written, until told to end (SIGTERM) or it fails.

    The slot keeps the server from throwing away what we have not got; bound it by
    ``max_slot_wal_keep_size``, or a backup that is away fills the server's disk.
    """
    wal = folder / "wal"
    wal.mkdir(parents=True, exist_ok=True)
    run("pg_receivewal", "--slot", SLOT, "--create-slot", "--if-not-exists")
    command = [program("pg_receivewal"), "-D", str(wal), "--slot", SLOT, "--synchronous"]
    seen: dict[Path, int] = {}
    with subprocess.Popen([*command, "--no-loop"]) as receiver:
        signal.signal(signal.SIGTERM, lambda *_: receiver.terminate())
        try:
            while receiver.poll() is None:
                copy_documents(documents, folder / "documents", seen)
                with suppress(subprocess.TimeoutExpired):
                    receiver.wait(SECONDS)
        finally:  # a full disk ends both: the supervisor sees it and tries again
            receiver.terminate()
    copy_documents(documents, folder / "documents", seen)
    if receiver.returncode not in (0, -signal.SIGTERM):
        raise BackupFailure(f"pg_receivewal ended with {receiver.returncode}: see above")


def copy_documents(source: Path, target: Path, seen: dict[Path, int]) -> int:
    """Copy the documents that are new; return how many.

    ``seen`` remembers when each folder last changed, so that a look at a million documents
    costs that at 256 folders.
    """
    copied = 0
    for folder in sorted(path for path in source.glob("[0-9a-f][0-9a-f]") if path.is_dir()):
        changed = folder.stat().st_mtime_ns
        if seen.get(folder) == changed:
            continue
        there = target / folder.name
        there.mkdir(parents=True, exist_ok=True)
        known = set(os.listdir(there))
        for file in folder.iterdir():
            # a name shorter than a hash is a file Odoo is still writing
            if file.name not in known and re.fullmatch("[0-9a-f]{40,}", file.name):
                with suppress(FileNotFoundError):  # Odoo removes what no row names
                    copy_whole(file, there / file.name)
                    copied += 1
        if time.time_ns() - changed > 2_000_000_000:  # the clock of a folder ticks coarsely
            seen[folder] = changed
    return copied


def copy_whole(file: Path, target: Path) -> None:
    """Copy a file so that under its name it is whole or not there."""
    part = target.with_name(f"{target.name}.part")
    with file.open("rb") as content, part.open("wb") as copy:
        shutil.copyfileobj(content, copy)
        copy.flush()
        os.fsync(copy.fileno())
    part.rename(target)


def take(folder: Path, database: str | None = None, keep: int = 7) -> Path:
    """Make a base backup, verify it, drop what is older than the ``keep`` newest; return it."""
    bases = folder / "base"
    bases.mkdir(parents=True, exist_ok=True)
    for left in bases.glob("*.part"):  # of one that was broken off
        shutil.rmtree(left)
    part = bases / f"{os.getpid()}.part"
    options = ("-X", "stream", "--checkpoint=fast", "--manifest-checksums=SHA256")
    run("pg_basebackup", "-D", str(part), *options)
    verify(part)
    ended = datetime.now(UTC)
    base = part.rename(bases / ended.strftime(NAME))
    if database:
        statement = (
            f"INSERT INTO ir_config_parameter (key, value) VALUES ('{MARK}', "
            f"'{ended.isoformat(timespec='seconds')}') "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
        run("psql", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement)
    for old in sorted(bases.glob("*Z"))[:-keep]:
        shutil.rmtree(old)
    oldest = sorted(bases.glob("*Z"))[0]
    first = re.search(r"\(file ([0-9A-F]{24})\)", (oldest / "backup_label").read_text())[1]
    if (folder / "wal").is_dir():
        run("pg_archivecleanup", str(folder / "wal"), first)
    return base


def verify(base: Path) -> None:
    """Hold a base backup against its manifest: every file there, whole, unchanged."""
    try:
        run("pg_verifybackup", "--quiet", str(base))
    except ProgramDied:  # the wheel of `make demo` carries one that does not even start
        manifest = json.loads((base / "backup_manifest").read_text())
        for file in manifest["Files"]:
            path = base / file["Path"]
            content = path.read_bytes() if path.is_file() else b""
            if hashlib.sha256(content).hexdigest() != file["Checksum"]:
                raise BackupFailure(f"{base} is no backup: {path} is not what it was") from None


def restore(folder: Path, to: Path, documents: Path, moment: datetime | None = None) -> Path:
    """Lay out a data folder and the documents; return the base backup they begin with.

    A server started there plays the log up to ``moment`` (with a time zone), or to its end.
    """
    if moment and moment.tzinfo is None:
        raise BackupFailure(f"of which time zone is {moment}? 2026-12-01T03:00:00+03:00")
    for place in (to, documents):
        if place.exists() and any(place.iterdir()):
            raise BackupFailure(f"{place} is not empty: nothing is restored over anything")
    last = moment and moment.astimezone(UTC).strftime(NAME)
    bases = [base for base in sorted((folder / "base").glob("*Z")) if not last or base.name < last]
    if not bases:
        raise BackupFailure(f"{folder} has no base backup{last and f' of before {moment}' or ''}")
    base = bases[-1]
    verify(base)
    shutil.copytree(base, to, dirs_exist_ok=True, symlinks=True)
    to.chmod(0o700)
    # the original may be alive: its lock, if its socket lies in its data, is not ours
    for left in to.glob(".s.PGSQL.*"):
        left.unlink()
    # beside the data: a log the server may not read is taken by it for the end of the log
    if (folder / "wal").is_dir():
        shutil.copytree(folder / "wal", to / LOG)
    if (folder / "documents").is_dir():
        shutil.copytree(folder / "documents", documents, dirs_exist_ok=True)
    # the last piece of the log is called .partial until it is full
    fetch = f"cp {LOG}/%f %p || cp {LOG}/%f.partial %p"
    settings = {"restore_command": fetch, "recovery_target_action": "promote"}
    if moment:
        settings["recovery_target_time"] = moment.isoformat()
    with (to / "postgresql.auto.conf").open("a") as file:
        for name, value in settings.items():
            value = value.replace("'", "''")
            file.write(f"{name} = '{value}'\n")
    (to / "recovery.signal").touch()
    return base


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs."""
    folder = os.environ.get("PG_PROGRAMS")
    return str(Path(folder) / name) if folder else name


def run(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs to its end."""
    try:
        done = subprocess.run(
            [program(name), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BackupFailure(f"{name} is not in PATH; PG_PROGRAMS may name its folder") from None
    if done.returncode:
        kind = ProgramDied if done.returncode < 0 else BackupFailure
        raise kind(f"{name}: {done.stderr.strip() or done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
