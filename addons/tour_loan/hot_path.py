"""What makes a call of an agency cheap, `application.create` above all.

Why all this is otherwise than in the rest of the house: Odoo's ordinary ways would cost such
a call several times its own work. They write a row by a query for each thing asked, read the
user, his company and a currency for every value, and join all workers in one transaction's
conflicts. An agency's shop waits for the answer with its customer, and floods come from
there. So here, and only here:

- calls (and attempts to log in, by ``ask_aside``) are counted on a connection of this
  process's own, outside the request's transaction (at REPEATABLE READ callers would fail
  each other's serialization, and a refused call would not be counted), by one prepared
  statement in one round trip: a pooled cursor would cost five. It does not wait for the
  disk: a crash may forget a count, and callers of one agency do not queue behind the
  counter's row;
- what only staff change is remembered by each worker (``Remembered``);
- two questions that follow each other are one round trip (``begin_call``, ``claim_order``);
- the row of a call is written once, past the ORM, which knows no ON CONFLICT (``keep_call``);
- values that would be computed from those given are told at once (``told_at_once``), the
  company is (``context``), and two fields look nothing up (``Rubles``, ``FrozenJson``).

What it brings: docs/bench.md. What a call may cost in queries: ``tests/test_performance.py``.
"""

import psycopg2

from odoo import api, fields, models, sql_db
from odoo.tools import SQL, float_repr, float_round

from .away.trouble import is_trouble

# --- how often an agency calls ---

_connections = {}  # by database: this process's own for counting, in autocommit


def count_call(database: str, agency_id: int, minute: int) -> int:
    """Count one call; return how many that makes in this minute.

    Raises ``psycopg2.OperationalError`` if there is no database.
    """
    return ask_aside(database, "EXECUTE count_call (%s, %s)", (agency_id, minute))[0][0]


def ask_aside(database: str, statement: str, values: tuple = ()) -> list[tuple]:
    """Run one statement outside the request's transaction; return its rows.

    What it wrote stays, whatever becomes of the request. Raises
    ``psycopg2.OperationalError`` if there is no database.
    """
    while True:
        kept = _connections.get(database)
        connection = kept or _connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.Error as error:
            if not is_trouble(error):
                raise
            _connections.pop(database, None)
            if not kept:  # a kept connection may have died meanwhile, a new one must work
                raise


def _connect(database: str):
    _name, info = sql_db.connection_info_for(database)
    connection = psycopg2.connect(**info, options="-c synchronous_commit=off")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "PREPARE count_call (integer, integer) AS "
            "INSERT INTO tour_loan_call_count AS known (agency_id, minute, count) "
            "VALUES ($1, $2, 1) ON CONFLICT (agency_id, minute) "
            "DO UPDATE SET count = known.count + 1 RETURNING count"
        )
    _connections[database] = connection
    return connection


# --- who calls, and by which settings ---


def context(env) -> dict:
    """Return the context of a call; else Odoo reads a user, his company and its partner."""
    company = env["ir.model.data"]._xmlid_to_res_id("base.main_company")
    return {"lang": "ru_RU", "tz": "Europe/Moscow", "allowed_company_ids": [company]}


class Remembered(models.AbstractModel):
    """Rows that only staff change; a change makes all workers forget (``ormcache``)."""

    _name = "tour_loan.remembered"
    _description = "What workers remember"

    def _forget(self):
        """Forget now, and again after the commit: until then a thread of this process may
        remember the old anew."""
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    @api.model_create_multi
    def create(self, vals_list):
        self._forget()
        return super().create(vals_list)

    def write(self, vals):
        self._forget()
        return super().write(vals)

    def unlink(self):
        self._forget()
        return super().unlink()


# --- the queries of a call ---


def begin_call(cr, savepoint: str, agency_id: int, webhook_id: str) -> list[int]:
    """Set ``savepoint`` and return the ids of an earlier call with this ``webhook-id``.

    Two equal calls in flight both see none; the later one fails its serialization when it
    writes its row, runs again and finds the rival's.
    """
    cr.execute(
        SQL(
            "SAVEPOINT %s; SELECT id FROM tour_loan_call "
            "WHERE agency_id = %s AND webhook_id = %s AND only_shown IS NOT TRUE",
            SQL.identifier(savepoint),
            agency_id,
            webhook_id,
        )
    )
    return [id_ for (id_,) in cr.fetchall()]


def keep_call(cr, **values):
    """Write the row of a call: against one that a rival wrote meanwhile it fails the
    serialization, and Odoo runs the request again."""
    cr.execute(
        SQL(
            "INSERT INTO tour_loan_call (%s) VALUES %s "
            "ON CONFLICT (agency_id, webhook_id) WHERE only_shown IS NOT TRUE DO NOTHING",
            SQL(", ").join(map(SQL.identifier, values)),
            tuple(values.values()),
        ),
        log_exceptions=False,  # losing to a rival is no error
    )


def claim_order(cr, key: str, agency_id: int, number: str) -> tuple[bool, int | None]:
    """Return (is the number claimed for the first time, id of its latest application).

    As ``tour_loan.lock``'s own claim, and in the same query what is known already.
    """
    cr.execute(
        SQL(
            "WITH claimed AS (INSERT INTO tour_loan_lock (key, touched_at) "
            "VALUES (%s, now() AT TIME ZONE 'utc') ON CONFLICT (key) DO NOTHING RETURNING id) "
            "SELECT EXISTS (SELECT FROM claimed), (SELECT id FROM tour_loan_application "
            "WHERE agency_id = %s AND order_number = %s ORDER BY id DESC LIMIT 1)",
            key,
            agency_id,
            number,
        ),
        log_exceptions=False,  # losing to a rival is no error
    )
    [(fresh, known)] = cr.fetchall()
    return fresh, known


# --- values ---


def told_at_once(order, held_until) -> dict:
    """Return what would be computed from an order's other values: a tenth of a create."""
    return {
        "amount": float(order.price.amount - order.advance.amount.amount),
        "ends_at": held_until,
        "refunded_amount": 0.0,
        "settlement_difference": 0.0,
    }


class FrozenJson(fields.Json):
    """A Json field whose value is read and never changed in place.

    Odoo copies a value deeply at each reading; an order's content read twice took an
    application object longer than everything else in it.
    """

    def convert_to_record(self, value, record):
        return False if value is None else value


class Rubles(fields.Monetary):
    """A Monetary of which is known that it has kopecks.

    Odoo reads the currency for every value it rounds: a tenth of `application.create`.
    """

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        return float_repr(self.convert_to_cache(value, record), 2)

    def convert_to_cache(self, value, record, validate=True):
        return float_round(float(value or 0.0), precision_digits=2)
