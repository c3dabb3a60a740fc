"""A few numbers for the lender's monitoring."""

import hmac

from odoo import SUPERUSER_ID
from odoo.http import Controller, Response, request, route

from ..tools import server_setting


class Monitor(Controller):
    @route(
        "/tour_loan/monitor",
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def monitor(self, **_ignored):
        """Tell what has not left, if the token is right; without a token set, nothing."""
        expected = server_setting("tour_loan", "monitor_token").encode()
        given = request.httprequest.headers.get("X-Token", "").encode()
        if not expected or not hmac.compare_digest(expected, given):
            return Response(status=403)
        # superuser: a monitor is no user here, the token is its only right
        outbox = request.env(user=SUPERUSER_ID)["tour_loan.message"]
        return request.make_json_response(
            {
                "outboxes": outbox._unsent(),
                "open_routes": request.env["ir.http"]._tour_loan_opened(),
            },
            headers={"Cache-Control": "no-store"},
        )
