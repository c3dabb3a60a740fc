"""Masked data are shown to who says why: once an application, user and Moscow day."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..outbox.ending import Period

REASONS = [
    ("work", "Work on the application"),
    ("asked", "The borrower asked"),
    ("lender", "The lender asked: identification"),
    ("dispute", "Complaint or dispute"),
    ("law", "Demand by law: court, police, Bank of Russia"),
    ("error", "An error in the data"),
]
MAY_SEE = "tour_loan.tour_loan_group_operator"


class Shown(models.Model):
    """Whom what was shown on which day; the event tells it for good."""

    _name = "tour_loan.shown"
    _inherit = ["tour_loan.ending"]
    _description = "Masked data shown"
    _log_access = False
    _period = Period(None, 7)

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    application_id = fields.Many2one(
        "tour_loan.application", required=True, index=True, ondelete="cascade"
    )
    day = fields.Date(required=True, index=True, help="Of Moscow.")
    reason = fields.Selection(REASONS, required=True)

    _once_uniq = models.UniqueIndex("(user_id, day, application_id)")

    @api.model
    def _ended(self, before):
        return fields.Domain("day", "<", before.date())

    @api.model
    def _today(self):
        return fields.Date.context_today(self.with_context(tz="Europe/Moscow"))

    @api.model
    def _of_user(self) -> dict:
        """Return {(model, id): reason} of what is shown today to who asks."""
        kept = self.env.cr.cache.setdefault("tour_loan_shown", {})
        key = (self.env.uid, self._today())
        if key not in kept:
            rows = self.env.execute_query(
                SQL(
                    "SELECT shown.application_id, application.borrower_id, shown.reason "
                    "FROM tour_loan_shown AS shown "
                    "JOIN tour_loan_application AS application "
                    "ON application.id = shown.application_id "
                    "WHERE shown.user_id = %s AND shown.day = %s",
                    *key,
                )
            )
            kept[key] = {("tour_loan.application", one): why for one, _who, why in rows}
            kept[key] |= {("tour_loan.borrower", who): why for _one, who, why in rows if who}
        return kept[key]

    @api.model
    def _show(self, application, reason):
        """Write down that it is shown; return whether it was not yet."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO tour_loan_shown (user_id, application_id, day, reason) "
                "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                self.env.uid,
                application.id,
                self._today(),
                reason,
            )
        )
        self.env.cr.cache.pop("tour_loan_shown", None)
        return bool(self.env.cr.rowcount)


class Base(models.AbstractModel):
    _inherit = "base"

    def _tour_loan_shows(self) -> bool:
        """Return whether masked fields of this record are shown to who asks, today."""
        if self.env.su:
            return True
        shown = self.env["tour_loan.shown"]._of_user()
        for record, borrower, application in self._tour_loan_persons():
            if ("tour_loan.application", application) in shown:
                return True
            if record._name == "tour_loan.borrower" and (record._name, borrower) in shown:
                return True
            return not (borrower or application)
        return True  # of nobody: a text for everybody


class Application(models.Model):
    _inherit = "tour_loan.application"

    is_shown = fields.Boolean(compute="_compute_is_shown", compute_sudo=False)

    @api.depends_context("uid")
    def _compute_is_shown(self):
        shown = self.env["tour_loan.shown"]._of_user()
        for application in self:
            application.is_shown = ("tour_loan.application", application._origin.id) in shown

    def action_show(self, reason):
        """Staff: see the masked data of this application until the end of the day."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(MAY_SEE):
            raise AccessError(self.env._("Your role does not see masked data."))
        if reason not in dict(REASONS):
            raise UserError(self.env._("Say why: a reason of the list."))
        if self.env["tour_loan.shown"]._show(self, reason):
            self.env["tour_loan.event"]._record(
                "shown",
                self,
                reason=reason,
                borrower=self.sudo().borrower_id.id,  # sudo: whose it is
                application=self.id,
            )
        self.invalidate_recordset(["is_shown"])
        return {"type": "ir.actions.client", "tag": "soft_reload"}
