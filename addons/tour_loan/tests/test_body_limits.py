from odoo.tests import new_test_user, tagged

from ..away.web import VISITOR_BYTES
from ..models.web.ir_http_body import FORM_BYTES
from .common import TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestBodyLimits(TourLoanHttpCommon):
    """What is too large is refused before it is read, at every door."""

    def size(self, path, count, **headers):
        """POST so many bytes of a form; return the status."""
        body = b"x=" + b"y" * (count - 2)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.url_open(path, data=body, headers=headers, allow_redirects=False).status_code

    def test_nobody_sends_much_before_he_is_known(self):
        for path in ("/nothing/here", "/web/login", "/payment/payu_ru/return", "/ru/nothing"):
            # a door that is not there is not even knocked at
            self.assertIn(self.size(path, VISITOR_BYTES + 1), (404, 413), path)

    def test_a_form_of_the_borrower_is_short(self):
        application = self.application()
        for path in (
            f"/my/applications/{application.uuid}/passport",
            f"/tour_loan/start/{application.uuid}/x",
            "/tour_loan/login",
        ):
            self.assertEqual(self.size(path, FORM_BYTES + 1), 413, path)
            self.assertNotEqual(self.size(path, FORM_BYTES), 413, path)

    def test_staff_may_upload_files(self):
        new_test_user(self.env, "clerk", groups="base.group_user")
        self.authenticate("clerk", "clerk")
        self.assertNotEqual(self.size("/web/binary/upload_attachment", VISITOR_BYTES + 1), 413)

    def test_odoo_s_parameter_opens_nothing_to_visitors(self):
        self.env["ir.config_parameter"].set_param("web.max_file_upload_size", 10**9)
        self.assertEqual(self.size("/tour_loan/login", FORM_BYTES + 1), 413)
