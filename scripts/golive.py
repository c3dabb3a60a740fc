"""``python -m scripts.golive [DATABASE]``: Odoo's command of that name on this checkout.

On a server without this folder: ``odoo --addons-path=… golive -d DATABASE``. Ends with 1 if
something must not be so in production; of the demonstration much is.
"""

import json
import subprocess
import sys

from scripts import odoo, sandbox
from scripts.places import ROOT
from scripts.postgres import Postgres

DATABASE = "tour_loan_demo"


def command(database: str, name: str = "golive") -> list[str]:
    """Return the command line; Odoo looks for an addon's command in the path before it."""
    python, program, *rest = odoo.command(name, database)
    path = rest[rest.index("--addons-path") + 1]
    return [python, program, f"--addons-path={path}", *rest]


def settings(database: str) -> dict[str, str]:
    """Return the demonstration's settings for its database; others' are the environment's."""
    file = odoo.OWN / "stack" / "demo" / "config.json"
    if database != DATABASE or not file.exists():
        return {}
    return sandbox.odoo_settings(json.loads(file.read_text()))


def main(arguments: list[str]) -> int:
    """Check a database of this checkout; return 1 if something is red."""
    database = (arguments or [DATABASE])[0]
    postgres = Postgres()
    try:
        if not postgres.databases(database):
            print(f"There is no database {database}; the demonstration's is made by: make demo")
            return 2
        done = subprocess.run(
            command(database),
            cwd=ROOT,
            env=odoo.environment(postgres, **settings(database)),
            check=False,
        )
        return done.returncode
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
