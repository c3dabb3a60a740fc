"""Borrowers are not served while admin/admin works: their passports would be anybody's."""

import logging

from werkzeug.exceptions import ServiceUnavailable

from odoo import models
from odoo.http import Response, request

from ...away import answer

_logger = logging.getLogger(__name__)
# borrowers' own pages; agencies, payments and the accounting system go on
SHUT = ("/my", "/tour_loan/start", "/tour_loan/login", "/tour_loan/code")
_told = set()  # databases this process has told of


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        """Override: a page that says "later", and the log says why."""
        if request.httprequest.path.startswith(SHUT) and cls._tour_loan_stands_open():
            request.session.can_save = False
            if request.dispatcher.routing_type != "http":
                raise ServiceUnavailable()
            return Response.load(answer.of(request.httprequest))
        return super()._dispatch(endpoint)

    @classmethod
    def _tour_loan_stands_open(cls) -> bool:
        """Return whether anybody may be the administrator, and tell of it once."""
        # sudo: asked by nobody yet; only whether one password is the one everybody knows
        if not request.env["res.users"].sudo()._tour_loan_bars_borrowers():
            _told.discard(request.env.cr.dbname)
            return False
        if request.env.cr.dbname not in _told:
            _told.add(request.env.cr.dbname)
            _logger.error(
                "admin/admin works, so borrowers are not served: log in as admin and change "
                "the password. In a sandbox set TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS=1 instead."
            )
        return True
