"""Stop: nothing is signed while somebody suspects that another acts in the borrower's name."""

from odoo import api, fields, models
from odoo.tools import SQL

# After the signature nothing is held back here: staff see it, and the lender pays or not.
UNPAID = ("submitted", "needs_data", "approved", "signed", "ready", "committed")


class Application(models.Model):
    _inherit = "tour_loan.application"

    stopped_at = fields.Datetime("Signing stopped at", readonly=True, copy=False)
    stopped_why = fields.Char(
        "Why signing is stopped",
        readonly=True,
        copy=False,
        help="What the accounting system said, for staff alone: the borrower may be a stranger.",
    )

    def _stop(self, why: str, actor: str):
        """Stop signing at once; a code that was sent already confirms nothing any more.

        :param str actor: accounting or staff
        """
        for application in self.filtered(lambda one: not one.stopped_at):
            application.write({"stopped_at": fields.Datetime.now(), "stopped_why": why})
            if actor == "staff":
                application._trace("stopped", why)
            else:
                application._record("stopped", actor, why)

    def _accounting_update(self, update):
        """The lender's word "stop" comes beside whatever else is told."""
        rest = {name: value for name, value in update.items() if name != "stop"}
        stops = bool(update.get("stop")) and not self.stopped_at
        if stops:
            self._stop(update["stop"], "accounting")
        return super()._accounting_update(rest) or stops

    def _sign_blocker(self):
        if self.state == "approved" and self.stopped_at:
            return "stopped"
        return super()._sign_blocker()

    def action_stop_signing(self):
        """Staff: nobody signs this until they have looked."""
        self.check_access("write")
        why = self.with_context(lang="ru_RU").env._("stopped by staff")
        for application_sudo in self.sudo():  # staff press the button, they write no field
            application_sudo._stop(why, "staff")

    def action_let_sign(self):
        """Staff: it is the borrower himself; he may sign."""
        self.check_access("write")
        for application_sudo in self.sudo().filtered("stopped_at"):  # as above
            application_sudo.write({"stopped_at": False, "stopped_why": False})
            application_sudo._trace("let_sign")

    @api.model
    def _needs_person(self) -> list:
        """Applications whose signing is stopped (see ``tour_loan.attention``)."""
        words = self.with_context(lang="ru_RU").env._("Signing is stopped")
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, stopped_at AS since, concat_ws(': ', %s, stopped_why) AS what, "
                "id AS application_id FROM tour_loan_application "
                "WHERE stopped_at IS NOT NULL AND state IN %s",
                words,
                UNPAID,
            ),
        ]
