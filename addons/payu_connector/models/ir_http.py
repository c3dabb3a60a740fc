from werkzeug.exceptions import BadRequest

from odoo import models
from odoo.http import request

from .. import const


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override of `base` to keep a notice's bytes, which its signature is about.

        Of a body that calls itself a form nothing is left once its fields have been read.
        """
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("payu_ru_raw_body"):
            request.httprequest.get_data(cache=True)
        return result

    @classmethod
    def _dispatch(cls, endpoint):
        """Override of `base` to refuse a field that no handler of ours can be called with.

        Core passes fields by their names, and a handler has its `self` already.
        """
        is_ours = not set(const.ROUTES).isdisjoint(endpoint.routing["routes"])
        if is_ours and "self" in request.params:
            raise BadRequest("No field may be called so.")
        return super()._dispatch(endpoint)
