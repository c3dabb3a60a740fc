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

    def test_others_are_taken_and_end_the_other_sessions(self):
        page, other = self.log_in(self.operator), self.log_in(self.operator)
        self.assertTrue(self.is_in(other))
        self.assertIs(self.change(page, PASSWORD, "чайник семь облако")["result"], True)
        self.env.invalidate_all()
        self.assertFalse(self.is_in(other))
        self.assertTrue(self.is_in(self.log_in(self.operator, "чайник семь облако")))

    def test_the_policy_is_odoos(self):
        self.assertGreaterEqual(self.env["res.users"].get_password_policy()["minlength"], 8)
