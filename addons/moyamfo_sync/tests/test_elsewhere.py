"""Contracts and payments that did not begin here are taken over, or refused with the reason."""

from datetime import date, datetime

from .common_loans import OK, LoansCase, booked, contract

PHONE = "8 (926) 765-43-21"
NORMAL = "+79267654321"
BORN = "1985-03-09"
PERSON = {"Телефон": PHONE, "ДатаРождения": BORN}


class TestElsewhere(LoansCase):
    def of_office(self, number="ОФ-1", **values):
        """A contract of the lender's office: its application is nobody's here."""
        whose = {name: values.pop(name, standing) for name, standing in PERSON.items()}
        uid = f"contract-{number}"
        return contract("office-7", number=number, УИД=uid, Заемщик=whose, **values)

    def taken(self, number="ОФ-1", **values):
        self.answer_contracts(self.of_office(number, **values))
        self.pull("contracts")
        return self.env["tour_loan.loan"].search([("number", "=", number)])

    def why(self, number="ОФ-1"):
        domain = [("kind", "=", "elsewhere"), ("key", "=", number), ("state", "=", "open")]
        return self.env["moyamfo.aside"].search(domain).reasons

    def test_a_contract_of_the_office_becomes_a_loan_of_its_person(self):
        loan = self.taken()
        self.assertEqual((loan.phone, loan.birth_date), (NORMAL, date(1985, 3, 9)))
        self.assertEqual((loan.state, loan.principal, loan.payoff), ("active", 120000, 120098.63))
        self.assertEqual(len(loan.installment_ids), 2)
        self.assertFalse(loan.application_id or loan.agency_id or loan.borrower_id)
        self.assertEqual((loan.display_name, loan.currency_id.name), ("ОФ-1", "RUB"))
        self.assertTrue(loan._takes_payments() or not loan._is_of_today())
        self.assertFalse(self.why())

    def test_it_is_updated_by_the_set_and_not_written_for_nothing(self):
        loan = self.taken()
        run = self.env["moyamfo.run"].search([], limit=1)
        self.assertEqual((run.changed_count, run.foreign_count), (1, 0))
        run, _trap = self.pull("contracts")
        self.assertEqual((run.changed_count, run.foreign_count), (0, 0))
        self.taken(paid=1, ДатаОстатков="2026-11-25T12:00:00")
        self.assertEqual((loan.principal, loan.as_of), (60000, datetime(2026, 11, 25, 9)))

    def test_it_is_his_who_is_known_here_by_phone_and_birth_date(self):
        borrower = self.env["tour_loan.borrower"]._of_phone(NORMAL, create=True)
        self.new_application(
            borrower_id=borrower.id, birth_date=BORN, submitted_at=datetime(2026, 1, 1)
        )
        self.assertEqual(self.taken().borrower_id, borrower)

    def test_a_phone_of_somebody_born_on_another_day_is_refused(self):
        borrower = self.env["tour_loan.borrower"]._of_phone(NORMAL, create=True)
        self.new_application(
            borrower_id=borrower.id, birth_date="1960-01-01", submitted_at=datetime(2026, 1, 1)
        )
        self.assertFalse(self.taken())
        self.assertTrue(self.why())
        waits = self.env["tour_loan.attention"].search([("kind", "=", "moyamfo.aside")])
        self.assertIn("1", waits.what)

    def test_what_does_not_say_whose_it_is_is_refused_with_the_reason(self):
        for values in (
            {"Телефон": ""},
            {"ДатаРождения": ""},
            {"Телефон": "нет"},
            {"Телефон": "+4915123456789"},
        ):
            with self.subTest(values):
                self.assertFalse(self.taken(**values))
                self.assertTrue(self.why())
        self.assertTrue(self.taken())
        self.assertFalse(self.why())

    def test_a_number_of_ours_is_not_taken_for_another(self):
        ours = self.active()
        self.answer_contracts(self.of_office("ДЗ-1", paid=1))
        self.pull("contracts")
        self.assertEqual((ours.principal, ours.phone), (120000, False))
        self.assertTrue(self.why("ДЗ-1"))

    def test_an_application_of_ours_nobody_signed_is_no_loan(self):
        application = self.new_application(state="approved")
        self.answer_contracts(contract(application.uuid, number="ОФ-2", Заемщик=PERSON))
        self.pull("contracts")
        self.assertFalse(self.env["tour_loan.loan"].search([("number", "=", "ОФ-2")]))

    def test_who_logs_in_for_the_first_time_finds_it(self):
        loan = self.taken()
        borrowers = self.env["tour_loan.borrower"]
        self.assertEqual(borrowers._dates_of_phone(NORMAL), {date(1985, 3, 9)})
        self.assertIsNone(borrowers._dates_of_phone("+79990000000"))
        borrower = borrowers._of_phone(NORMAL, create=True)
        self.assertEqual(loan.borrower_id, borrower)
        self.assertEqual(borrower._birth_dates(), {date(1985, 3, 9)})

    def test_a_new_phone_in_the_books_takes_the_loan_along(self):
        loan = self.taken()
        first = self.env["tour_loan.borrower"]._of_phone(NORMAL, create=True)
        self.assertEqual(loan.borrower_id, first)
        self.taken(Телефон="+79161112233")
        self.assertEqual((loan.phone, loan.borrower_id.id), ("+79161112233", False))
        self.taken(Телефон="", ДатаРождения="")  # says nothing about it
        self.assertEqual(loan.phone, "+79161112233")

    def test_at_night_it_is_asked_for_by_the_id_the_books_have(self):
        loan = self.taken()
        self.answer_contracts(self.of_office(Статус="Закрыт"))
        run, _trap = self.pull("loans")
        asked = self.publication.elements[-1].findtext("{*}УИДы").split(",")
        self.assertIn("contract-ОФ-1", asked)
        self.assertEqual((loan.state, run.foreign_count), ("closed", 0))

    def test_the_whole_portfolio_comes_page_by_page_and_goes_on_where_it_broke_off(self):
        self.answer_contracts(self.of_office(), more=True)
        first, trap = self.pull("portfolio")
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.channel, "root.moyamfo_books")
        self.publication.answers.pop("GetContracts")
        _failed, trap = self.pull("portfolio", *job.args[1:], **job.kwargs)
        (job,) = trap.enqueued_jobs
        self.answer_contracts(self.of_office("ОФ-2", Телефон="+79160000002"))
        self.pull("portfolio", *job.args[1:], **job.kwargs)
        first.invalidate_recordset()
        self.assertEqual((first.standing, first.taken_changes), ("whole", 2))

    def test_a_payment_of_it_goes_out_and_comes_back_booked(self):
        loan = self.taken()
        repayment = self.repayment(loan)
        (message,) = self.messages(repayment, "payment")
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        (body,) = self.publication.called("LoadPayment")
        self.assertEqual((body["НомерДоговора"], repayment.state), ("ОФ-1", "sent"))
        sms = self.env["tour_loan.sms"].search([("phone", "=", NORMAL)])
        self.assertIn("ОФ-1", sms.text)
        self.answer_payments(booked(repayment.uid))
        self.pull("payments")
        self.assertEqual(repayment.state, "booked")

    # --- payments ---

    def elsewhere(self, loan):
        return loan.repayment_ids.filtered(lambda one: one.origin == "elsewhere")

    def test_a_payment_at_a_bank_is_shown_once_and_never_sent_out(self):
        loan = self.active()
        self.answer_payments(
            booked("bank-1", amount="5000.00", СуммаОД="5000.00", СуммаПроцентов="0.00")
        )
        for _time in range(2):  # the overlap brings it once more
            self.pull("payments")
        repayment = self.elsewhere(loan)
        self.assertEqual((repayment.amount, repayment.state), (5000, "booked"))
        self.assertEqual(repayment.booked_principal, 5000)
        self.assertEqual(repayment.paid_at, datetime(2026, 11, 24, 9, 30))
        self.assertFalse(self.env["moyamfo.message"].search([("repayment_id", "=", repayment.id)]))
        self.assertFalse(repayment.reversal_asked_at)
        repayment._reverse()
        self.assertFalse(self.env["moyamfo.message"].search([("repayment_id", "=", repayment.id)]))
        self.assertEqual((repayment._given_back(), repayment._being_given_back()), (0, 0))
        self.assertTrue(repayment.display_name)

    def test_it_is_undone_when_the_books_say_so(self):
        loan = self.active()
        self.answer_payments(booked("bank-1"))
        self.pull("payments")
        self.answer_payments(booked("bank-1", status="Сторнирован"))
        self.pull("payments")
        self.assertEqual(self.elsewhere(loan).state, "reversed")

    def test_our_own_payment_and_its_reversal_are_not_counted_twice(self):
        loan = self.active()
        repayment = self.sent(loan)
        self.answer_payments(booked(repayment.uid), booked(f"{repayment.uid}-R"))
        self.pull("payments")
        self.assertEqual((loan.repayment_ids, repayment.state), (repayment, "booked"))

    def test_what_may_be_ours_under_another_id_waits_for_a_person(self):
        loan = self.active()
        repayment = self.sent(loan)
        self.answer_payments(booked("their-own-id"))
        run, _trap = self.pull("payments")
        self.assertEqual((loan.repayment_ids, run.state), (repayment, "problems"))
        self.assertEqual(self.env["moyamfo.aside"].search([]).loan_id, loan)

    def test_payments_of_loans_nobody_knows_here_and_undone_ones_are_left_alone(self):
        loan = self.active()
        self.answer_payments(
            booked("a", НомерДоговора="ДЗ-777"),
            booked("b", status="Сторнирован"),
            booked("c", status="Ожидает"),
        )
        run, _trap = self.pull("payments")
        self.assertEqual((run.foreign_count, run.changed_count), (3, 0))
        self.assertFalse(loan.repayment_ids)
