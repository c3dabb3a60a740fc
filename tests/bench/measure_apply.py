"""Run in Odoo's shell: what taking over contracts costs, without parsing, with PostgreSQL.

Reads and writes one JSON file, ``TOUR_LOAN_BENCH``: in goes {"agency": code of the agency
whose funded applications get a loan, "count": how many}; out come ``ms`` of a contract,
medians of the rounds: {"orm": one write and flush of a row, "changed", "unchanged",
"stamped", "one by one"}, and ``updates``: the UPDATEs of a pull with nothing but new stamps.
"""
# ruff: noqa: F821 (the shell gives `env`)

import json
import os
import statistics
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from odoo.sql_db import Cursor

from odoo.addons.moyamfo_sync.protocol import dto

FILE = Path(os.environ["TOUR_LOAN_BENCH"])
SETTINGS = json.loads(FILE.read_text())
ROUNDS, ORM_WRITES, PAGE, ONE_BY_ONE = 3, 300, 200, 200
NOW = datetime.now(timezone.utc).replace(microsecond=0)


def loans() -> list[tuple[str, str]]:
    """Make running loans by SQL; return (uuid of the application, number)."""
    env.cr.execute(
        "INSERT INTO tour_loan_loan (uuid, number, application_id, borrower_id, agency_id, "
        "state, amount, principal, interest, penalty, overdue, payoff, next_payment_amount, "
        "surplus, months, rate, psk, figures_of, create_date, write_date) "
        "SELECT gen_random_uuid(), loan_number, id, borrower_id, agency_id, 'active', 120000, "
        "120000, 0, 0, 0, 120000, 0, 0, 12, 30, 29.999, %s, now(), now() "
        "FROM tour_loan_application WHERE agency_id = "
        "(SELECT id FROM tour_loan_agency WHERE code = %s) AND state = 'funded' "
        "ORDER BY id LIMIT %s",
        (datetime(2026, 1, 1), SETTINGS["agency"], SETTINGS["count"]),
    )
    env.cr.execute(
        "SELECT application.uuid, loan.number FROM tour_loan_loan loan JOIN "
        "tour_loan_application application ON application.id = loan.application_id "
        "WHERE loan.state = 'active' ORDER BY loan.id"
    )
    made = env.cr.fetchall()
    env.cr.commit()
    return made


def schedule(shift: int) -> list:
    day = date.today().replace(day=15)
    return [
        dto.Installment(
            due_on=day + timedelta(days=30 * line + shift),
            amount=Decimal("11500.00"),
            principal=Decimal("10000.00"),
            interest=Decimal("1500.00"),
            rest=Decimal("10000.00") * (12 - line),
            paid_amount=Decimal("0.00"),
        )
        for line in range(1, 13)
    ]


def contracts(known, turn: int, stamp: datetime) -> list:
    """The contracts of turn ``turn``: other balances, one schedule in ten a new one."""
    owed = Decimal("120000.00") - turn
    return [
        dto.Contract(
            number=number,
            application_uid=uuid,
            status="active",
            signed_on=date(2026, 1, 10),
            issued_on=date(2026, 1, 11),
            amount=Decimal("120000.00"),
            months=12,
            rate=Decimal("30.000"),
            psk=Decimal("29.999"),
            as_of=stamp,
            principal=owed,
            interest=Decimal("98.63"),
            penalty=Decimal("0.00"),
            overdue=Decimal("0.00"),
            payoff=owed + Decimal("98.63"),
            next_payment_on=date.today() + timedelta(days=10),
            next_payment_amount=Decimal("11500.00"),
            schedule=schedule(turn if index % 10 == turn % 10 else 0),
        )
        for index, (uuid, number) in enumerate(known)
    ]


class Stream(list):
    """A page as ``Exchange.contracts`` yields it."""

    more, unknown_keys, as_of, foreign, cursor = True, (), NOW, (), None


def pull(rows) -> float:
    """Take ``rows`` over as the jobs do, a page a transaction; return ms a contract."""
    pages = [Stream(rows[start : start + PAGE]) for start in range(0, len(rows), PAGE)]
    started = perf_counter()
    for page in pages:
        env["moyamfo.run"].create({"kind": "contracts"})._take_contracts(page)
        env.cr.commit()
    return 1000 * (perf_counter() - started) / len(rows)


def orm(turn: int) -> float:
    """Write and flush rows one by one; return ms a row."""
    rows = env["tour_loan.loan"].search([("state", "=", "active")], limit=ORM_WRITES)
    rows.mapped("payoff")
    started = perf_counter()
    for row in rows:
        row.write({"payoff": 1000 + turn, "principal": 900 + turn, "interest": turn})
        env.flush_all()
    found = 1000 * (perf_counter() - started) / len(rows)
    env.cr.rollback()
    env.invalidate_all()
    return found


def updates(rows) -> int:
    """Return how many UPDATEs of other tables than the pull's own ``rows`` cost."""
    found, execute = [], Cursor.execute

    def watching(cursor, query, *args, **options):
        text = str(getattr(query, "code", query))
        if text.lstrip().startswith("UPDATE") and "moyamfo_run" not in text:
            found.append(text)
        return execute(cursor, query, *args, **options)

    Cursor.execute = watching
    try:
        pull(rows)
    finally:
        Cursor.execute = execute
    return len(found)


def one_by_one(rows) -> float:
    """Take some over as each was before: by the ORM, in a savepoint of its own."""
    runs = type(env["moyamfo.run"])
    by_set = runs._take_by_set
    runs._take_by_set = lambda run, them, taken: [(c, u) for c, _row, u in them.values()]
    try:
        return pull(rows[:ONE_BY_ONE])
    finally:
        runs._take_by_set = by_set


known = loans()
pull(contracts(known, 0, NOW - timedelta(hours=2)))  # every schedule is new
times = {name: [] for name in ("orm", "changed", "unchanged", "stamped")}
for turn in range(1, ROUNDS + 1):
    stamp = NOW - timedelta(hours=2) + timedelta(minutes=10 * turn)
    times["orm"].append(orm(turn))
    rows = contracts(known, turn, stamp)
    times["changed"].append(pull(rows))
    times["unchanged"].append(pull(contracts(known, turn, stamp)))
    times["stamped"].append(pull(contracts(known, turn, stamp + timedelta(minutes=5))))
found = {name: statistics.median(values) for name, values in times.items()}
count = updates(contracts(known, ROUNDS, NOW - timedelta(hours=1)))
found["one by one"] = one_by_one(contracts(known, ROUNDS + 1, NOW - timedelta(minutes=30)))
FILE.write_text(json.dumps({"ms": found, "updates": count, "loans": len(known)}))
