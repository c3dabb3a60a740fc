"""Log-ins of the staff, and those that were refused."""

from odoo import models
from odoo.exceptions import AccessDenied

from ...rules import masking


class ResUsers(models.Model):
    _inherit = "res.users"

    def _login(self, credential, user_agent_env):
        way = {"what": credential.get("type", "")}
        try:
            auth_info = super()._login(credential, user_agent_env)
        except AccessDenied:
            typed = masking.mask_patterns(str(credential.get("login", ""))[:64])
            self.env["tour_loan.event"]._record(
                "login_refused", apart=True, uid=None, who=None, login=typed, note=way
            )
            raise
        user_sudo = self.env["res.users"].sudo().browse(auth_info["uid"])  # sudo: his name
        if not user_sudo.share:  # borrowers have their own evidence
            self.env["tour_loan.event"]._record(
                "login", uid=user_sudo.id, login=user_sudo.login, who=user_sudo.name, note=way
            )
        return auth_info
