"""Where everything generated lives. Standard library only.

``var/`` inside the checkout (ignored by git) holds all that belongs to this
checkout; downloads that another checkout can use again go to the user's cache.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
VAR = ROOT / "var"
# What one of the runs side by side of `make test` has for itself: PostgreSQL, databases,
# logs, houses. Without a lane (the demonstration, a test by hand) that is ``var`` itself.
LANE = os.environ.get("TOUR_LOAN_LANE", "")
OWN = VAR / f"lane-{LANE}" if LANE else VAR
VENV = VAR / "venv"
VENV_PYTHON = VENV / "bin" / "python"
ODOO_PREFIX = VAR / "odoo"
ODOO_BIN = ROOT / "scripts" / "odoo_bin.py"
ODOO_CONF = ROOT / "odoo.conf"


def cache_folder() -> Path | None:
    """Return a writable folder for downloads, or None when there is none."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = (Path(base) if base else Path.home() / ".cache") / "tour-loan"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: the user has no home folder
        return None
    return folder if os.access(folder, os.W_OK) else None
