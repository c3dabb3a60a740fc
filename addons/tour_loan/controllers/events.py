"""The events of a time, as a file for an auditor or a SIEM."""

import tempfile
from datetime import datetime

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import Response, request

from ..rules import events

MIMETYPES = {
    "jsonl": "application/x-ndjson; charset=utf-8",
    "cef": "text/plain; charset=utf-8",
}
IN_MEMORY = 4 * 1024 * 1024


class Events(http.Controller):
    @http.route("/web/tour_loan/events/<layout>", type="http", auth="user", methods=["GET"])
    def export(self, layout, since, until, **_kwargs):
        """Send the events from ``since`` to before ``until`` (ISO, UTC), oldest first."""
        if layout not in MIMETYPES:
            raise NotFound
        try:
            span = [datetime.fromisoformat(moment) for moment in (since, until)]
        except ValueError:
            raise BadRequest from None
        line = events.LAYOUTS[layout]
        records = request.env["tour_loan.event"]
        records.check_access("read")
        records._record("exported", note={"since": since, "until": until, "format": layout})
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed by the response)
        for rows in records._between(*span):
            file.writelines(f"{line(row)}\n".encode() for row in rows)
        size = file.tell()
        file.seek(0)
        response = Response(
            wrap_file(request.httprequest.environ, file),
            mimetype=MIMETYPES[layout],
            direct_passthrough=True,
            headers={
                "Content-Length": size,
                "Content-Disposition": http.content_disposition(f"events-{since[:10]}.{layout}"),
                "Cache-Control": "no-store",
            },
        )
        response.call_on_close(file.close)
        return response
