"""The Debian packages this project uses, in one place, and how they get here.

Each is checked by what it gives (a program, a library, a file), so that another
way of having it (Google Chrome, a distribution other than Debian) is as good.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scripts.steps import Failure, run, step


class Package(NamedTuple):
    """A Debian package, why it is needed, and whether we have it."""

    name: str
    why: str
    present: Callable[[], bool]
    purposes: tuple[str, ...] = ("demo", "test")
    required: bool = True  # else installed where we may, and done without elsewhere
    instead_of: str = ""  # the package that is not needed beside this one


def library(name: str) -> Callable[[], bool]:
    """Return a check that a shared library can be loaded."""

    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def program(*names: str) -> Callable[[], bool]:
    """Return a check that one of the programs is on the path."""
    return lambda: any(shutil.which(name) for name in names)


def file(path: str) -> Callable[[], bool]:
    """Return a check that a file exists."""
    return lambda: Path(path).exists()


def browser() -> str | None:
    """Return the browser the tests drive: the first of the known ones."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pip_available() -> bool:
    """Tell whether this interpreter can give a virtual environment a pip."""
    return any(importlib.util.find_spec(name) for name in ("pip", "ensurepip"))


# A whole browser is as good; without a window of its own it takes a quarter of the processor.
HEADLESS = "chromium-headless-shell"
BROWSERS = (HEADLESS, "google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
PACKAGES = [
    Package("ca-certificates", "TLS", file("/etc/ssl/certs/ca-certificates.crt")),
    Package("tzdata", "the lender's time zone", file("/usr/share/zoneinfo/Europe/Moscow")),
    Package("python3-venv", "pip for the virtual environment", pip_available),
    Package("libpango-1.0-0", "PDF documents (WeasyPrint)", library("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", "PDF documents (WeasyPrint)", library("libpangoft2-1.0.so.0")),
    Package("libharfbuzz0b", "PDF documents (WeasyPrint)", library("libharfbuzz.so.0")),
    Package("libharfbuzz-subset0", "small fonts in PDF", library("libharfbuzz-subset.so.0")),
    Package("libmagic1", "file types of uploads", library("libmagic.so.1")),
    Package(
        "fonts-dejavu-core",
        "Cyrillic letters in PDF and browser",
        file("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    ),
    Package(HEADLESS, "browser tests", program(HEADLESS), ("test",), False, "chromium"),
    Package("chromium", "browser tests", program(*BROWSERS), ("test",)),
    Package("php-cli", "the test of the PHP client", program("php"), ("test",), required=False),
    Package(
        "fonts-liberation",
        "letters as people's own devices have them",
        file("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"),
        ("pictures",),
    ),
]


def ensure(purpose: str) -> None:
    """Install what ``purpose`` lacks, or name the command that would."""
    missing = [
        package for package in PACKAGES if purpose in package.purposes and not package.present()
    ]
    if not missing:
        return
    required = [package for package in missing if package.required]
    privilege = root_prefix()
    if privilege is None:
        missing = required
        if not missing:
            return
    else:
        needless = {package.instead_of for package in missing}
        missing = [package for package in missing if package.name not in needless]
    names = [package.name for package in missing]
    needs = "".join(f"\n    {package.name}: {package.why}" for package in missing)
    if privilege is None:
        raise Failure(
            f"system packages are missing:{needs}\n"
            f"Install them, then run the same make command again:\n    {command(names)}"
        )
    with step("System packages: " + ", ".join(names)):
        bounds = ("DPkg::Lock::Timeout=120", "Acquire::http::Timeout=30")
        apt = [*privilege, "apt-get", *(part for bound in bounds for part in ("-o", bound))]
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        advice = f"Install these by hand:{needs}"
        install = ["-q", "-y", "install", "--no-install-recommends", *names]
        try:
            run([*apt, "-q", "update"], advice, env=environment)
            run([*apt, *install], advice, env=environment)
        except Failure as failure:
            if required:
                raise
            print(f"  done without: {failure}")
            return
    still = [package.name for package in missing if not package.present()]
    if still:
        raise Failure(f"installed, and yet not usable: {', '.join(still)}")


def command(names: list[str]) -> str:
    """Return the line that installs packages; a fresh Debian may have no sudo."""
    # `su -`, not `su`: dpkg needs root's own path
    become_root = "sudo sh -c" if shutil.which("sudo") else "su - -c"
    install = "apt-get install --no-install-recommends"
    return f"{become_root} 'apt-get update && {install} {' '.join(names)}'"


def root_prefix() -> list[str] | None:
    """Return what to put before a command to run it as root; None when we cannot."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"] if not asked.returncode else None
