import os
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TourLoanCommon, later, rub


@tagged("post_install", "-at_install")
class TestAgencyLimits(TourLoanCommon):
    """The agency's own rules hold at create, at change and in a quote alike."""

    def problems(self, method, params) -> list:
        """Call in vain; return the error's code and [(path, code)] of its problems."""
        error = self.rpc(method, params).get("error")
        self.assertTrue(error, "the call was taken")
        return [error["code"], *((p["path"], p["code"]) for p in error["data"]["errors"])]

    def create_(self, price, advance, **changes):
        paid = {"amount": rub(advance), "paid_at": later(hours=-1)}
        return self.order(order__price=rub(price), order__advance=paid, **changes)

    def quote(self, price, advance, **more):
        return {"price": rub(price), "advance": rub(advance), **more}

    def change(self, application, **order):
        return {"application_id": application.uuid, "order": order}

    # --- sums ---

    def test_the_agencys_sums_stand_beside_the_products(self):
        self.agency.write({"loan_min": 50000, "loan_max": 100000})
        for price, code in (("62499.99", "loan_too_small"), ("125000.01", "loan_too_big")):
            self.assertEqual(
                self.problems("application.create", self.create_(price, "12500.00")),
                [-32006, ("order.price.amount", code)],
            )
            self.assertEqual(
                self.problems("calculator.quote", self.quote(price, "12500.00")),
                [-32006, ("price.amount", code)],
            )
        for price, advance in (("62500.00", "12500.00"), ("112500.00", "12500.00")):
            self.assertIn("result", self.rpc("application.create", self.create_(price, advance)))
            self.assertIn("result", self.rpc("calculator.quote", self.quote(price, advance)))

    def test_a_change_keeps_the_agencys_sums(self):
        self.agency.write({"loan_min": 50000, "loan_max": 100000})
        application = self.application()
        for price, code in (("69999.99", "loan_too_small"), ("120000.01", "loan_too_big")):
            self.assertEqual(
                self.problems("application.change", self.change(application, price=rub(price))),
                [-32006, ("order.price.amount", code)],
            )
        self.assertEqual(application.amount, 100000)
        self.assertIn(
            "result",
            self.rpc("application.change", self.change(application, price=rub("70000.00"))),
        )

    def test_the_limit_is_told_in_the_language_asked_for(self):
        self.agency.loan_max = 99999.5
        told = [
            self.rpc("application.create", self.order(**more))["error"]["data"]["errors"][0][
                "message"
            ]
            for more in ({}, {"locale": "en"})
        ]
        self.assertEqual(
            told,
            [
                "Сумма займа больше допустимой: до 99999.50 ₽",
                "The loan is too big: up to 99999.50 RUB",
            ],
        )

    def test_sums_out_of_order_are_refused(self):
        for wrong in ({"loan_min": 2, "loan_max": 1}, {"loan_min": -1}, {"loan_max": -1}):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                self.agency.write(wrong)
                self.env.flush_all()

    # --- advance ---

    def test_the_least_advance_holds_everywhere(self):
        self.agency.minimum_advance = 20
        application = self.application(
            order__advance={"amount": rub("24000.00"), "paid_at": later(hours=-1)}
        )
        self.assertEqual(
            self.problems("application.create", self.create_("120000.00", "23999.99")),
            [-32006, ("order.advance.amount.amount", "advance_too_small")],
        )
        self.assertEqual(
            self.problems("application.change", self.change(application, price=rub("120001.00"))),
            [-32006, ("order.advance.amount.amount", "advance_too_small")],
        )
        self.assertEqual(
            self.problems("calculator.quote", self.quote("120000.00", "23999.99")),
            [-32006, ("advance.amount", "advance_too_small")],
        )
        self.assertIn("result", self.rpc("calculator.quote", self.quote("120000.00", "24000.00")))

    # --- times at a change ---

    def test_a_short_hold_is_refused_at_a_change_too(self):
        application = self.application()  # 100 000 ₽: four hours and one for the booking
        short, long = later(hours=4, minutes=30), later(hours=5, minutes=30)
        self.assertIn(
            "result",
            self.rpc("application.change", self.change(application, held_until=short)),
        )
        self.agency.short_hold = "refuse"
        self.assertEqual(
            self.problems(
                "application.change", self.change(application, held_until=later(hours=4))
            ),
            [-32006, ("order.held_until", "hold_too_short")],
        )
        self.assertIn(
            "result", self.rpc("application.change", self.change(application, held_until=long))
        )
        # a bigger loan needs a longer pause: 48 hours above 200 000 ₽
        dearer = self.change(application, price=rub("220000.01"))
        dearer["order"]["advance"] = {"amount": rub("20000.00"), "paid_at": later(hours=-1)}
        dearer["order"]["price"] = rub("222000.00")
        self.agency.minimum_advance = 0
        self.assertEqual(
            self.problems("application.change", dearer),
            [-32006, ("order.held_until", "hold_too_short")],
        )
        dearer["order"]["held_until"] = later(hours=50)
        self.assertIn("result", self.rpc("application.change", dearer))

    def test_a_change_of_the_tour_alone_does_not_ask_for_a_longer_hold(self):
        self.agency.short_hold = "refuse"
        application = self.application()
        application.held_until = fields.Datetime.now() + timedelta(hours=1)
        tour = {**self.order()["tour"], "resort": "Кемер"}
        changed = self.rpc("application.change", {"application_id": application.uuid, "tour": tour})
        self.assertIn("result", changed)
        self.assertEqual(application.tour_summary, "Кемер")

    def test_what_cannot_be_is_refused_at_a_change_as_at_create(self):
        application = self.application()
        advance = {"amount": rub("30000.00"), "paid_at": later(hours=1)}
        tour = {
            **self.order()["tour"],
            "starts_on": later(days=-2)[:10],
            "country": "XX",
        }
        wrong = self.change(application, advance=advance, held_until=later(hours=-1))
        self.assertEqual(
            self.problems("application.change", {**wrong, "tour": tour}),
            [
                -32602,
                ("order.held_until", "hold_in_the_past"),
                ("order.advance.paid_at", "in_the_future"),
                ("tour.starts_on", "departure_in_the_past"),
                ("tour.country", "country_unknown"),
            ],
        )
        # each against what stays
        self.assertEqual(
            self.problems(
                "application.change", self.change(application, held_until=later(days=60))
            ),
            [-32602, ("order.held_until", "departure_before_hold_end")],
        )
        soon = {**self.order()["tour"], "starts_on": later(days=1)[:10]}
        self.assertEqual(
            self.problems("application.change", {"application_id": application.uuid, "tour": soon}),
            [-32602, ("tour.starts_on", "departure_before_hold_end")],
        )

    # --- products in a quote ---

    def two_products(self):
        # a microfinance company: a microcredit one may not lend so much
        self.startPatcher(patch.dict(os.environ, TOUR_LOAN_LENDER_KIND="mfk"))
        big = self.product.copy(
            {
                "code": "big",
                "amount_min": 400000,
                "amount_max": 900000,
                "months": "12,24",
                "default_months": 24,
            }
        )
        self.agency.product_ids |= big
        return big

    def quoted(self, *money, **more) -> list:
        result = self.rpc("calculator.quote", self.quote(*money, **more))["result"]
        return [preview["months"] for preview in result["previews"]]

    def test_a_quote_takes_the_first_product_that_holds_the_sum(self):
        self.two_products()
        self.assertEqual(self.quoted("15000.00", "10000.00"), [3, 6, 12])
        self.assertEqual(self.quoted("400000.00", "100000.00"), [3, 6, 12])
        self.assertEqual(self.quoted("500000.00", "100000.00"), [12, 24])
        self.assertEqual(self.quoted("1000000.00", "100000.00"), [12, 24])

    def test_a_quote_at_the_limits_of_the_products(self):
        self.two_products()
        for price, advance, problem in (
            ("14999.99", "10000.00", ("loan_too_small", "5000.00")),
            ("1000000.01", "100000.01", None),
            ("1000000.02", "100000.01", ("loan_too_big", "900000.00")),
            # between the two
            ("400000.01", "100000.00", ("loan_too_big", "300000.00")),
        ):
            answer = self.rpc("calculator.quote", self.quote(price, advance, locale="en"))
            if not problem:
                self.assertIn("result", answer)
                continue
            self.assertEqual(answer["error"]["code"], -32005)
            [told] = answer["error"]["data"]["errors"]
            self.assertEqual((told["path"], told["code"]), ("price.amount", problem[0]))
            self.assertIn(problem[1], told["message"])

    def test_a_quote_for_a_named_product_keeps_to_it(self):
        self.two_products()
        self.assertEqual(self.quoted("500000.00", "100000.00", product="big"), [12, 24])
        self.assertEqual(
            self.problems("calculator.quote", self.quote("150000.00", "50000.00", product="big")),
            [-32005, ("price.amount", "loan_too_small")],
        )
        for unknown in ("tour", "SEA"):
            self.assertEqual(
                self.problems(
                    "calculator.quote", self.quote("150000.00", "50000.00", product=unknown)
                ),
                [-32005, ("product", "product_unknown")],
            )
        # a product there is, but not for this agency
        self.agency.product_ids = self.product
        self.assertEqual(
            self.problems("calculator.quote", self.quote("500000.00", "100000.00", product="big")),
            [-32005, ("product", "product_unknown")],
        )

    def test_a_quote_for_one_term_gives_it_or_tells_which_there_are(self):
        self.assertEqual(self.quoted("120000.00", "20000.00", months=12), [12])
        for months in (1, 4, 13, 120):
            answer = self.rpc(
                "calculator.quote", self.quote("120000.00", "20000.00", months=months, locale="en")
            )
            [told] = answer["error"]["data"]["errors"]
            self.assertEqual(
                (answer["error"]["code"], told["path"], told["code"]),
                (-32005, "months", "months_not_offered"),
            )
            self.assertIn("3, 6, 12", told["message"])
        for months in (0, 121, "6", 6.0):
            answer = self.rpc(
                "calculator.quote", self.quote("120000.00", "20000.00", months=months)
            )
            self.assertEqual(answer["error"]["code"], -32602, months)
