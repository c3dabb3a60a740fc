"""Pictures of an agency's brand, for everybody and every cache."""

from werkzeug.exceptions import NotFound

from odoo.exceptions import MissingError
from odoo.http import Controller, request, route
from odoo.tools import replace_exceptions


class Brand(Controller):
    @route(
        "/tour_loan/brand/<int:agency_id>/<string:name>/<string:version>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def picture(self, agency_id, name, version):
        """Serve a picture for a year; the version cannot be guessed without a page of ours."""
        # sudo: what is shown to every visitor of the agency's pages, by its exact version
        agency_sudo = request.env["tour_loan.agency"].sudo().browse(agency_id).exists()
        fact = (agency_sudo.picture_facts or {}).get(name)
        if not fact or fact["version"] != version:
            raise NotFound()
        with replace_exceptions(MissingError, by=NotFound()):  # not scanned yet
            stream = request.env["ir.binary"]._get_stream_from(
                agency_sudo, name, mimetype=fact["type"], filename=name
            )
        stream.public = True
        return stream.get_response(immutable=True)
