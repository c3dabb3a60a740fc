"""What needs a person, whatever it is: one list, one counter, where staff begin the day."""

from odoo import api, fields, models
from odoo.tools import SQL

# Each table has its place at the end of the row's id, so that ids are one's own.
PLACES = 64
_NOTHING = SQL(
    "SELECT 0::bigint AS id, ''::varchar AS kind, NULL::timestamp AS since, ''::text AS what, "
    "NULL::integer AS application_id, 0 AS res_id WHERE false"
)


class Attention(models.Model):
    """A row of another table that waits for somebody of the staff; nothing is kept here.

    A model takes part by a method ``_needs_person``: it returns a list of ``SELECT``s of
    ``id``, ``since`` (timestamp), ``what`` (text) and ``application_id`` (or NULL) of its
    rows that wait. It is found by its name, so that an addon which knows nothing of loans
    can have one as well.
    """

    _name = "tour_loan.attention"
    _description = "Needs a person"
    _auto = False
    _order = "since, id"
    _rec_name = "what"

    kind = fields.Selection("_kinds", "Where", readonly=True)
    since = fields.Datetime(readonly=True)
    what = fields.Char("What is wrong", readonly=True)
    application_id = fields.Many2one("tour_loan.application", readonly=True)
    agency_id = fields.Many2one("tour_loan.agency", readonly=True)
    borrower_id = fields.Many2one("tour_loan.borrower", readonly=True)
    loan_id = fields.Many2one("tour_loan.loan", readonly=True)
    res_id = fields.Integer(readonly=True)

    @api.model
    def _kinds(self) -> list:
        """Return (model, its name in words) of all that take part."""
        # sudo: names of models; whether their rows may be read is asked where they are
        models_sudo = self.env["ir.model"].sudo()
        return [(name, models_sudo._get(name).name) for name in self._taking_part()]

    @api.model
    def _taking_part(self) -> list:
        return sorted(
            name
            for name, model in self.env.registry.items()
            if hasattr(model, "_needs_person") and not model._abstract
        )

    @property
    def _table_query(self):
        self.env.flush_all()  # the rows are other models', whose writes may be pending
        rows = [
            SQL(
                # of one record there may be several things to say
                "SELECT source.id::bigint * %s + %s AS id, %s::varchar AS kind, "
                "min(source.since)::timestamp AS since, string_agg(source.what, '; ') AS what, "
                "max(source.application_id)::integer AS application_id, source.id AS res_id "
                "FROM (%s) AS source GROUP BY source.id",
                PLACES,
                place,
                name,
                SQL(" UNION ALL ").join(self.env[name]._needs_person()),
            )
            for place, name in enumerate(self._taking_part())
            if self.env[name].has_access("read")  # what one may not open, one is not sent to
            and self.env[name]._needs_person()
        ]
        return SQL(
            "SELECT waiting.id, waiting.kind, waiting.since, waiting.what, waiting.res_id, "
            "application.id AS application_id, application.agency_id, "
            "COALESCE(application.borrower_id, paid.borrower_id) AS borrower_id, "
            "COALESCE(loan.id, paid.id) AS loan_id FROM (%s) AS waiting "
            # of a payment nobody but us knows the loan
            "LEFT JOIN payment_transaction payment "
            "ON waiting.kind = 'payment.transaction' AND payment.id = waiting.res_id "
            "LEFT JOIN payment_transaction source ON source.id = payment.source_transaction_id "
            "LEFT JOIN tour_loan_repayment repayment "
            "ON waiting.kind = 'tour_loan.repayment' AND repayment.id = waiting.res_id "
            "LEFT JOIN tour_loan_loan paid "
            "ON paid.id = COALESCE(payment.tour_loan_id, source.tour_loan_id, repayment.loan_id, "
            "CASE WHEN waiting.kind = 'tour_loan.loan' THEN waiting.res_id END) "
            "LEFT JOIN tour_loan_application application "
            "ON application.id = COALESCE(waiting.application_id, paid.application_id) "
            "LEFT JOIN tour_loan_loan loan ON loan.application_id = application.id",
            SQL(" UNION ALL ").join(rows or [_NOTHING]),
        )

    def action_open(self):
        """Open what needs a person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.kind,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_send_again(self):
        """Send again those that are messages; the others wait for something else."""
        for kind, rows in self.grouped("kind").items():
            records = self.env[kind].browse(rows.mapped("res_id"))
            if hasattr(records, "action_send_again"):
                records.action_send_again()
        return True


class Message(models.AbstractModel):
    _inherit = "tour_loan.message"

    @api.model
    def _needs_person(self) -> list:
        """A message that goes no further by itself, since it was tried last."""
        return [
            SQL(
                "SELECT id, COALESCE(last_attempt_at, create_date) AS since, "
                "COALESCE(last_error, '') AS what, application_id FROM %s WHERE state = 'stuck'",
                SQL.identifier(self._table),
            )
        ]


class Application(models.Model):
    _inherit = "tour_loan.application"

    @api.model
    def _needs_person(self) -> list:
        """Applications about which only staff can go on."""
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, state_changed_at AS since, attention AS what, id AS application_id "
                "FROM tour_loan_application WHERE attention <> ''"
            ),
        ]


class Loan(models.Model):
    _inherit = "tour_loan.loan"

    @api.model
    def _needs_person(self) -> list:
        """The lender's books say what we do not understand, or what was not signed."""
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, COALESCE(figures_of, create_date) AS since, "
                "concat_ws('; ', unknown_status, unlike_signed) AS what, application_id "
                "FROM tour_loan_loan WHERE state NOT IN ('closed', 'annulled') "
                "AND (unknown_status <> '' OR unlike_signed <> '')"
            ),
        ]


class Repayment(models.Model):
    _inherit = "tour_loan.repayment"

    @api.model
    def _needs_person(self) -> list:
        """Money a person has to settle, or that the books refused."""
        refused = self.env._("Refused by the accounting system")
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT repayment.id, repayment.paid_at AS since, "
                "COALESCE(NULLIF(repayment.attention, ''), %s) AS what, loan.application_id "
                "FROM tour_loan_repayment repayment "
                "JOIN tour_loan_loan loan ON loan.id = repayment.loan_id "
                "WHERE repayment.attention <> '' OR repayment.state = 'refused'",
                refused,
            ),
        ]


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Staff begin with what waits for them, unless somebody chose another page."""
        info = super().session_info()
        if not info.get("home_action_id") and self.env.user.has_group(
            "tour_loan.tour_loan_group_operator"
        ):
            info["home_action_id"] = self.env.ref("tour_loan.attention_action").id
        return info
