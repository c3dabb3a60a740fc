import re

from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .common_loan import LoanCommon, LoanHttpCommon


@tagged("post_install", "-at_install")
class TestRepayment(LoanCommon):
    def setUp(self):
        super().setUp()
        self.told = []
        self.patch(
            self.registry["tour_loan.repayment"],
            "_notify_accounting",
            lambda repayment, kind: self.told.append((kind, repayment.id)),
        )

    def test_a_confirmed_payment_becomes_one_repayment_and_is_told_once(self):
        loan = self.active()
        repayment = self.paid(loan)
        repayment.transaction_id._post_process()
        self.assertEqual(loan.repayment_ids, repayment)
        self.assertEqual((repayment.amount, repayment.state), (35000, "to_send"))
        self.assertEqual(self.told, [("payment", repayment.id)])

    def test_a_payment_that_is_not_confirmed_is_none(self):
        loan = self.active()
        for change in ("_set_pending", "_set_error", "_set_canceled"):
            transaction = self.transaction(loan)
            getattr(transaction, change)(*([""] if change == "_set_error" else []))
            transaction._post_process()
        self.assertFalse(loan.repayment_ids)

    def test_money_that_came_after_the_payment_was_given_up_counts(self):
        loan = self.active()
        transaction = self.transaction(loan)
        transaction._set_canceled()
        transaction._post_process()
        transaction._set_done(extra_allowed_states=("cancel",))
        transaction._post_process()
        self.assertEqual(loan.repayment_ids.amount, 35000)

    def test_money_for_a_loan_that_was_closed_meanwhile_is_told_all_the_same(self):
        loan = self.active()
        transaction = self.transaction(loan)
        loan.state = "closed"
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(self.told, [("payment", loan.repayment_ids.id)])

    def test_a_payment_of_somebody_elses_shop_is_left_alone(self):
        loan = self.active()
        transaction = self.transaction(loan, tour_loan_id=False)
        transaction._set_done()
        transaction._post_process()
        self.assertFalse(transaction.tour_loan_repayment_ids)

    def test_a_payment_core_has_forgotten_is_found_by_our_own_cron(self):
        loan = self.active()
        transaction = self.transaction(loan)
        transaction._set_done()
        transaction.last_state_change = self.later(days=-9)
        # core commits after each payment; a test's cursor must not
        self.patch(self.env.cr, "commit", lambda: None)
        self.env["payment.transaction"]._cron_tour_loan_forgotten()
        self.assertEqual(loan.repayment_ids.transaction_id, transaction)

    def test_a_refund_core_has_forgotten_becomes_its_reversal(self):
        repayment = self.paid(self.active())
        refund = repayment.transaction_id._create_child_transaction(35000, is_refund=True)
        refund._set_done()
        refund.last_state_change = self.later(days=-9)
        self.patch(self.env.cr, "commit", lambda: None)
        self.assertFalse(repayment.reversal_asked_at)
        self.env["payment.transaction"]._cron_tour_loan_forgotten()
        self.assertTrue(repayment.reversal_asked_at)
        self.assertTrue(refund.is_post_processed)

    def test_the_forgotten_are_looked_up_in_an_index_of_their_own(self):
        self.env["payment.transaction"].flush_model()
        query = self.env["payment.transaction"]._search(
            [("state", "=", "done"), ("is_post_processed", "=", False)]
        )
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("tour_loan_unprocessed", plan)

    def test_the_reference_names_the_loan(self):
        loan = self.active()
        compute = self.env["payment.transaction"]._compute_reference
        self.assertEqual(compute("none", tour_loan_id=loan.id), f"LOAN-{loan.id}")

    def test_a_booking_is_taken_over_once(self):
        repayment = self.paid(self.active())
        booked = {"status": "booked", "principal": "33000.00", "interest": "2000.00"}
        self.assertTrue(repayment._take_booking(booked))
        self.assertFalse(repayment._take_booking(booked))
        self.assertEqual((repayment.booked_principal, repayment.booked_interest), (33000, 2000))

    def test_money_given_back_is_a_reversal_told_once_and_done_by_the_lender(self):
        repayment = self.paid(self.active())
        refund = self.refunded(repayment, 35000)
        refund._post_process()
        self.assertEqual(self.told[1:], [("reversal", repayment.id)])
        self.assertEqual(repayment.state, "to_send")
        repayment._take_booking({"status": "reversed"})
        self.assertFalse(repayment._take_booking({"status": "booked"}))
        self.assertEqual(repayment.state, "reversed")

    def test_a_part_given_back_is_for_a_person_until_all_went_back(self):
        repayment = self.paid(self.active())
        self.refunded(repayment, 10000)
        self.assertIn("10", repayment.attention)
        self.assertEqual(len(self.told), 1)
        self.refunded(repayment, 25000)
        self.assertFalse(repayment.attention)
        self.assertEqual(self.told[1:], [("reversal", repayment.id)])

    def test_a_refund_processed_before_its_payment_is_told_after_it(self):
        loan = self.active()
        payment = self.transaction(loan)
        payment._set_done()
        refund = payment._create_child_transaction(35000, is_refund=True)
        refund._set_done()
        refund._post_process()  # core takes the newest first
        payment._post_process()
        self.assertEqual([kind for kind, _id in self.told], ["payment", "reversal"])

    def test_a_manager_reverses_a_chargeback_an_operator_may_not(self):
        repayment = self.paid(self.active())
        operator = new_test_user(self.env, "op", groups="tour_loan.tour_loan_group_operator")
        with self.assertRaises(AccessError):
            repayment.with_user(operator).action_reverse()
        manager = new_test_user(self.env, "boss", groups="tour_loan.tour_loan_group_manager")
        repayment.with_user(manager).action_reverse()
        repayment.with_user(manager).action_reverse()
        self.assertEqual(self.told[1:], [("reversal", repayment.id)])


@tagged("post_install", "-at_install")
class TestPaying(LoanHttpCommon):
    def form_values(self, loan, **typed):
        """Choose a sum; return (visitor, transaction route, JSON the payment form sends)."""
        visitor = self.logged_in(loan).get(f"/my/loans/{loan.uuid}/pay")
        visitor.send(**typed)
        form = visitor.page.xpath("//form[@id='o_payment_form']")
        if not form:
            return visitor, None, None
        return (
            visitor,
            form[0].get("data-transaction-route"),
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": form[0].get("data-landing-route"),
                "is_validation": False,
                "access_token": "",
            },
        )

    def begin(self, loan, typed, **changes):
        _visitor, route, values = self.form_values(loan, **typed)
        return self.make_jsonrpc_request(route, {**values, **changes})

    def transactions(self, loan):
        return self.env["payment.transaction"].search([("tour_loan_id", "=", loan.id)])

    def test_the_sum_chosen_is_the_sum_of_the_transaction(self):
        loan = self.active()
        self.begin(loan, {"what": "next"})
        transaction = self.transactions(loan)
        self.assertEqual((transaction.amount, transaction.currency_id.name), (35000, "RUB"))
        self.assertEqual(transaction.partner_id, loan.borrower_id.user_id.partner_id)
        self.assertEqual(transaction.landing_route, transaction._tour_loan_url())
        self.assertTrue(re.match(rf"LOAN-{loan.id}(-|$)", transaction.reference))

    def test_every_choice_can_be_paid(self):
        loan = self.active(overdue=1500)
        for typed, amount in (
            ({"what": "overdue"}, 1500),
            ({"what": "payoff"}, 99081.37),
            ({"what": "other", "amount": "2 000,50"}, 2000.5),
        ):
            self.begin(loan, typed)
            begun = self.transactions(loan)[:1]
            self.assertEqual(begun.amount, amount)
            begun._tour_loan_drop()

    def test_another_sum_than_that_of_the_page_cannot_be_smuggled_in(self):
        loan = self.active()
        self.begin(loan, {"what": "next"}, amount=1, landing_route="https://evil.example")
        self.assertEqual(self.transactions(loan).amount, 35000)
        self.assertTrue(self.transactions(loan).landing_route.startswith("/my/loans/"))

    @mute_logger("odoo.http")
    def test_what_the_page_never_sends_is_refused(self):
        loan, other = self.active(), self.active()
        for changes in (
            {"currency_id": 1},
            {"partner_id": 3},
            {"custom_create_values": {}},
            {"flow": "token", "token_id": 1},
            {"provider_id": 0},
        ):
            with self.assertRaises(JsonRpcException):
                self.begin(loan, {"what": "next"}, **changes)
        _visitor, route, values = self.form_values(loan, what="next")
        for forged in (route[:-2], route.replace(loan.uuid, other.uuid)):
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(forged, values)
        self.assertFalse(self.transactions(loan) | self.transactions(other))

    @mute_logger("odoo.http")
    def test_a_provider_that_is_not_offered_takes_no_payment(self):
        loan = self.active()
        _visitor, route, values = self.form_values(loan, what="next")
        other = self.provider.copy({"name": "Another", "code": self.provider.code})
        other.write({"state": "test", "is_published": False})
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(route, {**values, "provider_id": other.id})
        self.provider.maximum_amount = 100  # less than is to be paid
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(route, values)
        self.assertFalse(self.transactions(loan))

    @mute_logger("odoo.http")
    def test_a_page_that_grew_old_asks_to_choose_again(self):
        loan = self.active()
        _visitor, route, values = self.form_values(loan, what="payoff")
        loan.payoff = 500
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self.make_jsonrpc_request(route, values)
        loan.write({"payoff": 99081.37, "state": "closed"})
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self.make_jsonrpc_request(route, values)

    @mute_logger("odoo.http")
    def test_a_stranger_cannot_begin_a_payment(self):
        loan = self.active()
        _visitor, route, values = self.form_values(loan, what="next")
        stranger = new_test_user(self.env, "stranger", groups="base.group_portal")
        self.authenticate(stranger.login, stranger.login)
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(route, values)
        self.assertFalse(self.transactions(loan))

    def test_a_wrong_sum_says_what_is_possible_and_keeps_what_was_typed(self):
        loan = self.active()
        visitor, route, _values = self.form_values(loan, what="other", amount="100000")
        self.assertFalse(route)
        self.assertIn("99 081,37", visitor.errors()[0].replace("\xa0", " "))
        self.assertEqual(visitor.form().fields["amount"], "100000")

    def test_a_payment_under_way_is_told_before_another_is_begun(self):
        loan = self.active()
        transaction = self.transaction(loan)
        transaction._set_pending()
        visitor = self.logged_in(loan)
        for path in ("", "/pay"):
            visitor.get(f"/my/loans/{loan.uuid}{path}")
            (notice,) = visitor.page.find_class("tl-notice")
            self.assertIn("35 000,00", notice.text_content().replace("\xa0", " "))
        transaction._set_done()
        transaction._post_process()
        visitor.get(f"/my/loans/{loan.uuid}")
        self.assertFalse(visitor.page.find_class("tl-notice"))
