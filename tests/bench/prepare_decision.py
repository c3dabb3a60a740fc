"""Run in Odoo's shell: send applications to the lender as borrowers do; see ``decision.py``.

Reads ``TOUR_LOAN_BENCH``: {"uuids": of new applications}. What is written to the outbox is
sent by the house that runs; out comes the same.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
from pathlib import Path

from odoo import fields

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
SETTINGS = json.loads(FILE.read_text())
for uuid in SETTINGS["uuids"]:
    application = env["tour_loan.application"].search([("uuid", "=", uuid)])
    application.write(
        {
            "state": "filling",
            "phone": "+79161234567",
            "last_name": "Иванова",
            "first_name": "Мария",
            "birth_date": "1990-05-17",
            "passport_series": "4510",
            "passport_number": "123456",
            "employment": "employee",
        }
    )
    application._move("submit", "borrower", submitted_at=fields.Datetime.now())
env.cr.commit()
