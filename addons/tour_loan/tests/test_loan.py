from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import OTHER_PHONE
from .common_loan import AS_OF, LoanCommon, LoanHttpCommon


@tagged("post_install", "-at_install")
class TestLoan(LoanCommon):
    def test_signing_makes_a_pending_loan_with_the_schedule_of_the_offer(self):
        application = self.signed()
        loan = application.loan_id
        self.assertEqual((loan.state, loan.amount), ("pending", application.offer_amount))
        self.assertEqual(len(loan.installment_ids), application.offer_months)
        total = sum(loan.installment_ids.mapped("principal"))
        self.assertEqual(round(total, 2), application.offer_amount)
        self.assertFalse(loan._takes_payments())

    def test_the_figures_and_the_schedule_are_the_lenders_to_the_kopeck(self):
        loan = self.active()
        self.assertEqual((loan.state, loan.payoff), ("active", 99081.37))
        self.assertEqual(loan.application_id.loan_number, loan.number)
        self.assertEqual(loan.installment_ids.mapped("rest"), [66000, 33000, 0])
        self.assertEqual(loan._moscow("as_of"), "24.11.2026 12:00")

    def test_older_figures_change_nothing(self):
        loan = self.active()
        older = AS_OF - timedelta(seconds=1)
        self.assertFalse(self.tell(loan, paid=1, as_of=older))
        self.assertEqual((loan.principal, loan.as_of), (99000, AS_OF))

    def test_a_repeat_is_no_change_but_moves_the_time(self):
        loan = self.active()
        lines, fresh = loan.installment_ids, AS_OF + timedelta(minutes=1)
        self.assertFalse(self.tell(loan, as_of=fresh))
        self.assertEqual((loan.installment_ids, loan.as_of), (lines, fresh))

    def test_an_unknown_status_is_kept_for_staff_and_changes_nothing_else(self):
        loan = self.active()
        late = AS_OF + timedelta(days=1)
        self.tell(loan, paid=1, as_of=late, status=None, unknown_status="Улетел")
        self.assertEqual((loan.state, loan.principal), ("active", 99000))
        self.assertEqual((loan.unknown_status, loan.as_of), ("Улетел", AS_OF))

    def test_a_contract_nobody_signed_here_is_not_ours(self):
        application = self.approved()
        told = self.contract(self.env["tour_loan.loan"], application_uuid=application.uuid)
        self.assertFalse(self.env["tour_loan.loan"]._take_contract(told))
        self.assertFalse(application.loan_id)

    def test_a_contract_without_the_applications_id_is_found_by_its_number(self):
        loan = self.active()
        self.assertTrue(self.tell(loan, paid=1, application_uuid=None))
        self.assertEqual(loan.principal, 66000)

    def test_a_cancel_before_the_money_ends_the_pending_loan(self):
        application = self.signed()
        application._move("cancel", "borrower")
        self.assertEqual(application.loan_id.state, "annulled")

    def test_books_that_do_not_know_of_a_cancel_yet_do_not_revive_the_loan(self):
        application = self.signed()
        application._move("cancel", "borrower")
        loan = application.loan_id
        self.tell(loan, status="pending", issued_on=None)
        self.assertEqual(loan.state, "annulled")
        self.tell(loan, status="active", as_of=AS_OF + timedelta(minutes=1))
        self.assertEqual(loan.state, "active", "the lender paid nevertheless")

    def test_what_may_be_paid_are_sums_of_the_lender(self):
        loan = self.active(overdue=1500)
        self.assertEqual(
            loan._choices_to_pay(), [("overdue", 1500), ("next", 35000), ("payoff", 99081.37)]
        )
        allowed = {"1": 1, "99 081,37 ₽": 99081.37, "1000.5": 1000.5}
        for typed, amount in allowed.items():
            self.assertEqual(loan._sum_to_pay("other", typed), amount)
        for typed in ("0,99", "99081.38", "-5", "", "все", "1e3", "1.005"):
            self.assertEqual(loan._sum_to_pay("other", typed), 0, typed)
        self.assertEqual(loan._sum_to_pay("anything", "5"), 0)

    def test_the_last_kopecks_can_be_paid(self):
        loan = self.active(payoff="0.40", next_payment_amount="0.40")
        self.assertEqual(loan._sum_to_pay("payoff", ""), 0.4)
        self.assertEqual(loan._sum_to_pay("other", "0.40"), 0.4)

    def test_without_a_payoff_only_what_is_due_can_be_paid(self):
        loan = self.active(payoff=None)
        self.assertEqual(loan._choices_to_pay(), [("next", 35000)])
        self.assertEqual(loan._sum_to_pay("other", "35000.01"), 0)

    def test_only_running_loans_take_payments(self):
        loan = self.active()
        for state in ("pending", "closed", "annulled", "ceded", "court"):
            loan.state = state
            self.assertFalse(loan._takes_payments(), state)
        for state in ("active", "overdue"):
            loan.state = state
            self.assertTrue(loan._takes_payments(), state)

    def test_borrowers_and_plain_staff_read_nothing_operators_read_only(self):
        loan = self.active()
        repayment = self.paid(loan)
        records = (loan, loan.installment_ids[:1], repayment)
        for user in (loan.borrower_id.user_id, new_test_user(self.env, "clerk")):
            for record in records:
                with self.assertRaises(AccessError):
                    record.with_user(user).read(["display_name"])
        operator = new_test_user(self.env, "op", groups="tour_loan.tour_loan_group_operator")
        for record in records:
            seen = record.with_user(operator)
            arch = self.env[record._name].with_user(operator).get_view(view_type="list")
            names = arch["models"][record._name]
            self.assertTrue(seen.read([name for name in names if name in record._fields]))
            for change in (
                lambda seen=seen: seen.write({"currency_id": 1}),
                lambda seen=seen: seen.copy(),
                lambda seen=seen: seen.unlink(),
            ):
                with self.assertRaises(AccessError):
                    change()


@tagged("post_install", "-at_install")
class TestLoanPages(LoanHttpCommon):
    def test_the_loans_page_shows_next_payment_figures_and_their_time(self):
        loan = self.active()
        visitor = self.logged_in(loan).get(f"/my/loans/{loan.uuid}")
        self.assertEqual(visitor.status, 200)
        number = loan.application_id.contract_number  # it was signed under
        for words in ("35 000,00", "24.01.2027", "99 081,37", "24.11.2026 12:00", number):
            self.assertIn(words, visitor.text.replace("\xa0", " "))
        self.assertEqual(len(visitor.page.xpath("//table[contains(@class, 'tl-schedule')]//tr")), 4)
        self.assertIn("no-store", visitor.response.headers["Cache-Control"])

    def test_a_loan_is_hidden_from_strangers_and_asks_a_guest_to_log_in(self):
        loan = self.active()
        guest = self.visitor().get(f"/my/loans/{loan.uuid}")
        self.assertTrue(guest.path.startswith("/tour_loan/login"))
        other = self.opened(phone=OTHER_PHONE)
        stranger = self.logged_in(other)
        for path in ("", "/pay"):
            stranger.get(f"/my/loans/{loan.uuid}{path}")
            self.assertEqual(stranger.status, 404)

    def test_several_loans_are_listed_open_ones_first(self):
        first, second = self.active(), self.active()
        self.tell(second, status="closed", as_of=AS_OF + timedelta(days=1))
        visitor = self.logged_in(first).get("/my/applications")
        links = visitor.page.xpath("//a[starts-with(@href, '/my/loans/')]/@href")
        self.assertEqual(links, [f"/my/loans/{first.uuid}", f"/my/loans/{second.uuid}"])

    def test_a_paid_line_and_a_booked_payment_are_shown(self):
        loan = self.active()
        repayment = self.paid(loan)
        visitor = self.logged_in(loan).get(f"/my/loans/{loan.uuid}")
        self.assertIn(repayment._paid_on(), visitor.text)
        repayment._take_booking({"status": "booked"})
        self.tell(loan, paid=1, next_payment_on=date(2027, 2, 24))
        visitor.get(f"/my/loans/{loan.uuid}")
        self.assertEqual(len(visitor.page.find_class("is-paid")), 1)
        self.assertIn("24.02.2027", visitor.text)

    def test_a_loan_that_takes_no_payments_has_no_page_to_pay(self):
        loan = self.active(status="court")
        visitor = self.logged_in(loan).get(f"/my/loans/{loan.uuid}/pay")
        self.assertEqual(visitor.path, f"/my/loans/{loan.uuid}")
        self.assertFalse(visitor.page.xpath("//a[contains(@href, '/pay')]"))
