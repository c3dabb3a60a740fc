import json
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import counters
from ..hot_path import ask_aside
from ..models.staff.lockout import COOKIE
from ..rules import lockout
from .common_staff import PASSWORD, StaffHttpCommon

TOO_MANY = "Слишком много неудачных попыток"


@tagged("post_install", "-at_install")
class TestLockout(StaffHttpCommon):
    """Vain attempts are counted in the database, and end by themselves."""

    required = False

    def visitor(self):
        page = super().visitor()
        page.opener.headers["Accept-Language"] = "ru"
        return page

    def fails(self, user, times=5):
        for _number in range(times):
            page = self.log_in(user, "not this one")
            self.assertNotIn(TOO_MANY, self.alert(page))

    def attempts(self, **values):
        rows = ask_aside(
            self.env.cr.dbname,
            "SELECT kind, scope, login, count, refused, locked_until IS NOT NULL "
            "FROM tour_loan_attempt ORDER BY id",
        )
        names = ("kind", "scope", "login")
        told = [(dict(zip(names, row, strict=False)), row) for row in rows]
        return [row for named, row in told if named | values == named]

    @contextmanager
    def from_address(self, address):
        with patch.object(lockout, "network", lambda _address: address):
            yield

    def later(self, minutes):
        """Let time pass for what was counted."""
        ask_aside(
            self.env.cr.dbname,
            "UPDATE tour_loan_attempt SET began_at = began_at - %s * interval '1 minute', "
            "locked_until = locked_until - %s * interval '1 minute'",
            (minutes, minutes),
        )

    def test_after_five_the_right_password_is_not_tried_either_and_the_page_says_so(self):
        self.fails(self.operator)
        page = self.log_in(self.operator)
        self.assertIn(TOO_MANY, self.alert(page))
        self.assertIn("30 мин", self.alert(page))
        self.assertFalse(self.is_in(page))
        self.later(29)
        self.assertIn("1 мин", self.alert(self.log_in(self.operator)))
        self.later(1)
        self.assertTrue(self.is_in(self.log_in(self.operator)))
        self.assertEqual(self.attempts(scope="login_address"), [])

    def test_half_an_hour_is_counted_from_the_last_attempt(self):
        self.fails(self.operator, 4)
        self.later(25)
        self.fails(self.operator, 1)
        self.later(28)  # most of an hour after the first
        self.assertIn("2 мин", self.alert(self.log_in(self.operator)))
        self.later(2)
        self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_a_lock_is_not_made_longer_by_who_keeps_trying(self):
        self.fails(self.operator)
        for _number in range(3):
            self.later(9)
            self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator)))
        self.later(3)
        self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_four_and_a_right_one_begin_anew(self):
        for _round in range(3):
            self.fails(self.operator, 4)
            self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_logins_nobody_has_are_counted_alike_and_not_written_down(self):
        nobody = self.operator.new({"login": "hunter2-typed-in-the-wrong-box"})
        self.fails(nobody)
        self.assertIn(TOO_MANY, self.alert(self.log_in(nobody)))
        rows = ask_aside(
            self.env.cr.dbname, "SELECT tour_loan_attempt::text FROM tour_loan_attempt"
        )
        self.assertTrue(rows)
        self.assertNotIn("hunter2", str(rows))

    def test_a_stranger_elsewhere_locks_nobody_out(self):
        with self.from_address("198.51.100.9"):
            self.fails(self.operator)
            self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator)))
        self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_strangers_everywhere_lock_no_known_browser_out(self):
        known = self.log_in(self.operator)
        self.assertTrue(self.is_in(known))
        self.assertIn(COOKIE, known.opener.cookies)
        self.assertNotIn(self.operator.login, known.opener.cookies[COOKIE])
        known.opener.cookies.pop("session_id")
        with patch.dict(lockout.WIDE["password"], login=lockout.Limit(7, 60)):
            for number in range(8):
                with self.from_address(f"198.51.100.{number}"):
                    page = self.log_in(self.operator, "not this one")
            self.assertIn(TOO_MANY, self.alert(page))
            # the login as a whole is locked now, for new browsers, at new addresses too
            with self.from_address("203.0.113.200"):
                self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator)))
            self.assertTrue(self.is_in(self.log_in(self.operator, visitor=known)))

    def test_at_the_owners_own_address_too(self):
        known = self.log_in(self.operator)
        known.opener.cookies.pop("session_id")
        self.fails(self.operator)
        self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator)))
        self.assertTrue(self.is_in(self.log_in(self.operator, visitor=known)))

    def test_a_known_browser_is_counted_too(self):
        known = self.log_in(self.operator)
        for _number in range(5):
            known.opener.cookies.pop("session_id", None)
            self.log_in(self.operator, "not this one", visitor=known)
        known.opener.cookies.pop("session_id", None)
        self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator, visitor=known)))
        self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_a_browser_is_known_for_its_own_user_only(self):
        other = self.employee("manager", "tour_loan.tour_loan_group_manager")
        known = self.log_in(other)
        known.opener.cookies.pop("session_id")
        self.fails(self.operator)
        self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator, visitor=known)))

    def test_one_address_cannot_go_through_all_logins(self):
        with patch.dict(lockout.WIDE["password"], address=lockout.Limit(8, 30)):
            for _number in range(4):
                self.fails(self.employee(), 2)
            self.assertIn(TOO_MANY, self.alert(self.log_in(self.operator)))
            with self.from_address("203.0.113.200"):
                self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_what_was_not_tried_counts_for_nothing_wider(self):
        admin = self.env.ref("base.user_admin")  # one who was there before the test
        self.fails(admin)
        with patch.object(counters, "count_attack_now") as counted:
            for _number in range(10):
                self.log_in(admin)
        self.assertEqual([c.args for c in counted.mock_calls].count(("lock_out",)), 1)
        [(_kind, _scope, login, count, refused, _locked)] = self.attempts(scope="login_address")
        self.assertEqual((login, count, refused), (admin.login, 5, 10))
        [(_kind, _scope, _login, count, _refused, _locked)] = self.attempts(scope="login")
        self.assertEqual(count, 5)
        events = self.env["tour_loan.event"].search([("kind", "=", "locked_out")])
        self.assertEqual(events.mapped("login"), [admin.login])  # once, however often he tries

    def test_the_code_after_the_password_is_counted_and_the_password_forgives_none(self):
        key = self.set_up_totp(self.operator)
        odoos = "odoo.addons.auth_totp.models.res_users.TOTP_RATE_LIMITS"
        with patch(odoos, {"code_check": (99, 1)}):
            for _number in range(5):  # with a right password before each
                page = self.log_in(self.operator)
                self.type_code(page, "000000")
                self.assertNotIn(TOO_MANY, self.alert(page))
            page = self.log_in(self.operator)
            self.type_code(page, self.code(key))
            self.assertIn(TOO_MANY, self.alert(page))
            self.assertFalse(self.is_in(page))

    def test_passkeys_that_are_none_are_counted_by_address(self):
        page = self.visitor().get("/web/login")
        [form] = page.page.find_class("oe_login_form")
        values = {**dict(form.form_values()), "type": "webauthn"}
        for number in range(20):
            page.post("/web/login", {**values, "webauthn_response": '{"id": "x"}'})
            self.assertNotIn(TOO_MANY, self.alert(page), number)
        page.post("/web/login", {**values, "webauthn_response": '{"id": "x"}'})
        self.assertIn(TOO_MANY, self.alert(page))
        self.assertTrue(self.is_in(self.log_in(self.operator)))

    def test_the_window_that_asks_for_the_password_once_more_counts(self):
        page = self.log_in(self.operator)

        def ask(password):
            wizard = self.env["res.users.identitycheck"].with_user(self.operator).create({})
            asked = [{}, "res.users", self.operator.ids, "action_totp_enable_wizard", [], {}]
            wizard.sudo().request = json.dumps(asked)
            self.env.flush_all()
            with mute_logger("odoo.http"):
                page.post(
                    "/web/dataset/call_kw/res.users.identitycheck/run_check",
                    json={
                        "params": {
                            "model": "res.users.identitycheck",
                            "method": "run_check",
                            "args": [[wizard.id]],
                            "kwargs": {"context": {"password": password, "lang": "ru_RU"}},
                        }
                    },
                )
            return page.response.json()

        for _number in range(5):
            self.assertNotIn(TOO_MANY, str(ask("not this one")))
        self.assertIn(TOO_MANY, ask(PASSWORD)["error"]["data"]["message"])

    def test_nobody_is_counted_without_a_request(self):
        for _number in range(9):
            with self.env["tour_loan.attempt"]._counted("password", self.operator.login):
                pass
        self.assertEqual(self.attempts(), [])

    def test_an_administrator_ends_a_lock_out(self):
        self.fails(self.operator)
        ask = "SELECT id FROM tour_loan_attempt"
        ids = [row[0] for row in ask_aside(self.env.cr.dbname, ask)]
        self.assertTrue(ids)
        admin = self.employee("admin", "base.group_system")
        mine = self.env["tour_loan.attempt"]
        self.assertTrue(mine.with_user(admin).has_access("unlink"))
        for user in (self.operator, self.employee("m", "tour_loan.tour_loan_group_manager")):
            self.assertFalse(mine.with_user(user).has_access("read"))
        self.assertFalse(mine.with_user(admin).has_access("create"))

    def test_borrowers_codes_are_not_counted_here(self):
        application = self.opened()
        self.come_back(application.borrower_id)
        self.assertEqual(self.attempts(), [])

    def test_what_was_counted_ends(self):
        period = self.env["tour_loan.attempt"]._period.in_force(self.env)
        self.assertLessEqual(timedelta(hours=1), period)
        domain = self.env["tour_loan.attempt"]._ended(fields.Datetime.now() - period)
        self.assertIn("began_at", str(domain))
