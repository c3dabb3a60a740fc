"""Run in Odoo's shell: payments that wait for PayU's page; see ``slow.py``.

Reads and writes one JSON file, ``TOUR_LOAN_BENCH``: in goes {"count": how many}, out come
the addresses of our page that leads each of them on to PayU.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
from pathlib import Path
from urllib.parse import urlencode

from odoo.addons.payment.utils import generate_access_token

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
COUNT = json.loads(FILE.read_text())["count"]
provider = env["payment.provider"].search([("code", "=", "payu_ru")], limit=1)
payer = env["res.partner"].create(
    {"name": "Мария Иванова", "email": "m@example.com", "phone": "+79161234567"}
)
addresses = []
for number in range(COUNT):
    reference = f"BENCH-{number}"
    env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": env.ref("payment.payment_method_card").id,
            "reference": reference,
            "amount": 1000,
            "currency_id": env.ref("base.RUB").id,
            "partner_id": payer.id,
            "operation": "online_redirect",
        }
    )
    token = generate_access_token(reference, env=env)
    query = urlencode({"reference": reference, "access_token": token})
    addresses.append(f"/payment/payu_ru/wait?{query}")
FILE.write_text(json.dumps(addresses))
env.cr.commit()
