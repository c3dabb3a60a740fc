"""How often an agency calls: one counter a minute, right over all workers."""

import time

from odoo import api, fields, models, sql_db
from odoo.tools import SQL


class CallCount(models.Model):
    """Calls of one agency in one minute.

    Counted in a transaction of its own at READ COMMITTED: in the request's transaction
    (REPEATABLE READ) callers would fail each other's serialization, and a refused call
    would not be counted. Its commit does not wait for the disk: a crash may forget a
    count, and callers of one agency do not queue behind the counter's row.
    """

    _name = "tour_loan.call.count"
    _description = "Calls of an agency in a minute"
    _log_access = False

    agency_id = fields.Integer(required=True)
    minute = fields.Integer(required=True, help="Minutes since 1970.")
    count = fields.Integer(required=True)

    _minute_uniq = models.UniqueIndex("(agency_id, minute)")

    @api.model
    def _seconds_over(self, agency) -> int:
        """Count a call of ``agency``; return 0, or the seconds it has to wait."""
        if not agency.requests_per_minute:
            return 0
        minute, second = divmod(int(time.time()), 60)
        with sql_db.db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute(
                SQL(
                    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
                    "SET LOCAL synchronous_commit TO off; "
                    "INSERT INTO tour_loan_call_count AS known (agency_id, minute, count) "
                    "VALUES (%s, %s, 1) ON CONFLICT (agency_id, minute) "
                    "DO UPDATE SET count = known.count + 1 RETURNING count",
                    agency.id,
                    minute,
                )
            )
            [count] = cr.fetchone()
        return 60 - second if count > agency.requests_per_minute else 0

    @api.autovacuum
    def _gc_call_counts(self):
        old = int(time.time()) // 60 - 60
        self.env.cr.execute(SQL("DELETE FROM tour_loan_call_count WHERE minute < %s", old))
