"""The lender's people work by Moscow time."""

from odoo import api, models

TIME_ZONE = "Europe/Moscow"


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        for user, vals in zip(users, vals_list, strict=True):
            if not user.share and not vals.get("tz"):
                user.tz = TIME_ZONE
        return users

    @api.model
    def _tour_loan_set_moscow_time(self):
        """Give employees who chose no time zone the one the lender works by."""
        employees = self.with_context(active_test=False).search([("share", "=", False)])
        employees.filtered(lambda user: user.active and not user.tz).tz = TIME_ZONE

    def _login(self, credential, user_agent_env):
        """Keep the zone: at a first login Odoo takes over the browser's."""
        if "login" not in credential:  # a passkey: it was made in a login before
            return super()._login(credential, user_agent_env)
        # sudo: nobody is logged in yet; only the zone of who comes is remembered
        users_sudo = self.sudo()
        domain = users_sudo._get_login_domain(credential["login"])
        user_sudo = users_sudo.search(domain, order=users_sudo._get_login_order(), limit=1)
        zone = user_sudo.tz
        auth_info = super()._login(credential, user_agent_env)
        if zone and user_sudo.tz != zone:
            user_sudo.tz = zone
        return auth_info
