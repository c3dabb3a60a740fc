"""What happened to an application, and what was refused."""

from odoo import fields, models


class History(models.Model):
    """One move of an application, made or refused; never changed afterwards."""

    _name = "tour_loan.history"
    _description = "History of an application"
    _order = "id"
    _rec_name = "move"
    _log_access = False  # `actor` and `note` tell who; two foreign keys less to check

    create_date = fields.Datetime(
        "Time", required=True, readonly=True, default=lambda self: self.env.cr.now()
    )

    application_id = fields.Many2one(
        "tour_loan.application",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    move = fields.Char(required=True, readonly=True)
    actor = fields.Selection(
        [
            ("agency", "Agency"),
            ("borrower", "Borrower"),
            ("accounting", "Accounting system"),
            ("staff", "Staff"),
            ("clock", "Clock"),
        ],
        required=True,
        readonly=True,
    )
    source = fields.Char("From", readonly=True)
    target = fields.Char("To", readonly=True)
    made = fields.Boolean(readonly=True, help="Off: it came too late or twice and changed nothing.")
    note = fields.Char(readonly=True)
    sequence = fields.Integer(readonly=True)
