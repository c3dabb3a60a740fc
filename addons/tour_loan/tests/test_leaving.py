from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.job import Job

from ..models.staff.leaving import WAITING
from .common_staff import StaffHttpCommon


@tagged("post_install", "-at_install")
class TestLeaving(StaffHttpCommon):
    """One action ends all an employee could come in by; nothing of it comes back."""

    required = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.employee("manager", "tour_loan.tour_loan_group_manager")
        cls.admin = cls.employee("admin", "base.group_system")

    def a_key(self, user):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(user).sudo()
        return keys._generate("rpc", "program", tomorrow)

    def a_trusted_device(self, user):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        devices = self.env["auth_totp.device"].with_user(user).sudo()
        return devices._generate("browser", "laptop", tomorrow)

    def a_job(self, user, state="pending"):
        job = Job(self.env["tour_loan.lock"].with_user(user).sudo()._take, args=("leaving",))
        job.store()
        row = job.db_record().sudo()
        row.with_context(_job_edit_sentinel=row.EDIT_SENTINEL).write({"state": state})
        self.assertEqual((row.user_id, row.state), (user, state))
        return row

    def a_timer(self, user):
        return self.env["ir.cron"].create(
            {
                "name": "Timer of somebody",
                "user_id": user.id,
                "model_id": self.env.ref("base.model_res_partner").id,
                "state": "code",
                "code": "pass",
            }
        )

    def test_everything_ends_at_once(self):
        user = self.operator
        page = self.log_in(user)
        page.get("/odoo")
        self.assertTrue(self.is_in(page))
        self.set_up_totp(user)
        key, device = self.a_key(user), self.a_trusted_device(user)
        jobs = [self.a_job(user, state) for state in WAITING]
        others = self.a_job(self.manager)
        timer, others_timer = self.a_timer(user), self.a_timer(self.manager)
        user.partner_id.signup_prepare(signup_type="reset")
        told = user.with_user(self.manager).action_tour_loan_leave()["params"]["message"]
        self.env.flush_all()
        self.assertIn("1, second factors 1, waiting jobs 3, timers 1", told)
        self.assertFalse(user.active)
        self.assertFalse(self.is_in(page))
        self.assertEqual({job.state for job in jobs}, {"cancelled"})
        self.assertEqual(others.state, "pending")
        self.assertEqual((timer.active, others_timer.active), (False, True))
        self.assertFalse(user.totp_enabled or user.partner_id.signup_type)
        [event] = self.env["tour_loan.event"].search([("kind", "=", "staff_left")])
        self.assertEqual((event.records, event.login), (str(user.id), self.manager.login))
        self.assert_no_way_in(user, page, key, device)

    def assert_no_way_in(self, user, page, key, device):
        """Somebody makes the user active again: all of his old keys are none."""
        user.active = True
        self.env.flush_all()
        self.assertFalse(self.is_in(page))
        keys = self.env["res.users.apikeys"]
        self.assertFalse(keys._check_credentials(scope="rpc", key=key))
        devices = self.env["auth_totp.device"]
        self.assertFalse(
            devices._check_credentials_for_uid(scope="browser", key=device, uid=user.id)
        )
        self.assertFalse(self.is_in(self.log_in(user)))
        user.password = "новые слова для новой жизни"
        self.env.flush_all()
        self.assertFalse(self.is_in(page))
        self.assertTrue(self.is_in(self.log_in(user, "новые слова для новой жизни")))

    def test_odoos_own_menu_does_the_same(self):
        user = self.operator
        page = self.log_in(user)
        page.get("/odoo")
        key, device = self.a_key(user), self.a_trusted_device(user)
        job = self.a_job(user)
        user.with_user(self.admin).action_archive()
        self.env.flush_all()
        self.assertEqual(job.state, "cancelled")
        self.assert_no_way_in(user, page, key, device)

    def test_passkeys_go_too(self):
        self.env["ir.config_parameter"].set_param("tour_loan.second_factor", "required")
        self.set_up_passkey(self.operator)
        self.operator.with_user(self.admin).action_tour_loan_leave()
        keys = self.env["auth.passkey.key"].search([("create_uid", "=", self.operator.id)])
        self.assertFalse(keys)

    def test_what_waits_at_the_code_after_the_password_ends(self):
        key = self.set_up_totp(self.operator)
        page = self.log_in(self.operator)
        self.operator.with_user(self.manager).action_tour_loan_leave()
        self.operator.active = True
        self.set_up_totp(self.operator)
        self.env.flush_all()
        self.type_code(page, self.code(key))
        self.assertEqual(page.path, "/web/login")

    def test_who_may_dismiss_whom(self):
        def dismiss(user, actor):
            user.with_user(actor).action_tour_loan_leave()

        for user, actor, error in (
            (self.admin, self.manager, AccessError),
            (self.manager, self.manager, UserError),
            (self.admin, self.admin, UserError),
            (self.manager, self.operator, AccessError),
            (self.opened().borrower_id.user_id, self.admin, UserError),
        ):
            with self.assertRaises(error), self.env.cr.savepoint():
                dismiss(user, actor)
            self.assertTrue(user.active)
        dismiss(self.manager, self.admin)
        self.assertFalse(self.manager.active)

    def test_borrowers_sessions_do_not_come_back_either(self):
        application = self.opened()
        user = application.borrower_id.user_id
        page = self.come_back(application.borrower_id)
        address = f"/my/applications/{application.uuid}/passport"
        self.assertEqual(page.get(address).path, address)
        user.with_user(SUPERUSER_ID).active = False
        user.with_user(SUPERUSER_ID).active = True
        self.env.flush_all()
        self.assertTrue(page.get(address).path.startswith("/tour_loan/login"))

    def test_the_list_of_employees_is_the_managers(self):
        action = self.env.ref("tour_loan.staff_action")
        for user in (self.manager, self.admin):
            found = self.env["res.users"].with_user(user).search([("share", "=", False)])
            view = self.env.ref("tour_loan.staff_view_list")
            self.env["res.users"].with_user(user).get_view(view.id, "list")
            self.assertIn(self.operator, found)
            found.read(["name", "login", "login_date", "tour_loan_has_factor", "active"])
        self.assertEqual(action.view_id or action.view_ids.view_id, view)
