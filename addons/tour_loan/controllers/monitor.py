"""A few numbers for the lender's monitoring, and all of them for Prometheus."""

import hmac

from odoo import SUPERUSER_ID
from odoo.http import Controller, Response, request, route

from ..tools import server_setting

# what every Prometheus reads
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


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
        if not _knows_the_token():
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

    @route("/metrics", type="http", auth="none", methods=["GET"], save_session=False, readonly=True)
    def metrics(self, **_ignored):
        """Tell all figures in Prometheus' text format, by the same token."""
        if not _knows_the_token():
            return Response(status=403)
        # superuser: a monitor is no user here, the token is its only right
        text = request.env(user=SUPERUSER_ID)["tour_loan.metrics"]._exposition()
        return request.make_response(
            text, [("Content-Type", TEXT_FORMAT), ("Cache-Control", "no-store")]
        )


def _knows_the_token() -> bool:
    """Return whether who asks says the monitor's token, as ``X-Token`` or as a bearer's."""
    expected = server_setting("tour_loan", "monitor_token").encode()
    headers = request.httprequest.headers
    kind, _blank, bearer = headers.get("Authorization", "").partition(" ")
    given = headers.get("X-Token") or (bearer if kind.lower() == "bearer" else "")
    return bool(expected) and hmac.compare_digest(expected, given.encode())
