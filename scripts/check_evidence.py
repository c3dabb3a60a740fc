"""For Odoo's shell: name the applications whose signed evidence does not agree."""

import os
from pathlib import Path

signed = env["tour_loan.application"].search([("signature_ids", "!=", False)])  # noqa: F821
broken = [each.order_number for each in signed if not each._evidence_is_intact()]
Path(os.environ["TOUR_LOAN_SAID"]).write_text("\n".join(broken))
