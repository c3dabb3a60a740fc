"""Get nginx for the tests of ``docker/nginx.conf``.

Debian's package is unpacked beside Odoo, not installed: an installed nginx would start
itself and listen to the outside.
"""

import shutil
from pathlib import Path

from scripts import get_odoo
from scripts.places import VAR
from scripts.steps import Failure, run, step

PREFIX = VAR / "nginx"
PROGRAM = PREFIX / "usr" / "sbin" / "nginx"


def ensure() -> None:
    """Unpack nginx into ``var/nginx`` unless the machine has one, or is no Debian."""
    if program():
        return
    try:
        with step("nginx, for the tests of its configuration"):
            [package] = get_odoo.download({"nginx": None})
            run(["dpkg", "-x", str(package), str(PREFIX)])
    except Failure as failure:
        print(f"  goes on without nginx, its tests are left out: {failure}", flush=True)


def program() -> Path | None:
    """Return the nginx to use, None where there is none."""
    installed = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if installed:
        return Path(installed)
    return PROGRAM if PROGRAM.exists() else None
