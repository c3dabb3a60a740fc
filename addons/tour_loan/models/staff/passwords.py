"""Passwords of staff: long enough (Odoo's rule), and nothing that is tried first.

What a person types is looked at, for himself or a colleague; not what a program sets that
runs at the server: an installation, demonstration data.
"""

from odoo import api, models
from odoo.exceptions import UserError

from ...borrowed import current_request
from ...rules.leaked import is_leaked
from ...rules.passwords import is_guessable
from ...tools import server_setting

LEAKED = "leaked_passwords"  # the setting that names a file of them


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
            if user._tour_loan_is_leaked(user.password):
                raise UserError(
                    self.env._(
                        "This password is in the lists of passwords that leaked somewhere. "
                        "Take another one, and change it wherever else you use it."
                    )
                )
        result = super()._set_password()
        for user in typed.filtered(lambda user: not user.share):
            self.env["tour_loan.event"]._record(
                "password_changed", user, note={"login": user.login}
            )
        return result

    @api.model
    def _tour_loan_is_leaked(self, password) -> bool:
        """Return whether it is in the server's file of leaked passwords, if there is one."""
        file = server_setting("tour_loan", LEAKED)
        try:
            return bool(file) and is_leaked(password, file)
        except OSError as error:
            raise UserError(
                self.env._("The set of leaked passwords cannot be read; tell an administrator.")
            ) from error
