"""Sets that shrink while they are asked for, rows nobody asked for, pulls that break off."""

from datetime import timedelta

from odoo import fields

from .. import connection
from .common import approved, page
from .common_loans import LoansCase, booked, contract, contracts

SIZE = 2


class TestPullsByKey(LoansCase):
    def setUp(self):
        super().setUp()
        profile = connection.exchange(self.env).profile
        self.addCleanup(object.__setattr__, profile, "page_size", profile.page_size)
        object.__setattr__(profile, "page_size", SIZE)

    def pull_all(self, kind):
        """Run a pull with all the pages it enqueues; return its runs."""
        runs, trap = self.pull(kind)
        while jobs := [job for job in trap.enqueued_jobs if job.args[:1] == (kind,)]:
            (job,) = jobs
            self.assertEqual(job.args[1], len(runs) + 1)
            run, trap = self.pull(
                kind,
                page=job.args[1],
                since=job.args[2],
                as_of=job.args[3],
                **job.kwargs,
            )
            runs |= run
        return runs.sorted("id")

    def loans(self, count):
        """Active loans with numbers of their own."""
        loans = self.env["tour_loan.loan"]
        for number in range(count):
            loan = self.loan()
            loan.write({"state": "active", "number": f"ДЗ-{number}"})
            loan.application_id.loan_number = loan.number
            loans |= loan
        return loans.sorted("id")

    def test_loans_that_close_at_night_cost_no_other_its_question(self):
        loans = self.loans(5)
        numbers = {loan.application_id.uuid: loan.number for loan in loans}
        asked = []

        def answer(_body):
            uuids = self.asked_uuids()
            asked.extend(uuids)
            return contracts(*(contract(u, number=numbers[u], Статус="Закрыт") for u in uuids))

        self.publication.answers["GetContracts"] = answer
        runs = self.pull_all("loans")
        self.assertEqual(asked, loans.application_id.sorted("id").mapped("uuid"))
        self.assertEqual(set(loans.mapped("state")), {"closed"})
        self.assertEqual(runs.mapped("complete"), [False, False, True])

    def asked_uuids(self):
        """The uuids of the last question for contracts, read from its XML."""
        return self.publication.elements[-1].findtext("{*}УИДы").split(",")

    def test_payments_that_are_booked_at_night_cost_no_other_its_question(self):
        loan = self.active()
        repayments = self.env["tour_loan.repayment"]
        for _number in range(5):
            repayments |= self.sent(loan)
        asked = []

        def answer(body):
            asked.extend(body["УИДы"])
            return page(*(booked(uid) for uid in body["УИДы"]))

        self.publication.answers["GetPayments"] = answer
        self.pull_all("unbooked")
        self.assertEqual(asked, repayments.sorted("id").mapped("uid"))
        self.assertEqual(set(repayments.mapped("state")), {"booked"})

    def test_applications_that_are_decided_at_night_cost_no_other_its_question(self):
        applications = self.env["tour_loan.application"]
        for number in range(5):
            applications |= self.new_application(
                state="submitted", accounting_number=f"ЗК-{number}", phone="+79161234567"
            )
        asked = []

        def answer(body):
            asked.extend(body["УИДы"])
            return page(*({"УИД": uid, "Статус": "Отказ"} for uid in body["УИДы"]))

        self.publication.answers["GetApplications"] = answer
        self.pull_all("open")
        ours = [uuid for uuid in asked if uuid in applications.mapped("uuid")]
        self.assertEqual(ours, applications.sorted("id").mapped("uuid"))
        self.assertEqual(set(applications.mapped("state")), {"declined"})

    def test_the_form_of_a_pull_shows_how_far_it_is(self):
        loans = self.loans(5)
        numbers = {loan.application_id.uuid: loan.number for loan in loans}
        self.publication.answers["GetContracts"] = lambda body: contracts(
            *(contract(u, number=numbers[u]) for u in self.asked_uuids())
        )
        first, trap = self.pull("loans")
        self.assertEqual((first.total_count, first.progress, first.standing), (5, 40, "going"))
        (job,) = trap.enqueued_jobs
        self.pull("loans", page=2, **job.kwargs)
        first.invalidate_recordset()
        self.assertEqual((first.progress, first.taken_count), (80, 4))

    # --- rows nobody asked for ---

    def test_a_decision_on_an_application_that_was_not_asked_for_is_no_answer(self):
        asked = self.new_application(state="submitted", accounting_number="ЗК-1")
        other = self.new_application(state="submitted", test=False)
        self.publication.answers["GetApplications"] = lambda body: page(
            {"УИД": asked.uuid, "Статус": "Отказ"}, approved(other.uuid), approved("чужая")
        )
        run, _trap = self.pull("open")
        self.assertEqual((asked.state, other.state), ("declined", "submitted"))
        self.assertEqual((run.foreign_count, run.state), (2, "problems"))
        self.assertIn("чужая", run.problems)

    def test_a_contract_that_was_not_asked_for_is_no_answer(self):
        first, second = self.active(), self.loan()
        self.publication.answers["GetContracts"] = lambda body: contracts(
            contract(first.application_id.uuid, Статус="Закрыт"),
            contract(second.application_id.uuid, number="ДЗ-2"),
        )
        self.env["moyamfo.run"]._pull_loan(first.application_id.uuid)
        run = self.env["moyamfo.run"].search([], limit=1)
        self.assertEqual((first.state, second.state), ("closed", "pending"))
        self.assertIn("ДЗ-2", run.problems)

    def test_a_payment_that_was_not_asked_for_is_no_answer(self):
        loan = self.active()
        asked, other = self.sent(loan), self.repayment(loan)
        self.answer_payments(booked(asked.uid), booked(other.uid))
        run, _trap = self.pull("unbooked")
        self.assertEqual((asked.state, other.state), ("booked", "to_send"))
        self.assertIn(other.uid, run.problems)

    # --- what breaks off ---

    def test_changed_contracts_go_on_at_the_page_that_failed(self):
        self.answer_contracts(more=True)
        first, trap = self.pull("contracts")
        (job,) = trap.enqueued_jobs
        self.publication.answers.pop("GetContracts")
        failed, trap = self.pull("contracts", *job.args[1:], **job.kwargs)
        self.assertEqual((failed.state, failed.page), ("failed", 2))
        self.answer_contracts()
        again, _trap = self.pull("contracts")
        self.assertEqual((again.page, again.since, again.as_of), (2, first.since, first.as_of))
        self.assertTrue(again.complete)
        self.assertEqual(first.standing, "whole")

    def test_a_page_that_never_comes_does_not_stop_what_is_new(self):
        self.answer_contracts(more=True)
        self.pull("contracts")
        self.publication.answers.pop("GetContracts")
        pages = [self.pull("contracts", page=2, first=self.last().id)[0].page]
        pages += [self.pull("contracts")[0].page for _try in range(4)]
        self.assertIn(1, pages)

    def last(self):
        return self.env["moyamfo.run"].search([], limit=1)

    def test_a_long_pull_tries_a_page_again_and_then_waits_for_a_person(self):
        self.loans(1)
        run, trap = self.pull("loans")  # no answer
        for _try in range(4):
            (job,) = trap.enqueued_jobs
            self.assertTrue(job.eta)
            _run, trap = self.pull("loans", *job.args[1:], **job.kwargs)
        trap.assert_jobs_count(0)
        run.invalidate_recordset()
        self.assertEqual(run.standing, "stopped")
        waiting = self.env["tour_loan.attention"].search([("kind", "=", "moyamfo.run")])
        self.assertEqual(len(waiting), 1)

    def test_a_pull_whose_process_was_ended_is_a_failed_one(self):
        job = self.env["moyamfo.run"].with_delay()._pull("portfolio", 7)
        stored = self.env["queue.job"].search([("uuid", "=", job.uuid)])
        stored.write({"state": "started", "retry": 1})
        for _minute in range(2):
            self.env["moyamfo.run"]._note_dead()
        dead = self.env["moyamfo.run"].search([("kind", "=", "portfolio")])
        self.assertEqual((len(dead), dead.state, dead.page), (1, "failed", 7))
        stored.retry = 2
        self.env["moyamfo.run"]._note_dead()
        self.assertEqual(self.env["moyamfo.run"].search_count([("kind", "=", "portfolio")]), 2)

    def test_a_pull_that_began_and_never_ended_is_a_failed_one(self):
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        run = self.env["moyamfo.run"].create({"kind": "loans", "started_at": hour_ago})
        self.env["moyamfo.run"]._note_dead()
        self.assertEqual(run.state, "failed")
