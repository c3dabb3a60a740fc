"""1C is away and comes back: everything that waited goes within a minute, in order."""

import heapq
import itertools
import os
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import MoyamfoCase, page

OK = {"Результат": "OK", "Номер": "ЗК-1"}


class Clock:
    """Jobs of messages in virtual time, one after another as their times come."""

    def __init__(self, begin):
        self.now = begin
        self._jobs, self._order = [], itertools.count()

    def add(self, at, message, **options):
        heapq.heappush(self._jobs, (at, next(self._order), message, options))

    def take(self, trap):
        """Put what a trap caught into the queue; pulls are asked by the test itself."""
        for job in trap.enqueued_jobs:
            if job.recordset and job.recordset._name == "moyamfo.message":
                self.add(max(job.eta or self.now, self.now), job.recordset, **job.kwargs)

    def run(self, until):
        """Run the jobs due until ``until``."""
        while self._jobs and self._jobs[0][0] <= until:
            at, _order, message, options = heapq.heappop(self._jobs)
            self.now = max(at, self.now)
            with freeze_time(self.now), trap_jobs() as trap:
                try:
                    message._deliver(**options)
                except RetryableJobError as wait:
                    self.add(self.now + timedelta(seconds=wait.seconds), message, **options)
            self.take(trap)
        self.now = until


class TestAbsence(MoyamfoCase):
    def setUp(self):
        super().setUp()
        self.begin = fields.Datetime.now()
        self.clock = Clock(self.begin)
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.publication.answers["ChangeApplication"] = lambda body: OK
        self.publication.answers["GetApplications"] = lambda body: page()
        self.away = patch.dict(os.environ, MOYAMFO_SYNC_URL="http://127.0.0.1:1")

    def at(self, **time):
        return self.begin + timedelta(**time)

    def waiting(self, count):
        """``count`` applications just submitted; their messages' jobs are due now."""
        messages = self.env["moyamfo.message"]
        for _number in range(count):
            _application, message = self.submitted()
            self.clock.add(self.clock.now, message)
            messages |= message
        return messages

    def test_a_hundred_are_sent_within_a_minute_of_its_return_after_ten(self):
        messages = self.env["moyamfo.message"]
        with self.away:
            for minute in range(10):
                messages |= self.waiting(10)
                self.clock.run(self.at(minutes=minute + 1))
            self.assertEqual(set(messages.mapped("state")), {"pending"})
        self.clock.run(self.at(minutes=11))
        self.assertEqual(set(messages.mapped("state")), {"sent"})
        sent = [body["УИД"] for body in self.publication.called("LoadApplication")]
        self.assertEqual(len(sent), len(set(sent)))

    def test_four_do_not_wait_for_their_own_turns_after_an_absence_of_minutes(self):
        for minutes in (2, 3, 4, 7, 15):
            self.clock = Clock(self.at(days=minutes))
            messages = self.waiting(4)
            with self.away:
                self.clock.run(self.at(days=minutes, minutes=minutes))
            back = timedelta(minutes=minutes + 1)
            self.clock.run(self.begin + timedelta(days=minutes) + back)
            self.assertEqual(set(messages.mapped("state")), {"sent"}, minutes)

    def test_a_pull_that_is_answered_wakes_them_at_once(self):
        messages = self.waiting(4)
        with self.away:
            self.clock.run(self.at(hours=1))
        later = self.at(hours=1, seconds=1)
        with freeze_time(later), trap_jobs() as trap:
            self.env["moyamfo.run"]._pull("applications")
        woken = {job.recordset for job in trap.enqueued_jobs if job.recordset}
        self.assertLessEqual(set(messages), woken)
        with freeze_time(later), trap_jobs():
            for message in messages:
                message._deliver()
        self.assertEqual(set(messages.mapped("state")), {"sent"})

    def test_a_pull_that_had_nothing_to_ask_is_no_answer(self):
        messages = self.waiting(1)
        with self.away:
            self.clock.run(self.at(minutes=3))
            with freeze_time(self.at(minutes=3, seconds=1)), trap_jobs() as trap:
                self.env["moyamfo.run"]._pull("fresh")
        self.assertNotIn(messages, [job.recordset for job in trap.enqueued_jobs])

    def test_of_each_application_the_messages_go_in_order(self):
        messages = self.waiting(5)
        with self.away:
            self.clock.run(self.at(seconds=90))
            changed = messages.application_id
            for application in changed:
                with trap_jobs() as trap:
                    application._notify_accounting("change")
                self.clock.take(trap)
            self.clock.run(self.at(minutes=10))
        self.clock.run(self.at(minutes=11))
        every = changed.moyamfo_message_ids
        self.assertEqual(len(every), 10)
        self.assertEqual(set(every.mapped("state")), {"sent"})
        for application in changed:
            told = [
                name
                for name, body in self.publication.calls
                if (body or {}).get("УИД") == application.uuid
            ]
            self.assertEqual(told, ["LoadApplication", "ChangeApplication"])

    def test_what_1c_never_takes_is_not_tried_at_every_success(self):
        poison = self.waiting(1)
        uuid = poison.application_id.uuid
        self.publication.answers["LoadApplication"] = lambda body: (
            None if body["УИД"] == uuid else OK
        )
        for second in range(0, 1800, 60):
            self.clock.run(self.at(seconds=second))
            self.waiting(1)
        self.clock.run(self.at(seconds=1800))
        tried = [b for b in self.publication.called("LoadApplication") if b["УИД"] == uuid]
        self.assertEqual(poison.state, "pending")
        self.assertLessEqual(len(tried), 15)

    def test_an_absence_soon_after_another_costs_nobody_his_turn(self):
        first = self.waiting(3)
        with self.away:
            self.clock.run(self.at(minutes=10))
        until = self.clock.now
        while "sent" not in first.mapped("state"):  # back, and gone again
            until += timedelta(seconds=1)
            self.clock.run(until)
        second = self.waiting(3)
        with self.away:
            self.clock.run(self.at(minutes=20))
        self.clock.run(self.at(minutes=21))
        self.assertEqual(set((first | second).mapped("state")), {"sent"})
