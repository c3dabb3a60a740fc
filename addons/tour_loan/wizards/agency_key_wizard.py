"""Staff: a new signing key, shown once; the old one goes on working for a while."""

from datetime import timedelta

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
    secret = fields.Char(readonly=True, help="Copy it now: it is not shown again.")

    def action_make(self):
        """Make the key; older ones of this direction end after the overlap."""
        self.ensure_one()
        # sudo: nobody reads keys; the manager's right to this wizard is the check
        agency_sudo = self.agency_id.sudo()
        ends_at = fields.Datetime.now() + timedelta(hours=max(0, self.overlap_hours))
        agency_sudo.key_ids.filtered(
            lambda key: (
                key.direction == self.direction
                and not (key.valid_until and key.valid_until <= ends_at)
            )
        ).valid_until = ends_at
        self.secret = webhook.new_secret()
        agency_sudo.env["tour_loan.agency.key"].create(
            {
                "agency_id": agency_sudo.id,
                "direction": self.direction,
                "secret": self.secret,
            }
        )
        agency_sudo.message_post(body=self.env._("New key made by %s.", self.env.user.name))
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
