"""Times of 1C's that cannot be, and its silence."""

from datetime import datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo import fields

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models.moyamfo_run_times import working_time
from .common import page
from .common_loans import LoansCase, booked, contract

MOSCOW = ZoneInfo("Europe/Moscow")


def ahead(**delta):
    """A time of 1C's, that much ahead of ours."""
    return datetime.now(MOSCOW) + timedelta(**delta)


class TestTimes(LoansCase):
    def waiting(self, kind):
        self.env.invalidate_all()
        return self.env["tour_loan.attention"].search([("kind", "=", kind)])

    def test_figures_of_the_year_3999_are_not_taken_and_freeze_no_loan(self):
        loan = self.active()
        uuid = loan.application_id.uuid
        for moment in ("3999-11-01T00:00:00", "2099-11-01T00:00:00"):
            self.answer_contracts(contract(uuid, paid=1, ДатаОстатков=moment))
            run, _trap = self.pull("contracts")
            self.assertEqual((loan.principal, loan.as_of), (120000, datetime(2026, 11, 24, 9)))
            self.assertEqual(run.state, "problems")
            self.assertEqual(self.waiting("moyamfo.aside").loan_id, loan)
        self.assertIn("2099", self.waiting("moyamfo.aside").what)
        self.answer_contracts(contract(uuid, paid=1))
        self.pull("contracts")
        self.assertEqual(loan.principal, 60000)
        self.assertFalse(self.waiting("moyamfo.aside"))

    def test_ten_minutes_ahead_are_believed_and_the_setting_says_how_many(self):
        loan = self.active()
        uuid = loan.application_id.uuid
        near = ahead(minutes=9).strftime("%Y-%m-%dT%H:%M:%S")
        self.answer_contracts(contract(uuid, paid=1, ДатаОстатков=near))
        self.pull("contracts")
        self.assertEqual(loan.principal, 60000)
        far = ahead(minutes=25).strftime("%Y-%m-%dT%H:%M:%S")
        self.answer_contracts(contract(uuid, ДатаОстатков=far))
        self.pull("contracts")
        self.assertEqual(loan.principal, 60000)
        self.env["res.config.settings"].create({"moyamfo_ahead_minutes": 30}).execute()
        self.pull("contracts")
        self.assertEqual(loan.principal, 120000)

    def test_a_loan_that_is_frozen_already_thaws_with_the_next_answer(self):
        loan = self.active()
        loan.as_of = datetime(3999, 11, 1)
        self.answer_contracts(contract(loan.application_id.uuid, paid=1))
        self.pull("contracts")
        self.assertEqual((loan.principal, loan.as_of), (60000, datetime(2026, 11, 24, 9)))

    def test_the_same_figures_thaw_it_as_well(self):
        loan = self.active()
        loan.as_of = datetime(3999, 11, 1)
        self.pull("contracts")
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9))

    def test_the_watermark_never_moves_ahead_of_now(self):
        for kind in ("contracts", "applications", "payments"):
            with self.subTest(kind):
                self.answer_contracts(as_of="2099-11-01T00:00:00")
                for name in ("GetApplications", "GetPayments"):
                    self.publication.answers[name] = lambda body: page(as_of="20991101000000")
                before = fields.Datetime.now()
                run, _trap = self.pull(kind)
                self.assertTrue(run.complete)
                self.assertLessEqual(run.as_of, fields.Datetime.now())
                self.assertEqual(run.state, "problems")
                self.assertLessEqual(run._watermark(kind), before)
                self.assertEqual(self.waiting("moyamfo.run").res_id, run.id)
                self.answer_contracts()
                for name in ("GetApplications", "GetPayments"):
                    self.publication.answers[name] = lambda body: page()
                self.pull(kind)
                self.assertFalse(self.waiting("moyamfo.run"))

    def test_a_watermark_ahead_from_before_ends_no_pulls(self):
        self.env["moyamfo.run"].create(
            {"kind": "payments", "complete": True, "as_of": datetime(3999, 11, 1)}
        )
        since = self.env["moyamfo.run"]._watermark("payments")
        self.assertLess(since, fields.Datetime.now())

    def test_never_is_no_day(self):
        loan = self.loan()
        self.answer_contracts(contract(loan.application_id.uuid, ДатаЗакрытия="3999-11-01"))
        self.pull("contracts")
        self.assertEqual((loan.state, loan.closed_on), ("active", False))

    def test_a_booking_still_to_come_is_not_taken(self):
        repayment = self.sent(self.active())
        self.answer_payments(booked(repayment.uid, ДатаПроведения="20991101000000"))
        self.pull("payments")
        self.assertEqual(repayment.state, "sent")
        self.assertTrue(self.waiting("moyamfo.aside"))
        self.answer_payments(booked(repayment.uid))
        self.pull("payments")
        self.assertEqual(repayment.state, "booked")
        self.assertFalse(self.waiting("moyamfo.aside"))

    def test_staff_read_a_loan_anew_and_believe_what_is_older(self):
        loan = self.active()
        older = contract(loan.application_id.uuid, paid=1, ДатаОстатков="2026-11-23T09:00:00")
        self.answer_contracts(older)
        with trap_jobs() as trap:
            loan.action_read_anew()
        trap.perform_enqueued_jobs()
        self.assertEqual((loan.principal, loan.as_of), (60000, datetime(2026, 11, 23, 6)))

    # --- silence ---

    def changed(self, *moments):
        self.env["moyamfo.run"].create(
            [
                {
                    "kind": "contracts",
                    "started_at": moment,
                    "finished_at": moment,
                    "changed_count": 1,
                    "complete": True,
                    "as_of": moment,
                }
                for moment in moments
            ]
        )

    def silent_at(self, moment):
        now = type(self.env["moyamfo.run"])
        with patch.object(fields.Datetime, "now", lambda: moment):
            return now._silences(self.env["moyamfo.run"])

    def test_silence_three_times_longer_than_ever_needs_a_person(self):
        # Mondays to Thursdays at 10:00 and 14:00 in Moscow: five working hours at most
        monday = datetime(2026, 11, 9, 7)
        for day in range(4):
            at = monday + timedelta(days=day)
            self.changed(at, at + timedelta(hours=4))
        last = monday + timedelta(days=3, hours=4)  # Thursday 14:00: 4 hours are left of it
        self.assertFalse(self.silent_at(last + timedelta(days=1)))  # 9 hours
        self.assertFalse(self.silent_at(last + timedelta(days=3)))  # Sunday: 13 hours
        ((_run, words),) = self.silent_at(last + timedelta(days=5))  # Tuesday: 13 + 9 + 5
        self.assertTrue(words)

    def test_who_never_told_of_changes_is_not_called_silent(self):
        self.changed(datetime(2026, 11, 9, 7))
        self.assertFalse(self.silent_at(datetime(2026, 11, 30, 7)))

    def test_the_last_change_is_remembered_as_long_as_it_is_the_last(self):
        long_ago = fields.Datetime.now() - timedelta(days=200)
        self.changed(long_ago, long_ago + timedelta(hours=1))
        self.env["moyamfo.run"].create({"kind": "contracts", "complete": True})
        self.env["moyamfo.run"]._gc_ended()
        kept = self.env["moyamfo.run"].search([("changed_count", ">", 0)])
        self.assertEqual(kept.started_at, long_ago + timedelta(hours=1))

    def test_nights_and_week_ends_are_no_working_time(self):
        friday = datetime(2026, 11, 13, 14)  # 17:00 in Moscow
        self.assertEqual(
            working_time(friday, friday + timedelta(days=2), MOSCOW), timedelta(hours=1)
        )
        monday = datetime(2026, 11, 16, 7)
        self.assertEqual(working_time(friday, monday, MOSCOW), timedelta(hours=2))
