"""One row per business key, so that two requests about one thing take turns."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .ending import Period


class Lock(models.Model):
    """A key somebody once claimed.

    Odoo runs at REPEATABLE READ and re-runs a request on a serialization failure.
    A plain duplicate INSERT is not such a failure (it ends as a 422), but INSERT …
    ON CONFLICT against a row in flight is: the loser is run again in a fresh view and
    finds what the winner did.
    """

    _name = "tour_loan.lock"
    _inherit = ["tour_loan.ending"]
    _description = "Lock of a business key"
    _log_access = False
    # a lock only orders transactions in flight; the records tell all later ones
    _period = Period(None, 7)

    key = fields.Char(required=True)
    touched_at = fields.Datetime(required=True, index=True)

    _key_uniq = models.UniqueIndex("(key)")

    @api.model
    def _take(self, key: str):
        """Serialise on ``key``: of two transactions in flight one is run again."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO tour_loan_lock (key, touched_at) "
                "VALUES (%s, now() AT TIME ZONE 'utc') "
                "ON CONFLICT (key) DO UPDATE SET touched_at = excluded.touched_at",
                key,
            ),
            log_exceptions=False,
        )

    @api.model
    def _take_rows(self, records):
        """Lock ``records`` before anything that hangs on them is written.

        A rival is waited for; who waited behind a change is run again. The one order of
        all locks stands in docs/architecture.md.
        """
        if records:
            self.env.cr.execute(
                SQL(
                    "SELECT FROM %s WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                    SQL.identifier(records._table),
                    tuple(records.ids),
                ),
                log_exceptions=False,  # losing to a rival is no error
            )

    @api.model
    def _take_place(self, key: str, places: int) -> bool:
        """Take one of ``places`` at ``key`` until the transaction ends; False: all taken.

        For questions asked while somebody waits at a page: who hangs with one counterparty
        holds so many workers and no more. PostgreSQL frees the places of those who die.
        """
        for number in range(places):
            self.env.cr.execute(
                SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", key, number)
            )
            if self.env.cr.fetchone()[0]:
                return True
        return False

    @api.model
    def _ended(self, before):
        return Domain("touched_at", "<", before)
