"""The agency API's door: POST /tour_loan/v1/rpc."""

import json

from werkzeug.exceptions import HTTPException

from odoo.http import Controller, Dispatcher, request, route

from .. import hot_path
from ..rpc import openrpc
from ..rpc.dispatcher import BODY_LIMIT

_WAIT = "tour_loan.seconds_to_wait"


class AgencyRpcDispatcher(Dispatcher):
    """Hands the raw body on and never answers in HTML.

    Odoo's own JSON-RPC dispatcher ignores ``method``, always answers 200 and shows its
    traceback.
    """

    routing_type = "tour_loan_rpc"

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def pre_dispatch(self, rule, args):
        result = super().pre_dispatch(rule, args)
        self.request.update_context(**hot_path.context(self.request.env))
        return result

    def dispatch(self, endpoint, args):
        self.request.params = args
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def handle_error(self, exc):
        status = exc.code if isinstance(exc, HTTPException) and exc.code else 503
        headers = {"Retry-After": "5"} if status == 503 else {}
        return self.request.make_json_response(
            {"error": {413: "too_large"}.get(status, "retry")},
            headers=headers,
            status=status,
        )


class AgencyRpc(Controller):
    @route(
        "/tour_loan/v1/rpc",
        type="tour_loan_rpc",
        auth="none",
        readonly=False,  # auth="none" would begin with a read-only cursor and run twice
        save_session=False,
        max_content_length=BODY_LIMIT,
    )
    def rpc(self):
        if request.httprequest.method != "POST":  # Odoo itself would answer in HTML
            return request.make_json_response(
                {"error": "method_not_allowed"}, headers={"Allow": "POST"}, status=405
            )
        if request.httprequest.mimetype != "application/json":
            return request.make_json_response({"error": "media_type"}, status=415)
        body = request.httprequest.get_data()
        agency, webhook_id = request.env["tour_loan.agency"]._authenticate(
            request.httprequest.headers, body
        )
        if not agency:
            return request.make_json_response({"error": "unauthorized"}, status=401)
        known = request.httprequest.environ  # Odoo may run us again: a call counts once
        if _WAIT not in known:
            known[_WAIT] = agency.env["tour_loan.call.count"]._seconds_over(agency)
        if seconds := known[_WAIT]:
            return request.make_json_response(
                {"error": "too_many_requests"},
                headers={"Retry-After": str(seconds)},
                status=429,
            )
        answer = agency._rpc(webhook_id, body)
        if answer is None:
            return request.make_response("", status=204)
        return request.make_response(answer, [("Content-Type", "application/json; charset=utf-8")])

    @route(
        "/tour_loan/v1/openrpc.json",
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
    )
    def openrpc(self):
        # sudo: nobody is logged in, and the address is public; the Host header is not believed
        base_url = request.env["ir.config_parameter"].sudo().get_param("web.base.url")
        return request.make_response(
            json.dumps(openrpc.document(f"{base_url}/"), ensure_ascii=False),
            [("Content-Type", "application/json; charset=utf-8")],
        )
