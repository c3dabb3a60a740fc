"""Calls of agencies that changed something, so that a repeat is answered, not redone."""

import hashlib

from odoo import api, fields, models
from odoo.tools import SQL


class Request(models.Model):
    """One ``webhook-id`` of one agency with the answer it got; kept for 24 hours."""

    _name = "tour_loan.request"
    _description = "Call of an agency"
    _order = "id desc"
    _rec_name = "webhook_id"

    agency_id = fields.Many2one(
        "tour_loan.agency", required=True, readonly=True, ondelete="cascade"
    )
    webhook_id = fields.Char(required=True, readonly=True)
    body_hash = fields.Char(required=True, readonly=True)
    method = fields.Char(readonly=True)
    answer = fields.Text(readonly=True)

    _id_uniq = models.UniqueIndex("(agency_id, webhook_id)")
    _age = models.Index("(create_date)")

    @api.model
    def _claim(self, agency, webhook_id: str, body: bytes, method: str):
        """Return (row, is_new): the row of this id, made now if there was none.

        ON CONFLICT against a row in flight fails the serialization, and Odoo runs the
        request again: it then finds the rival's answer.
        """
        body_hash = hashlib.sha256(body).hexdigest()
        self.env.cr.execute(
            SQL(
                "INSERT INTO tour_loan_request "
                "(agency_id, webhook_id, body_hash, method, create_date) "
                "VALUES (%s, %s, %s, %s, now() AT TIME ZONE 'utc') "
                "ON CONFLICT (agency_id, webhook_id) DO NOTHING RETURNING id",
                agency.id,
                webhook_id,
                body_hash,
                method,
            ),
            log_exceptions=False,  # losing to a rival is no error
        )
        if rows := self.env.cr.fetchall():
            return self.browse(rows[0][0]), True
        row = self.search([("agency_id", "=", agency.id), ("webhook_id", "=", webhook_id)])
        return row, False

    def _is_same(self, body: bytes) -> bool:
        return self.body_hash == hashlib.sha256(body).hexdigest()

    @api.autovacuum
    def _gc_requests(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM tour_loan_request "
                "WHERE create_date < now() AT TIME ZONE 'utc' - interval '24 hours'"
            )
        )
