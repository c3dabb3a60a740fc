"""Borrowers are not served while admin/admin works: their passports would be anybody's."""

import logging

from odoo import models
from odoo.http import Response, request

from ...away import answer
from ...tools import is_on, server_setting

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
            return Response.load(answer.of(request.httprequest))
        return super()._dispatch(endpoint)

    @classmethod
    def _tour_loan_stands_open(cls) -> bool:
        """Return whether anybody may be the administrator of a server that is no sandbox.

        A sandbox (``allow_private_callbacks``) has play people and a password it prints.
        """
        if is_on(server_setting("tour_loan", "allow_private_callbacks")):
            return False
        # sudo: asked by nobody yet; only whether one password is the one everybody knows
        if not request.env["res.users"].sudo()._tour_loan_has_open_door():
            _told.discard(request.env.cr.dbname)
            return False
        if request.env.cr.dbname not in _told:
            _told.add(request.env.cr.dbname)
            _logger.error(
                "admin/admin works, so borrowers are not served: log in as admin and change "
                "the password. In a sandbox set TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS=1 instead."
            )
        return True
