"""Money that is too much, money that is stray, and sums that are not of today."""

from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_loan import AS_OF, LoanCommon, LoanHttpCommon


@tagged("post_install", "-at_install")
class TestSurplus(LoanCommon):
    def begun(self, loan, minutes, amount=35000):
        """A payment begun so many minutes ago."""
        payment = self.transaction(loan, amount)
        self.age(payment, minutes=minutes)
        return payment

    def done(self, payment, minutes=0):
        """It was paid so many minutes ago; return its repayment."""
        payment._set_done(extra_allowed_states=("cancel",))
        payment.last_state_change = self.later(minutes=-minutes)
        payment._post_process()
        return payment.tour_loan_repayment_ids

    def waiting(self) -> list:
        """Return what stands in staff's list of what needs a person."""
        return self.env["tour_loan.attention"].search([]).mapped("what")

    def test_a_payment_given_up_and_paid_all_the_same_is_a_surplus(self):
        loan = self.active()
        dropped, second = self.begun(loan, 30), self.begun(loan, 20)
        kept = self.done(second, minutes=10)
        twice = self.done(dropped)
        self.assertEqual((kept.surplus, kept.attention), (0, False))
        self.assertEqual(twice.surplus, 35000)
        self.assertIn("дважды", twice.attention)
        self.assertIn(twice.attention, self.waiting())
        self.assertEqual(twice.state, "to_send", "the lender gets it all the same")

    def test_payments_one_after_another_are_none(self):
        loan = self.active()
        first = self.done(self.begun(loan, 30, 1000), minutes=20)
        second = self.done(self.begun(loan, 10, 1000))
        self.assertEqual((first | second).mapped("surplus"), [0, 0])

    def test_a_payment_that_was_undone_makes_no_other_a_surplus(self):
        loan = self.active()
        dropped, second = self.begun(loan, 30), self.begun(loan, 20)
        self.refunded(self.done(second, minutes=10), 35000)
        self.assertFalse(self.done(dropped).surplus)

    def test_more_than_the_payoff_is_a_surplus_of_the_rest(self):
        loan = self.active(payoff="40000.00")
        self.done(self.begun(loan, 30), minutes=20)  # on its way to the lender
        repayment = self.done(self.begun(loan, 10, 6000))
        self.assertEqual(repayment.surplus, 1000)
        self.assertIn("1", repayment.attention)

    def test_money_for_a_loan_that_takes_none_is_all_too_much(self):
        loan = self.active()
        payment = self.begun(loan, 5)
        for state in ("closed", "annulled", "ceded", "court"):
            loan.state = state
            self.assertFalse(loan._takes_payments())
        loan.state = "closed"
        self.assertEqual(self.done(payment).surplus, 35000)

    def test_what_the_books_call_overpaid_is_for_a_person(self):
        repayment = self.paid(self.active())
        repayment._take_booking({"status": "booked", "overpaid": "12.30"})
        self.assertEqual(repayment.surplus, 12.3)
        self.assertTrue(repayment.attention)

    def test_a_refusal_of_the_books_is_for_a_person(self):
        repayment = self.paid(self.active())
        repayment._take_booking({"status": "refused"})
        self.assertTrue(repayment.attention)

    def test_staff_settle_it_others_may_not(self):
        loan = self.active()
        loan.state = "closed"
        repayment = self.paid(loan)
        operator = new_test_user(self.env, "op", groups="tour_loan.tour_loan_group_operator")
        clerk = new_test_user(self.env, "clerk")
        with self.assertRaises(AccessError):
            repayment.with_user(clerk).action_settled()
        repayment.with_user(operator).action_settled()
        self.assertFalse(repayment.attention)

    def test_one_sms_confirms_a_payment(self):
        loan = self.active()
        before = self.messages_to(loan.application_id.phone)
        repayment = self.paid(loan)
        repayment.transaction_id._post_process()
        (sms,) = self.messages_to(loan.application_id.phone) - before
        text = sms.text.replace("\xa0", " ")
        number = loan.application_id._contract_number()
        for words in ("35 000,00 ₽", number, repayment._paid_on(), loan.uuid):
            self.assertIn(words, text)

    def test_money_past_the_loans_pages_raises_attention(self):
        loan = self.active()
        strays = (
            self.transaction(loan, tour_loan_id=False, reference=f"LOAN-{loan.id}-99"),
            self.transaction(loan, tour_loan_id=False, reference="S00012"),
        )
        for payment in strays:
            payment._set_done()
            payment._post_process()
            self.assertTrue(payment.tour_loan_attention, payment.reference)
            self.assertFalse(payment.tour_loan_repayment_ids)
            self.assertIn(payment.tour_loan_attention, self.waiting())
        shop = self.transaction(
            loan, tour_loan_id=False, reference="S00013", partner_id=self.env.company.partner_id.id
        )
        shop._set_done()
        shop._post_process()
        self.assertFalse(shop.tour_loan_attention)

    def test_a_dispute_of_the_bank_is_for_a_person_with_its_reason(self):
        repayment = self.paid(self.active())
        repayment.transaction_id.dispute_reason = "Fraudulent transaction"
        self.assertEqual(repayment.dispute_reason, "Fraudulent transaction")
        self.assertEqual(repayment.loan_id.disputed, "Fraudulent transaction")
        self.assertIn("Fraudulent transaction", repayment.attention)
        self.assertFalse(repayment.reversal_asked_at)
        repayment._reverse()
        repayment._take_booking({"status": "reversed"})
        self.assertFalse(repayment.loan_id.disputed)

    def test_a_dispute_that_overtook_the_payments_booking_is_seen_all_the_same(self):
        transaction = self.transaction(self.active(), dispute_reason="Fraudulent transaction")
        transaction._set_done()
        transaction._post_process()
        self.assertIn("Fraudulent transaction", transaction.tour_loan_repayment_ids.attention)
        self.assertFalse(transaction.tour_loan_repayment_ids.reversal_asked_at)


@tagged("post_install", "-at_install")
class TestSums(LoanCommon):
    def test_a_payoff_of_yesterday_is_not_offered(self):
        loan = self.active()
        self.assertEqual(loan._sum_to_pay("payoff", ""), 99081.37)
        self.today(AS_OF.date() + timedelta(days=1))
        self.assertEqual(loan._choices_to_pay(), [("next", 35000)])
        self.assertEqual(loan._sum_to_pay("payoff", ""), 0)
        self.assertEqual(loan._sum_to_pay("other", "35000.01"), 0)
        self.tell(loan, as_of=AS_OF + timedelta(days=1), payoff="99162.74")
        self.assertEqual(loan._sum_to_pay("payoff", ""), 99162.74)

    def test_money_that_waits_to_be_booked_is_not_asked_for_twice(self):
        loan = self.active(overdue=1500)
        self.paid(loan, 1500)
        self.assertEqual(loan._choices_to_pay(), [("next", 35000)])
        self.paid(loan, 30000)
        self.assertEqual(loan._choices_to_pay(), [("next", 5000)])
        self.paid(loan, 5000)
        self.assertEqual(loan._choices_to_pay(), [])
        self.assertEqual(loan._sum_to_pay("next", ""), 0)
        self.assertEqual(loan._most_to_pay(), 62581.37)
        for repayment in loan.repayment_ids:
            repayment._take_booking({"status": "booked", "booked_at": AS_OF})
        self.assertEqual(loan._awaits_booking(), 0)

    def test_a_booking_younger_than_the_figures_still_counts(self):
        loan = self.active()
        repayment = self.paid(loan)
        later = AS_OF + timedelta(minutes=5)
        repayment._take_booking({"status": "booked", "booked_at": later})
        self.assertEqual(loan._awaits_booking(), 35000)
        self.tell(loan, paid=1, as_of=later)
        self.assertEqual(loan._awaits_booking(), 0)

    def test_what_is_overdue_is_not_the_next_payment_as_well(self):
        self.today(date(2027, 1, 30))
        loan = self.active(
            overdue=35000, next_payment_on=date(2027, 1, 24), as_of=AS_OF + timedelta(days=67)
        )
        self.assertEqual(loan._next_due(), (date(2027, 2, 24), 35000))
        self.assertEqual(
            loan._choices_to_pay(),
            [("overdue", 35000), ("next", 35000), ("payoff", 99081.37)],
        )

    def test_a_sum_is_refused_for_its_own_reason(self):
        loan = self.active()
        for typed, reason in (
            ("100.555", "kopecks"),
            ("100,5551 ₽", "kopecks"),
            ("сто", "number"),
            ("", "number"),
            ("0,10", "range"),
            ("999999", "range"),
        ):
            self.assertEqual(loan._sum_to_pay("other", typed), 0)
            self.assertEqual(loan._wrong_sum("other", typed), reason, typed)
        self.assertEqual(loan._wrong_sum("overdue", ""), "gone")
        self.assertEqual(loan._wrong_sum("", ""), "nothing")


@tagged("post_install", "-at_install")
class TestTruth(LoanHttpCommon):
    """The loan's page."""

    def text(self, loan, page=""):
        return self.logged_in(loan).get(f"/my/loans/{loan.uuid}{page}").text

    def test_a_surplus_is_said_with_what_happens_to_it(self):
        loan = self.active()
        loan.state = "closed"
        self.paid(loan)
        loan.state = "active"
        self.assertIn("лишн", self.text(loan))

    def test_part_refunds_stand_in_the_list(self):
        loan = self.active()
        self.refunded(self.paid(loan), 10000)
        self.assertIn("10 000,00", self.text(loan))

    def test_what_came_is_said_until_it_is_booked(self):
        loan = self.active()
        self.paid(loan, 1000)
        self.assertIn("Мы получили 1 000,00", self.text(loan).replace("\xa0", " "))

    def test_a_payoff_that_is_asked_for_is_not_a_number_to_pay(self):
        loan = self.active()
        asked = []
        loans = self.registry["tour_loan.loan"]
        self.patch(loans, "_ask_for_figures", lambda loan: asked.append(loan.uuid))
        self.today(AS_OF.date() + timedelta(days=1))
        self.assertNotIn("99 081,37", self.text(loan, "/pay").replace("\xa0", " "))
        self.assertEqual(asked[0], loan.uuid)
        self.assertIn("24.11.2026 12:00", self.text(loan, "/pay"))

    def test_a_loan_closed_early_says_so_of_its_future_dates(self):
        loan = self.active()
        self.tell(loan, paid=3, status="closed", closed_on=date(2026, 11, 24), payoff=None)
        text = self.text(loan)
        self.assertEqual(text.count("досрочно"), 3)
        self.tell(
            loan,
            paid=1,
            status="closed",
            as_of=AS_OF + timedelta(minutes=1),
            closed_on=date(2026, 11, 24),
        )
        text = self.text(loan)
        self.assertEqual(text.count("платить не нужно"), 2)

    def test_kopecks_are_said_as_kopecks(self):
        loan = self.active()
        visitor = self.logged_in(loan).get(f"/my/loans/{loan.uuid}/pay")
        visitor.send(what="other", amount="100.555")
        self.assertIn("копейки", visitor.errors()[0])
