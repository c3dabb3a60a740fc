"""Run in Odoo's shell: what the events of reading and the masks add to a page of the staff.

A list of 80 people, a form of one, with what watches them and without, in turns, through
the whole of Odoo in this process. Reads ``TOUR_LOAN_BENCH`` (``agency``: a code) and writes
it: {page: [ms with, ms without]}, each the median of the turns' quickest quarters.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
import statistics
import sys
from pathlib import Path
from time import perf_counter_ns

from werkzeug.test import Client

from odoo import fields
from odoo.http import root

sys.path.append(os.getcwd())  # the checkout, where the shell was started
from tests.bench.sessions import session_of  # noqa: E402

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
SETTINGS = json.loads(FILE.read_text())
PEOPLE, TURNS, TIMES, WARM = 80, 20, 8, 3
APPLICATION = "tour_loan.application"


def people():
    """Make applications of as many people; return them."""
    agency = env["tour_loan.agency"].search([("code", "=", SETTINGS["agency"])])
    borrowers = env["tour_loan.borrower"]
    made = env[APPLICATION]
    for number in range(PEOPLE):
        borrower = borrowers._of_phone(f"+7999{number:07}", create=True)
        borrower.write({"last_name": "Иванов", "first_name": "Иван"})
        made |= made.create(
            {
                "agency_id": agency.id,
                "product_id": agency._products()[:1].id,
                "borrower_id": borrower.id,
                "order_number": f"events-{number}",
                "price": 120000,
                "advance": 20000,
                "months": 6,
                "held_until": fields.Datetime.add(fields.Datetime.now(), days=3),
                "phone": borrower.phone,
                "last_name": "Иванов",
                "passport_number": "123456",
                "income": 90000,
            }
        )
    env.cr.commit()
    return made


def specification(kind: str) -> dict:
    """Return what the web client asks for: the fields of the view."""
    user = env.ref("base.user_admin")
    views = env[APPLICATION].with_user(user).get_views([(False, kind)])
    names = views["models"][APPLICATION]["fields"]
    described = env[APPLICATION]._fields
    links = {"display_name": {}}
    return {name: {"fields": links} if described[name].type == "many2one" else {} for name in names}


def pages(made) -> dict:
    client = Client(root, use_cookies=False)
    cookie = {"Cookie": f"session_id={session_of(env, env.ref('base.user_admin'))}"}

    def ask(method, *args, **kwargs):
        params = {"model": APPLICATION, "method": method, "args": args, "kwargs": kwargs}
        response = client.post(
            f"/web/dataset/call_kw/{APPLICATION}/{method}",
            headers=cookie,
            base_url="http://127.0.0.1/",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
        )
        assert "result" in response.json, response.text[:500]

    listed, whole = specification("list"), specification("form")
    domain, first = [["id", "in", made.ids]], made[:1].ids
    return {
        "list of 80": lambda: ask(
            "web_search_read", domain=domain, specification=listed, limit=PEOPLE
        ),
        "form": lambda: ask("web_read", first, specification=whole),
    }


def measured(asked: dict) -> dict:
    """Return the times with and without, in turns A B B A."""
    model = env.registry["base"]
    watched = model._tour_loan_is_watched
    found = {name: ([], []) for name in asked}
    for turn in range(2 * TURNS):
        without = (turn + 1) // 2 % 2
        for one in env.registry.values():
            if without:
                one._tour_loan_is_watched = lambda self: False
                one._tour_loan_shows = lambda self: True
            else:
                for name in ("_tour_loan_is_watched", "_tour_loan_shows"):
                    if name in one.__dict__:
                        delattr(one, name)
        for name, ask in asked.items():
            for _time in range(WARM):
                ask()
            times = []
            for _time in range(TIMES):
                started = perf_counter_ns()
                ask()
                times.append(perf_counter_ns() - started)
            found[name][without].append(statistics.quantiles(times, n=4)[0] / 1e6)
    assert model._tour_loan_is_watched is watched
    return {name: [statistics.median(times) for times in both] for name, both in found.items()}


FILE.write_text(json.dumps(measured(pages(people()))))
