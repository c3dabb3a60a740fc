"""Run in Odoo's shell on a fresh template: what every copy of it should have."""
# ruff: noqa: F821 (the shell gives `env`)

import os
from pathlib import Path

SAID = Path(os.environ["TOUR_LOAN_SAID"])
DIVISIONS = os.environ.get("TOUR_LOAN_DIVISIONS")


def say(text: str) -> None:
    """Show a line to the person at the terminal."""
    with SAID.open("a") as stream:
        stream.write(f"  {text}\n")


if "tour_loan.passport.division" not in env:
    say("skipped: passport divisions (no such model yet)")
elif not DIVISIONS:
    say("skipped: passport divisions (no file; TOUR_LOAN_DIVISIONS names one)")
else:
    env["tour_loan.passport.division"]._import_csv(Path(DIVISIONS).read_bytes())

# Odoo's own guide would dance over our screens.
env.ref("base.user_admin").tour_enabled = False

# In demo and tests one person plays all of the staff.
env["ir.config_parameter"].set_param("tour_loan.one_person", "True")

# The first visitor should not wait for the style sheets and scripts.
env["ir.qweb"]._pregenerate_assets_bundles()

# Nor for the documents that are everybody's.
if "tour_loan.document" in env:
    for agency in env["tour_loan.agency"].search([]):
        env["tour_loan.document"]._make_stage("acquaintance", agency)
env.cr.commit()
