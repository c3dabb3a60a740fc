from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..rules import moves
from .common import PHONE, TourLoanCommon

ACTORS = ("agency", "borrower", "accounting", "staff", "clock")


@tagged("post_install", "-at_install")
class TestApplicationMoves(TourLoanCommon):
    """The table of moves, as the records obey it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency.callback_url = "https://sever.example/callbacks"

    def test_the_records_know_the_states_and_reasons_of_the_rules(self):
        fields_ = self.env["tour_loan.application"]._fields
        known = [[code for code, _label in fields_[n].selection] for n in ("state", "decline_code")]
        self.assertEqual(known, [list(moves.STATES), list(moves.DECLINE_CODES)])

    def last_history(self, application):
        row = application.history_ids.sorted("id")[-1]
        return row.move, row.actor, row.source, row.made

    def test_every_move_outside_the_table_is_refused_and_recorded(self):
        application = self.application_in("new")
        for name, move in moves.MOVES.items():
            forbidden = [actor for actor in ACTORS if actor not in move.actors]
            for state in moves.STATES:
                application.state = state
                before = application.sequence
                tries = [*forbidden[:1], *([] if state in move.sources else move.actors)]
                for actor in tries:
                    with self.subTest(move=name, state=state, actor=actor):
                        self.assertFalse(application._move(name, actor))
                        self.assertEqual(application.state, state)
                        self.assertEqual(
                            self.last_history(application), (name, actor, state, False)
                        )
                self.assertEqual(application.sequence, before)
        self.assertFalse(application.callback_ids)
        self.assertFalse(self.messages_to(PHONE))

    def test_every_move_of_the_table_is_made_and_told(self):
        application = self.application_in("new")
        for name, move in moves.MOVES.items():
            for state in move.sources:
                for actor in move.actors:
                    with self.subTest(move=name, state=state, actor=actor):
                        application.state = state
                        sequence = application.sequence
                        self.assertTrue(application._move(name, actor, note="why"))
                        self.assertEqual(application.state, move.target)
                        self.assertEqual(application.sequence, sequence + 1)
                        self.assertEqual(self.last_history(application), (name, actor, state, True))
                        callback = application.callback_ids.sorted("id")[-1]
                        event = "updated" if move.target == state else move.target
                        self.assertEqual(
                            (callback.event, callback.sequence),
                            (f"application.{event}", sequence + 1),
                        )

    def test_a_move_writes_its_values_with_it(self):
        application = self.application_in("submitted")
        later = fields.Datetime.now() + timedelta(hours=1)
        with freeze_time(later):
            application._move("decline", "accounting", decline_code="limits", note="x")
        self.assertEqual((application.state, application.decline_code), ("declined", "limits"))
        self.assertEqual(application.state_changed_at, later)

    def test_a_refused_move_writes_none_of_its_values(self):
        application = self.application_in("funded")
        self.assertFalse(application._move("decline", "accounting", decline_code="limits"))
        self.assertFalse(application.decline_code)

    def test_the_borrower_is_told_once_his_phone_is_known(self):
        unknown = self.application_in("submitted")
        unknown._move("decline", "accounting")
        self.assertFalse(self.env["tour_loan.sms"].search([]))
        known = self.application_in("submitted", phone=PHONE)
        known._move("decline", "accounting")
        [sms] = self.messages_to(PHONE)
        self.assertTrue(sms.text.startswith("Север: "))
        self.assertRegex(sms.text, "[а-я]{5}")
        self.assertEqual(sms.business_key, f"sms {known.uuid}")

    def test_an_unknown_move_is_a_mistake_of_ours(self):
        with self.assertRaises(KeyError):
            self.application_in("new")._move("fly", "clock")

    # --- what the accounting system says ---

    def test_a_repeated_decision_changes_nothing(self):
        application = self.application_in("submitted")
        offer = application._test_offer(application._exact(application.amount))
        update = {"status": "approved", "number": "ZK-1", "offer": offer}
        self.assertTrue(application._accounting_update(update))
        told, history = len(application.callback_ids), len(application.history_ids)
        self.assertFalse(application._accounting_update(update))
        self.assertEqual(
            (len(application.callback_ids), len(application.history_ids)), (told, history)
        )

    def test_another_offer_replaces_the_first_before_signing(self):
        application = self.application_in("submitted")
        self.approve(application)
        self.approve(application, 60000)
        self.assertEqual((application.state, application.offer_amount), ("approved", 60000))
        self.assertEqual(application._agency_object()["offer"]["shortfall"], 40000)

    def test_a_late_decision_is_recorded_and_changes_nothing(self):
        application = self.application_in("cancelled")
        self.assertTrue(self.approve(application), "the number is news")
        self.assertFalse(self.approve(application))
        self.assertFalse(application._accounting_update({"status": "declined"}))
        self.assertEqual((application.state, application.offer_amount), ("cancelled", 0))
        self.assertEqual(
            self.last_history(application), ("decline", "accounting", "cancelled", False)
        )

    def test_a_word_that_means_no_move_moves_nothing(self):
        application = self.application_in("submitted")
        self.assertFalse(application._accounting_update({"status": "in_review"}))
        self.assertTrue(application._accounting_update({"status": "in_review", "number": "7"}))
        self.assertEqual((application.state, application.accounting_number), ("submitted", "7"))

    def test_money_ends_the_story(self):
        application = self.application_in("submitted")
        self.approve(application)
        application.state = "committed"
        payout = {"amount": 100000, "paid_on": fields.Date.today(), "payment_order": "118"}
        update = {"status": "funded", "payout": payout}
        self.assertTrue(application._accounting_update(update))
        self.assertFalse(application._accounting_update(update))
        self.assertEqual(application._agency_object()["payout"]["payment_order"], "118")
        self.assertEqual(application.settlement_difference, 0)
        self.assertTrue(application._accounting_update({"status": "annulled"}))
        self.assertEqual(application.state, "annulled")

    def test_a_cancel_after_the_commit_waits_for_the_lender(self):
        application = self.application_in("committed")
        reference = {"application_id": application.uuid, "reason": "Передумали"}
        for _repeat in range(2):
            answer = self.rpc("application.cancel", reference)["result"]
            self.assertEqual(answer["status"], "committed")
            self.assertEqual(
                [(request["kind"], request["state"]) for request in answer["requests"]],
                [("cancel", "waiting")],
            )
        application._accounting_update({"status": "cancelled"})
        self.assertEqual(
            (application.state, application.claim_ids.state), ("cancelled", "accepted")
        )
        again = self.rpc("application.cancel", reference)["result"]
        self.assertEqual(again["status"], "cancelled")

    def test_a_payment_is_the_lenders_no_to_a_cancel(self):
        application = self.application_in("submitted")
        self.approve(application)
        application.state = "committed"
        self.rpc("application.cancel", {"application_id": application.uuid, "reason": "Нет"})
        payout = {"amount": 100000, "paid_on": fields.Date.today(), "payment_order": "118"}
        application._accounting_update({"status": "funded", "payout": payout})
        self.assertEqual((application.state, application.claim_ids.state), ("funded", "refused"))
        events = application.callback_ids.sorted("id").mapped("event")
        self.assertEqual(
            events[1:], ["application.updated", "application.updated", "application.funded"]
        )

    def test_a_cancel_says_whose_it_was(self):
        for actor, code in (("agency", "agency"), ("borrower", "borrower"), ("staff", "lender")):
            application = self.application_in("approved")
            if actor == "agency":
                reference = {"application_id": application.uuid, "reason": "Нет мест"}
                self.rpc("application.cancel", reference)
            elif actor == "borrower":
                application._cancel_by_borrower()
            else:
                application.action_cancel()
            self.assertEqual(application._agency_object()["decline_code"], code)

    def test_a_number_of_the_contract_alone_is_told_too(self):
        application = self.application_in("signed")
        before = application.sequence
        self.assertTrue(application._accounting_update({"loan_number": "ДЗ-7"}))
        self.assertFalse(application._accounting_update({"loan_number": "ДЗ-7"}))
        self.assertEqual(application.sequence, before + 1)
        self.assertEqual(application.callback_ids.event, "application.updated")

    def test_an_offer_ends_with_what_it_was_made_for(self):
        application = self.application_in("submitted")
        self.approve(application)
        self.assertTrue(application._agency_object()["offer"]["psk_amount"])
        application._move("change", "agency")
        self.assertIsNone(application._agency_object()["offer"])

    def test_a_wish_in_a_word_nobody_knows_is_still_a_wish(self):
        application = self.application_in("submitted")
        application._accounting_update(
            {"status": "needs_data", "needs": ["passport", "Хвост", "Рога"]}
        )
        self.assertEqual(application.state, "needs_data")
        answer = self.rpc("application.get", {"application_id": application.uuid})["result"]
        self.assertEqual(answer["needs"], ["passport", "other"])
        self.assertEqual(len(application.callback_ids), 1)

    def test_a_cancel_where_it_is_too_late_names_the_state(self):
        application = self.application_in("funded")
        error = self.rpc(
            "application.cancel", {"application_id": application.uuid, "reason": "Нет"}
        )["error"]
        self.assertEqual(error["data"], {"code": "wrong_state", "status": "funded"})

    # --- clock and staff ---

    def test_the_clock_ends_what_is_over_and_nothing_else(self):
        past = fields.Datetime.now() - timedelta(minutes=1)
        over = self.env["tour_loan.application"]
        for state in ("new", "filling", "submitted", "needs_data", "approved"):
            over |= self.application_in(state, held_until=past)
        over |= self.application_in("approved", offer_valid_until=past)
        over |= self.application_in("signed", commit_until=past)
        over |= self.application_in("ready", commit_until=past)
        kept = self.env["tour_loan.application"]
        for state in ("committed", "funded", "declined", "cancelled"):
            kept |= self.application_in(state, held_until=past, commit_until=past)
        kept |= self.application_in("new")
        states = kept.mapped("state")
        with self.enter_registry_test_mode():
            self.env.ref("tour_loan.ir_cron_expire").method_direct_trigger()
        self.assertEqual(set(over.mapped("state")), {"expired"})
        self.assertEqual(kept.mapped("state"), states)

    def test_one_that_fails_or_moved_on_holds_up_no_other(self):
        past = fields.Datetime.now() - timedelta(minutes=1)
        broken = self.application_in("approved", held_until=past)
        prolonged = self.application_in("approved", held_until=past)
        over = self.application_in("approved", held_until=past)
        Application = self.registry["tour_loan.application"]
        move, lock = Application._move, Application.try_lock_for_update

        def failing(application, *args, **values):
            if application == broken:
                raise ValueError("a fault of ours")
            return move(application, *args, **values)

        def prolonging(application, **options):
            if application == prolonged:
                application.held_until = fields.Datetime.now() + timedelta(days=1)
            return lock(application, **options)

        self.patch(Application, "_move", failing)
        self.patch(Application, "try_lock_for_update", prolonging)
        with self.enter_registry_test_mode(), self.assertLogs("odoo.addons.tour_loan", "ERROR"):
            self.env.ref("tour_loan.ir_cron_expire").method_direct_trigger()
        self.assertEqual(
            (broken.state, prolonged.state, over.state), ("approved", "approved", "expired")
        )

    def test_staff_cancel_many_at_once_or_none(self):
        applications = self.application_in("submitted") | self.application_in("approved")
        applications.action_cancel()
        self.assertEqual(applications.mapped("state"), ["cancelled"] * 2)
        for application in applications:
            self.assertEqual(self.last_history(application)[:2], ("cancel", "staff"))
            self.assertEqual(len(application.callback_ids), 1)
        with self.assertRaises(UserError):
            self.application_in("funded").action_cancel()

    def test_a_bulk_of_decisions_is_told_one_by_one(self):
        applications = self.env["tour_loan.application"]
        for _number in range(30):
            applications |= self.application_in("submitted", phone=PHONE)
        for application in applications:
            application._accounting_update({"status": "declined"})
        self.assertEqual(set(applications.mapped("state")), {"declined"})
        self.assertEqual(len(applications.callback_ids), 30)
        self.assertEqual(len(self.messages_to(PHONE)), 30)
        self.jobs.assert_jobs_count(60)

    # --- test applications ---

    def play(self, application, kind):
        """Run the job that plays the lender, once it was asked for."""
        self.jobs.assert_enqueued_job(application._play_accounting, args=(kind,))
        application._play_accounting(kind)

    def test_a_test_application_is_decided_by_its_kopecks(self):
        for price, state in (
            ("120000.00", "approved"),
            ("120000.01", "declined"),
            ("120000.02", "needs_data"),
        ):
            application = self.application(
                test=True, order__price={"amount": price, "currency": "RUB"}
            )
            application.state = "filling"
            application._move("submit", "borrower")
            self.play(application, "application")
            self.assertEqual(application.state, state, price)

    def test_a_test_application_plays_to_its_end(self):
        application = self.signed(test=True)
        application.cooling_off_until = fields.Datetime.now()
        reference = {"application_id": application.uuid}
        self.rpc("application.commit", {**reference, "booking_number": "B-1"})
        self.play(application, "commit")
        self.assertEqual(application.state, "funded")
        self.assertEqual(application._agency_object()["payout"]["payment_order"], "TEST")
        self.rpc("application.tour_refund", {**reference, "document_numbers": ["R-1"]})
        self.play(application, "tour_refund")
        self.assertEqual(application.claim_ids.state, "accepted")

    def test_a_test_application_is_cancelled_after_its_commit(self):
        application = self.application_in("committed", test=True)
        self.rpc("application.cancel", {"application_id": application.uuid, "reason": "Нет"})
        # the payment that was on its way does not overtake the cancel
        application._play_accounting("commit")
        self.play(application, "cancel")
        self.assertEqual(
            (application.state, application.claim_ids.state), ("cancelled", "accepted")
        )

    # --- looks ---

    def test_the_columns_of_the_kanban_are_in_the_order_of_the_story(self):
        self.application_in("funded")
        self.application_in("approved")
        self.application_in("new")
        applications = self.env["tour_loan.application"].with_context(read_group_expand=True)
        groups = applications.formatted_read_group([], ["state"])
        self.assertEqual([g["state"] for g in groups], ["new", "approved", "funded"])
