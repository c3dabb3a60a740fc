from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestRoles(TransactionCase):
    """The staff of loans look after payments by PayU without another word of the administrator."""

    roles = ("operator", "manager")

    def may(self, user) -> list[bool]:
        return [
            user.has_group(f"payu_connector.payu_connector_group_{role}") for role in self.roles
        ]

    def test_an_operator_sees_payments_and_a_manager_gives_them_back(self):
        for role, expected in zip(self.roles, ([True, False], [True, True]), strict=True):
            user = new_test_user(self.env, f"loans_{role}", f"tour_loan.tour_loan_group_{role}")
            self.assertEqual(self.may(user), expected, role)
            self.assertTrue(self.env["payu_ru.notice"].with_user(user).has_access("read"))
            self.assertFalse(self.env["payment.provider"].with_user(user).has_access("read"))
            refunds = self.env["payu_ru.refund"].with_user(user)
            self.assertEqual(refunds.has_access("create"), role == "manager")

    def test_an_accountant_sees_payments_and_gives_none_back(self):
        user = new_test_user(self.env, "accountant", "tour_loan.tour_loan_group_accountant")
        self.assertEqual(self.may(user), [True, False])

    def test_whoever_loses_the_role_of_loans_loses_that_of_payments(self):
        user = new_test_user(self.env, "loans_former", "tour_loan.tour_loan_group_manager")
        user.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.may(user), [False, False])

    def test_other_employees_get_nothing(self):
        user = new_test_user(self.env, "employee", "base.group_user")
        self.assertEqual(self.may(user), [False, False])
