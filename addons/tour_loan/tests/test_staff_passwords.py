import hashlib
import os
import tempfile
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_staff import PASSWORD, StaffHttpCommon


@tagged("post_install", "-at_install")
class TestStaffPasswords(StaffHttpCommon):
    """What somebody types as a new password, for himself or for a colleague."""

    required = False

    def change(self, page, old, new):
        page.post(
            "/web/dataset/call_kw/res.users/change_password",
            json={
                "params": {
                    "model": "res.users",
                    "method": "change_password",
                    "args": [old, new],
                    "kwargs": {"context": {"lang": "ru_RU"}},
                }
            },
        )
        return page.response.json()

    @mute_logger("odoo.http")  # it warns of what people are told
    def test_short_and_guessable_ones_are_refused_in_russian(self):
        page = self.log_in(self.operator)
        for new, said in (
            ("шкаф", "8"),
            ("qwerty12345", "подбирают"),
            ("Operator2026", "подбирают"),
        ):
            answer = self.change(page, PASSWORD, new)
            self.assertIn(said, answer["error"]["data"]["message"], new)
        self.assertTrue(self.is_in(self.log_in(self.operator)))

    @mute_logger("odoo.http")
    def test_leaked_ones_are_refused_where_the_server_has_a_set_of_them(self):
        page = self.log_in(self.operator)
        leaked = "чайник три облака"
        digest = hashlib.sha1(leaked.encode()).hexdigest().upper()
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(f"{'0' * 40}:1\n{digest}:7\n{'F' * 40}:2\n")
            file.flush()
            with patch.dict(os.environ, TOUR_LOAN_LEAKED_PASSWORDS=file.name):
                refused = self.change(page, PASSWORD, leaked)
                self.assertIn("утекли", refused["error"]["data"]["message"])
        with patch.dict(os.environ, TOUR_LOAN_LEAKED_PASSWORDS="/no/such/file"):
            refused = self.change(page, PASSWORD, leaked)
            self.assertIn("администратору", refused["error"]["data"]["message"])
        self.assertIs(self.change(page, PASSWORD, leaked)["result"], True)

    def test_others_are_taken_and_end_the_other_sessions(self):
        page, other = self.log_in(self.operator), self.log_in(self.operator)
        self.assertTrue(self.is_in(other))
        self.assertIs(self.change(page, PASSWORD, "чайник семь облако")["result"], True)
        self.env.invalidate_all()
        self.assertFalse(self.is_in(other))
        self.assertTrue(self.is_in(self.log_in(self.operator, "чайник семь облако")))

    def test_the_policy_is_odoos(self):
        self.assertGreaterEqual(self.env["res.users"].get_password_policy()["minlength"], 8)
