from odoo.tests import new_test_user, tagged

from .common import PayuCommon
from .test_security import MANAGER, OPERATOR

OPERATIONS = ("read", "write", "create", "unlink")
NOTHING, READ, ALL_BUT_UNLINK = 0, 1, 3


@tagged("post_install", "-at_install")
class TestAccess(PayuCommon):
    def test_the_matrix_of_rights(self):
        """Nobody writes the ledger of notices, and no operator a payment or a provider."""
        operator = new_test_user(self.env, "payu_operator", OPERATOR)
        manager = new_test_user(self.env, "payu_manager", MANAGER)
        employee = new_test_user(self.env, "payu_employee", "base.group_user")
        strangers = (employee, self.portal_user, self.public_user)
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("payu_ru.") and not model._abstract
        }
        self.assertEqual(
            ours, {"payu_ru.notice", "payu_ru.refund"}, "a model without its row in the matrix"
        )
        matrix = [
            ("payu_ru.notice", operator, READ),
            ("payu_ru.notice", self.admin_user, READ),
            ("payment.transaction", operator, READ),
            ("payment.transaction", manager, READ),
            ("payment.provider", operator, NOTHING),
            ("payment.provider", manager, NOTHING),
            ("payu_ru.refund", operator, NOTHING),
            ("payu_ru.refund", manager, ALL_BUT_UNLINK),
            *(("payu_ru.notice", user, NOTHING) for user in strangers),
            *(("payu_ru.refund", user, NOTHING) for user in strangers),
            *(("payment.transaction", user, NOTHING) for user in strangers),
        ]
        for model, user, right in matrix:
            with self.subTest(model, user=user.login):
                may = [self.env[model].with_user(user).has_access(name) for name in OPERATIONS]
                self.assertEqual(may, [index < right for index in range(4)])
