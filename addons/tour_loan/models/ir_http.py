"""Borrowers are Russian: their pages speak Russian, whatever the browser prefers."""

from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.http import request

PAGES = ("/tour_loan/", "/my/applications", "/my/loans")


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
        status = response.code if isinstance(response, HTTPException) else response.status_code
        is_page = _is_borrower_page() and request.dispatcher.routing_type == "http"
        if not is_page or status < 400:
            return response
        request.env.cr.rollback()
        return cls._tour_loan_error_page(status)

    @classmethod
    def _tour_loan_error_page(cls, status):
        if not request.env.uid:
            cls._auth_method_public()
        request.update_context(lang="ru_RU")
        page = request.render("tour_loan.error_page", {"status": status})
        page.flatten()  # nobody does it after this
        page.status_code = status
        cls._post_dispatch(page)
        return page


def _is_borrower_page() -> bool:
    return request.httprequest.path.startswith(PAGES)
