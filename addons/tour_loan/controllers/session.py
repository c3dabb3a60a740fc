"""The borrower's session, and the browsers his phone was confirmed in."""

from psycopg2 import OperationalError

from odoo.http import request

from ..rules import browsers
from ..tools import code_key, code_keys
from .portal_base import BIRTH_DATE_KEY

COOKIE = "tour_loan_browser"
COOKIE_SECONDS = 400 * 86400  # browsers keep none longer


def log_in(code, born):
    """Open Odoo's session for the borrower who has just confirmed ``code``.

    ``born``: the birth date (or None) that says which of the phone's owners it is.
    """
    visitor = request.env
    # sudo: nobody is logged in yet; the code has just been confirmed
    borrower_sudo = code.env["tour_loan.borrower"].sudo()._who_comes(code.phone, born)
    credential = {
        "type": "tour_loan_code",
        "login": borrower_sudo.user_id.login,
        "challenge": code.uid,
    }
    try:
        request.session.authenticate(request.env, credential)
        request.session[BIRTH_DATE_KEY] = born and born.isoformat()
        request.env.flush_all()
    except OperationalError:
        # Odoo runs the request again, as whoever it is by then: that must not be
        # a user who went with the transaction
        request.env = visitor
        raise
    _remember_browser(code.phone)


def knows_browser(phone: str) -> bool:
    """Return whether ``phone`` was confirmed in the visitor's browser before."""
    cookie = request.cookies.get(COOKIE, "")
    return any(browsers.is_marked(key, cookie, phone) for key in code_keys())


def _remember_browser(phone: str):
    cookie = browsers.marked(code_key(), request.cookies.get(COOKIE, ""), phone)
    request.future_response.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_SECONDS,
        expires=None,
        secure=request.httprequest.scheme == "https",
        httponly=True,
        samesite="Lax",
    )
