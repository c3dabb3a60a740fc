"""Run in Odoo's shell: point a database at the sandbox of one run.

Reads the sandbox's config.json (``TOUR_LOAN_SANDBOX_CONFIG``) and tells what it had
to skip because it does not exist.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

SAID = Path(os.environ["TOUR_LOAN_SAID"])
CONFIG = json.loads(Path(os.environ["TOUR_LOAN_SANDBOX_CONFIG"]).read_text())


def skip(what: str) -> None:
    """Tell the person at the terminal what is not there."""
    with SAID.open("a") as stream:
        stream.write(f"  skipped: {what}\n")


env["ir.config_parameter"].set_param("web.base.url", CONFIG["odoo"])
env["ir.config_parameter"].set_param("web.base.url.freeze", "True")

travel = CONFIG["travel"]
for settings in travel["agencies"]:
    agency = env.ref(f"tour_loan.agency_{settings['code']}", raise_if_not_found=False)
    if not agency:
        skip(f"agency {settings['code']}")
        continue
    address = f"{travel['url']}/agency/{settings['code']}"
    agency.write(
        {
            "callback_url": f"{address}/callback",
            "actualize_url": f"{address}/actualize",
            "url_hosts": urlsplit(travel["url"]).hostname,
        }
    )
    agency._set_key("inbound", settings["secret_to_odoo"])
    agency._set_key("outbound", settings["secret_from_odoo"])

provider = env["payment.provider"] if "payment.provider" in env else None
if provider is not None and "payu_ru_api_url" in provider._fields:
    payu = CONFIG["payu"]
    provider = provider.search([("code", "=", "payu_ru")], limit=1)
    provider.write(
        {
            "payu_ru_merchant_code": payu["merchant"],
            "payu_ru_secret_key": payu["secret"],
            "payu_ru_api_url": payu["url"],
            "state": "test",
            "is_published": True,
        }
    )
else:
    provider = None
if not provider:
    skip("payment provider payu_ru")

env.cr.commit()
