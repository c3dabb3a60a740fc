"""Import of the reference book of passport divisions."""

import base64

from odoo import fields, models


class PassportDivisionImport(models.TransientModel):
    """Staff: import the reference book of divisions from a file."""

    _name = "tour_loan.passport.division.import"
    _description = "Import of passport divisions"

    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        counts = self.env["tour_loan.passport.division"]._import_csv(base64.b64decode(self.file))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(rows)s divisions, %(added)s of them new.", **counts),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
