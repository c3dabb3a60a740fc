"""1C that does not let us in is left alone, and all goes on when it does."""

import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import MoyamfoCase, page

OK = {"Результат": "OK", "Номер": "ЗК-1"}


class TestPause(MoyamfoCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.dict(os.environ, TOUR_LOAN_CODE_KEY="a key of thirty-two bytes " * 2)
        )

    def refuse(self, status=401):
        for operation in ("LoadApplication", "GetApplications", "GetPayments"):
            self.publication.answers[operation] = lambda body: (status, b"")

    def let_in(self):
        self.publication.answers["LoadApplication"] = lambda body: OK
        self.publication.answers["GetApplications"] = lambda body: page()

    def test_one_refusal_of_login_and_nothing_is_sent_or_asked_any_more(self):
        for status in (401, 403):
            (_one, first), (_two, second) = self.submitted(), self.submitted()
            self.refuse(status)
            self.publication.calls.clear()
            for _try in range(3):
                self.deliver(first)
                self.deliver(second)
                run, _trap = self.pull("applications")
                self.assertFalse(run)
            self.assertEqual(len(self.publication.calls), 1)
            self.assertEqual(set((first | second).mapped("state")), {"pending"})
            self.assertIn(str(status), first.last_error)
            pause = self.env["moyamfo.message"]._paused()
            self.assertEqual((len(pause), pause.waiting_count), (1, 2))
            pause.action_resume()
            (first | second).state = "dropped"

    def test_a_pull_that_is_refused_pauses_messages_too(self):
        _application, message = self.submitted()
        self.refuse()
        run, _trap = self.pull("applications")
        self.assertEqual(run.state, "failed")
        self.deliver(message)
        self.assertEqual((message.state, message.attempts), ("pending", 0))
        self.assertFalse(self.publication.called("LoadApplication"))

    def test_who_is_entitled_resumes_with_one_button_and_everything_goes(self):
        messages = [self.submitted()[1] for _number in range(3)]
        self.refuse()
        self.deliver(messages[0])
        pause = self.env["moyamfo.message"]._paused()
        operator = new_test_user(self.env, "an_operator", "tour_loan.tour_loan_group_operator")
        with self.assertRaises(AccessError):
            pause.with_user(operator).action_resume()
        integrator = new_test_user(
            self.env, "an_integrator", "tour_loan.tour_loan_group_integrator"
        )
        self.let_in()
        with trap_jobs() as trap:
            pause.with_user(integrator).action_resume()
        woken = [job.recordset for job in trap.enqueued_jobs if job.recordset in messages]
        self.assertEqual(woken, messages)
        self.assertIn(integrator.name, pause.over_by)
        trap.assert_enqueued_job(
            self.env["moyamfo.run"]._pull, args=("applications", 1, None, None)
        )
        for message in messages:
            self.deliver(message)
            self.assertEqual(message.state, "sent")

    def test_another_password_in_the_settings_resumes_by_itself(self):
        _application, message = self.submitted()
        self.refuse()
        self.deliver(message)
        self.let_in()
        self.deliver(message)
        self.assertEqual(message.attempts, 1, "with the old password nobody tries again")
        with patch.dict(os.environ, MOYAMFO_SYNC_PASSWORD="другой пароль"):
            with trap_jobs() as trap:
                self.env["moyamfo.message"]._cron_enqueue_forgotten()
            self.assertIn(message, [job.recordset for job in trap.enqueued_jobs])
            self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertTrue(self.env["tour_loan.pause"].search([]).over_at)

    def test_the_pause_keeps_no_password_and_shows_no_hash(self):
        _application, message = self.submitted()
        self.startPatcher(patch.dict(os.environ, MOYAMFO_SYNC_PASSWORD="тайное слово"))
        self.refuse()
        self.deliver(message)
        pause = self.env["moyamfo.message"]._paused()
        integrator = new_test_user(
            self.env, "an_integrator", "tour_loan.tour_loan_group_integrator"
        )
        with self.assertRaises(AccessError):
            pause.with_user(integrator).read(["access"])
        self.assertNotIn("тайное", f"{pause.sudo().access} {pause.error}")

    def test_the_time_of_a_pause_is_nobodys_patience(self):
        _application, message = self.submitted()
        self.refuse()
        self.deliver(message)
        message.trying_since -= 2 * message._give_up_after
        self.env["moyamfo.message"]._paused().action_resume()
        del self.publication.answers["LoadApplication"]
        self.deliver(message)
        self.assertEqual((message.state, message.attempts), ("pending", 2))

    def test_a_pause_needs_a_person_and_raises_an_alert_once(self):
        _application, message = self.submitted()
        self.refuse()
        self.deliver(message)
        waiting = self.env["tour_loan.attention"].search([("kind", "=", "tour_loan.pause")])
        self.assertEqual(len(waiting), 1)
        incidents = self.env["tour_loan.incident"]
        for _minute in range(2):
            incidents._cron_judge()
        raised = incidents.search([("alert", "=", "ExchangePaused")])
        self.assertEqual((len(raised), raised.state), (1, "open"))
        self.assertTrue(raised.activity_ids)
        self.env["moyamfo.message"]._paused().action_resume()
        incidents._cron_judge()
        self.assertEqual(raised.state, "over")

    def test_going_live_shows_a_pause(self):
        self.assertEqual(self.env["tour_loan.golive"]._golive_moyamfo_access().colour, "green")
        _application, message = self.submitted()
        self.refuse()
        self.deliver(message)
        self.assertEqual(self.env["tour_loan.golive"]._golive_moyamfo_access().colour, "red")
