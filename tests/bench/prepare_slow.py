"""Run in Odoo's shell: running loans of one borrower, to press Pay on; see ``slow.py``.

Reads and writes one JSON file, ``TOUR_LOAN_BENCH``: in goes {"agency": code of the agency
whose funded applications get a loan, "count": how many}; out come the loans' ids.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
from datetime import timedelta
from pathlib import Path

from odoo import fields

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
SETTINGS = json.loads(FILE.read_text())
applications = env["tour_loan.application"].search(
    [("agency_id.code", "=", SETTINGS["agency"]), ("state", "=", "funded")],
    limit=SETTINGS["count"],
)
loans = env["tour_loan.loan"].create(
    [
        {
            "application_id": application.id,
            "state": "active",
            "as_of": fields.Datetime.now(),
            "amount": 99000,
            "principal": 99000,
            "payoff": 99000,
            "next_payment_on": fields.Date.today() + timedelta(days=20),
            "next_payment_amount": 35000,
        }
        for application in applications
    ]
)
FILE.write_text(json.dumps(loans.mapped("uuid")))
env.cr.commit()
