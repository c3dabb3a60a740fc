"""Run in Odoo's shell: agencies, keys and a partner to measure with.

Reads and writes one JSON file, ``TOUR_LOAN_BENCH``: in goes {"callbacks": url of the
listener, "refusing": url where nobody listens, "agencies": how many}; out come the
secrets, an administrator's and an employee's API keys, the ids of employee and partner.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
from datetime import timedelta
from pathlib import Path

from odoo import fields

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
SETTINGS = json.loads(FILE.read_text())
# The limiter counts every call, as in production; it only never says no.
NO_LIMIT = 10**9

# Nobody reads the documents of the agencies made here.
env.ref("tour_loan.ir_cron_common_documents").active = False


def agency(code: str, callback_url: str) -> str:
    """Make an agency and return its secret for calls to us."""
    made = env["tour_loan.agency"].create(
        {
            "name": code,
            "code": code,
            "url_hosts": "127.0.0.1",
            "callback_url": callback_url,
            "requests_per_minute": NO_LIMIT,
        }
    )
    made._set_key("outbound", env["tour_loan.agency.key"]._fields["secret"].default(made))
    key = made._set_key("inbound", env["tour_loan.agency.key"]._fields["secret"].default(made))
    return key.secret


def callback_url(index: int) -> str:
    """The first of the agencies hangs (the listener knows), the second refuses."""
    if index == 1:
        return SETTINGS["refusing"]
    return f"{SETTINGS['callbacks']}/callback/bench{index}"


SETTINGS["secrets"] = {
    f"bench{index}": agency(f"bench{index}", callback_url(index))
    for index in range(SETTINGS["agencies"])
}
# Two that are never called: one with many applications, one with few.
SETTINGS["secrets"] |= {code: agency(code, False) for code in ("many", "few")}


def api_key(user) -> str:
    keys = env["res.users.apikeys"].with_user(user)
    return keys._generate("rpc", "bench", fields.Datetime.now() + timedelta(days=1))


SETTINGS["api_key"] = api_key(env.ref("base.user_admin"))
# one whom our global rules keep from borrowers
employee = env["res.users"].create(
    {"name": "Employee", "login": "bench", "group_ids": [(6, 0, [env.ref("base.group_user").id])]}
)
SETTINGS["employee_id"], SETTINGS["employee_key"] = employee.id, api_key(employee)
SETTINGS["partner_id"] = env["res.partner"].create({"name": "Bench", "email": "b@example.com"}).id
FILE.write_text(json.dumps(SETTINGS))
env.cr.commit()
