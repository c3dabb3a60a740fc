import json
import os
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from standardwebhooks.webhooks import Webhook

from odoo import fields
from odoo.tests import tagged

from .common import ORIGIN, PHONE, TourLoanCommon, TourLoanHttpCommon, later, rub
from .counterparty import Counterparty


@tagged("post_install", "-at_install")
class TestSigning(TourLoanCommon):
    """From the offer to the money, and back."""

    def test_code_3_signs_the_contract(self):
        application = self.approved()
        now = fields.Datetime.now()
        with freeze_time(now):
            self.confirm(application, "contract")
        self.assertEqual((application.state, application.signed_at), ("signed", now))
        pause = application.cooling_off_until - application.signed_at
        self.assertEqual(pause, timedelta(hours=4))
        self.assertEqual(
            application.commit_until - application.cooling_off_until, timedelta(days=14)
        )
        loan = application.loan_id
        self.assertEqual(
            (loan.state, loan.amount, len(loan.installment_ids)), ("pending", 100000, 6)
        )
        codes = [code.template_id.code for code in application.signature_ids[-1].document_ids]
        self.assertEqual(codes, ["individual_conditions", "schedule"])
        self.jobs.assert_enqueued_job(
            application._end_cooling_off, properties={"eta": application.cooling_off_until}
        )

    def test_the_contract_says_what_was_offered(self):
        application = self.approved()
        rows = {number: text for number, _title, text in application._individual_conditions()}
        self.assertEqual(rows["1"], "100\u00a0000,00\u00a0₽")
        self.assertIn("6 мес.", rows["2"])
        self.assertIn(application.order_number, rows["11"])
        self.assertIn(PHONE, rows["16"])

    def test_the_sms_of_code_3_names_number_and_sum(self):
        application = self.approved()
        code, _refusal = application._request_code("contract", PHONE, ORIGIN)
        self.assertIn("ZK-1", code.sms_text)
        self.assertIn("100\u00a0000", code.sms_text)

    def test_an_offer_changed_after_the_code_has_to_be_signed_anew(self):
        application = self.approved()
        code, _refusal = application._request_code("contract", PHONE, ORIGIN)
        offer = application._test_offer(application._exact(application.amount))
        application._accounting_update(
            {"status": "approved", "offer": {**offer, "rate": offer["rate"] + 1}}
        )
        _code, error = application._confirm("contract", code._plain(), None, ORIGIN)
        self.assertEqual((error, application.state), ({"error": "changed"}, "approved"))

    def test_what_blocks_the_signature(self):
        application = self.approved()
        code, _refusal = application._request_code("contract", PHONE, ORIGIN)
        self.assertEqual(application._sign_blocker(), "")
        application.offer_valid_until = fields.Datetime.now()
        self.assertEqual(application._sign_blocker(), "late")
        _code, error = application._confirm("contract", code._plain(), None, ORIGIN)
        self.assertEqual(error, {"error": "expired"})
        application.offer_valid_until += timedelta(days=1)
        self.product.identification_required = True
        self.assertEqual(application._sign_blocker(), "identity")
        application.identified = True
        self.assertEqual(application._sign_blocker(), "")

    def test_an_approval_for_less_waits_for_a_top_up(self):
        application = self.approved(60000)
        self.assertEqual(application._sign_blocker(), "shortfall")
        reference = {"application_id": application.uuid}
        offer = self.rpc("application.get", reference)["result"]["offer"]
        self.assertEqual((offer["amount"], offer["shortfall"]), (rub("60000.00"), rub("40000.00")))
        advance = {"amount": rub("60000.00"), "paid_at": "2026-06-01T12:00:00+03:00"}
        answer = self.rpc("application.change", {**reference, "order": {"advance": advance}})
        self.assertEqual(answer["result"]["status"], "approved")
        self.assertEqual(answer["result"]["offer"]["shortfall"], rub("0.00"))
        self.assertEqual(application._sign_blocker(), "")
        self.confirm(application, "contract")
        self.assertEqual(application.state, "signed")

    def test_a_dearer_tour_goes_back_to_the_lender(self):
        application = self.approved()
        change = {"application_id": application.uuid, "order": {"price": rub("130000.00")}}
        answer = self.rpc("application.change", change)["result"]
        self.assertEqual((answer["status"], answer["amount"]), ("submitted", rub("110000.00")))
        self.assertEqual(application._sign_blocker(), "state")

    def test_a_change_obeys_the_rules_of_create(self):
        application = self.approved()

        def refused(**order):
            params = {"application_id": application.uuid, "order": order}
            error = self.rpc("application.change", params)["error"]
            return [(error["code"], p["code"]) for p in error["data"]["errors"]]

        self.assertEqual(refused(price=rub("300000.00")), [(-32006, "advance_too_small")])
        self.assertEqual(refused(price=rub("20000.00")), [(-32602, "advance_not_below_price")])
        self.assertEqual(refused(price=rub("21000.00")), [(-32005, "loan_too_small")])
        self.assertEqual(refused(held_until="2026-01-01T00:00:00Z"), [(-32602, "hold_in_the_past")])
        self.assertEqual(
            refused(held_until=later(days=300)), [(-32602, "departure_before_hold_end")]
        )
        paid_late = {"amount": rub("30000.00"), "paid_at": later(hours=1)}
        self.assertEqual(refused(advance=paid_late), [(-32602, "in_the_future")])
        self.agency.short_hold = "refuse"
        self.assertEqual(refused(held_until=later(hours=2)), [(-32006, "hold_too_short")])
        self.assertEqual(application.price, 120000)

    def test_another_tour_obeys_them_too(self):
        application = self.approved()

        def refused(**tour):
            params = {
                "application_id": application.uuid,
                "tour": {**self.order()["tour"], **tour},
            }
            error = self.rpc("application.change", params)["error"]
            return [problem["code"] for problem in error["data"]["errors"]]

        self.assertEqual(
            refused(starts_on="2026-01-01", country="ZZ"),
            ["departure_in_the_past", "country_unknown"],
        )
        self.assertEqual(refused(starts_on=later(days=0)[:10]), ["departure_before_hold_end"])

    def test_another_tour_for_the_same_sum_goes_back_to_the_lender(self):
        application = self.approved()
        tour = {**self.order()["tour"], "resort": "Кемер"}
        self.assertNotEqual(tour["resort"], application.content["tour"].get("resort"))
        params = {"application_id": application.uuid, "tour": tour}
        answer = self.rpc("application.change", params)["result"]
        self.assertEqual((answer["status"], answer["offer"]), ("submitted", None))
        self.assertIn("Кемер", application.tour_summary)

    def test_a_small_loan_needs_no_pause(self):
        price = {"order__price": rub("65000.00")}
        application = self.signed(**price)
        self.assertEqual(application.state, "ready")
        moves = [move for move, _actor, made in self.moves(application) if made]
        self.assertEqual(moves[-2:], ["sign", "cool"])

    def test_the_pause_is_obeyed_by_the_commit(self):
        application = self.signed()
        commit = {"application_id": application.uuid, "booking_number": "B-7"}
        with freeze_time(application.signed_at + timedelta(hours=1)):
            error = self.rpc("application.commit", commit)["error"]
        self.assertEqual((error["code"], error["data"]["code"]), (-32004, "cooling_off"))
        self.assertEqual(error["data"]["seconds_left"], 3 * 3600)
        application._end_cooling_off()
        self.assertEqual(application.state, "signed")
        application.cooling_off_until = fields.Datetime.now() - timedelta(seconds=1)
        answer = self.rpc("application.commit", commit)["result"]
        self.assertEqual((answer["status"], application.booking_number), ("committed", "B-7"))
        moves = [move for move, _actor, made in self.moves(application) if made]
        self.assertEqual(moves[-3:], ["sign", "cool", "commit"])
        # the same booking once more is no error, another one is
        self.assertEqual(self.rpc("application.commit", commit)["result"]["status"], "committed")
        other = self.rpc("application.commit", {**commit, "booking_number": "B-8"})
        self.assertEqual(other["error"]["data"]["code"], "wrong_state")

    def test_the_clock_ends_the_pause_if_the_job_was_lost(self):
        over, still = self.application_in("signed"), self.application_in("signed")
        over.cooling_off_until = fields.Datetime.now() - timedelta(seconds=1)
        with self.enter_registry_test_mode():
            self.env.ref("tour_loan.ir_cron_end_cooling_off").method_direct_trigger()
        self.assertEqual((over.state, still.state), ("ready", "signed"))

    def test_in_the_pause_the_borrower_may_refuse(self):
        application = self.signed()
        self.assertTrue(application._cancel_by_borrower())
        self.assertEqual((application.state, application.loan_id.state), ("cancelled", "annulled"))

    def test_a_refund_of_the_tour_is_a_claim_up_to_what_was_paid(self):
        application = self.application_in("submitted")
        self.approve(application)
        application.write(
            {
                "state": "funded",
                "payout_amount": 100000,
                "payout_on": "2026-06-05",
                "payout_order": "118",
            }
        )
        params = {
            "application_id": application.uuid,
            "document_numbers": ["R-1"],
            "reason": "Отказ",
        }

        def refund(amount=None):
            return self.rpc(
                "application.tour_refund", {**params, **({"amount": rub(amount)} if amount else {})}
            )

        self.assertEqual(
            refund("100000.01")["error"]["data"]["errors"][0]["code"], "refund_too_big"
        )
        part = refund("30000.00")["result"]
        self.assertEqual(part["requests"][0]["amount"], rub("30000.00"))
        self.assertEqual(refund("70000.01")["error"]["data"]["errors"][0]["code"], "refund_too_big")
        self.assertEqual(refund()["result"]["requests"][1]["amount"], rub("70000.00"))
        self.assertEqual(len(refund()["result"]["requests"]), 2, "told once more")
        params["document_numbers"] = ["R-2"]
        self.assertEqual(refund()["error"]["code"], -32006)
        application.claim_ids[0].state = "accepted"
        self.assertEqual(application.refunded_amount, 30000)

    def test_the_same_refund_told_twice_is_one(self):
        application = self.application_in("funded", payout_amount=100000)
        params = {"application_id": application.uuid, "amount": rub("30000.00")}

        def refund(*numbers):
            answer = self.rpc("application.tour_refund", {**params, "document_numbers": numbers})
            return len(answer["result"]["requests"])

        self.assertEqual((refund("R-1"), refund("R-1"), refund("R-2")), (1, 1, 2))
        # what the lender refused may be asked for again
        application.claim_ids[0]._answered("refused")
        self.assertEqual(refund("R-1"), 3)


@tagged("post_install", "-at_install")
class TestSignPage(TourLoanHttpCommon):
    """The page of the contract, and the question whether the tour still stands."""

    def setUp(self):
        super().setUp()
        self.travel = Counterparty(self.answer)
        self.addCleanup(self.travel.close)
        self.agency.actualize_url = f"{self.travel.url}/actualize"
        self.still = {"available": True}
        self.application_ = self.approved()
        self.home = f"/my/applications/{self.application_.uuid}"
        self.page = self.come_back(self.application_.borrower_id).get(self.home)

    def answer(self, call):
        if self.still is None:
            return 500, b"", {}
        result = {"jsonrpc": "2.0", "id": call.json()["id"], "result": self.still}
        return 200, json.dumps(result).encode(), {}

    def code(self):
        return self.env["tour_loan.code"].search([], limit=1)._plain()

    def test_the_contract_is_signed_by_the_pages(self):
        self.assertIn("Заём одобрен", self.page.text)
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.page.send("confirm", code=self.code())
        self.assertEqual((self.page.path, self.application_.state), (self.home, "signed"))
        self.assertIn("Договор подписан", self.page.text)
        names = [
            " ".join(a.text_content().split()) for a in self.page.page.find_class("tl-document")
        ]
        self.assertEqual(len(names), 8)

    def test_the_question_is_signed_and_names_the_order(self):
        self.page.get(f"{self.home}/sign")
        [call] = self.travel.calls
        question = Webhook(self.outbound_secret).verify(call.body, call.headers)
        self.assertEqual(question["method"], "order.actualize")
        self.assertEqual(
            question["params"],
            {"order_number": self.application_.order_number, "amount": rub("120000.00")},
        )
        self.assertEqual(question["id"], call.headers["webhook-id"])

    def test_a_tour_that_is_gone_cancels_the_application(self):
        self.still = {"available": False}
        self.page.get(f"{self.home}/sign")
        self.assertEqual(self.application_.state, "approved", "looking changes nothing")
        self.page.send("send", tick=True)
        self.assertEqual(
            (self.application_.state, self.application_.decline_code), ("cancelled", "agency")
        )

    def test_a_dearer_tour_is_offered_anew(self):
        self.still = {"available": True, "price": rub("125000.00")}
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertEqual((self.application_.state, self.application_.price), ("submitted", 125000))

    def test_a_cheaper_tour_waits_for_its_schedule_and_gets_no_code(self):
        self.still = {"available": True, "price": rub("115000.00")}
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertEqual((self.page.path, self.application_.price), (self.home, 115000))
        self.assertEqual(self.application_._sign_blocker(), "refresh")
        self.assertFalse(self.application_._active_code("contract"))

    def test_a_price_that_leaves_nothing_to_lend_is_no_answer(self):
        self.still = {"available": True, "price": rub("20000.00")}
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertIn("Турагентство не отвечает", self.page.text)
        self.assertEqual((self.application_.state, self.application_.price), ("approved", 120000))

    def test_without_an_answer_the_agencys_setting_decides(self):
        self.still = None
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertIn("Турагентство не отвечает", self.page.text)
        self.assertFalse(self.application_._active_code("contract"))
        self.agency.actualize_no_answer = "sign"
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertTrue(self.application_._active_code("contract"))

    def test_an_answer_that_was_made_up_or_is_old_is_not_believed(self):
        self.page.get(f"{self.home}/sign")
        form = dict(self.page.form("send").form_values())
        ticks = {box.get("name"): "1" for box in self.page.page.xpath("//input[@type='checkbox']")}
        other = self.approved(customer={"phone": PHONE})
        with freeze_time(fields.Datetime.now() - timedelta(minutes=16)):
            old = self.application_._actualize()
        for token in ("", "x", form["actualized"][:-2], other._actualize(), old):
            self.page.post(f"{self.home}/sign", {**form, **ticks, "actualized": token})
            self.assertTrue(self.page.errors(), token)
        self.assertFalse(self.application_._active_code("contract"))

    def test_an_answer_about_the_order_before_its_change_is_not_believed(self):
        for still in ({"available": False}, {"available": True, "price": rub("110000.00")}):
            self.still = still
            self.page.get(f"{self.home}/sign")
            form = dict(self.page.form("send").form_values())
            price = self.application_.price + 1000
            self.application_._change_order({"price": price}, note="application.change")
            self.approve(self.application_)
            self.page.post(f"{self.home}/sign", form)
            self.assertTrue(self.page.errors(), still)
            self.assertEqual(
                (self.application_.state, self.application_.price), ("approved", price)
            )

    def test_an_answer_holds_as_long_as_the_agency_says(self):
        self.still = {"available": True, "valid_until": later(seconds=-1)}
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertTrue(self.page.errors())
        self.still = {"available": True, "valid_until": later(hours=5)}
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        self.assertTrue(self.application_._active_code("contract"))

    def test_a_price_against_the_rules_is_not_taken_over(self):
        for price in ("1000.00", "20000.00", "900000.00"):
            self.still = {"available": True, "price": rub(price)}
            self.page.get(f"{self.home}/sign").send("send", tick=True)
            self.assertEqual(
                (self.application_.state, self.application_.price), ("approved", 120000)
            )
            self.assertFalse(self.application_._active_code("contract"))

    def test_a_price_taken_over_is_the_orders_price_from_then_on(self):
        self.still = {"available": True, "price": rub("125000.00")}
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        change = {"application_id": self.application_.uuid, "order": {"price": rub("120000.00")}}
        answer = self.rpc("application.change", change)["result"]
        self.assertEqual(answer["amount"], rub("100000.00"))
        self.assertEqual(self.application_.price, 120000)

    def test_no_code_signs_a_contract_that_was_not_ticked(self):
        self.page.get(f"{self.home}/sign")
        form = dict(self.page.form("send").form_values())
        # the first code never asked for by ticks
        self.page.post(f"{self.home}/sign", {**form, "action": "resend"})
        self.assertFalse(self.application_._active_code("contract"))
        # a new offer came while the page of the old one's code was open
        self.page.get(f"{self.home}/sign").send("send", tick=True)
        resend = dict(self.page.form("resend").form_values())
        first = self.application_._active_code("contract")
        self.age(first, seconds=61)
        self.page.post(f"{self.home}/sign", resend)
        second = self.application_._active_code("contract")
        self.assertNotEqual(first, second)
        self.age(second, seconds=61)
        offer = self.application_._test_offer(self.application_._exact(self.application_.amount))
        offer["rate"] += 1
        self.application_._accounting_update({"status": "approved", "offer": offer})
        resend["actualized"] = self.application_._actualize()
        self.page.post(f"{self.home}/sign", resend)
        self.assertEqual(self.application_._active_code("contract"), second)

    def test_after_the_hold_nobody_signs(self):
        self.application_.held_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.application_._sign_blocker(), "late")
        self.assertEqual(self.page.get(f"{self.home}/sign").path, self.home)

    def test_a_private_address_of_the_agency_is_not_asked(self):
        # without it borrowers are served only when admin/admin does not work
        self.env.ref("base.user_admin").password = "чайник семь облако"
        self.env.flush_all()
        with patch.dict(os.environ, TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS=""):
            self.assertEqual(self.page.get(f"{self.home}/sign").response.status_code, 200)
        self.assertFalse(self.travel.calls)
