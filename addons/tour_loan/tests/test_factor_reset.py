import base64
import secrets
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestFactorReset(TransactionCase):
    """One administrator asks, another one confirms; nobody alone, nobody for himself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new = lambda name, group="base.group_system": new_test_user(cls.env, name, group)  # noqa: E731
        cls.first, cls.second, cls.third = map(new, ("admin_one", "admin_two", "admin_three"))
        cls.operator = new("an_operator", "tour_loan.tour_loan_group_operator")
        cls.manager = new("a_manager", "tour_loan.tour_loan_group_manager")
        for user in (cls.operator, cls.first, cls.third):
            user.sudo().totp_secret = base64.b32encode(secrets.token_bytes(20)).decode()

    def ask(self, by, user=None, reason="phone lost, asked in person"):
        resets = self.env["tour_loan.factor.reset"].with_user(by)
        return resets._ask(user or self.operator, reason)

    def assertRefused(self, call, error=UserError):
        with self.assertRaises(error), self.env.cr.savepoint():
            call()

    def test_two_administrators_take_it_away_and_it_is_recorded(self):
        tomorrow = self.env.cr.now() + timedelta(days=1)
        devices = self.env["auth_totp.device"].with_user(self.operator).sudo()
        devices._generate("browser", "laptop", tomorrow)
        token = self.operator._compute_session_token("sid")
        reset = self.ask(self.first)
        self.assertTrue(self.operator.totp_enabled)
        self.assertEqual((reset.state, reset.asked_by_id), ("asked", self.first))
        reset.with_user(self.second).action_confirm()
        kinds = ("proposed", "confirmed", "second_factor_removed")
        told = self.env["tour_loan.event"].search([("kind", "in", kinds)], order="id")
        self.assertEqual(
            told.mapped(lambda event: (event.kind, event.login)),
            [
                ("proposed", "admin_one"),
                ("confirmed", "admin_two"),
                ("second_factor_removed", "admin_two"),
            ],
        )
        self.assertEqual(told[0].reason, "phone lost, asked in person")
        self.assertFalse(self.operator.totp_enabled)
        self.assertFalse(self.operator.totp_trusted_device_ids)
        self.assertNotEqual(self.operator._compute_session_token("sid"), token)
        self.assertEqual((reset.state, reset.decided_by_id), ("done", self.second))
        self.assertTrue(reset.decided_at)

    def test_nobody_alone_and_nobody_for_himself(self):
        self.assertRefused(lambda: self.ask(self.first, self.first))
        reset = self.ask(self.first)
        self.assertFalse(reset.may_decide)
        self.assertRefused(reset.with_user(self.first).action_confirm)
        self.assertRefused(reset.with_user(self.first).action_refuse)
        own = self.ask(self.second, self.third)
        self.assertFalse(own.with_user(self.third).may_decide)
        self.assertRefused(own.with_user(self.third).action_confirm)
        self.assertTrue(self.operator.totp_enabled and self.third.totp_enabled)

    def test_nor_by_a_second_account_of_ones_own(self):
        twin = new_test_user(self.env(user=self.first), "admin_twin", "base.group_system")
        reset = self.ask(self.first)
        self.assertRefused(reset.with_user(twin).action_confirm)
        self.assertTrue(self.operator.totp_enabled)

    def test_administrators_only(self):
        for user in (self.manager, self.operator):
            self.assertRefused(lambda user=user: self.ask(user), AccessError)
        reset = self.ask(self.first)
        for user in (self.manager, self.operator):
            for method in ("action_confirm", "action_refuse", "action_withdraw"):
                self.assertRefused(getattr(reset.with_user(user), method), AccessError)

    def test_rows_are_written_by_the_two_buttons_only(self):
        reset = self.ask(self.first)
        for user in (self.first, self.second):
            mine = reset.with_user(user)
            self.assertRefused(lambda mine=mine: mine.write({"state": "done"}), AccessError)
            self.assertRefused(mine.unlink, AccessError)
            self.assertRefused(
                lambda user=user: (
                    self.env["tour_loan.factor.reset"]
                    .with_user(user)
                    .create({"user_id": self.operator.id, "reason": "x"})
                ),
                AccessError,
            )
        self.assertRefused(reset.sudo().unlink, UserError)

    def test_it_is_decided_once(self):
        for decide in ("action_refuse", "action_withdraw"):
            reset = self.ask(self.first)
            by = self.first if decide == "action_withdraw" else self.second
            getattr(reset.with_user(by), decide)()
            self.assertRefused(reset.with_user(self.third).action_confirm, UserError)
            self.assertTrue(self.operator.totp_enabled)

    def test_it_waits_for_a_day(self):
        reset = self.ask(self.first)
        reset.sudo().asked_at -= timedelta(hours=25)
        self.assertRefused(reset.with_user(self.second).action_confirm, UserError)
        self.assertTrue(self.ask(self.second))

    def test_what_somebody_asked_who_has_left_is_over(self):
        reset = self.ask(self.first)
        self.first.active = False
        self.assertRefused(reset.with_user(self.second).action_confirm, UserError)

    def test_it_is_asked_for_once_with_a_reason_of_who_has_one(self):
        self.assertRefused(lambda: self.ask(self.first, reason="  "), UserError)
        self.assertRefused(lambda: self.ask(self.first, self.manager), UserError)
        self.ask(self.first)
        self.assertRefused(lambda: self.ask(self.second), UserError)

    def test_the_window_asks_and_shows_what_waits(self):
        action = self.operator.with_user(self.first).action_tour_loan_ask_reset()
        window = self.env[action["res_model"]].with_user(self.first)
        window = window.with_context(**action["context"]).create({"reason": "phone lost"})
        self.assertEqual(window.action_ask()["res_model"], "tour_loan.factor.reset")
        found = self.env["tour_loan.factor.reset"].with_user(self.second).search([])
        self.assertEqual(found.user_id, self.operator)
