from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import PayuCommon

MANAGER = "payu_connector.payu_connector_group_manager"
OPERATOR = "payu_connector.payu_connector_group_operator"


@tagged("post_install", "-at_install")
class TestSecurity(PayuCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "payu_operator", OPERATOR)
        cls.notice = cls.env["payu_ru.notice"].create(
            {"provider_id": cls.provider.id, "event_id": "e", "body": "{}", "reference": "LOAN-42"}
        )

    def test_an_operator_reads_notices_and_payments_and_writes_neither(self):
        transaction = self._payment().with_user(self.operator)
        notice = self.notice.with_user(self.operator)
        self.assertEqual(notice.reference, "LOAN-42")
        self.assertEqual(transaction.reference, "LOAN-42")
        for record, values in ((notice, {"state": "processed"}), (transaction, {"state": "done"})):
            with self.assertRaises(AccessError):
                record.sudo(False).write(values)
        with self.assertRaises(AccessError):
            notice.unlink()

    def test_an_operator_does_not_see_what_came_nor_the_secret(self):
        with self.assertRaises(AccessError):
            self.notice.with_user(self.operator).read(["body"])
        with self.assertRaises(AccessError):
            self.provider.with_user(self.operator).read(["payu_ru_secret_key"])

    def test_an_operator_asks_payu_but_gives_nothing_back(self):
        transaction = self._payment("pending")
        self.payu.replies = [self._status("COMPLETE")]
        transaction.with_user(self.operator).sudo(False).action_payu_ru_ask()
        self.assertEqual(transaction.state, "done")
        with self.assertRaises(AccessError):
            transaction.with_user(self.operator).sudo(False).action_payu_ru_refund()

    def test_a_manager_gives_back_without_an_administrators_rights(self):
        manager = new_test_user(self.env, "payu_manager", MANAGER)
        self.assertFalse(manager.has_group("base.group_system"))
        transaction = self._payment("done")
        self.payu.replies = [(200, {"status": "SUCCESS", "refundRequestId": "2d5e-uuid"})]
        transaction.with_user(manager).sudo(False).action_payu_ru_refund()
        refund = transaction.child_transaction_ids
        self.assertEqual((refund.state, refund.amount), ("pending", -1500.5))
        self.assertEqual(refund.create_uid, manager)
        window = self.env["payu_ru.refund"].with_user(manager).sudo(False)
        self.assertEqual(window.create({"transaction_id": transaction.id}).rest, 0)
        with self.assertRaises(AccessError):
            transaction.with_user(manager).sudo(False).write({"state": "draft"})

    def test_others_see_nothing(self):
        for user in (self.internal_user, self.portal_user, self.public_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.notice.with_user(user).read(["reference"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.notice.with_user(user).action_process_again()
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._payment(reference=f"X-{user.id}").with_user(user).sudo(
                    False
                ).action_payu_ru_ask()

    def test_notices_of_another_company_are_not_seen(self):
        company = self.env["res.company"].create({"name": "B"})
        stranger = new_test_user(
            self.env,
            "payu_stranger",
            OPERATOR,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(self.env["payu_ru.notice"].with_user(stranger).search([]))

    def test_administrators_are_managers_and_managers_operators(self):
        self.assertTrue(self.admin_user.has_group(MANAGER))
        self.assertTrue(new_test_user(self.env, "payu_manager", MANAGER).has_group(OPERATOR))
