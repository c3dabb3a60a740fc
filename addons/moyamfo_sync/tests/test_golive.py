import os
import threading
from datetime import timedelta
from unittest.mock import patch

from prometheus_client.parser import text_string_to_metric_families

from odoo import fields
from odoo.tests import tagged

from odoo.addons.tour_loan.models.staff import connection as tour_loan_connection

from ..models import golive
from .common import MoyamfoCase, page

STRONG = "q8Zr4mVtK1xWn7Lb0PfYc3Hd9Sg5Tj2EuQa6RoMiXw"


@tagged("post_install", "-at_install")
class TestGoLive(MoyamfoCase):
    """What of the exchange must not be so in production, and how it is watched."""

    def colour(self, name, **settings):
        with patch.dict(os.environ, settings):
            return self.env["tour_loan.golive"]._find(f"_golive_{name}").colour

    def test_the_address_of_1c(self):
        for url, colour in (
            ("", "red"),
            ("http://10.1.2.3", "red"),
            ("https://127.0.0.1", "red"),
            ("https://169.254.169.254", "red"),
            ("https://10.1.2.3", "green"),  # in the lender's own network
            ("https://8.8.8.8", "green"),
        ):
            self.assertEqual(self.colour("moyamfo_address", MOYAMFO_SYNC_URL=url), colour, url)

    def test_the_delivered_profile_is_a_guess(self):
        for name, colour in (("", "yellow"), ("default", "yellow"), ("/etc/ours.json", "green")):
            found = self.colour("moyamfo_profile", MOYAMFO_SYNC_PROFILE=name)
            self.assertEqual(found, colour, name)

    def test_its_password_and_the_pings_token(self):
        names = ("TOUR_LOAN_CODE_KEY", "TOUR_LOAN_MONITOR_TOKEN", "TOUR_LOAN_SMS_PASSWORD")
        strong = dict.fromkeys((*names, "MOYAMFO_SYNC_PASSWORD"), STRONG)
        for token, colour in (("", "green"), (STRONG, "green"), ("ping", "red")):
            settings = strong | {"MOYAMFO_SYNC_PING_TOKEN": token}
            self.assertEqual(self.colour("server_secrets", **settings), colour, token)
        settings = strong | {"MOYAMFO_SYNC_PASSWORD": ""}
        self.assertEqual(self.colour("server_secrets", **settings), "red")

    def test_nothing_got_for_half_an_hour(self):
        self.env["moyamfo.run"].search([]).unlink()
        self.assertEqual(self.colour("moyamfo_pulls"), "red")
        now = fields.Datetime.now()
        run = self.env["moyamfo.run"].create({"kind": "applications", "finished_at": now})
        self.assertEqual(self.colour("moyamfo_pulls"), "green")
        run.finished_at = now - timedelta(minutes=31)
        self.assertEqual(self.colour("moyamfo_pulls"), "red")
        run.write({"finished_at": now, "error": "connection refused"})
        self.assertEqual(self.colour("moyamfo_pulls"), "red")

    def test_a_monitor_sees_when_1c_last_answered(self):
        now = fields.Datetime.now()
        self.env["moyamfo.run"].search([]).unlink()
        self.env["moyamfo.run"].create({"kind": "applications", "finished_at": now})
        text = self.env["tour_loan.metrics"]._exposition().decode()
        figures = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        told = figures["tour_loan_accounting_last_answer_timestamp_seconds",]
        self.assertAlmostEqual(
            told, (now - fields.Datetime.from_string("1970-01-01")).total_seconds()
        )
        self.assertEqual(figures["tour_loan_accounting_pulls_hour", "applications", "done"], 1)


@tagged("post_install", "-at_install")
class TestCheckConnection(MoyamfoCase):
    """*Check connection* of 1C."""

    def check(self, **settings):
        row = self.env["tour_loan.connection"].create({"kind": "moyamfo"})
        with patch.dict(os.environ, settings):
            row.action_check()
        return row

    def test_it_asks_about_an_application_1c_cannot_know(self):
        self.publication.answers["GetApplications"] = lambda _data: page()
        row = self.check()
        self.assertEqual([name for name, _data in self.publication.calls], ["GetApplications"])
        self.assertEqual(row.state, "good", row.words)

    def test_refused_and_dropped(self):
        self.publication.answers["GetApplications"] = lambda _data: (401, b"")
        self.assertIn("refuses login", self.check().words)
        del self.publication.answers["GetApplications"]
        self.assertIn("cannot be reached", self.check().words)
        self.publication.answers["GetApplications"] = lambda _data: "no JSON"
        self.assertIn("otherwise than the profile", self.check().words)
        self.assertIn("is not set", self.check(MOYAMFO_SYNC_URL="").words)

    def test_silence_is_bounded(self):
        released = threading.Event()
        self.addCleanup(released.set)
        with (
            patch.object(golive, "SECONDS", 0.2),
            patch.object(golive, "_ask", lambda *_access: released.wait(30)),
        ):
            row = self.check()
        self.assertEqual(row.state, "bad")
        self.assertIn(str(tour_loan_connection.SECONDS), row.words)

    def test_a_neutralized_copy_asks_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertEqual(self.check().state, "bad")
        self.assertEqual(self.publication.calls, [])
