"""Passwords of staff: long enough (Odoo's rule), and nothing that is tried first.

What a person types is looked at, for himself or a colleague; not what a program sets that
runs at the server: an installation, demonstration data.
"""

from odoo import models
from odoo.exceptions import UserError

from ...borrowed import current_request
from ...rules.passwords import is_guessable


class ResUsers(models.Model):
    _inherit = "res.users"

    def _check_password_policy(self, passwords):
        return super()._check_password_policy(passwords) if current_request() else None

    def _set_password(self):
        """Override: refuse what is tried first."""
        typed = self.filtered("password") if current_request() else self.browse()
        self._check_password_policy(typed.mapped("password"))  # "too short" comes first
        for user in typed:
            about = (user.login, user.name, user.email, *user.company_ids.mapped("name"))
            if is_guessable(user.password, *about):
                raise UserError(
                    self.env._(
                        "This password is among the first ones tried: a name, a common word, a "
                        "row of keys. Take several words that have nothing to do with you."
                    )
                )
        result = super()._set_password()
        for user in typed.filtered(lambda user: not user.share):
            self.env["tour_loan.event"]._record(
                "password_changed", user, note={"login": user.login}
            )
        return result
