"""Run in Odoo's shell: what our addon adds to requests that are Odoo's own, in microseconds.

Requests go through the whole of Odoo in this process, without network and other workers,
so that a hundredth of one can be seen. Reads and writes one JSON file,
``TOUR_LOAN_BENCH``: in goes {"employee_key": an employee's API key, "employee_id",
"partner_id", "agencies": [code, secret]}; out come
``doors``: {request: [µs spent on who may come in, µs of the whole request]} and
``rule``: {what: [µs with our global rule, µs without]}, medians.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
import statistics
import sys
from pathlib import Path
from time import perf_counter_ns

from werkzeug.test import Client

from odoo.http import root
from odoo.tools import config

sys.path.append(os.getcwd())  # the checkout, where the shell was started
from tests.bench.sessions import session_of  # noqa: E402

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
SETTINGS = json.loads(FILE.read_text())
TIMES, ROUNDS, WARM = 400, 20, 4
FIELDS = ["name", "email", "phone", "street", "city", "zip", "country_id"]
DOORS = ("_tour_loan_lets_in",)
READ = {"ids": [SETTINGS["partner_id"]], "fields": FIELDS}
CALL = {"model": "res.partner", "method": "read", "args": [READ["ids"], FIELDS], "kwargs": {}}
spent = [0]


def counted(method):
    """Add the time of a class method to ``spent``."""

    def timed(cls, *args):
        started = perf_counter_ns()
        try:
            return method(cls, *args)
        finally:
            spent[0] += perf_counter_ns() - started

    return classmethod(timed)


def requests() -> dict:
    """Return {name: function that makes one request}."""
    client = Client(root, use_cookies=False)
    employee = env["res.users"].browse(SETTINGS["employee_id"])
    cookie = {"Cookie": f"session_id={session_of(env, employee)}"}
    bearer = {"Authorization": f"bearer {SETTINGS['employee_key']}"}
    call = {"jsonrpc": "2.0", "method": "call", "params": CALL}

    def ask(path, headers=(), **body):
        response = client.open(path, headers=headers, base_url="http://127.0.0.1/", **body)
        assert response.status_code == 200, (path, response.status, response.text[:300])
        return response

    return {
        "a visitor: the login page": lambda: ask("/tour_loan/login"),
        "staff: call_kw res.partner/read": lambda: ask(
            "/web/dataset/call_kw/res.partner/read", cookie, method="POST", json=call
        ),
        "JSON-2: res.partner/read": lambda: ask(
            "/json/2/res.partner/read", bearer, method="POST", json=READ
        ),
    }


def micros(nanoseconds: list[int]) -> float:
    return statistics.median(nanoseconds) / 1000


def doors(asked: dict) -> dict:
    """Return what the doors take of each request."""
    routing = env.registry["ir.http"]
    for name in DOORS:
        setattr(routing, name, counted(getattr(routing, name).__func__))
    found = {}
    for name, ask in asked.items():
        at_doors, whole = [], []
        for _time in range(TIMES):
            spent[0], started = 0, perf_counter_ns()
            ask()
            whole.append(perf_counter_ns() - started)
            at_doors.append(spent[0])
        found[name] = [micros(at_doors), micros(whole)]
    for name in DOORS:
        delattr(routing, name)
    return found


def rule(asked: dict) -> dict:
    """Return the times with and without the global rule on partners, in turns.

    Each the median of the turns' quickest quarter: what else this machine does only adds.
    """
    partner = env["res.partner"].with_user(SETTINGS["employee_id"]).browse(READ["ids"])
    borrowers = env.ref("tour_loan.res_partner_rule_borrower")

    def read():
        env.invalidate_all()
        partner.read(FIELDS)

    kinds = {
        "the ORM's read alone": read,
        "the whole JSON-2 call": asked["JSON-2: res.partner/read"],
    }
    found = {name: ([], []) for name in kinds}
    for turn in range(2 * ROUNDS):
        without = (turn + 1) // 2 % 2  # A B B A: neither is always the first
        borrowers.active = not without
        env.cr.commit()
        for name, ask in kinds.items():
            for _time in range(WARM):  # the change has emptied the caches
                ask()
            times = []
            for _time in range(TIMES // ROUNDS):
                started = perf_counter_ns()
                ask()
                times.append(perf_counter_ns() - started)
            found[name][without].append(statistics.quantiles(times, n=4)[0])
    borrowers.active = True
    env.cr.commit()
    return {name: [micros(times) for times in both] for name, both in found.items()}


assert config["db_name"] == [env.cr.dbname], config["db_name"]
asked = requests()
for ask in asked.values():
    ask()
FILE.write_text(json.dumps({"doors": doors(asked), "rule": rule(asked)}))
