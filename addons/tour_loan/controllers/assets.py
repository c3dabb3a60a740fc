"""Style and scripts of borrowers' pages, for everybody and every cache."""

from werkzeug.exceptions import NotFound

from odoo.http import Controller, Stream, route

from .. import page

TYPES = {".css": "text/css", ".js": "text/javascript"}


class Assets(Controller):
    @route(
        "/tour_loan/assets/<string:version>/<string:name>",
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def asset(self, version, name):
        """Serve a file for a year; to who asks for another version, the one there is, once.

        In a folder of its own for each version, so that scripts may import each other.
        """
        file = page.ASSETS / name
        if name not in {file.name for file in page.ASSETS.iterdir()}:
            raise NotFound()
        stream = Stream.from_path(str(file), public=True)
        stream.mimetype = TYPES[file.suffix]
        stream.max_age = 0
        return stream.get_response(immutable=version == page.assets_version())
