"""Keys of programs (JSON-2): counted like passwords, good only beside a second factor."""

from werkzeug.exceptions import TooManyRequests, Unauthorized

from odoo import models
from odoo.exceptions import AccessDenied
from odoo.http import request

from .lockout import LockedOut


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    def _check_credentials(self, *, scope, key):
        """Override: a key opens nothing while its user lacks the factor that is required."""
        uid = super()._check_credentials(scope=scope, key=key)
        # as that user: nobody is logged in yet, and Odoo computes groups for somebody only
        if uid and self.with_user(uid).env.user._tour_loan_is_barred():
            return None
        return uid


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_bearer(cls):
        """Override: keys that are none count by address."""
        header = request.httprequest.headers.get("Authorization", "")
        if not header.lower().startswith("bearer "):
            return super()._auth_method_bearer()
        refusal = None
        try:
            with request.env["tour_loan.attempt"]._counted("key"):
                try:
                    return super()._auth_method_bearer()
                except Unauthorized as error:
                    refusal = error
                    raise AccessDenied() from None
        except LockedOut as error:
            raise TooManyRequests(str(error), retry_after=int(error.seconds) + 1) from None
        except AccessDenied:
            if refusal is None:
                raise
            raise refusal from None
