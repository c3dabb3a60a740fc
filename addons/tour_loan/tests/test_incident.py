import ssl
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..models.staff import incident
from ..rules import alerts
from ..rules.alerts import Alert, Sample
from .common import TourLoanCommon

STUCK = Alert("MessagesStuck", "Stuck", "stuck", 0, minutes=10)
CODES = Alert("WrongCodes", "Codes", "codes_total", 100, alerts.INCREASE, minutes=0)


@tagged("post_install", "-at_install")
class TestIncident(TourLoanCommon):
    """Administrators are told once when something begins, and once when it is over."""

    def setUp(self):
        super().setUp()
        self.env["ir.mail_server"].create({"name": "Post", "smtp_host": "mail.example"})
        self.env.company.email = "lender@example.com"
        self.boss = new_test_user(
            self.env, "incident_admin", "base.group_system", email="boss@example.com"
        )
        self.incidents = self.env["tour_loan.incident"]
        self.clock = fields.Datetime.now()
        self.startPatcher(
            patch.object(self.registry["tour_loan.incident"], "_now", lambda _self: self.clock)
        )

    def judge(self, alert, *values, minutes=1):
        """Let so many minutes pass, then judge by samples of these values."""
        self.clock += timedelta(minutes=minutes)
        samples = [Sample(alert.metric, {"outbox": f"box {n}"}, v) for n, v in enumerate(values)]
        self.incidents._judge(alert, samples, self.clock.timestamp())

    def known(self, alert=STUCK):
        return self.incidents.search([("alert", "=", alert.name)])

    def letters(self):
        sent = self.env["mail.mail"].search([("email_to", "like", "boss@example.com")])
        return sent.sorted("id").mapped("subject")

    def activities(self):
        return self.env["mail.activity"].search([("user_id", "=", self.boss.id)])

    def test_it_is_told_once_however_long_it_lasts_and_once_when_it_is_over(self):
        self.judge(STUCK, 3)
        self.assertEqual((self.known().state, self.letters()), ("suspected", []))
        self.judge(STUCK, 3, minutes=9)
        self.assertEqual(self.known().state, "suspected")
        for _minute in range(5):
            self.judge(STUCK, 4)
        self.assertEqual(self.known().state, "open")
        self.assertEqual(len(self.letters()), 1)
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("box 0: 4", self.known().figures)
        self.judge(STUCK, 0)
        self.assertEqual(self.known().state, "over")
        self.assertEqual(len(self.letters()), 2)
        self.assertFalse(self.activities())
        self.judge(STUCK, 0)
        self.assertEqual(len(self.letters()), 2)

    def test_what_passes_soon_is_no_incident(self):
        self.judge(STUCK, 3)
        self.judge(STUCK, 0)
        self.assertFalse(self.known())
        self.assertEqual(self.letters(), [])

    def test_it_may_come_again_and_is_told_again(self):
        for value in (3, 3, 0, 3, 3):
            self.judge(STUCK, value, minutes=11)
        self.assertEqual(self.known().sorted("id").mapped("state"), ["over", "open"])
        self.assertEqual(len(self.letters()), 3)

    def test_letters_are_in_the_administrators_language_and_hold_no_data(self):
        self.boss.lang = "ru_RU"
        self.judge(STUCK, 3)
        self.judge(STUCK, 3, minutes=11)
        [letter] = self.env["mail.mail"].search([("email_to", "like", "boss@example.com")])
        self.assertRegex(letter.subject, "[а-я]{4}")
        self.assertIn("docs/runbook.md#messagesstuck", letter.body_html)

    def test_without_a_mail_server_there_is_an_activity_and_no_letter(self):
        self.env["ir.mail_server"].search([]).active = False
        self.judge(STUCK, 3)
        self.judge(STUCK, 3, minutes=11)
        self.assertEqual(self.letters(), [])
        self.assertEqual(len(self.activities()), 1)

    def test_a_counter_counts_by_what_it_grew(self):
        counts = self.env["tour_loan.incident.count"]
        now = fields.Datetime.now()
        for minutes, total in ((90, 0), (50, 1000), (30, 1040)):
            counts.create(
                {"alert": "WrongCodes", "total": total, "at": now - timedelta(minutes=minutes)}
            )
        self.assertEqual(counts._grown("WrongCodes", 1041, 60), 1041)
        self.assertEqual(counts._grown("WrongCodes", 1041, 40), 41)
        # another server's counters begin anew: a fall is no growth
        self.assertEqual(counts._grown("WrongCodes", 5, 40), 41)

    def test_a_counter_that_grows_too_fast_is_told_at_once(self):
        self.judge(CODES, 50)
        self.assertFalse(self.known(CODES))
        self.judge(CODES, 500)
        self.assertEqual(self.known(CODES).state, "open")

    def test_the_clock_judges_every_alert_by_the_real_figures(self):
        self.env["ir.config_parameter"].set_param("tour_loan.last_backup_at", False)
        self.incidents._cron_judge()
        self.clock += timedelta(minutes=61)
        self.incidents._cron_judge()
        opened = self.incidents.search([("state", "=", "open")]).mapped("alert")
        self.assertIn("BackupOld", opened)
        self.assertNotIn("MetricsFailed", opened)

    def test_who_reads_very_many_people_is_told_of_at_once(self):
        self.env["ir.config_parameter"].set_param("tour_loan.persons_an_hour", "5")
        row = {"kind": "read", "uid": self.boss.id, "model": "tour_loan.application"}
        rows = [{**row, "records": "1", "borrower": 10**8 + number} for number in range(6)]
        self.env["tour_loan.event"]._insert(self.env.cr, rows)
        self.incidents._cron_judge()
        [told] = self.incidents.search([("alert", "=", "MassReading")])
        self.assertEqual((told.state, told.urgent), ("open", True))
        self.assertEqual(len(self.letters()), 1)
        self.assertTrue(self.activities())
        self.env["ir.config_parameter"].set_param("tour_loan.persons_an_hour", "6")
        self.incidents._cron_judge()
        self.assertEqual(told.state, "over")

    def test_the_end_of_the_certificate_is_asked_by_the_clock(self):
        parameters = self.env["ir.config_parameter"]
        end = fields.Datetime.now() + timedelta(days=9)
        parameters.set_param("web.base.url", "https://cabinet.example:8443")
        asked = []
        with patch.object(incident, "certificate_end", lambda *where: asked.append(where) or end):
            self.incidents._cron_certificate()
        self.assertEqual(asked, [("cabinet.example", 8443)])
        self.assertEqual(parameters.get_param("tour_loan.certificate_ends_at"), end.isoformat())

        def fails(*_where):
            raise ssl.SSLError("no")

        with patch.object(incident, "certificate_end", fails):
            self.incidents._cron_certificate()
        self.assertFalse(parameters.get_param("tour_loan.certificate_ends_at"))
        parameters.set_param("database.is_neutralized", "true")
        with patch.object(incident, "certificate_end", lambda *where: asked.append(where) or end):
            self.incidents._cron_certificate()
        self.assertEqual(len(asked), 1, "a neutralized copy asks nobody")
        parameters.set_param("database.is_neutralized", False)
        parameters.set_param("web.base.url", "http://cabinet.example")
        with patch.object(incident, "certificate_end", fails):
            self.incidents._cron_certificate()
