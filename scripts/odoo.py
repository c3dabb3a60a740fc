"""Run Odoo's command line on this checkout."""

import os
import random
import socket
import subprocess
from pathlib import Path

from scripts.places import ADDONS, LANE, ODOO_BIN, ODOO_CONF, OWN, ROOT, VENV, VENV_PYTHON
from scripts.postgres import Postgres
from scripts.steps import Failure

DATA = OWN / "data"  # Odoo's filestores and sessions
LOGS = OWN / "log"
# A lane's servers listen where neither the other lane's do nor outgoing connections begin.
LANE_PORTS = range(20_000 + 1000 * int(LANE), 21_000 + 1000 * int(LANE)) if LANE else ()
SITE_PACKAGES = VENV / "lib" / "python3.11" / "site-packages"


def our_addons() -> list[str]:
    """Return the names of this repository's addons."""
    return sorted(manifest.parent.name for manifest in ADDONS.glob("*/__manifest__.py"))


def source() -> Path:
    """Return the folder that holds the package ``odoo`` (see get_odoo.py)."""
    return Path((SITE_PACKAGES / "odoo_source.pth").read_text().strip())


def command(name: str, database: str, *arguments: str) -> list[str]:
    """Return the command line of ``odoo <name>`` on a database.

    In a git checkout of Odoo most addons stand beside the package, in Debian's
    package inside it, where Odoo finds them by itself.
    """
    addons = [source() / "addons", SITE_PACKAGES / "odoo" / "addons", ADDONS]
    path = ",".join(str(folder) for folder in addons if folder.is_dir())
    return [
        *(str(VENV_PYTHON), str(ODOO_BIN), name),
        *("--config", str(ODOO_CONF), "--database", database),
        *("--addons-path", path, "--data-dir", str(DATA)),
        *arguments,
    ]


def environment(postgres: Postgres, **more: str) -> dict[str, str]:
    """Return the environment of an Odoo process."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "ODOO_"))}
    return kept | postgres.environment | more


def run(postgres: Postgres, log: Path, arguments: list[str], **options) -> int:
    """Run an Odoo command to its end, its output going to ``log``; return the exit code.

    ``stdin`` (bytes) and ``more`` (environment) may be given.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        done = subprocess.run(
            arguments,
            cwd=ROOT,
            env=environment(postgres, **options.get("more", {})),
            input=options.get("stdin", b""),
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode


def tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a log, for an error message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def free_port(preferred: int = 0) -> int:
    """Return the preferred port of the loopback interface, or any one that is free."""
    wanted = [preferred] if preferred else random.sample(LANE_PORTS, min(100, len(LANE_PORTS)))
    for port in (*wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Failure("no free port on 127.0.0.1; end something that listens there")
