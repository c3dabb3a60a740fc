"""A second factor for all staff: without one nobody gets further than setting one up.

Odoo's `auth_totp` and `auth_passkey` do the work; here stands who needs one and that
nobody takes it away alone. A passkey is one: it is in a device, and opened by a finger or
a PIN there. Borrowers have no password and are not meant by any of this.
"""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessDenied, UserError

from odoo.addons.base.models.res_users import check_identity

from ...tools import is_on, server_setting

PARAMETER = "tour_loan.second_factor"  # required, optional; none: as the server's setting says
PAGE = "/web/login/second_factor"


class ResUsers(models.Model):
    _inherit = "res.users"

    # --- who needs one, who has one ---

    @api.model
    def _tour_loan_factor_is_required(self) -> bool:
        # sudo: a parameter of the system
        said = self.env["ir.config_parameter"].sudo().get_param(PARAMETER)
        return said != "optional" if said else is_on(server_setting("tour_loan", "second_factor"))

    def _tour_loan_has_factor(self) -> bool:
        """Return whether the user has set up a second factor."""
        self.ensure_one()
        user_sudo = self.sudo()  # asked before anybody is logged in; yes or no is told
        return user_sudo.totp_enabled or bool(user_sudo.auth_passkey_key_ids)

    def _tour_loan_lacks_factor(self) -> bool:
        """Return whether the user has to set up a second factor before anything else."""
        needs = self._tour_loan_factor_is_required() and self._is_internal()
        return needs and not self._tour_loan_has_factor()

    def _tour_loan_is_barred(self):
        """Override: a session from before the factor was required, or taken away, is over."""
        return super()._tour_loan_is_barred() or self._tour_loan_lacks_factor()

    # --- where it is asked for ---

    def _mfa_type(self):
        """Override: after the password comes the passkey, or setting something up.

        Odoo asks for a code only; whoever has nothing but a passkey could leave it aside.
        """
        known = super()._mfa_type()
        if known or not (self._tour_loan_factor_is_required() and self._is_internal()):
            return known
        return "webauthn" if self._tour_loan_has_factor() else "tour_loan_none"

    def _mfa_url(self):
        """Override: until then Odoo's session is nobody's, see ``Session.finalize``."""
        ours = self._mfa_type() in ("webauthn", "tour_loan_none")
        return super()._mfa_url() or (PAGE if ours else None)

    def _rpc_api_keys_only(self):
        """Override: programs have no second factor, so a password alone lets none in."""
        asked = self._tour_loan_factor_is_required() and self._is_internal()
        return asked or super()._rpc_api_keys_only()

    def _check_credentials(self, credential, env):
        """Override: no door for programs opens to who lacks a factor."""
        is_program = not (env or {}).get("interactive", True)
        if is_program and (self or self.env.user)._tour_loan_lacks_factor():
            raise AccessDenied()
        return super()._check_credentials(credential, env)

    @api.model
    def _check_uid_passwd(self, uid, passwd):
        """Override: Odoo remembers who was let in; that holds as long as he may be."""
        if not isinstance(uid, int) or self.with_user(uid).env.user._tour_loan_is_barred():
            raise AccessDenied()
        return super()._check_uid_passwd(uid, passwd)

    # --- nobody takes it away alone ---

    def _totp_try_setting(self, secret, code):
        """Override: an auditor reads of it."""
        is_set = super()._totp_try_setting(secret, code)
        if is_set:
            self._tour_loan_factor_event("second_factor_set", "code")
        return is_set

    def _tour_loan_factor_event(self, kind, what):
        # he himself may not be logged in yet: it is his password that has just been right
        for user_sudo in self.sudo():
            note = {"what": what, "login": user_sudo.login}
            self.env["tour_loan.event"]._record(kind, user_sudo, note=note)

    @check_identity
    def action_totp_disable(self):
        """Override: of others by two administrators, of oneself if something else remains."""
        for user in self:
            user._tour_loan_check_may_lose(user.totp_enabled, bool(user.auth_passkey_key_ids))
        had = self.filtered("totp_enabled")
        result = super().action_totp_disable()
        had.filtered(lambda user: not user.totp_enabled)._tour_loan_factor_event(
            "second_factor_removed", "code"
        )
        return result

    def _tour_loan_check_may_lose(self, loses: bool, keeps: bool):
        """Raise unless whoever acts may take this factor from the user."""
        if not loses or self.env.uid == SUPERUSER_ID:
            return
        if self.env.uid != self.id:
            raise UserError(
                self.env._(
                    "A second factor of %s is taken away by two administrators: one asks for "
                    "its reset, another one confirms it.",
                    self.name,
                )
            )
        if not keeps and self._tour_loan_factor_is_required() and self._is_internal():
            raise UserError(
                self.env._(
                    "You need a second factor. Add another one first, for instance a passkey; "
                    "if this one is lost, ask two administrators to reset it."
                )
            )

    def _tour_loan_take_factors(self):
        """Take every second factor away, and what stands for one: devices that are trusted.

        Called by what two people decided, and when somebody leaves.
        """
        # sudo: whoever may do this was checked; a factor's secret belongs to no group
        users_sudo = self.sudo().with_user(SUPERUSER_ID)
        for user_sudo in users_sudo:
            keys_sudo = user_sudo.auth_passkey_key_ids
            if user_sudo.totp_enabled:
                self.browse(user_sudo.id)._tour_loan_factor_event("second_factor_removed", "code")
            user_sudo.totp_trusted_device_ids.unlink()
            # through the user: so Odoo forgets what it remembers of his sessions
            user_sudo.write(
                {"auth_passkey_key_ids": [(2, key.id) for key in keys_sudo], "totp_secret": False}
            )


class PasskeyKey(models.Model):
    _inherit = "auth.passkey.key"

    def unlink(self):
        """Override: as with codes. Odoo lets an administrator delete everybody's."""
        for user in self.create_uid:
            left = user.sudo().auth_passkey_key_ids - self.sudo()
            user._tour_loan_check_may_lose(True, user.totp_enabled or bool(left))
            user._tour_loan_factor_event("second_factor_removed", "passkey")
        return super().unlink()


class PasskeyKeyCreate(models.TransientModel):
    _inherit = "auth.passkey.key.create"

    @check_identity
    def make_key(self, registration=None):
        """Override: an auditor reads of it."""
        result = super().make_key(registration=registration)
        if result is True:  # and not the window that asks for the password first
            self.env.user._tour_loan_factor_event("second_factor_set", "passkey")
        return result
