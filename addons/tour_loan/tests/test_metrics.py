import os
from unittest.mock import patch

from prometheus_client.parser import text_string_to_metric_families

from odoo.exceptions import AccessDenied, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .. import counters
from .common import PHONE, TourLoanHttpCommon

TOKEN = "token of the monitor"


@tagged("post_install", "-at_install")
class TestMetrics(TourLoanHttpCommon):
    """What is counted, and for whom."""

    def ask(self, setting=TOKEN, **headers):
        with patch.dict(os.environ, TOUR_LOAN_MONITOR_TOKEN=setting):
            return self.url_open("/metrics", headers=headers)

    def figures(self) -> dict:
        text = self.ask(**{"X-Token": TOKEN}).text
        return {
            (sample.name, *(value for _name, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def test_it_is_closed_without_its_token_and_on_a_server_without_one(self):
        refused = [
            self.ask(),
            self.ask(**{"X-Token": "token of the monitoR"}),
            self.ask(setting="", **{"X-Token": ""}),
            self.ask(setting="", Authorization="Bearer "),
            self.ask(Authorization=f"Basic {TOKEN}"),
        ]
        self.assertEqual({(one.status_code, one.content) for one in refused}, {(403, b"")})
        for headers in ({"X-Token": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}):
            answer = self.ask(**headers)
            self.assertEqual(answer.status_code, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertNotIn("Set-Cookie", answer.headers)

    def test_what_waits_is_counted_by_outbox_and_state(self):
        self.agency.callback_url = "https://sever.example/callbacks"
        before = self.figures()
        application = self.application_in("submitted", phone=PHONE)
        application._move("decline", "accounting")
        self.age(application.callback_ids, hours=1)
        key = ("tour_loan_outbox_messages", "callbacks", "pending")
        after = self.figures()
        self.assertEqual(after[key] - before[key], 1)
        self.assertGreaterEqual(
            after["tour_loan_outbox_oldest_seconds", "callbacks", "pending"], 3590
        )
        application.callback_ids.state = "stuck"
        stuck = self.figures()
        self.assertEqual(stuck[key], before[key])
        self.assertEqual(
            stuck["tour_loan_needs_person", "tour_loan.callback"]
            - before["tour_loan_needs_person", "tour_loan.callback"],
            1,
        )

    def read_of(self, login, people, **values):
        """Let ``login`` have read the data of so many people."""
        reader = new_test_user(self.env, login, "tour_loan.tour_loan_group_operator")
        row = {"kind": "read", "model": "tour_loan.application", "records": "1", **values}
        rows = [{**row, "uid": reader.id, **person} for person in people]
        self.env["tour_loan.event"]._insert(self.env.cr, rows)

    def test_who_reads_more_people_in_an_hour_than_the_setting_says_is_counted(self):
        settings = self.env["res.config.settings"]
        settings.create({"persons_an_hour": 4}).execute()
        key, most = ("tour_loan_mass_readers",), ("tour_loan_persons_read_hour",)
        self.assertEqual(self.figures()[key], 0)
        # four people, however often, are no more than four
        self.read_of("diligent", [{"borrower": 10**8 + n % 4} for n in range(50)])
        self.assertEqual(self.figures()[key], 0)
        self.assertEqual(self.figures()[most], 4)
        # people of whom only the application, or the record, is known are people too
        strangers = [{"borrower": 10**8}, {"application": 10**8}, {"application": 10**8 + 1}]
        self.read_of("curious", [*strangers, {"records": "7"}, {"records": "8"}])
        self.assertEqual(self.figures()[key], 1)
        self.assertEqual(self.figures()[most], 5)
        settings.create({"persons_an_hour": 5}).execute()
        self.assertEqual(self.figures()[key], 0)
        with self.assertRaises(ValidationError):
            settings.create({"persons_an_hour": 0})

    def test_who_has_read_much_an_hour_ago_is_counted_no_more(self):
        self.env["res.config.settings"].create({"persons_an_hour": 1}).execute()
        self.read_of("curious", [{"borrower": 10**8}, {"borrower": 10**8 + 1}])
        self.assertEqual(self.figures()["tour_loan_mass_readers",], 1)
        self.env.cr.execute("ALTER TABLE tour_loan_event DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE tour_loan_event SET at = at - interval '61 minutes'")
        self.env.cr.execute("ALTER TABLE tour_loan_event ENABLE TRIGGER USER")
        self.assertEqual(self.figures()["tour_loan_mass_readers",], 0)

    def test_no_label_says_anything_about_a_person(self):
        application = self.application_in("submitted", phone=PHONE)
        text = self.ask(**{"X-Token": TOKEN}).text
        for word in (PHONE, PHONE[2:], application.uuid, self.agency.name, "@"):
            self.assertNotIn(word, text)

    def test_a_group_that_breaks_hides_no_other(self):
        def broken(metrics):
            metrics.env.cr.execute("SELECT nothing")

        with (
            patch.object(self.registry["tour_loan.metrics"], "_metrics_jobs", broken),
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.tour_loan.models.staff.metrics", "ERROR"),
        ):
            figures = self.figures()
        self.assertEqual(figures["tour_loan_metrics_failed",], 1)
        self.assertNotIn(("tour_loan_jobs_failed",), figures)
        self.assertIn(("tour_loan_disk_free_bytes",), figures)
        self.assertEqual(self.figures()["tour_loan_metrics_failed",], 0)

    def test_a_wrong_password_is_counted_at_once(self):
        key = ("tour_loan_attacks_total", "wrong_password")
        before = self.figures().get(key, 0)
        credential = {"login": "admin", "password": "wrong one", "type": "password"}
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.res_users"):
            self.env["res.users"]._login(credential, {"interactive": False})
        self.assertEqual(self.figures()[key] - before, 1)

    def test_a_wrong_code_is_counted_when_its_attempt_is_kept(self):
        counted = []
        with patch.object(counters, "count_attack_now", counted.append):
            counters.count_attack(self.env.cr, "wrong_code")
            self.assertEqual(counted, [])
            self.env.cr.postcommit.run()
        self.assertEqual(counted, ["wrong_code"])
        with self.assertRaises(ValueError):
            counters.count_attack(self.env.cr, "typed by somebody")

    def test_every_kind_of_address_is_known_and_none_holds_an_id(self):
        for path, kind in (
            ("/tour_loan/v1/rpc", "agency_api"),
            ("/tour_loan/start/5d1c/secret", "login"),
            ("/ru/tour_loan/login", "login"),
            ("/my/applications/5d1c/state", "poll"),
            ("/my/loans/5d1c/pay", "borrower"),
            ("/payment/anything/webhook", "payment_notice"),
            ("/accounting/ping", "ping"),
            ("/metrics", "monitor"),
            ("/web/dataset/call_kw/x/y", "staff"),
            ("/web/login", "staff_login"),
            ("/queue_job/runjob", "jobs"),
            ("/web/assets/1/x.js", "files"),
            ("/etc/passwd", "other"),
            ("", "other"),
        ):
            self.assertEqual(counters.kind_of(path), kind, path)
