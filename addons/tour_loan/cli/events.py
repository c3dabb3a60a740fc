"""``odoo --addons-path=… events -d DATABASE --place FILE``: the events since the last call.

For a SIEM: lines of CEF or JSON on standard output, in the order of the chain. ``--place``
is a file that remembers how far one got; it is written after the lines. So a call that was
cut off is repeated, and a line may come twice, never not at all: its ``externalId`` or
``id`` says so. What has no place in the chain yet (a minute) comes the next time.
"""

import argparse
import sys
from pathlib import Path

import odoo.tools.config
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from . import Command


class Events(Command):
    """Write the events of information protection since the last call"""

    name = "events"

    def run(self, args):
        parser = argparse.ArgumentParser(prog=self.prog, description=__doc__)
        parser.add_argument("--layout", choices=("cef", "jsonl"), default="cef")
        parser.add_argument("--place", type=Path, required=True, help="file that remembers")
        ours, odoos = parser.parse_known_args(args)
        odoo.tools.config.parse_config(odoos, setup_logging=True)
        names = odoo.tools.config["db_name"] or []
        if len(names) != 1:
            sys.exit("events: name one database with -d")
        with Registry(names[0]).cursor(readonly=True) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if "tour_loan.event" not in env:
                sys.exit(f"events: {names[0]} has no addon tour_loan")
            env["tour_loan.event"]._ship(ours.layout, ours.place, sys.stdout)
