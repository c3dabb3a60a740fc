"""Staff come in: the step after the password, and the browsers they are known in."""

import base64
import re
import secrets
import time

from odoo.exceptions import AccessDenied
from odoo.http import request, route

from odoo.addons.auth_totp.controllers.home import Home as StaffHome
from odoo.addons.auth_totp.models.totp import TOTP_SECRET_SIZE

from ..models.staff.lockout import COOKIE, NONSENSE
from ..models.staff.second_factor import PAGE
from ..rules import browsers
from ..tools import code_key
from .session import COOKIE_SECONDS

SECRET_KEY = "tour_loan_totp_secret"


class StaffLogin(StaffHome):
    @route()
    def web_login(self, redirect=None, **values):
        response = super().web_login(redirect=redirect, **values)
        _remember_browser()
        return response

    @route()
    def web_totp(self, redirect=None, **values):
        """Override: the code is asked for soon after the password, or not at all."""
        if not request.session.uid and not _who_is_pending():
            return _back_to_the_password()
        response = super().web_totp(redirect=redirect, **values)
        _remember_browser()
        return response

    @route(
        PAGE,
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def tour_loan_second_factor(
        self, redirect=None, totp_token="", webauthn_response="", name="", **_values
    ):
        """Ask for the passkey, or let who has no second factor set one up.

        He has just typed his password; Odoo's session is nobody's until this is done.
        """
        if request.session.uid:
            return request.redirect(self._login_redirect(request.session.uid, redirect=redirect))
        user = _who_is_pending()
        if not user:
            return _back_to_the_password()
        lacks, error = user._tour_loan_lacks_factor(), None
        if request.httprequest.method == "POST":
            act = _set_up if lacks else _prove
            error = act(user, totp_token, webauthn_response, name)
            if not error:
                return self._tour_loan_let_in(redirect)
        page = _set_up_values(user) if lacks else _prove_values(user)
        response = request.render(
            "tour_loan.second_factor_page", {**page, "error": error, "redirect": redirect}
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def _tour_loan_let_in(self, redirect):
        request.session.pop(SECRET_KEY, None)
        request.session.finalize(request.env)
        request.update_env(user=request.session.uid)
        request.update_context(**request.session.context)
        _remember_browser()
        return request.redirect(self._login_redirect(request.session.uid, redirect=redirect))


def _who_is_pending():
    """Return the user (as himself) whose password was typed in this browser, or none."""
    users = request.env["res.users"]
    uid = request.session.get("pre_uid")
    user = users.with_user(uid).browse(uid).exists() if uid else users
    return user if user and user.sudo().active and user._tour_loan_is_pending() else users


def _back_to_the_password():
    for name in ("pre_uid", "pre_login", SECRET_KEY):
        request.session.pop(name, None)
    return request.redirect("/web/login")


# --- setting one up ---


def _set_up_values(user) -> dict:
    """Return what the page shows: a new secret as a picture, and what a passkey asks for."""
    secret = request.session.get(SECRET_KEY) or _new_secret()
    request.session[SECRET_KEY] = secret
    # sudo: Odoo's window draws the picture; nothing of it is kept
    wizard_sudo = request.env["auth_totp.wizard"].sudo().new({"user_id": user.id, "secret": secret})
    return {
        "setting_up": True,
        "secret": secret,
        "qrcode": wizard_sudo.qrcode,
        "passkey_options": user.env["auth.passkey.key"]._start_registration(),
    }


def _new_secret() -> str:
    plain = base64.b32encode(secrets.token_bytes(TOTP_SECRET_SIZE // 8)).decode()
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def _set_up(user, totp_token, webauthn_response, name):
    """Set up what was sent; return what is wrong, or None."""
    if webauthn_response:
        return _set_up_passkey(user, webauthn_response, name)
    code = re.sub(r"\s", "", totp_token)
    secret = request.session.get(SECRET_KEY)
    if secret and code.isascii() and code.isdigit() and user._totp_try_setting(secret, int(code)):
        return None
    return user.env._("The code is not right. Type the six digits your app shows now.")


def _set_up_passkey(user, webauthn_response, name):
    # Odoo wants the password once more, and remembers for ten minutes that it was typed
    request.session["identity-check-last"] = time.time()
    wizard = user.env["auth.passkey.key.create"].create({"name": name.strip() or "Passkey"})
    try:
        wizard.make_key(registration=webauthn_response)
    except (*NONSENSE, AccessDenied):
        return user.env._("The passkey was not accepted. Try again.")
    finally:
        request.session.pop("identity-check-last", None)
    return None


# --- proving it ---


def _prove_values(user) -> dict:
    return {
        "setting_up": False,
        "passkey_options": user.env["auth.passkey.key"]._start_auth(),
    }


def _prove(user, _totp_token, webauthn_response, _name):
    """Check the passkey; return what is wrong, or None."""
    credential = {"type": "webauthn", "webauthn_response": webauthn_response}
    try:
        user._check_credentials(credential, {"interactive": True})
    except AccessDenied as error:
        if error.args == AccessDenied().args:
            return user.env._("The passkey was not accepted. Try again.")
        return str(error)
    return None


def _remember_browser():
    """Mark the browser in which somebody of the staff has just come all the way in.

    Strangers' attempts to log in as him do not count there, see ``rules/lockout.py``.
    """
    session = request.session
    if not session.uid or request.httprequest.method != "POST":
        return
    user = request.env["res.users"].browse(session.uid)
    if not user._is_internal():
        return
    try:
        cookie = browsers.marked(
            code_key(), request.cookies.get(COOKIE, ""), f"staff {user.sudo().login}"
        )
    except ValueError:  # a server without its key knows no browser
        return
    request.future_response.set_cookie(
        COOKIE, cookie, max_age=COOKIE_SECONDS, expires=None, httponly=True, samesite="Lax"
    )
