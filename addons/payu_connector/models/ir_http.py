from odoo import models
from odoo.http import request


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
