from odoo import fields
from odoo.tests import tagged

from .common import PHONE, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestRefusal(TourLoanHttpCommon):
    """The borrower does not want the loan any more: one click in each state."""

    def at_home(self, application):
        page = self.come_back(application.borrower_id)
        return page.get(f"/my/applications/{application.uuid}")

    def refuse(self, page):
        [form] = page.page.find_class("tl-cancel")
        return page.post(form.get("action"), dict(form.form_values()))

    def cancelled_by_a_click(self, application):
        page = self.refuse(self.at_home(application))
        self.assertEqual((application.state, application.decline_code), ("cancelled", "borrower"))
        self.assertIn("Заявка отменена", page.text)
        self.assertFalse(page.page.find_class("tl-cancel"))
        return page

    def test_while_filling(self):
        self.cancelled_by_a_click(self.filled())

    def test_with_the_lender(self):
        self.cancelled_by_a_click(self.submitted())

    def test_when_more_data_are_wanted(self):
        for need in ("income", "documents"):
            application = self.submitted()
            application._accounting_update({"status": "needs_data", "needs": [need]})
            self.cancelled_by_a_click(application)

    def test_approved(self):
        self.cancelled_by_a_click(self.approved())

    def test_signed_in_the_pause(self):
        page = self.cancelled_by_a_click(self.signed())
        self.assertIn("Вы отказались от займа", page.text)

    def test_ready(self):
        application = self.signed()
        application.cooling_off_until = fields.Datetime.now()
        application._end_cooling_off()
        self.assertEqual(application.state, "ready")
        page = self.cancelled_by_a_click(application)
        self.assertIn("Вы отказались от займа", page.text)
        self.assertEqual(application.loan_id.state, "annulled")

    def committed(self):
        application = self.signed()
        application.state = "committed"
        return application

    def asked(self):
        application = self.committed()
        told = []
        self.patch(
            self.registry["tour_loan.application"],
            "_notify_accounting",
            lambda application, kind: told.append(kind),
        )
        page = self.refuse(self.at_home(application))
        self.assertEqual((application.state, told), ("committed", ["cancel"]))
        [claim] = application.claim_ids
        self.assertEqual(
            (claim.kind, claim.asked_by, claim.state), ("cancel", "borrower", "waiting")
        )
        self.assertIn("Вы попросили кредитора отменить заём", page.text)
        self.assertFalse(page.page.find_class("tl-cancel"), "it is asked once")
        return application, page

    def test_committed_asks_the_lender_whose_yes_is_on_the_page(self):
        application, page = self.asked()
        application._accounting_update({"status": "cancelled"})
        self.assertEqual((application.state, application.decline_code), ("cancelled", "borrower"))
        page.get(f"/my/applications/{application.uuid}")
        self.assertIn("Кредитор согласился", page.text)
        self.assertIn("вы отказались от займа", self.messages_to(PHONE)[-1:].text)

    def test_committed_asks_the_lender_whose_no_is_on_the_page(self):
        application, page = self.asked()
        application.claim_ids._answered("refused")
        page.get(f"/my/applications/{application.uuid}")
        self.assertIn("Кредитор не смог отменить заём", page.text)
        self.assertFalse(page.page.find_class("tl-cancel"), "an answered request is no loop")
        self.assertIn("не смог отменить", self.messages_to(PHONE)[-1:].text)

    def test_the_payment_is_a_no_that_is_told(self):
        application, page = self.asked()
        payout = {"amount": 100000, "paid_on": fields.Date.today(), "payment_order": "118"}
        application._accounting_update({"status": "funded", "payout": payout})
        page.get(f"/my/applications/{application.uuid}")
        self.assertIn("Тур оплачен", page.text)
        self.assertIn("Кредитор не смог отменить заём", page.text)

    def test_a_click_on_a_page_that_is_out_of_date_asks_or_says_so(self):
        application = self.signed()
        page = self.at_home(application)
        application.state = "committed"
        self.refuse(page)
        self.assertEqual(application.claim_ids.asked_by, "borrower")
        funded = self.signed()
        page = self.at_home(funded)
        funded.write({"state": "funded", "payout_order": "7", "payout_on": fields.Date.today()})
        self.refuse(page)
        self.assertEqual(funded.state, "funded")
        self.assertIn("Отменить уже нельзя", page.text)
