"""Ready databases, kept as templates, and copies of them.

Two layers: the addons we depend on (changes when Odoo or the lock files do), and
ours on top with demonstration data (changes with our code). A copy takes a second.
"""

import ast
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import odoo
from scripts.places import ADDONS, OWN, ROOT
from scripts.postgres import Postgres
from scripts.steps import Failure

BASE_PREFIX = "tour_loan_base_"
READY_PREFIX = "tour_loan_ready_"
PREPARE = ROOT / "scripts" / "prepare_template.py"
NOT_PART_OF_A_DATABASE = {"tests", "readme", "__pycache__"}


def divisions_file() -> Path | None:
    """Return the reference book of passport divisions (CSV), if there is one here."""
    named = os.environ.get("TOUR_LOAN_DIVISIONS")
    file = Path(named) if named else ROOT.parent / "shared" / "data" / "fms_unit.csv"
    return file.resolve() if file.is_file() else None


def base_template(postgres: Postgres) -> str:
    """Return the template with everything our addons depend on, installed."""
    files = [ROOT / "requirements.txt", ROOT / "requirements-queue.txt", Path(__file__)]
    depends = dependencies()
    name = BASE_PREFIX + fingerprint(files, str(odoo.source().resolve()), *depends)
    with building(postgres, name, BASE_PREFIX) as fresh:
        if fresh:
            print("- Database with Odoo's modules (once) ...", flush=True)
            postgres.execute(f'CREATE DATABASE "{fresh}" TEMPLATE template0')
            install(postgres, fresh, depends)
    return name


def ready_template(postgres: Postgres) -> str:
    """Return the template with our addons and their demonstration data, installed."""
    base = base_template(postgres)
    addons = odoo.our_addons()
    divisions = divisions_file()
    files = [
        *(file for addon in addons for file in addon_files(ADDONS / addon)),
        *([divisions] if divisions else []),
        PREPARE,
    ]
    name = READY_PREFIX + fingerprint(files, base)
    with building(postgres, name, READY_PREFIX) as fresh:
        if fresh:
            print(f"- Database with {', '.join(addons) or 'no addon'} ...", flush=True)
            copy(postgres, base, fresh)
            if addons:
                # Ours only: Odoo loads demonstration data where all that an addon
                # depends on has them, and its own people would be in the way.
                postgres.execute("UPDATE ir_module_module SET demo = true", database=fresh)
                install(postgres, fresh, addons, "--with-demo")
            more = {"TOUR_LOAN_DIVISIONS": str(divisions)} if divisions else {}
            run_script(postgres, fresh, PREPARE, **more)
    return name


def dependencies() -> list[str]:
    """Return the modules our manifests depend on, ours left out, and queue_job."""
    ours = odoo.our_addons()
    wanted = {"web", "queue_job"}
    for name in ours:
        manifest = ast.literal_eval((ADDONS / name / "__manifest__.py").read_text())
        wanted.update(manifest.get("depends", ()))
    return sorted(wanted.difference(ours))


def addon_files(folder: Path) -> Iterator[Path]:
    """Yield the files of an addon that decide what its database looks like."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and not NOT_PART_OF_A_DATABASE.intersection(inside):
            yield path


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Return twelve hexadecimal digits that change with any of the contents."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        digest.update(f"\0{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def building(postgres: Postgres, name: str, prefix: str) -> Iterator[str | None]:
    """Give a working name for a template that has to be built, or None if it is there.

    Others wait meanwhile. What the block made gets its final name at the end;
    the embedded server then drops the other templates with the prefix.
    """
    OWN.mkdir(exist_ok=True)
    with (OWN / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if postgres.databases(name) == [name]:
            yield None
            return
        fresh = f"tour_loan_building_{os.getpid()}"
        try:
            yield fresh
        except BaseException:
            drop(postgres, fresh)
            raise
        postgres.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{name}"')
        if filestore(fresh).exists():
            filestore(fresh).rename(filestore(name))
        if postgres.embedded:
            for old in postgres.databases(prefix):
                if old != name:
                    drop(postgres, old)


def install(postgres: Postgres, database: str, modules: list[str], *options: str) -> None:
    """Install modules, and Russian, into a database."""
    log = odoo.LOGS / f"install-{'-'.join(modules[:1])}.log"
    arguments = odoo.command(
        "server",
        database,
        *("--init", ",".join(modules), "--load-language", "ru_RU"),
        *("--skip-auto-install", "--stop-after-init", "--no-http"),
        *("--workers", "0", "--max-cron-threads", "0"),
        *options,
    )
    if odoo.run(postgres, log, arguments):
        raise Failure(f"installing {modules} failed:\n{odoo.tail(log)}\nAll of it: {log}")


def run_script(postgres: Postgres, database: str, script: Path, **more: str) -> None:
    """Run a script in Odoo's shell; what it prints with ``print`` is shown."""
    log = odoo.LOGS / f"{script.stem}.log"
    said = OWN / f"{script.stem}.out"
    said.unlink(missing_ok=True)
    arguments = odoo.command("shell", database, "--no-http", "--logfile", str(log))
    more = {"TOUR_LOAN_SAID": str(said), **more}
    output = odoo.LOGS / f"{script.stem}.out"
    if odoo.run(postgres, output, arguments, stdin=script.read_bytes(), more=more):
        raise Failure(f"{script.name} failed:\n{odoo.tail(output)}\nAll of it: {output}, {log}")
    if said.exists():
        print(said.read_text(), end="", flush=True)


def copy(postgres: Postgres, template: str, name: str) -> None:
    """Make database ``name`` a copy of a template, filestore included."""
    drop(postgres, name)
    postgres.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if filestore(template).exists():
        # Odoo never changes a stored file (its name is its hash): links are enough.
        shutil.copytree(filestore(template), filestore(name), copy_function=os.link)


def drop(postgres: Postgres, name: str) -> None:
    """Remove a database and its filestore, if they exist."""
    postgres.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def filestore(name: str) -> Path:
    """Return the folder of a database's attachments."""
    return odoo.DATA / "filestore" / name
