"""Contracts and their schedules come in from 1C."""

from datetime import datetime, timedelta

from odoo import fields

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_loans import FRESH, LoansCase, contract, contracts


class TestContracts(LoansCase):
    def test_figures_of_another_day_are_asked_for_one_loan(self):
        loan = self.active()
        uuid = loan.application_id.uuid
        with trap_jobs() as trap:
            loan._ask_for_figures()
            loan._ask_for_figures()
        trap.assert_jobs_count(1)
        fresh = contract(uuid, ДатаОстатков="2026-11-25T12:00:00", Остатки=FRESH)
        self.answer_contracts(fresh)
        trap.perform_enqueued_jobs()
        self.assertEqual((loan.payoff, loan.as_of), (120197.26, datetime(2026, 11, 25, 9)))
        self.publication.answers["GetContracts"] = lambda body: (500, b"away")
        self.env["moyamfo.run"]._pull_loan(uuid)
        self.assertTrue(self.env["moyamfo.run"].search([], limit=1).error)
        self.assertEqual(loan.payoff, 120197.26)

    def test_a_contract_brings_its_figures_to_the_kopeck_and_its_time(self):
        loan = self.active()
        self.assertEqual((loan.number, loan.application_id.loan_number), ("ДЗ-1", "ДЗ-1"))
        self.assertEqual((loan.principal, loan.interest), (120000, 98.63))
        self.assertEqual(loan.payoff, 120098.63)
        self.assertEqual(loan.next_payment_amount, 61479.45)
        self.assertEqual(fields.Date.to_string(loan.next_payment_on), "2026-12-24")
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9))  # 12:00 in Moscow
        self.assertEqual(loan.installment_ids.mapped("rest"), [60000, 0])

    def test_a_pull_of_what_is_known_counts_no_change_and_keeps_the_rows(self):
        loan = self.active()
        lines = loan.installment_ids
        uuid = loan.application_id.uuid
        self.answer_contracts(contract(uuid, ДатаОстатков="2026-11-24T12:05:00"))
        run, _trap = self.pull("contracts")
        self.assertEqual((run.row_count, run.changed_count, run.state), (1, 0, "done"))
        self.assertEqual(loan.installment_ids, lines)
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9, 5))

    def test_a_contract_unlike_what_was_signed_is_shown_once_on_the_pull_and_on_the_loan(self):
        loan = self.loan()
        uuid = loan.application_id.uuid
        theirs = {"Сумма": "120000.01", "Срок": 3, "ПроцентнаяСтавка": "31.5", "ПСК": "31.499"}
        self.answer_contracts(contract(uuid, **theirs))
        run, _trap = self.pull("contracts")
        self.assertEqual(run.state, "problems")
        for theirs, signed in (
            ("120000.01", "120000.0"),
            ("3", "2"),
            ("31.5", "30.0"),
            ("31.499", "29.999"),
        ):
            for text in (run.problems, loan.unlike_signed):
                self.assertRegex(text, f"{signed}\\b.*{theirs}")
        self.assertEqual(len(loan.unlike_signed.splitlines()), 4)
        again, _trap = self.pull("contracts")
        self.assertEqual(again.state, "done")
        # a later change is a new agreement: the books go on, the first difference stays
        self.answer_contracts(contract(uuid, Срок=2))
        self.pull("contracts")
        self.assertEqual(loan.months, 2)
        self.assertTrue(loan.unlike_signed)

    def test_contracts_without_a_time_are_of_their_servers_time(self):
        self.loan()
        date = "Tue, 24 Nov 2026 09:00:00 GMT"
        handler = self.publication.server.RequestHandlerClass
        self.patch(handler, "date_time_string", lambda handler, timestamp=None: date)
        self.answer_contracts(as_of="")
        run, _trap = self.pull("contracts")
        self.assertEqual(run.as_of, datetime(2026, 11, 24, 9))

    def test_a_contract_as_signed_has_nothing_to_show(self):
        self.assertFalse(self.active().unlike_signed)

    def test_older_figures_never_replace_newer_ones(self):
        loan = self.active()
        older = contract(loan.application_id.uuid, paid=1, ДатаОстатков="2026-11-24T11:59:59")
        self.answer_contracts(older)
        self.pull("contracts")
        self.assertEqual(loan.principal, 120000)

    def test_news_of_the_same_second_is_taken(self):
        loan = self.active()
        self.answer_contracts(contract(loan.application_id.uuid, paid=1))
        run, _trap = self.pull("contracts")
        self.assertEqual((loan.principal, run.changed_count), (60000, 1))
        self.assertEqual([line._is_paid() for line in loan.installment_ids], [True, False])

    def test_an_unknown_status_changes_nothing_and_is_shown(self):
        loan = self.active()
        strange = contract(
            loan.application_id.uuid, paid=1, Статус="Улетел", ДатаОстатков="2026-11-25T12:00:00"
        )
        self.answer_contracts(strange)
        run, _trap = self.pull("contracts")
        self.assertEqual((loan.state, loan.principal), ("active", 120000))
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9))
        self.assertIn("Улетел", loan.unknown_status)
        self.assertIn("Улетел", run.problems)
        self.answer_contracts(contract(loan.application_id.uuid, paid=1))
        self.pull("contracts")
        self.assertFalse(loan.unknown_status)

    def test_a_contract_of_somebody_else_is_counted_and_left_alone(self):
        loan = self.active()
        self.answer_contracts(contract("another", number="ДЗ-9"), contract(None, number="ДЗ-8"))
        run, _trap = self.pull("contracts")
        self.assertEqual((run.foreign_count, run.changed_count, run.state), (2, 0, "done"))
        self.assertEqual(loan.number, "ДЗ-1")

    def test_an_unreadable_contract_costs_the_others_nothing(self):
        loan = self.loan()
        uuid = loan.application_id.uuid
        self.answer_contracts(contract("x", number="ДЗ-7", Сумма="много"), contract(uuid))
        run, _trap = self.pull("contracts")
        self.assertEqual(loan.state, "active")
        self.assertIn("ДЗ-7", run.problems)

    def test_two_contracts_with_one_number_are_shown_and_not_mixed(self):
        first, second = self.active(), self.loan()
        self.answer_contracts(contract(second.application_id.uuid))
        run, _trap = self.pull_quietly("contracts")
        self.assertEqual(run.state, "problems")
        self.assertEqual((first.number, second.number), ("ДЗ-1", False))

    def pull_quietly(self, kind):
        with self.assertLogs("odoo.addons.moyamfo_sync.models.moyamfo_run", "ERROR"):
            with self.assertLogs("odoo.sql_db", "ERROR"):
                return self.pull(kind)

    def test_changes_are_asked_for_by_pages_since_the_last_pull_with_an_overlap(self):
        self.answer_contracts(more=True)
        run, trap = self.pull("contracts")
        self.assertFalse(run.complete)
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.args, ("contracts", 2, run.since, run.as_of))
        self.answer_contracts()
        self.pull("contracts", page=2, since=run.since, as_of=run.as_of)
        following, _trap = self.pull("contracts")
        self.assertEqual(following.since, datetime(2026, 11, 24, 8, 55))

    def test_at_night_every_open_loan_is_asked_for_and_a_missing_one_is_shown(self):
        known, forgotten = self.active(), self.loan()
        self.answer_contracts(contract(known.application_id.uuid, Статус="Закрыт"))
        run, _trap = self.pull("loans")
        self.assertEqual(known.state, "closed")
        self.assertIn(forgotten.application_id.uuid, run.problems)
        self.assertNotIn(known.application_id.uuid, run.problems)

    def test_an_answer_that_breaks_off_is_a_failed_run_and_is_asked_for_again(self):
        loan = self.loan()
        _status, body = contracts(contract(loan.application_id.uuid))
        self.publication.answers["GetContracts"] = lambda question: (200, body[:-40])
        run, _trap = self.pull("contracts")
        self.assertEqual((run.state, run.complete), ("failed", False))
        self.answer_contracts(contract(loan.application_id.uuid))
        again, _trap = self.pull("contracts")
        self.assertLess(again.since, fields.Datetime.now() - timedelta(days=29))
        self.assertEqual(loan.state, "active")
