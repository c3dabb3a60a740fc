"""What anybody may send: bounded for everybody who is not staff, at every route."""

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from odoo import models
from odoo.http import request

from ...away.web import STAFF_BYTES, VISITOR_BYTES

FORM_BYTES = 64 * 1024  # the longest form of a borrower has some kilobytes
FORMS = ("/my/", "/tour_loan/start/", "/tour_loan/login")
MAX_ID = 2**31 - 1  # PostgreSQL's integer


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override: until here `away` lets nobody send more than a visitor may.

        A route may say less or more by itself (``max_content_length``); Odoo's parameter
        ``web.max_file_upload_size`` is for staff.
        """
        http = request.httprequest
        staff = bool(request.env.uid) and request.env.user._is_internal()
        if staff:
            http.max_content_length = STAFF_BYTES
        result = super()._pre_dispatch(rule, args)
        if not staff and "max_content_length" not in rule.endpoint.routing:
            http.max_content_length = FORM_BYTES if http.path.startswith(FORMS) else VISITOR_BYTES
        return result

    @classmethod
    def _dispatch(cls, endpoint):
        """Override: what is sent becomes the arguments of a handler; let it be texts.

        Odoo passes a form's fields by their names, whatever they are: ``self`` the handler
        has already, a file is no text, and the database refuses a NUL, and a larger id.
        """
        request.params.pop("self", None)
        staff = bool(request.env.uid) and request.env.user._is_internal()
        if request.dispatcher.routing_type == "http" and not staff:
            request.params = {
                name: value.replace("\0", "") if isinstance(value, str) else value
                for name, value in request.params.items()
                if not isinstance(value, FileStorage)
            }
            if any(isinstance(v, int) and v > MAX_ID for v in request.params.values()):
                raise NotFound()
        return super()._dispatch(endpoint)
