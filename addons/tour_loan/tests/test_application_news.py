from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .common import PHONE, TourLoanCommon, later, rub


@tagged("post_install", "-at_install")
class TestNews(TourLoanCommon):
    """What the borrower is told when something happens to his application, and when not."""

    def news(self, application) -> list:
        """Return the texts of the SMS without a code, oldest first, and forget them."""
        found = self.messages_to(PHONE).filtered(
            lambda sms: sms.application_id == application and not sms.code_id
        )
        texts = [text.replace("\xa0", " ") for text in found.mapped("text")]
        found.unlink()
        return texts

    def change(self, application, **order):
        answer = self.rpc(
            "application.change", {"application_id": application.uuid, "order": order}
        )
        self.assertIn("result", answer)
        return answer["result"]

    def advance(self, amount):
        return {"amount": rub(amount), "paid_at": "2026-06-01T12:00:00+03:00"}

    def test_an_approval_for_less_does_not_invite_to_sign(self):
        application = self.approved(60000)
        [text] = self.news(application)
        self.assertIn("60 000,00 ₽ вместо 100 000,00 ₽", text)
        self.assertIn("40 000,00 ₽", text)
        self.assertNotIn("подпишите", text)

    def test_a_top_up_to_the_offer_invites_to_sign_and_is_told_to_the_lender(self):
        application = self.approved(60000)
        self.news(application)
        told = []
        self.patch(
            self.registry["tour_loan.application"],
            "_notify_accounting",
            lambda application, kind: told.append(kind),
        )
        self.change(application, advance=self.advance("60000.00"))
        [text] = self.news(application)
        self.assertIn("можно подписать", text)
        self.assertEqual(told, ["change"])

    def test_a_longer_hold_is_no_new_decision_and_no_news(self):
        for amount in (100000, 60000):
            application = self.approved(amount)
            self.news(application)
            held = {"held_until": later(days=20)}
            self.assertEqual(self.change(application, **held)["status"], "approved")
            self.assertFalse(self.news(application))
        waiting = self.submitted()
        self.assertEqual(self.change(waiting, **held)["status"], "submitted")
        self.assertFalse(self.news(waiting))
        self.assertEqual(self.moves(waiting)[-1], ("adjust_submitted", "agency", True))

    def test_another_loan_before_the_decision_is_told(self):
        application = self.submitted()
        self.change(application, price=rub("130000.00"))
        [text] = self.news(application)
        self.assertIn("заём теперь 110 000,00 ₽", text)

    def test_who_cancelled_decides_what_is_said(self):
        reference = {"reason": "Нет мест"}
        by_agency = self.approved()
        self.rpc("application.cancel", {"application_id": by_agency.uuid, **reference})
        self.assertEqual(by_agency.decline_code, "agency")
        by_borrower, in_the_pause = self.approved(), self.signed()
        gone, by_staff = self.approved(), self.approved()
        committed = self.signed()
        committed.state = "committed"
        self.rpc("application.cancel", {"application_id": committed.uuid, **reference})
        for application in (by_borrower, in_the_pause):
            application._cancel_by_borrower()
        gone._move("cancel", "agency", note=gone._tour_gone(), decline_code="agency")
        by_staff.action_cancel()
        by_lender = self.application_in("committed", phone=PHONE)
        for application in (committed, by_lender):
            application._accounting_update({"status": "cancelled"})
        self.assertEqual(committed.decline_code, "agency")
        self.assertFalse(by_lender.decline_code)
        for application, who, words in (
            (by_agency, "agency", "турагентство отменило заказ"),
            (by_borrower, "borrower", "заявка на заём отменена"),
            (in_the_pause, "borrower", "вы отказались от займа"),
            (gone, "tour", "тур больше не доступен"),
            (by_staff, "staff", "заявка на заём отменена"),
            (committed, "agency", "турагентство отменило заказ"),
            (by_lender, "accounting", "заявка на заём отменена"),
        ):
            text = self.news(application)[-1]
            self.assertEqual(application._cancelled_by(), who)
            self.assertTrue(text.startswith(f"Север: {words}"), text)
            self.assertNotIn("вернёт", text, "nothing is promised for the agency")

    def test_an_annulled_loan_is_told(self):
        application = self.application_in("funded", phone=PHONE)
        application._accounting_update({"status": "annulled"})
        [text] = self.news(application)
        self.assertIn("платить больше ничего не нужно", text)

    def test_the_lenders_payment_is_his_no_to_a_cancel(self):
        application = self.signed()
        application.state = "committed"
        self.rpc("application.cancel", {"application_id": application.uuid, "reason": "Нет"})
        self.assertEqual(application.claim_ids._of("cancel")[-1:].state, "waiting")
        payout = {"amount": 100000, "paid_on": fields.Date.today(), "payment_order": "118"}
        application._accounting_update({"status": "funded", "payout": payout})
        self.assertEqual((application.state, application.claim_ids.state), ("funded", "refused"))

    def test_a_part_of_the_tours_price_returned_is_told_the_whole_is_not(self):
        application = self.application_in("funded", phone=PHONE, payout_amount=100000)
        for amount, told in ((30000, True), (100000, False)):
            claim = application._claim("tour_refund", amount=amount)
            claim._answered("accepted")
            claim._answered("accepted")
            texts = self.news(application)
            self.assertEqual(len(texts), int(told))
        self.assertEqual(
            application.claim_ids._of("tour_refund", "accepted").mapped("amount"), [30000, 100000]
        )
        refused = application._claim("tour_refund", amount=1000)
        refused._answered("refused")
        self.assertFalse(self.news(application))
        self.assertEqual(application.refunded_amount, Decimal(130000))
