"""MoyaMFO's word that it has news."""

import hmac

from odoo import SUPERUSER_ID
from odoo.http import Controller, Response, request, route

from odoo.addons.tour_loan.tools import server_setting


class Ping(Controller):
    @route(
        "/moyamfo_sync/ping",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=64 * 1024,
    )
    def ping(self, **_ignored):
        """Enqueue a pull if the token is right; the body is not believed, not even read."""
        expected = server_setting("moyamfo_sync", "ping_token").encode()
        given = request.httprequest.headers.get("X-Token", "").encode()
        if not expected or not hmac.compare_digest(expected, given):
            return Response(status=403)
        # superuser: 1C is no user here, the token is its only right
        request.env["moyamfo.run"].with_user(SUPERUSER_ID)._enqueue_pulls()
        return Response(status=204)
