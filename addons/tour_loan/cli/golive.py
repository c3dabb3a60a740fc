"""``odoo --addons-path=… golive -d DATABASE``: what must not be so in production.

Run it as the server runs: by its user, with its environment and its odoo.conf. Ends with 1
if something is red.
"""

import sys

import odoo.tools.config
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import Command

MARKS = {"red": "RED   ", "yellow": "YELLOW", "green": "green "}


class GoLive(Command):
    """Check what must not be so in production"""

    name = "golive"

    def run(self, args):
        parser = odoo.tools.config.parser
        parser.prog = self.prog
        odoo.tools.config.parse_config(args, setup_logging=True)
        names = odoo.tools.config["db_name"] or []
        if len(names) != 1:
            sys.exit("golive: name one database with -d")
        with Registry(names[0]).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if "tour_loan.golive" not in env:
                sys.exit(f"golive: {names[0]} has no addon tour_loan")
            findings = env["tour_loan.golive"]._findings()
            cr.rollback()  # it only looks
        for finding in findings.values():
            where = f"  -> {finding.link}" if finding.link and finding.colour != "green" else ""
            print(f"{MARKS[finding.colour]}  {finding.sentence}{where}")  # pylint: disable=print-used
        sys.exit(any(finding.colour == "red" for finding in findings.values()))
