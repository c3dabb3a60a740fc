"""Borrowers are Russian: their pages speak Russian, whatever the browser prefers."""

from odoo import models
from odoo.http import request

PAGES = ("/tour_loan/", "/my/applications", "/my/loans")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        if request.httprequest.path.startswith(PAGES):
            request.update_context(lang="ru_RU")
        return result
