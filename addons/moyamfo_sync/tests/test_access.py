from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import MoyamfoCase, fault, page

OPERATIONS = ("read", "write", "create", "unlink")
NOTHING, READ, ALL = 0, 1, 4
# What operators, managers and integrators may; all others may nothing of it.
MATRIX = {
    "moyamfo.message": (READ, READ, READ),
    "moyamfo.run": (READ, READ, READ),
    "moyamfo.aside": (READ, READ, READ),
    "moyamfo.profile": (NOTHING, READ, ALL),
    "moyamfo.tryout": (NOTHING, NOTHING, ALL),
}


class TestAccess(MoyamfoCase):
    """The outbox says what 1C got: whoever could write it could have money booked twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")
        cls.manager = new_test_user(cls.env, "a_manager", "tour_loan.tour_loan_group_manager")
        cls.integrator = new_test_user(
            cls.env, "an_integrator", "tour_loan.tour_loan_group_integrator"
        )
        cls.strangers = (
            new_test_user(cls.env, "an_accountant", "tour_loan.tour_loan_group_accountant"),
            new_test_user(cls.env, "an_auditor", "tour_loan.tour_loan_group_auditor"),
            new_test_user(cls.env, "a_portal_user", "base.group_portal"),
            new_test_user(cls.env, "an_employee", "base.group_user"),
            cls.env.ref("base.public_user"),
        )

    def test_the_matrix_of_rights(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("moyamfo.") and not model._abstract
        }
        self.assertEqual(ours, set(MATRIX), "a model without its row in the matrix")
        staff = (self.operator, self.manager, self.integrator)
        for model, rights in MATRIX.items():
            for user in (*staff, *self.strangers):
                with self.subTest(model, user=user.login):
                    may = [self.env[model].with_user(user).has_access(name) for name in OPERATIONS]
                    expected = NOTHING if user not in staff else rights[staff.index(user)]
                    self.assertEqual(may, [index < expected for index in range(4)])

    def test_staff_cannot_make_a_sent_message_go_out_again(self):
        _application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: "OK"
        self.deliver(message)
        for user in (self.operator, self.manager):
            with self.assertRaises(AccessError):
                message.with_user(user).write({"state": "pending", "attempts": 0})
            with trap_jobs() as trap:
                message.with_user(user).action_send_again()
            trap.assert_jobs_count(0)
            self.assertEqual((message.state, message.attempts), ("sent", 1))

    def test_the_buttons_of_a_stuck_message_are_the_operators_and_nobody_elses(self):
        _application, message = self.submitted()
        self.publication.answers["LoadApplication"] = lambda body: fault("нет")
        self.deliver(message)
        for stranger in self.strangers:
            for button in ("action_drop", "action_send_again"):
                with self.assertRaises(AccessError):
                    getattr(message.with_user(stranger), button)()
        self.assertEqual(message.state, "stuck")
        with trap_jobs() as trap:
            message.with_user(self.operator).action_send_again()
        trap.assert_jobs_count(1)
        self.publication.answers["GetApplications"] = lambda body: page()
        self.deliver(message)
        self.assertEqual(message.state, "stuck")
        with trap_jobs():
            message.with_user(self.operator).action_drop()
        self.assertEqual(message.state, "dropped")
