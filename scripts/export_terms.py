"""Run in Odoo's shell: write the terms of addons into a folder, one ``.pot`` each."""
# ruff: noqa: F821 (the shell gives `env`)

import os
from pathlib import Path

from odoo.tools.translate import trans_export

for addon in os.environ["TOUR_LOAN_TERMS_OF"].split(","):
    with Path(os.environ["TOUR_LOAN_TERMS_FOLDER"], f"{addon}.pot").open("wb") as stream:
        trans_export(None, [addon], stream, "po", env)
