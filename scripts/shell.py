"""``make shell``: Odoo's Python shell on the demonstration's database."""

import subprocess
import sys

from scripts import odoo
from scripts.places import ROOT
from scripts.postgres import Postgres

DATABASE = "tour_loan_demo"


def main() -> int:
    """Open the shell, also beside a running demonstration; return its exit code."""
    postgres = Postgres()
    try:
        if not postgres.databases(DATABASE):
            print("There is no demonstration yet: make demo")
            return 1
        command = odoo.command("shell", DATABASE, "--no-http")
        environment = odoo.environment(postgres)
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    finally:
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
