"""Who may resume an exchange that was paused because somebody refuses our login."""

from odoo import models
from odoo.exceptions import AccessError

ENTITLED = ("tour_loan.tour_loan_group_integrator", "tour_loan.tour_loan_group_manager")


class Pause(models.Model):
    _inherit = "tour_loan.pause"

    def action_resume(self):
        """Staff: the reason is gone; everything that waits goes, and what was missed is asked."""
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in ENTITLED):
            raise AccessError(self.env._("Only integrators and managers resume an exchange."))
        # sudo: staff end a pause, they never change one
        open_sudo = self.sudo().filtered(lambda pause: not pause.over_at)
        self.env["tour_loan.lock"]._take_rows(open_sudo)
        open_sudo._end(self.env.user.display_name)
        return True
