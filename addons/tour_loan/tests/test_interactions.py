from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path

from odoo.addons.web.tests import test_js

LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestInteractions(HttpCase):
    """Runs our Hoot tests (``static/tests``) and nobody else's."""

    def setUp(self):
        super().setUp()
        try:
            file_path(LIBRARY)
        except FileNotFoundError:
            # Debian's package of Odoo lacks it, and a missing file fails every test
            self.env["ir.asset"].create(
                {
                    "name": "No video calls",
                    "bundle": "web.assets_unit_tests_setup",
                    "directive": "remove",
                    "path": LIBRARY,
                }
            )

    def test_interactions(self):
        suite = test_js.HOOTCommon._generate_hash(self, "@tour_loan")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=120,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
