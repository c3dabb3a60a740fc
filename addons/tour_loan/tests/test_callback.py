import json
import os
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from standardwebhooks.webhooks import Webhook

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job

from .common import PHONE, TourLoanCommon
from .counterparty import Counterparty


@tagged("post_install", "-at_install")
class TestCallback(TourLoanCommon):
    """Callbacks on a real socket: signed, in order, until accepted."""

    def setUp(self):
        super().setUp()
        self.clock = fields.Datetime.now()
        self.server = Counterparty()
        self.addCleanup(self.server.close)
        self.agency.callback_url = f"{self.server.url}/callbacks"
        self.application_ = self.application_in("submitted")

    def answer(self, status, body=b"", **headers):
        self.server.answer = lambda call: (
            status,
            body,
            {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def move(self, application=None, name="decline"):
        """Move an application; return the callback this writes."""
        application = application or self.application_
        application._move(name, "accounting" if name == "decline" else "staff")
        return application.callback_ids.sorted("id")[-1]

    def wait(self, callback) -> float:
        """Return the seconds from the last attempt to the next."""
        return (callback.next_attempt_at - callback.last_attempt_at).total_seconds()

    def deliver_at_once(self, callback) -> str:
        """Deliver while the clock stands, so that pauses are told to the second."""
        with freeze_time(self.clock):
            return callback._deliver()

    # --- one callback ---

    def test_it_is_signed_so_that_the_published_library_verifies_it(self):
        callback = self.move()
        self.jobs.assert_jobs_count(1, only=callback._deliver)
        self.assertEqual(callback._deliver(), "sent")
        [call] = self.server.calls
        self.assertEqual(call.path, "/callbacks")
        event = Webhook(self.outbound_secret).verify(call.body, call.headers)
        self.assertEqual(event["type"], "application.declined")
        self.assertEqual(event["data"]["status"], "declined")
        self.assertEqual(event["data"]["sequence"], 1)
        self.assertEqual(call.headers["webhook-id"], callback.uid)
        self.assertEqual(call.headers["content-type"], "application/json")
        self.assertEqual((callback.state, callback.http_status), ("sent", 200))

    def test_it_holds_no_personal_data(self):
        text = self.move().request
        for secret in (PHONE, "Иванова", "123456", "maria@example.com", "Мясницкая"):
            self.assertNotIn(secret, text)

    def test_it_tells_the_state_of_its_own_move(self):
        first = self.move(name="cancel")
        self.application_.state = "submitted"
        second = self.move()
        told = [json.loads(callback.request)["data"]["status"] for callback in (first, second)]
        self.assertEqual(told, ["cancelled", "declined"])
        self.assertEqual(second.sequence, first.sequence + 1)

    def test_any_2xx_is_accepted(self):
        self.answer(204)
        callback = self.move()
        callback._deliver()
        self.assertEqual((callback.state, callback.http_status), ("sent", 204))

    def test_a_failure_is_tried_again_under_the_same_id_ever_later(self):
        self.answer(500, b"oops")
        callback = self.move()
        hour = 3600
        pauses = (5, 30, 120, 600, hour // 2, hour, 3 * hour, 6 * hour, 6 * hour)
        for pause in pauses:
            self.deliver_at_once(callback)
            self.assertEqual((callback.state, callback.last_error), ("pending", "HTTP 500"))
            self.assertEqual(self.wait(callback), pause)
            self.age_attempts(callback)
        self.assertEqual(callback.response, "oops")
        self.answer(200)
        callback._deliver()
        self.assertEqual((callback.state, callback.attempts), ("sent", len(pauses) + 1))
        self.assertEqual({call.headers["webhook-id"] for call in self.server.calls}, {callback.uid})
        self.assertEqual(len({call.body for call in self.server.calls}), 1)

    def age_attempts(self, callbacks, **time):
        """Let the last attempt have been a while ago, so that no breaker rests."""
        for callback in callbacks:
            callback.last_attempt_at -= timedelta(**(time or {"minutes": 1}))

    def test_what_an_agency_answers_is_kept_without_its_people(self):
        said = "клиент 9161234545, паспорт 4509235857, ivan@mail.ru"
        self.answer(500, said.encode())
        callback = self.move()
        callback._deliver()
        self.assertTrue(callback.response.startswith("клиент "))
        for personal in ("123", "450923", "ivan@"):
            self.assertNotIn(personal, callback.response)

    def test_a_repeat_goes_by_a_channel_of_its_own(self):
        self.answer(500)
        callback = self.move()
        callback._deliver()
        channels = [call.properties["channel"] for call in self.jobs.calls]
        self.assertEqual(channels, [None, "root.tour_loan_callback_retry"])

    def test_the_agency_may_ask_for_a_longer_pause_and_not_for_a_shorter_one(self):
        for asked, pause in (("90", 90), ("1", 5), ("9" * 30, 6 * 3600)):
            self.answer(503, retry_after=asked)
            callback = self.move(self.application_in("submitted"))
            self.deliver_at_once(callback)
            self.assertEqual(self.wait(callback), pause)

    def test_a_dropped_connection_is_tried_again(self):
        self.server.answer = lambda call: None
        callback = self.move()
        callback._deliver()
        self.assertEqual((callback.state, callback.http_status), ("pending", 0))
        self.assertTrue(callback.last_error)

    def test_410_switches_the_endpoint_off(self):
        self.answer(410)
        callback = self.move()
        callback._deliver()
        self.assertEqual(callback.state, "stuck")
        self.assertFalse(self.agency.callbacks_on)
        last = callback.application_id.history_ids[-1:]
        self.assertEqual((last.move, last.actor), ("stuck", "clock"))
        other = self.move(self.application_in("submitted"))
        other._deliver()
        self.assertEqual((other.state, len(self.server.calls)), ("stuck", 1))

    def test_a_redirect_is_not_followed(self):
        self.answer(302, location=f"{self.server.url}/elsewhere")
        callback = self.move()
        callback._deliver()
        self.assertEqual((callback.state, callback.last_error), ("pending", "HTTP 302"))
        self.assertEqual([call.path for call in self.server.calls], ["/callbacks"])

    def test_private_addresses_are_refused_unless_the_server_allows_them(self):
        callback = self.move()
        with patch.dict(os.environ, TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS=""):
            for url in (self.agency.callback_url, "https://127.0.0.1/", "https://localhost/"):
                self.agency.callback_url = url
                callback._deliver()
                self.assertEqual(callback.state, "pending", url)
                self.assertRegex(callback.last_error, "^(url|address)", url)
                self.age_attempts(callback)
        self.assertFalse(self.server.calls)

    def test_without_an_address_nothing_is_queued(self):
        self.agency.callback_url = False
        self.application_._move("decline", "accounting")
        self.assertFalse(self.application_.callback_ids)

    def test_without_a_key_it_waits_for_a_person(self):
        callback = self.move()
        self.agency.key_ids.sudo().filtered(lambda k: k.direction == "outbound").unlink()
        callback._deliver()
        self.assertEqual((callback.state, self.server.calls), ("stuck", []))

    def try_for(self, callback, **time):
        """Deliver as if it had been tried for ``timedelta(**time)``."""
        callback.trying_since = fields.Datetime.now() - timedelta(**time)
        self.age_attempts(callback)
        callback._deliver()

    def test_after_three_days_of_trying_it_waits_for_a_person_who_sends_it_again(self):
        self.answer(500)
        callback = self.move()
        # a server that was down for long has not tried anything yet
        self.age(callback, days=9)
        callback._deliver()
        self.try_for(callback, days=2, hours=23)
        self.assertEqual(callback.state, "pending")
        self.try_for(callback, days=3, minutes=1)
        self.assertEqual(callback.state, "stuck")
        self.assertEqual(callback.application_id.history_ids[-1:].move, "stuck")
        # the person's patience is not used up by the first failure
        callback.action_send_again()
        callback._deliver()
        self.assertEqual(callback.state, "pending")
        self.answer(200)
        self.assertEqual(callback._deliver(), "sent")
        sent_at = callback.sent_at
        callback.action_send_again()
        self.assertEqual((callback.state, callback.sent_at), ("sent", sent_at))

    def test_a_repeated_job_does_not_repeat_the_callback(self):
        callback = self.move()
        callback._deliver()
        self.assertEqual(callback._deliver(), "nothing to do: sent")
        self.assertEqual(len(self.server.calls), 1)

    def test_staff_try_the_connection_by_a_button(self):
        self.answer(200, b"hello")
        action = self.agency.action_test_callback()
        self.assertEqual(
            (action["params"]["type"], action["params"]["message"]), ("success", "hello")
        )
        [call] = self.server.calls
        self.assertEqual(
            Webhook(self.outbound_secret).verify(call.body, call.headers)["type"], "test"
        )
        self.answer(500)
        self.assertEqual(self.agency.action_test_callback()["params"]["type"], "danger")

    # --- several ---

    def test_callbacks_of_an_application_keep_their_order(self):
        first = self.move(name="cancel")
        self.application_.state = "submitted"
        second = self.move()
        with self.assertRaises(RetryableJobError) as waits:
            second._deliver()
        self.assertTrue(waits.exception.ignore_retry)
        self.assertFalse(self.server.calls)
        first._deliver()
        # the first one's success wakes the second
        self.jobs.assert_jobs_count(2, only=second._deliver)
        second._deliver()
        sequences = [call.json()["data"]["sequence"] for call in self.server.calls]
        self.assertEqual(sequences, [first.sequence, second.sequence])

    def test_a_stuck_callback_holds_up_its_application_only(self):
        first = self.move(name="cancel")
        self.application_.state = "submitted"
        second = self.move()
        self.answer(500)
        first._deliver()
        self.try_for(first, days=4)
        self.assertEqual(first.state, "stuck")
        self.answer(200)
        self.assertIn("needs a person", second._deliver())
        other = self.move(self.application_in("submitted"))
        self.assertEqual(other._deliver(), "sent")
        # the person's word frees the others, in order
        waiting = self.jobs.jobs_count(only=second._deliver)
        first.action_send_again()
        self.assertEqual(first._deliver(), "sent")
        self.jobs.assert_jobs_count(waiting + 1, only=second._deliver)
        self.assertEqual(second._deliver(), "sent")
        told = [call.json()["data"] for call in self.server.calls]
        ours = [
            data["sequence"]
            for data in told
            if data["order_number"] != other.application_id.order_number
        ]
        self.assertEqual(ours, [first.sequence, first.sequence, first.sequence, second.sequence])

    def test_many_are_sent_again_at_once_and_each_application_keeps_its_order(self):
        applications = self.application_ | self.application_in("submitted")
        for application in applications:
            self.move(application, "cancel")
            application.state = "submitted"
            self.move(application)
        callbacks = applications.callback_ids
        callbacks.state = "stuck"
        self.assertEqual(self.agency.stuck_count, 4)
        before = self.jobs.jobs_count()
        callbacks.with_user(self.env.ref("base.user_admin")).action_send_again()
        self.jobs.assert_jobs_count(before + 4)
        self.assertEqual(self.agency.stuck_count, 0)
        # whatever order the jobs run in
        waiting = callbacks.sorted("id", reverse=True)
        while waiting:
            for callback in waiting:
                try:
                    callback._deliver()
                except RetryableJobError:
                    continue
            self.assertLess(len(waiting.filtered(lambda row: row.state != "sent")), len(waiting))
            waiting = waiting.filtered(lambda row: row.state != "sent")
        for application in applications:
            told = [
                call.json()["data"]["sequence"]
                for call in self.server.calls
                if call.json()["data"]["application_id"] == application.uuid
            ]
            self.assertEqual(told, [1, 2])

    def test_the_agencys_form_counts_what_needs_a_person(self):
        callback = self.move()
        self.assertEqual(self.agency.stuck_count, 0)
        callback.state = "stuck"
        self.assertEqual(self.agency.stuck_count, 1)

    def test_the_breaker_lets_a_dead_agency_rest_and_then_probes(self):
        self.answer(500)
        failed = self.env["tour_loan.callback"]
        for _number in range(5):
            failed |= self.move(self.application_in("submitted"))
        for callback in failed:
            self.deliver_at_once(callback)
        self.assertEqual(len(self.server.calls), 5)
        waiting = self.move(self.application_in("submitted"))
        self.assertIn("resting", self.deliver_at_once(waiting))
        self.assertEqual((len(self.server.calls), waiting.attempts), (5, 0))
        # half a minute after the last failure, and not all at the same moment
        rest = waiting.next_attempt_at - failed[-1].last_attempt_at
        self.assertTrue(30 <= rest.total_seconds() <= 40, rest)
        # another agency does not rest
        self.answer(200)
        other_agency = self.agency.copy({"code": "yug", "name": "Юг"})
        other_agency._set_key("outbound", self.outbound_secret)
        other = self.application_in("submitted", agency_id=other_agency.id)
        self.assertEqual(self.move(other)._deliver(), "sent")
        # after the pause a probe goes; its success ends the rest and wakes who was never
        # tried, while those that failed keep their pauses
        self.age_attempts(failed, seconds=31)
        untried = self.move(self.application_in("submitted"))
        jobs, retries = (self.jobs.jobs_count(only=c._deliver) for c in (untried, failed[0]))
        self.assertEqual(waiting._deliver(), "sent")
        self.jobs.assert_jobs_count(jobs + 1, only=untried._deliver)
        self.jobs.assert_jobs_count(retries, only=failed[0]._deliver)
        self.assertEqual(failed[0]._deliver(), "sent")

    def test_only_one_message_tries_an_agency_that_has_just_failed(self):
        failed, rival = self.move(), self.move(self.application_in("submitted"))
        # not by a delivery: this transaction would hold the slot then
        failed.write({"attempts": 1, "last_attempt_at": fields.Datetime.now()})
        with self.registry.cursor() as other_transaction:
            other_transaction.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"tour_loan.callback {self.agency.code} 0"],
            )
            self.assertIn("resting", rival._deliver())
        self.assertFalse(self.server.calls)
        self.assertEqual(self.jobs.calls[-1].properties["channel"], "root.tour_loan_callback_retry")
        self.assertEqual(rival._deliver(), "sent")

    def test_an_agency_never_takes_all_slots(self):
        first, second = self.move(), self.move(self.application_in("submitted"))
        with self.registry.cursor() as other_transaction:
            for slot in range(2):
                other_transaction.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                    [f"tour_loan.callback {self.agency.code} {slot}"],
                )
            self.assertIn("resting", second._deliver())
        self.assertEqual((second.state, second.attempts, self.server.calls), ("pending", 0, []))
        # he who leaves a slot wakes the next
        jobs = self.jobs.jobs_count(only=second._deliver)
        self.assertEqual(first._deliver(), "sent")
        self.jobs.assert_jobs_count(jobs + 1, only=second._deliver)
        self.assertEqual(second._deliver(), "sent")

    # --- the engine ---

    def test_a_row_without_a_job_gets_one(self):
        forgotten, fresh = self.move(), self.move(self.application_in("submitted"))
        forgotten.next_attempt_at -= timedelta(minutes=3)
        sent = self.move(self.application_in("submitted"))
        sent.write({"state": "sent", "next_attempt_at": forgotten.next_attempt_at})
        # what waits behind a stuck one is no lost job, however many there are
        stuck = self.move(self.application_in("submitted"), name="cancel")
        stuck.state = "stuck"
        stuck.application_id.state = "submitted"
        behind = self.move(stuck.application_id)
        behind.next_attempt_at = forgotten.next_attempt_at
        before = self.jobs.jobs_count()
        for _run in range(2):
            self.env["tour_loan.callback"]._cron_enqueue_forgotten()
        self.jobs.assert_jobs_count(before + 1)
        self.jobs.assert_jobs_count(2, only=forgotten._deliver)
        self.jobs.assert_jobs_count(1, only=fresh._deliver)

    def test_a_job_that_died_means_the_other_side_may_have_it(self):
        self.startPatcher(patch("odoo.addons.queue_job.delay.Job", Job))
        callback = self.move()
        job = self.env["queue.job"].search([("model_name", "=", "tour_loan.callback")], limit=1)
        self.assertEqual(job.channel, "root.tour_loan_callback")
        running = callback.with_context(job_uuid=job.uuid)
        self.assertFalse(running._may_be_a_repeat())
        job.retry = 1
        self.assertTrue(running._may_be_a_repeat())
        callback.attempts = 1
        self.assertTrue(callback._may_be_a_repeat())
