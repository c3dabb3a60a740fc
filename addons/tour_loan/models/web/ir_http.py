"""Borrowers are Russian: their pages speak Russian, whatever the browser prefers."""

import json

from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.exceptions import UserError
from odoo.http import SessionExpiredException, request

from ... import page, ways

PAGES = ("/tour_loan/", "/my/applications", "/my/loans")
# personal data stays out of shared caches and of the history of the browser
PRIVATE = ("/tour_loan/start", "/tour_loan/login", "/my/")

# Odoo's own pages compile templates and write styles and scripts into the page; these three
# they can bear: in nobody else's frame, no plug-in, no other place for relative addresses.
ODOOS_POLICY = "frame-ancestors 'self'"  # of its login
STAFF_POLICY = f"{ODOOS_POLICY}; object-src 'none'; base-uri 'self'"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        if _is_borrower_page():
            request.update_context(lang="ru_RU")
        return result

    @classmethod
    def _handle_error(cls, exception):
        """A page that is not there, or failed, says so in our words and what to do now."""
        response = super()._handle_error(exception)
        if request.dispatcher.routing_type == "jsonrpc":
            return (
                response if cls._tour_loan_sees_inside() else _without_inside(response, exception)
            )
        status = response.code if isinstance(response, HTTPException) else response.status_code
        if not _is_borrower_page() or request.dispatcher.routing_type != "http" or status < 400:
            return response
        request.env.cr.rollback()
        if status == 400 and request.httprequest.method == "POST":
            return cls._tour_loan_stale_form()
        return cls._tour_loan_error_page(status)

    @classmethod
    def _tour_loan_sees_inside(cls) -> bool:
        """Return whether who asked is told where in our code it failed."""
        if request.env.cr.closed:  # by Odoo, for a call of a program
            return False
        request.env.cr.rollback()  # what failed may have left it unusable
        return cls._tour_loan_is_staff()

    @classmethod
    def _tour_loan_stale_form(cls):
        """A form whose session ended: to the login, and from there back to the form.

        What was typed is lost, and the page there says so.
        """
        path, form = request.httprequest.path, request.httprequest.form
        if path == ways.LOGIN:
            return request.redirect(ways.to_login(ways.own_path(form.get("next", "")), lost=True))
        if path.startswith("/tour_loan/start/"):
            return request.redirect(path)  # nothing is typed there
        if path.startswith("/my/") and request.env.user._is_public():
            back = ways.page_of(request.httprequest.full_path.rstrip("?"))
            return request.redirect(ways.to_login(back, lost=True))
        return cls._tour_loan_error_page(400)

    @classmethod
    def _tour_loan_error_page(cls, status):
        if not request.env.uid:
            cls._auth_method_public()
        request.update_context(lang="ru_RU")
        shown = request.render(
            "tour_loan.error_page",
            {"status": status, "way_on": ways.page_of(request.httprequest.path)},
        )
        shown.flatten()  # nobody does it after this
        shown.status_code = status
        cls._post_dispatch(shown)
        return shown

    @classmethod
    def _post_dispatch(cls, response):
        """Say to the browser what it may do with the page, and to whom it may tell of it.

        Odoo adds ``nosniff`` to everything by itself.
        """
        result = super()._post_dispatch(response)
        headers = response.headers
        is_html = headers.get("Content-Type", "").startswith("text/html")
        # the tighter one also where a page of ours is not: addresses hold ids and tokens
        headers.setdefault("Referrer-Policy", "same-origin")
        has_page = hasattr(request, "tour_loan_page")
        if is_html and (has_page or _is_borrower_page()):
            headers.setdefault("Content-Security-Policy", page.policy_of_request())
        elif is_html and headers.get("Content-Security-Policy", ODOOS_POLICY) == ODOOS_POLICY:
            headers["Content-Security-Policy"] = STAFF_POLICY
        if has_page or request.httprequest.path.startswith(PRIVATE):
            headers.setdefault("Cache-Control", "no-store")
        return result

    def _lay_out(self, content, providers=None, form_to=None):
        """Return what the layout of a borrower's page needs; called by the template."""
        return page.lay_out(content, providers, form_to)


def _without_inside(response, exception):
    """Take what Odoo tells programmers out of the error a browser script gets.

    What it tells people stays: the text of an error that is meant for them.
    """
    answer = json.loads(response.get_data())
    data = answer.get("error", {}).get("data", {})
    data["debug"] = ""
    if not isinstance(exception, UserError | SessionExpiredException | HTTPException):
        data["message"], data["arguments"] = "Server error", []
    response.set_data(json.dumps(answer))
    return response


def _is_borrower_page() -> bool:
    return request.httprequest.path.startswith(PAGES)
