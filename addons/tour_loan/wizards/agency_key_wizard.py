"""Staff: a new signing key, shown once; the old one goes on working for a while."""

from odoo import fields, models

from ..rpc import webhook


class AgencyKeyWizard(models.TransientModel):
    _name = "tour_loan.agency.key.wizard"
    _description = "New signing key of an agency"

    agency_id = fields.Many2one("tour_loan.agency", required=True)
    direction = fields.Selection(
        [("inbound", "Agency to us"), ("outbound", "Us to the agency")],
        required=True,
        default="inbound",
    )
    overlap_hours = fields.Integer(
        "The old key works for, hours",
        default=72,
        required=True,
        help="0 ends it at once: for a key that has leaked.",
    )
    waits = fields.Boolean(readonly=True)
    secret = fields.Char(readonly=True, help="Copy it now: it is not shown again.")

    def action_make(self):
        """Make the key; older ones of this direction end after the overlap."""
        self.ensure_one()
        self.secret = webhook.new_secret()
        key = {
            "direction": self.direction,
            "secret": self.secret,
            "overlap_hours": self.overlap_hours,
        }
        proposals = self.env["tour_loan.proposal"]
        self.waits = proposals._asks()
        if self.waits:
            directions = dict(self._fields["direction"]._description_selection(self.env))
            self.agency_id.check_access("write")
            proposals._propose(self.agency_id, "_take_over", key, directions[self.direction])
        else:
            # sudo: nobody reads keys; the manager's right to this wizard is the check
            agency_sudo = self.agency_id.sudo()
            agency_sudo.key_ids._take_over(agency_sudo, **key)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_forget(self):
        """Close the window; the secret leaves the database with it."""
        self.unlink()
        return {"type": "ir.actions.act_window_close"}
