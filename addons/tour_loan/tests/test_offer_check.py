"""An offer whose figures are not those of the lender's conventions is told to staff."""

from datetime import date
from decimal import Decimal
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TourLoanCommon
from .test_lawful import OfferMixin


@tagged("post_install", "-at_install")
class TestOfferCheck(OfferMixin, TourLoanCommon):
    def wrong(self, offer, number=2, **values):
        lines = [dict(line) for line in offer["schedule"]]
        lines[number - 1] |= values
        return {**offer, "schedule": lines}

    def waiting(self, application):
        return (
            self.env["tour_loan.attention"]
            .search([("application_id", "=", application.id)])
            .mapped("what")
        )

    def test_what_the_conventions_give_is_offered_without_a_word(self):
        application = self.submitted()
        self.told(application)
        self.assertEqual((application.state, application.offer_differences), ("approved", False))
        self.assertFalse(self.waiting(application))

    def test_a_difference_is_told_with_both_figures_and_offered_all_the_same(self):
        application = self.submitted()
        offer = self.offer(application)
        interest = offer["schedule"][1]["interest"]
        self.told(application, **self.wrong(offer, interest=interest + 1))
        self.assertEqual(application.state, "approved")
        self.assertRegex(
            application.offer_differences.splitlines()[0],
            r"^строка 2, проценты: [\d\s]+,\d\d\s₽, по условиям продукта [\d\s]+,\d\d\s₽$",
        )
        [what] = self.waiting(application)
        self.assertIn("строка 2, проценты", what)

    def test_the_psk_of_another_base_period_is_told(self):
        application = self.submitted()
        told = self.offer(application)["psk"] + Decimal("0.002")
        self.told(application, psk=told)
        self.assertRegex(application.offer_differences, r"^ПСК: \d+,\d{3}\s%, по условиям продукта")

    def test_a_day_is_told_as_people_write_it(self):
        application = self.submitted()
        offer = self.offer(application)
        last = offer["schedule"][-1]["due_on"]
        moved = date(last.year, last.month, last.day % 28 + 1)
        self.told(application, **self.wrong(offer, len(offer["schedule"]), due_on=moved))
        self.assertIn(f"{moved:%d.%m.%Y}", application.offer_differences)

    def test_a_corrected_offer_ends_it(self):
        application = self.submitted()
        offer = self.offer(application)
        self.told(application, **self.wrong(offer, rest=Decimal("1.00")))
        self.assertTrue(application.offer_differences)
        self.told(application)
        self.assertFalse(application.offer_differences)
        self.assertFalse(self.waiting(application))

    def test_an_offer_told_again_on_another_day_is_not_checked_again(self):
        application = self.submitted()
        self.told(application)
        with patch.object(type(application), "_offer_differences") as check:
            self.told(application)
        self.assertFalse(check.called)

    def test_estimates_and_checks_follow_the_conventions_of_the_product(self):
        self.product.write({"payment_day": 20, "payment_step": 100, "due_day_shift": "after"})
        application = self.submitted()
        self.assertFalse(application._preview()["monthly_payment"] % 100)
        self.told(application)
        self.assertFalse(application.offer_differences)
        self.product.payment_step = 0
        self.told(application, monthly_payment=Decimal("1.00"))  # another offer: looked at anew
        other = self.submitted(customer__phone="+79160000078")
        self.told(other, **{**self.offer(application), "psk": Decimal("1")})
        self.assertIn("равный платёж", other.offer_differences)

    @mute_logger("odoo.sql_db")
    def test_conventions_that_cannot_be_are_refused(self):
        for values in ({"payment_day": 32}, {"payment_day": -1}, {"payment_step": -1}):
            with self.subTest(values), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.product.write(values)
                self.product.flush_recordset()
