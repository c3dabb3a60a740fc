"""Run this checkout in production, without containers: what a systemd unit starts.

    var/venv/bin/python -m scripts.serve            serve
    var/venv/bin/python -m scripts.serve install    make the database's tables, once
    var/venv/bin/python -m scripts.serve update     after a new version of the checkout
    var/venv/bin/python -m scripts.serve golive     Odoo's commands of our addons: this one
    var/venv/bin/python -m scripts.serve events     and this one

PG* lead to the server, TOUR_LOAN_DATABASE names the database (``tour_loan``), TOUR_LOAN_DATA
the folder of documents and sessions. What follows is passed to Odoo.
"""

import os
import sys

from scripts import golive, odoo

ONCE = ("--skip-auto-install", "--workers", "0", "--max-cron-threads", "0", "--no-http")


def main() -> None:
    """Become Odoo."""
    what, *more = [*sys.argv[1:], ""]
    addons = ",".join(odoo.our_addons())
    steps = {
        "install": ("--init", addons, "--load-language", "ru_RU", *ONCE, "--stop-after-init"),
        "update": ("--update", addons, "--init", addons, *ONCE, "--stop-after-init"),
    }
    options = steps.get(what, ("--proxy-mode", what))
    database = os.environ.get("TOUR_LOAN_DATABASE", "tour_loan")
    data = os.environ.get("TOUR_LOAN_DATA", "/var/lib/tour-loan")
    given = [option for option in (*options, *more) if option]
    command = odoo.command("server", database, "--data-dir", data, *given)
    if what in ("golive", "events"):
        command = [*golive.command(database, what), "--data-dir", data, *filter(None, more)]
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
