"""Nobody signs what is stopped: not by a page, not by a code that was sent before."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ORIGIN, TourLoanCommon, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestStopped(TourLoanCommon):
    def test_a_code_that_was_sent_confirms_nothing_any_more(self):
        application = self.approved()
        code, refusal = application._request_code("contract", application.phone, ORIGIN)
        self.assertFalse(refusal)
        application._accounting_update({"stop": "подозрение на мошенничество"})
        _code, error = application._confirm("contract", code._plain(), str(code.id), ORIGIN)
        self.assertEqual(error["error"], "expired")
        self.assertEqual((application.state, application._sign_blocker()), ("approved", "stopped"))
        _code, refusal = application._request_code("contract", application.phone, ORIGIN)
        self.assertTrue(refusal)

    def test_it_stays_whatever_is_told_after_until_staff_have_looked(self):
        application = self.approved()
        told = {"stop": "стоп"}
        self.assertTrue(application._accounting_update(told))
        self.assertFalse(application._accounting_update(told), "said twice it is no news")
        application._accounting_update({"status": "approved", "offer": self.offer_of(application)})
        self.assertEqual(application._sign_blocker(), "stopped")
        [waiting] = self.env["tour_loan.attention"].search(
            [("application_id", "=", application.id)]
        )
        self.assertIn("стоп", waiting.what)
        operator = new_test_user(self.env, "operator", "tour_loan.tour_loan_group_operator")
        application.with_user(operator).action_let_sign()
        self.assertFalse(application._sign_blocker())
        self.assertEqual(
            self.moves(application)[-2:],
            [("stopped", "accounting", True), ("let_sign", "staff", True)],
        )
        self.assertIn("operator", application.history_ids.sorted("id")[-1].who)

    def test_before_the_decision_it_holds_for_the_offer_to_come(self):
        application = self.submitted()
        operator = new_test_user(self.env, "operator", "tour_loan.tour_loan_group_operator")
        application.with_user(operator).action_stop_signing()
        application.with_user(operator).action_stop_signing()
        application._accounting_update({"status": "approved", "offer": self.offer_of(application)})
        self.assertEqual((application.state, application._sign_blocker()), ("approved", "stopped"))
        self.assertEqual([move for move, *_rest in self.moves(application)].count("stopped"), 1)

    def test_a_stop_that_comes_after_the_signature_is_seen_by_staff(self):
        application = self.signed()
        application._accounting_update({"stop": "стоп"})
        [waiting] = self.env["tour_loan.attention"].search(
            [("application_id", "=", application.id)]
        )
        self.assertIn("стоп", waiting.what)

    def test_others_of_the_staff_may_not(self):
        application = self.approved()
        accountant = new_test_user(self.env, "accountant", "tour_loan.tour_loan_group_accountant")
        for action in ("action_stop_signing", "action_let_sign"):
            with self.assertRaises(AccessError):
                getattr(application.with_user(accountant), action)()


@tagged("post_install", "-at_install")
class TestStoppedPage(TourLoanHttpCommon):
    def test_the_page_says_so_and_why_is_the_staffs_alone(self):
        application = self.approved()
        application._accounting_update({"stop": "тайная причина"})
        page = self.come_back(application.borrower_id)
        answer = page.get(f"/my/applications/{application.uuid}")
        self.assertIn("Подписание пока остановлено", answer.text)
        self.assertNotIn("тайная причина", answer.text)
        self.assertNotIn("/sign", answer.text)
        self.assertEqual(
            page.get(f"/my/applications/{application.uuid}/sign").path,
            f"/my/applications/{application.uuid}",
        )
