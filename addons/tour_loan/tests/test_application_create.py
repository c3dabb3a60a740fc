from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import TourLoanCommon, later, rub


@tagged("post_install", "-at_install")
class TestApplicationCreate(TourLoanCommon):
    """What an order becomes, and why it may be refused."""

    def create_order(self, *order, **changes):
        return self.rpc("application.create", self.order(*order, **changes))

    def refused(self, code, *order, **changes):
        """Create in vain; return [(path, code)] of the problems."""
        answer = self.create_order(*order, **changes)
        self.assertEqual(answer.get("error", {}).get("code"), code, answer)
        self.assertFalse(self.agency._application_of_order((order or ["?"])[0]))
        return [(p["path"], p["code"]) for p in answer["error"]["data"]["errors"]]

    def test_what_is_told_at_create_is_what_would_be_computed(self):
        application = self.application(number="COMPUTED")
        names = ("amount", "ends_at", "refunded_amount", "settlement_difference")
        told = [application[name] for name in names]
        for name in names:
            self.env.add_to_compute(application._fields[name], application)
        self.env.flush_all()
        self.assertEqual([application[name] for name in names], told)
        self.assertEqual(application.amount, 100000)

    def test_an_order_becomes_an_application(self):
        answer = self.create_order("A-1", extra={"manager": "Ольга"})["result"]
        self.assertEqual((answer["status"], answer["order_number"]), ("new", "A-1"))
        self.assertEqual(answer["amount"], rub("100000.00"))
        self.assertEqual(answer["advance"], rub("20000.00"))
        self.assertEqual(answer["preview"]["months"], 6)
        self.assertEqual(answer["extra"], {"manager": "Ольга"})
        self.assertIn(answer["application_id"], answer["redirect_url"])
        self.assertEqual(
            (answer["offer"], answer["loan_number"], answer["needs"]), (None, None, [])
        )
        application = self.agency._application_of_order("A-1")
        self.assertEqual(application.agency_id, self.agency)
        self.assertEqual(application.tour_summary, "Анталья")
        self.assertEqual(self.moves(application), [("create", "agency", True)])
        self.assertFalse(application.callback_ids, "the answer itself tells the agency")

    def test_an_order_without_resort_and_hotel_is_a_country_and_nights(self):
        for changes, summary in (
            ({"tour__resort": ...}, "Турция, 7 ночей"),
            ({"tour__resort": ..., "tour__nights": 2}, "Турция, 2 ночи"),
            ({"tour__resort": ..., "tour__country": "EG", "tour__nights": 21}, "Египет, 21 ночь"),
            ({"tour__resort": ..., "tour__hotel": {"name": "Sea"}}, "Турция, Sea"),
            ({"tour__hotel": {"name": "Sea"}}, "Анталья, Sea"),
        ):
            self.assertEqual(self.application(**changes).tour_summary, summary)

    def test_the_agency_is_told_until_when_to_hold(self):
        now = fields.Datetime.now()
        with freeze_time(now):
            needed = self.create_order()["result"]["hold_needed_until"]
        # 100 000 ₽ need a pause of 4 hours, and an hour is left for the booking
        self.assertEqual(needed[:19], (now + timedelta(hours=5)).isoformat())

    def test_the_same_order_twice_is_the_same_application(self):
        params = self.order("A-2")
        first = self.rpc("application.create", params)["result"]
        again = self.rpc("application.create", {**params, "locale": "en"})["result"]
        self.assertEqual(again, first)
        count = self.env["tour_loan.application"].search_count([("order_number", "=", "A-2")])
        self.assertEqual(count, 1)

    def test_a_spelling_that_means_the_same_is_no_conflict(self):
        params = self.order("A-3")
        first = self.rpc("application.create", params)["result"]
        params["order"]["price"] = rub("120000")
        params["customer"]["phone"] = "8 (916) 123-45-67"
        self.assertEqual(
            self.rpc("application.create", params)["result"]["application_id"],
            first["application_id"],
        )

    def test_other_content_is_a_conflict_that_names_the_paths(self):
        params = self.order("A-4")
        first = self.rpc("application.create", params)["result"]
        params["order"]["price"] = rub("130000.00")
        params["tour"]["tourists"][0]["first_name"] = "ANNA"
        params["extra"] = {"manager": "Пётр"}
        error = self.rpc("application.create", params)["error"]
        self.assertEqual((error["code"], error["data"]["code"]), (-32002, "order_conflict"))
        self.assertEqual(error["data"]["application_id"], first["application_id"])
        self.assertEqual(
            {problem["path"] for problem in error["data"]["errors"]},
            {"order.price.amount", "tour.tourists[0].first_name", "extra.manager"},
        )

    def test_an_order_that_ended_without_money_may_be_created_anew(self):
        for state in ("cancelled", "declined", "expired"):
            number = f"AGAIN-{state}"
            first = self.create_order(number)["result"]
            self.agency._application_of_order(number).state = state
            second = self.create_order(number, order__price=rub("110000.00"))["result"]
            self.assertNotEqual(second["application_id"], first["application_id"])
            got = self.rpc("application.get", {"order_number": number})["result"]
            self.assertEqual(got["application_id"], second["application_id"])

    def test_a_paid_and_annulled_order_keeps_its_number(self):
        self.create_order("A-5")
        self.agency._application_of_order("A-5").state = "annulled"
        answer = self.create_order("A-5", order__price=rub("110000.00"))
        self.assertEqual(answer["error"]["data"]["code"], "order_conflict")

    def test_two_agencies_may_use_one_number(self):
        other = self.new_agency("yug", "Юг", url_hosts="sever.example")
        self.create_order("A-6")
        answer = self.rpc("application.create", self.order("A-6"), agency=other)
        self.assertIn("result", answer)
        mine = self.agency._application_of_order("A-6")
        got = self.rpc("application.get", {"application_id": mine.uuid}, agency=other)
        self.assertEqual(got["error"]["data"]["code"], "not_found")

    # --- rules ---

    def test_the_advance_is_at_least_the_agencys_share(self):
        advance = {"amount": rub("11999.99"), "paid_at": later(hours=-1)}
        self.assertEqual(
            self.refused(-32006, "R-1", order__advance=advance),
            [("order.advance.amount.amount", "advance_too_small")],
        )
        advance["amount"] = rub("12000.00")
        self.assertIn("result", self.create_order("R-1", order__advance=advance))
        self.agency.minimum_advance = 25
        self.assertEqual(
            self.refused(-32006, "R-2"), [("order.advance.amount.amount", "advance_too_small")]
        )

    def test_the_message_is_in_the_language_asked_for(self):
        self.agency.minimum_advance = 25
        russian = self.create_order()["error"]
        english = self.create_order(locale="en")["error"]
        self.assertIn("30000.00 ₽", russian["data"]["errors"][0]["message"])
        self.assertIn("at least 30000.00 RUB", english["data"]["errors"][0]["message"])

    def test_pages_to_return_to_are_on_the_agencys_hosts(self):
        self.assertEqual(
            self.refused(
                -32006,
                urls__success="https://evil.example/",
                urls__back="https://sever.example.evil.example/",
            ),
            [("urls.success", "host_not_allowed"), ("urls.back", "host_not_allowed")],
        )
        self.agency.url_hosts = "a.example\n Sever.Example \n"
        self.assertIn("result", self.create_order())
        self.agency.url_hosts = False
        self.assertTrue(self.refused(-32006))

    def test_the_loan_is_inside_the_products_limits(self):
        self.product.write({"amount_min": 50000, "amount_max": 90000})
        self.assertEqual(self.refused(-32005), [("order.price.amount", "loan_too_big")])
        self.assertEqual(
            self.refused(-32005, order__price=rub("60000.00")),
            [("order.price.amount", "loan_too_small")],
        )
        self.product.write({"amount_min": 100000, "amount_max": 100000})
        self.assertIn("result", self.create_order())

    def test_the_product_and_its_terms_are_offered_ones(self):
        self.assertEqual(
            self.refused(-32005, terms={"months": 4}), [("terms.months", "months_not_offered")]
        )
        self.assertEqual(
            self.refused(-32005, terms={"product": "tour"}), [("terms.product", "product_unknown")]
        )
        self.assertEqual(self.create_order(terms=...)["result"]["preview"]["months"], 6)

    def test_another_product_takes_what_the_first_does_not(self):
        big = self.product.copy({"code": "big", "amount_min": 300001, "amount_max": 500000})
        self.agency.product_ids |= big
        advance = {"amount": rub("100000.00"), "paid_at": later(hours=-1)}
        self.create_order("R-3", order__price=rub("600000.00"), order__advance=advance)
        self.assertEqual(self.agency._application_of_order("R-3").product_id, big)

    def test_a_short_hold_is_told_or_refused_as_the_agency_wishes(self):
        short = later(hours=2)
        answer = self.create_order("H-1", order__held_until=short)["result"]
        self.assertLess(answer["held_until"], answer["hold_needed_until"])
        self.agency.short_hold = "refuse"
        self.assertEqual(
            self.refused(-32006, "H-2", order__held_until=short),
            [("order.held_until", "hold_too_short")],
        )
        self.assertIn("result", self.create_order("H-2", order__held_until=later(hours=6)))

    def test_times_that_cannot_be_are_told_together(self):
        advance = {"amount": rub("20000.00"), "paid_at": later(hours=1)}
        self.assertEqual(
            self.refused(
                -32602,
                order__held_until=later(days=-3),
                order__advance=advance,
                tour__starts_on=later(days=-2)[:10],
                tour__country="XX",
            ),
            [
                ("order.held_until", "hold_in_the_past"),
                ("order.advance.paid_at", "in_the_future"),
                ("tour.starts_on", "departure_in_the_past"),
                ("tour.country", "country_unknown"),
            ],
        )

    def test_the_tour_does_not_start_before_the_hold_ends(self):
        self.assertEqual(
            self.refused(-32602, tour__starts_on=later(days=1)[:10]),
            [("tour.starts_on", "departure_before_hold_end")],
        )

    def test_unknown_fields_are_refused_with_their_path(self):
        self.assertEqual(
            self.refused(-32602, order__comment="?", customer__snils="1"),
            [("order.comment", "unknown_field"), ("customer.snils", "unknown_field")],
        )

    def test_an_agency_in_test_mode_makes_test_applications(self):
        self.assertFalse(self.create_order()["result"]["test"])
        self.assertTrue(self.create_order(test=True)["result"]["test"])
        self.agency.test_mode = True
        self.assertTrue(self.create_order()["result"]["test"])

    # --- reading ---

    def test_a_quote_previews_every_term_and_writes_nothing(self):
        before = self.env["tour_loan.application"].search_count([])
        params = {"price": rub("120000.00"), "advance": rub("20000.00")}
        quote = self.rpc("calculator.quote", params)["result"]
        self.assertEqual(quote["amount"], rub("100000.00"))
        self.assertEqual([preview["months"] for preview in quote["previews"]], [3, 6, 12])
        self.assertEqual(self.env["tour_loan.application"].search_count([]), before)
        self.assertFalse(self.env["tour_loan.call"].search([]))
        same = self.create_order()["result"]["preview"]
        self.assertEqual(quote["previews"][1], same)
        refused = self.rpc("calculator.quote", {**params, "advance": rub("1.00")})["error"]
        self.assertEqual(refused["data"]["errors"][0]["path"], "advance.amount")

    def test_an_application_is_found_by_either_name(self):
        created = self.create_order("G-1")["result"]
        by_number = self.rpc("application.get", {"order_number": "G-1"})["result"]
        by_id = self.rpc("application.get", {"application_id": created["application_id"]})
        self.assertEqual(by_number, created)
        self.assertEqual(by_id["result"], created)
        missing = self.rpc("application.get", {"order_number": "G-2"})["error"]
        self.assertEqual((missing["code"], missing["data"]), (-32001, {"code": "not_found"}))

    def test_a_request_is_forgotten_after_a_day(self):
        self.rpc("application.create", self.order(), webhook_id="old")
        self.rpc("application.create", self.order(), webhook_id="fresh")
        requests = self.env["tour_loan.call"]
        self.age(requests.search([("webhook_id", "=", "old")]), hours=25)
        requests._gc_ended()
        self.assertEqual(requests.search([]).mapped("webhook_id"), ["fresh"])

    def test_a_key_is_replaced_without_a_gap(self):
        wizard = self.env["tour_loan.agency.key.wizard"].create(
            {"agency_id": self.agency.id, "overlap_hours": 1}
        )
        wizard.action_make()
        secrets = self.agency._secrets("inbound")
        self.assertEqual(secrets, [wizard.secret, self.secret])
        self.agency.key_ids.filtered("valid_until").valid_until -= timedelta(hours=2)
        self.assertEqual(self.agency._secrets("inbound"), [wizard.secret])
        wizard.action_forget()
        self.assertFalse(wizard.exists())

    def test_items_add_up_to_the_price_or_are_refused(self):
        def items(*prices):
            return [{"name": "Тур", "kind": "tour", "price": rub(price)} for price in prices]

        order = self.order()
        order["order"]["items"] = items("100000.00", "20000.00")
        self.assertIn("result", self.rpc("application.create", order))
        for prices in (("120000.01",), ("119999.99",), ("100000.00", "100000.00")):
            wrong = self.order()
            wrong["order"]["items"] = items(*prices)
            error = self.rpc("application.create", wrong)["error"]
            self.assertEqual(error["code"], -32602)
            [problem] = error["data"]["errors"]
            self.assertEqual((problem["path"], problem["code"]), ("order.items", "items_not_price"))
        number = {"order_number": order["order"]["number"]}

        def change(**values):
            return self.rpc("application.change", {**number, "order": values})

        wrong = change(items=items("1000.00"))
        self.assertEqual(wrong["error"]["data"]["errors"][0]["code"], "items_not_price")
        wrong = change(price=rub("125000.00"), items=items("120000.00"))
        self.assertEqual(wrong["error"]["data"]["errors"][0]["code"], "items_not_price")
        self.assertIn("result", change(price=rub("125000.00"), items=items("125000.00")))
        self.assertIn("result", change(price=rub("126000.00")))
        application = self.env["tour_loan.application"].search(
            [("order_number", "=", order["order"]["number"])]
        )
        self.assertNotIn("items", application.content["order"], "lines of another price")
