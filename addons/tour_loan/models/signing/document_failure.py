"""Documents that cannot be laid out: how often it was tried, and who has to look."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Pages that wait order it again after 1, 2, 4 … 60 minutes; staff at once.
LONGEST_PAUSE = 60


class DocumentFailure(models.Model):
    """A stage of documents that failed, of an application or of a whole agency.

    There is a row only while it fails: what is laid out after all takes it away.
    """

    _name = "tour_loan.document.failure"
    _description = "Documents that cannot be made"
    _order = "id desc"
    _rec_name = "stage"

    stage = fields.Selection("_stages", required=True, readonly=True)
    agency_id = fields.Many2one(
        "tour_loan.agency", required=True, readonly=True, ondelete="cascade"
    )
    application_id = fields.Many2one(
        "tour_loan.application", readonly=True, index=True, ondelete="cascade"
    )
    attempts = fields.Integer(required=True, readonly=True, default=1)
    failed_at = fields.Datetime("Failed last", required=True, readonly=True)
    error = fields.Text(required=True, readonly=True)

    _one = models.UniqueIndex("(agency_id, stage, COALESCE(application_id, 0))")

    @api.model
    def _stages(self):
        return self.env["tour_loan.document.template"]._fields["stage"].selection

    @api.model
    def _of(self, stage, agency, application=None):
        """Return the failure that stands in the way of these documents, or none."""
        whose = application.id if application else False
        return self.search(
            [
                ("stage", "=", stage),
                ("agency_id", "=", agency.id),
                ("application_id", "=", whose),
            ]
        )

    def _bars(self) -> bool:
        """Return whether it failed so lately that a page does not order it again."""
        pause = timedelta(minutes=min(2 ** (self.attempts - 1), LONGEST_PAUSE))
        return bool(self) and fields.Datetime.now() < self.failed_at + pause

    @api.model
    def _note(self, stage, agency, application, error):
        told = {
            "error": f"{type(error).__name__}: {error}"[:2000],
            "failed_at": fields.Datetime.now(),
        }
        if failure := self._of(stage, agency, application):
            failure.write({**told, "attempts": failure.attempts + 1})
        else:
            whose = application.id if application else False
            self.create({**told, "stage": stage, "agency_id": agency.id, "application_id": whose})

    def action_send_again(self):
        """Staff: what was wrong is mended, have them made now."""
        self.check_access("read")
        for failure in self:
            # sudo: staff have no right on documents but to read them; the job makes them
            documents_sudo = self.env["tour_loan.document"].sudo()
            documents_sudo._order_stage(
                failure.stage, failure.agency_id, failure.application_id or None
            )
        return True

    @api.model
    def _needs_person(self) -> list:
        return [
            SQL(
                "SELECT id, create_date AS since, error AS what, application_id "
                "FROM tour_loan_document_failure"
            )
        ]
