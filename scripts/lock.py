"""``make lock``: resolve requirements*.in into requirements*.txt with hashes.

To be run by the oldest interpreter we serve, Debian 12's: a newer one would choose
packages that refuse it. Standard library only; pip-tools gets an environment of its own in ``var/lock``. The
index is that of the machine's own pip configuration and is not written down.
"""

import os
import sys

from scripts.places import VAR
from scripts.steps import Failure, run, step

TOOL = "pip-tools==7.6.2"
OLDEST = (3, 11, 2)
OPTIONS = [
    *("--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"),
]


def main() -> None:
    """Write the lock files; the order matters, the first binds the others."""
    if sys.version_info[:3] != OLDEST:
        sys.exit("Python 3.11.2 (Debian 12) is needed: make lock PYTHON=/usr/bin/python3")
    python = VAR / "lock" / "bin" / "python"
    environment = os.environ | {"CUSTOM_COMPILE_COMMAND": "make lock"}
    try:
        if not (VAR / "lock" / "bin" / "pip-compile").exists():
            with step(TOOL):
                run([sys.executable, "-m", "venv", "--clear", str(VAR / "lock")])
                run([str(python), "-m", "pip", "install", "--quiet", TOOL])
        for name in ("requirements", "requirements-test", "docker/requirements"):
            with step(f"{name}.txt"):
                compiler = [str(python), "-m", "piptools", "compile", *OPTIONS]
                target = ["--output-file", f"{name}.txt", f"{name}.in"]
                run([*compiler, *sys.argv[1:], *target], env=environment)
    except Failure as failure:
        sys.exit(f"\nCannot go on: {failure}")


if __name__ == "__main__":
    main()
