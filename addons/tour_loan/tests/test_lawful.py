"""What the law forbids is not saved, shown or signed, and waits for staff."""

import os
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ORIGIN, TourLoanCommon, TourLoanHttpCommon


class OfferMixin:
    def offer(self, application, **changes) -> dict:
        return {**self.offer_of(application), **changes}

    def told(self, application, **changes) -> bool:
        offer = self.offer(application, **changes)
        return application._accounting_update(
            {"status": "approved", "number": "ZK-1", "offer": offer}
        )


@tagged("post_install", "-at_install")
class TestLawfulProducts(TourLoanCommon):
    def test_a_product_the_law_forbids_cannot_be_saved(self):
        for values, words in (
            ({"rate": 900}, "292"),
            ({"rate": 292.001}, "292"),
            ({"amount_max": 50_000_000}, "500\\s000"),
            ({"amount_max": 500_000.01}, "500\\s000"),
            ({"rate": 200, "months": "12", "default_months": 12}, "over the loan"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words):
                self.product.write(values)

    def test_what_is_just_lawful_can(self):
        self.product.write({"amount_max": 500_000})
        self.product.write({"rate": 292, "months": "3", "default_months": 3})
        self.assertEqual(self.product._conditions().terms, (3,))

    def test_a_microfinance_company_may_lend_more(self):
        with patch.dict(os.environ, {"TOUR_LOAN_LENDER_KIND": "mfk"}):
            self.product.amount_max = 1_000_000
            with self.assertRaises(ValidationError):
                self.product.amount_max = 1_000_001

    def test_a_product_of_older_law_offers_less_by_itself(self):
        self.product.flush_recordset()
        self.env.cr.execute(
            "UPDATE tour_loan_product SET rate = 200, months = '3,12' WHERE id = %s",
            [self.product.id],
        )
        self.product.invalidate_recordset()
        self.registry.clear_cache()
        params = {
            "price": {"amount": "120000.00", "currency": "RUB"},
            "advance": {"amount": "20000.00", "currency": "RUB"},
        }
        quoted = self.rpc("calculator.quote", params)["result"]["previews"]
        self.assertEqual([preview["months"] for preview in quoted], [3])
        self.assertIn("error", self.rpc("calculator.quote", {**params, "months": 12}))
        self.assertIn("error", self.rpc("application.create", self.order(terms={"months": 12})))
        self.env.cr.execute(
            "UPDATE tour_loan_product SET rate = 900 WHERE id = %s", [self.product.id]
        )
        self.product.invalidate_recordset()
        self.registry.clear_cache()
        for method, values in (
            ("calculator.quote", params),
            ("application.create", self.order()),
        ):
            self.assertIn("error", self.rpc(method, values))


@tagged("post_install", "-at_install")
class TestLawfulOffers(OfferMixin, TourLoanCommon):
    unlawful = (
        {"psk": Decimal("398.292")},
        {"psk": Decimal("292.001")},
        {"rate": Decimal("292.1")},
        {"psk_amount": Decimal("100000.01")},
        {"amount": Decimal("500000.01")},
    )

    def test_an_unlawful_offer_is_kept_aside(self):
        for changes in self.unlawful:
            with self.subTest(changes):
                application = self.submitted()
                before = application.sequence
                self.assertTrue(self.told(application, **changes))
                self.assertEqual(application.state, "submitted")
                self.assertEqual(application.accounting_number, "ZK-1", "the rest is taken over")
                self.assertTrue(application.offer_problem)
                waiting = self.env["tour_loan.attention"].search([]).mapped("what")
                self.assertIn(application.offer_problem, waiting)
                self.assertFalse(application.offer_amount)
                self.assertIsNone(application._offer_object())
                self.assertEqual(application.sequence, before, "the agency hears of nothing")
                self.assertIn(("approve", "accounting", False), self.moves(application))
                self.assertFalse(self.told(application, **changes), "a repeat")

    def test_a_schedule_that_costs_more_than_it_says_is_found(self):
        application = self.submitted()
        offer = self.offer(application)
        dear = [{**line, "amount": line["amount"] * 3} for line in offer["schedule"]]
        self.told(application, schedule=dear)
        self.assertEqual(application.state, "submitted")
        self.assertTrue(application.offer_problem)

    def test_a_lawful_offer_after_it_is_shown(self):
        application = self.submitted()
        self.told(application, rate=Decimal(900))
        self.assertTrue(self.told(application))
        self.assertEqual(application.state, "approved")
        self.assertFalse(application.offer_problem)
        self.assertEqual(application._sign_blocker(), "")

    def test_an_unlawful_one_in_its_place_bars_the_signature(self):
        application = self.approved()
        application._documents("contract")
        code, _refusal = application._request_code("contract", application.phone, ORIGIN)
        self.told(application, psk=Decimal(300))
        self.assertEqual((application.state, application._sign_blocker()), ("approved", "law"))
        self.assertTrue(application._confirm("contract", code._plain(), None, ORIGIN)[1])
        self.assertFalse(application.signed_at)

    def test_an_offer_of_before_the_law_cannot_be_signed(self):
        application = self.approved()
        application.offer_psk = 398.292
        self.assertEqual(application._sign_blocker(), "law")

    def test_a_decline_and_money_pass_whatever_the_offer_is(self):
        application = self.submitted()
        self.told(application, rate=Decimal(900))
        application._accounting_update({"status": "declined"})
        self.assertEqual(application.state, "declined")
        signed = self.signed()
        self.assertFalse(self.told(signed, rate=Decimal(900)))
        self.assertFalse(signed.offer_problem)

    def test_what_he_owes_the_lender_already_counts(self):
        first = self.signed()
        first.loan_id.write({"amount": 450_000, "state": "active"})
        second = self.submitted()
        self.told(second)
        self.assertEqual(second.state, "submitted")
        self.assertIn("500\xa0000,00", second.offer_problem)
        first.loan_id.state = "closed"
        self.told(second)
        self.assertEqual(second.state, "approved")

    def test_the_cap_is_that_of_the_day(self):
        application = self.submitted()
        loan = self.registry["tour_loan.application"]
        offer = self.offer(application, psk_amount=Decimal("120000.00"))
        self.assertTrue(application._offer_breaches(offer))
        self.assertTrue(loan)
        with patch("odoo.fields.Date.context_today", lambda *_args: date(2026, 3, 31)):
            self.assertFalse(application._offer_breaches({**offer, "schedule": []}))


@tagged("post_install", "-at_install")
class TestUnlawfulPages(OfferMixin, TourLoanHttpCommon):
    def test_the_borrower_sees_no_unlawful_terms(self):
        application = self.approved()
        visitor = self.come_back(application.borrower_id)
        self.told(application, psk=Decimal("398.292"))
        visitor.get(f"/my/applications/{application.uuid}")
        self.assertNotIn("398", visitor.text)
        self.assertNotIn("ПСК", visitor.text)
        self.assertFalse(visitor.page.xpath("//a[contains(@href, '/sign')]"))
        visitor.get(f"/my/applications/{application.uuid}/sign")
        self.assertEqual(visitor.path, f"/my/applications/{application.uuid}")
