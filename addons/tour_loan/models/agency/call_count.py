"""How often an agency calls: one counter a minute, right over all workers."""

import time
from datetime import UTC

import psycopg2

from odoo import api, fields, models, sql_db
from odoo.fields import Domain

from ...away.trouble import is_trouble
from ..outbox.ending import Period

_connections = {}  # by database: this process's own for counting, in autocommit


class CallCount(models.Model):
    """Calls of one agency in one minute.

    Counted outside the request's transaction: there (REPEATABLE READ) callers would fail
    each other's serialization, and a refused call would not be counted. One round trip on
    a connection kept for it: a pooled cursor would cost five. It does not wait for the
    disk: a crash may forget a count, and callers of one agency do not queue behind the
    counter's row.
    """

    _name = "tour_loan.call.count"
    _inherit = ["tour_loan.ending"]
    _description = "Calls of an agency in a minute"
    _log_access = False
    _period = Period(None, 1)

    agency_id = fields.Integer(required=True)
    minute = fields.Integer(required=True, help="Minutes since 1970.")
    count = fields.Integer(required=True)

    _minute_uniq = models.UniqueIndex("(agency_id, minute)")

    @api.model
    def _seconds_over(self, agency) -> int:
        """Count a call of ``agency``; return 0, or the seconds it has to wait."""
        limit = agency._settings().requests_per_minute
        if not limit:
            return 0
        minute, second = divmod(int(time.time()), 60)
        count = _count(self.env.cr.dbname, agency.id, minute)
        return 60 - second if count > limit else 0

    @api.model
    def _ended(self, before):
        return Domain("minute", "<", int(before.replace(tzinfo=UTC).timestamp()) // 60)


def _count(database: str, agency_id: int, minute: int) -> int:
    """Count one call; return how many that makes in this minute.

    Raises ``psycopg2.OperationalError`` if there is no database.
    """
    while True:
        kept = _connections.get(database)
        connection = kept or _connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute("EXECUTE count_call (%s, %s)", (agency_id, minute))
                return cursor.fetchone()[0]
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
