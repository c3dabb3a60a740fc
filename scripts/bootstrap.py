"""Prepare this checkout: system packages, Odoo 19, the virtual environment.

Usage: ``python3 -m scripts.bootstrap demo|test``. Standard library only, may be
run any number of times; what is ready is not done again. A step that fails ends
the run with a message that says what to do next.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

from scripts import get_nginx, get_odoo, system_packages
from scripts.places import ODOO_PREFIX, ROOT, VAR, VENV, VENV_PYTHON
from scripts.steps import Failure, run, step

REQUIREMENTS = {
    "demo": ["requirements.txt", "requirements-queue.txt"],
    "test": ["requirements.txt", "requirements-queue.txt", "requirements-test.txt"],
}


def main() -> None:
    """Prepare for the purpose named on the command line, or fail with advice."""
    purpose = sys.argv[1] if len(sys.argv) == 2 else ""
    if purpose not in REQUIREMENTS:
        sys.exit(__doc__)
    started = time.monotonic()
    try:
        check_python()
        check_folder()
        system_packages.ensure(purpose)
        source = get_odoo.ensure()
        if purpose == "test":
            get_nginx.ensure()
        ensure_venv(purpose)
        link_odoo(source)
    except Failure as failure:
        sys.exit(f"\nCannot go on: {failure}")
    seconds = time.monotonic() - started
    if seconds > 5:
        print(f"Ready after {seconds:.0f} s.", flush=True)


def check_folder() -> None:
    """Make ``var``, or say whose it is when we may not write there."""
    try:
        VAR.mkdir(exist_ok=True)
    except PermissionError:
        raise Failure(f"{ROOT} is not yours to write in: make a clone of your own") from None
    owner = VAR.stat().st_uid
    if os.geteuid() not in (0, owner):
        raise Failure(
            f"{VAR} belongs to another user (id {owner}). Remove it, then run the same "
            f"make command again:\n    sudo rm -rf {VAR}"
        )


def check_python() -> None:
    """Refuse an interpreter that the lock files were not made for."""
    if sys.version_info[:2] != (3, 11):
        raise Failure(
            f"Python 3.11 is needed, this is {sys.version.split()[0]} ({sys.executable}). "
            "Name another one: make demo PYTHON=/path/to/python3.11"
        )


def ensure_venv(purpose: str) -> None:
    """Install the locked requirements into ``var/venv`` unless the stamp says so.

    The stamp is a hash of the interpreter and the lock files, one per purpose.
    A change of the interpreter, or of the common files, starts a new environment; one
    that is a link belongs to other checkouts too and is never cleared.
    """
    wanted = requirements_hash(purpose)
    stamp = VENV / f"stamp-{purpose}"
    if stamp.exists() and stamp.read_text() == wanted and VENV_PYTHON.exists():
        return
    with step("Python packages from the lock files"):
        if not interpreter_matches():
            if VENV.is_symlink():
                raise Failure(
                    f"{VENV} is a link and was not made by {sys.executable}: clearing it would "
                    "take it from whoever shares it. Name its interpreter (make … PYTHON=), or "
                    f"remove the link for an environment of your own:\n    rm {VENV}"
                )
            run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
        for name in REQUIREMENTS[purpose]:
            extra = ["--no-deps"] if name == "requirements-queue.txt" else []
            run(
                [*pip(), "install", "--quiet", "--require-hashes", *extra, "-r", name],
                advice="Check that the Python package index can be reached, then run "
                "the same make command again: it goes on where it stopped.",
            )
        stamp.write_text(wanted)


def requirements_hash(purpose: str) -> str:
    """Return what the environment of ``purpose`` is made from, as one hash."""
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix}".encode())
    for name in REQUIREMENTS[purpose]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def interpreter_matches() -> bool:
    """Tell whether ``var/venv`` stands and belongs to this interpreter."""
    configuration = VENV / "pyvenv.cfg"
    if not configuration.exists() or not VENV_PYTHON.exists():
        return False
    home = Path(getattr(sys, "_base_executable", sys.executable)).parent
    return f"home = {home}" in configuration.read_text().splitlines()


def pip() -> list[str]:
    """Return the command that runs pip for ``var/venv``.

    The environment has no pip of its own: the one of the interpreter works on it,
    or else the one bundled with ``ensurepip``.
    """
    try:
        import pip as installed

        if tuple(map(int, installed.__version__.split(".")[:2])) >= (22, 3):
            return [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON)]
    except ImportError:
        pass
    if not (VENV / "bin" / "pip").exists():
        run([str(VENV_PYTHON), "-m", "ensurepip"])
    return [str(VENV_PYTHON), "-m", "pip"]


def link_odoo(source: Path) -> None:
    """Make ``import odoo`` work in the environment, by a ``.pth`` line."""
    line = f"{source}\n"
    target = VENV / "lib" / "python3.11" / "site-packages" / "odoo_source.pth"
    if not target.exists() or target.read_text() != line:
        target.write_text(line)
    if os.environ.get("ODOO_SOURCE") and ODOO_PREFIX.exists():
        print(f"Odoo is taken from ODOO_SOURCE: {source}", flush=True)


if __name__ == "__main__":
    main()
