"""Alerts for a lender without Prometheus: a mail and an activity, once when it begins and once
when it is over. What is worth one stands in ``rules/alerts.py``, for Prometheus too.
"""

import logging
import ssl
import time
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models

from ...rules import alerts
from ...tools import bounded, certificate_end, is_neutralized
from .metrics import CERTIFICATE

_logger = logging.getLogger(__name__)
SECONDS = 10  # for asking our own address
# Counters are looked at once a minute; more of the past than any window is not kept.
KEPT = timedelta(minutes=2 * max(alert.window for alert in alerts.ALERTS))


class Incident(models.Model):
    _name = "tour_loan.incident"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Incident"
    _order = "id desc"
    _rec_name = "alert"

    alert = fields.Selection(
        [(alert.name, alert.summary) for alert in alerts.ALERTS], required=True, readonly=True
    )
    state = fields.Selection(
        [("suspected", "Suspected"), ("open", "Going on"), ("over", "Over")],
        required=True,
        default="suspected",
        readonly=True,
    )
    urgent = fields.Boolean(readonly=True)
    since = fields.Datetime(required=True, readonly=True, default=lambda self: self._now())
    opened_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    figures = fields.Char(readonly=True, help="What was measured last.")
    runbook = fields.Char(compute="_compute_runbook")

    _one_at_a_time = models.UniqueIndex("(alert) WHERE state <> 'over'")

    @api.model
    def _now(self):
        return fields.Datetime.now()

    @api.depends("alert")
    def _compute_runbook(self):
        for incident in self:
            incident.runbook = f"docs/runbook.md#{(incident.alert or '').lower()}"

    # --- the clock ---

    @api.model
    def _cron_judge(self):
        """Clock: compare the figures with the alerts, once a minute."""
        samples = [
            alerts.Sample(sample.name, sample.labels, sample.value)
            for metric in self.env["tour_loan.metrics"]._collected()
            for sample in metric.samples
        ]
        now = time.time()
        for alert in alerts.ALERTS:
            self._judge(alert, alert.chosen(samples), now)

    def _judge(self, alert, chosen, now):
        if alert.how == alerts.INCREASE:
            total = sum(sample.value for sample in chosen)
            grown = self.env["tour_loan.incident.count"]._grown(alert.name, total, alert.window)
            chosen = [alerts.Sample(alert.metric, {}, grown)]
        wrong = [sample for sample in chosen if alert.is_wrong(sample.value, now)]
        known = self.search([("alert", "=", alert.name), ("state", "!=", "over")], limit=1)
        if wrong:
            incident = known or self.create({"alert": alert.name, "urgent": alert.urgent})
            incident.figures = "; ".join(map(_words, wrong))[:500]
            lasting = self._now() - incident.since >= timedelta(minutes=alert.minutes)
            if incident.state == "suspected" and lasting:
                incident._begin()
        elif known.state == "open":
            known._end()
        else:
            known.unlink()  # it passed before it was worth a word

    def _begin(self):
        self.write({"state": "open", "opened_at": self._now()})
        for person in self._administrators():
            # Odoo would write a letter of its own about the activity
            self.with_context(mail_activity_quick_update=True, lang=person.lang).activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=person.id,
                summary=self._label(person.lang),
                note=self.figures,
            )
        self._tell()

    def _end(self):
        self.write({"state": "over", "ended_at": self._now()})
        self.activity_ids.unlink()
        self._tell()

    def _label(self, lang) -> str:
        said = self.with_context(lang=lang or "ru_RU")
        return dict(said._fields["alert"]._description_selection(said.env))[self.alert]

    def _tell(self):
        """Write to the administrators; Odoo's queue sends it, no letter is sent from here."""
        people = self._administrators().filtered("email")
        # sudo: whether there is a mail server
        if not people or not self.env["ir.mail_server"].sudo().search_count([], limit=1):
            return
        letters = self.env["mail.mail"]
        for person in people:
            words = self.with_context(lang=person.lang or "ru_RU")
            begun = words.env._("Began: %s") if self.state == "open" else words.env._("Over: %s")
            letters |= letters.create(
                {
                    "email_from": self.env.company.email_formatted,
                    "email_to": person.email_formatted,
                    "subject": begun % self._label(person.lang),
                    "body_html": self._letter(words.env),
                    "auto_delete": True,
                }
            )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _letter(self, env):
        return env["ir.qweb"]._render("tour_loan.incident_letter", {"incident": self.with_env(env)})

    @api.model
    def _administrators(self):
        """Return who is told: everybody with the administrator's rights but the server itself."""
        group = self.env.ref("base.group_system")
        return group.all_user_ids.filtered(lambda user: user.active and not user.share)

    # --- the certificate, asked by a clock and not when figures are read ---

    @api.model
    def _cron_certificate(self):
        """Clock: look when the certificate of our own public address ends."""
        if is_neutralized(self.env):
            return
        # sudo: parameters of the server
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        parts = urlsplit(parameters_sudo.get_param("web.base.url") or "")
        ends_at = ""
        if parts.scheme == "https" and parts.hostname:
            try:
                end = bounded(SECONDS, certificate_end, parts.hostname, parts.port or 443)
                ends_at = end.isoformat()
            except (OSError, ssl.SSLError, ValueError) as error:
                _logger.info("The certificate of %s is not known: %s", parts.hostname, error)
        if parameters_sudo.get_param(CERTIFICATE, "") != ends_at:
            parameters_sudo.set_param(CERTIFICATE, ends_at)

    @api.autovacuum
    def _gc_old(self):
        """Keep a year of them."""
        old = fields.Datetime.now() - timedelta(days=365)
        self.search([("state", "=", "over"), ("ended_at", "<", old)], limit=1000).unlink()


def _words(sample) -> str:
    labels = ", ".join(sorted(value for value in sample.labels.values() if value))
    return f"{labels or sample.name}: {sample.value:g}"


class IncidentCount(models.Model):
    """What a counter said, minute by minute: an increase needs a past."""

    _name = "tour_loan.incident.count"
    _description = "Figure of a counter"
    _order = "at, id"

    alert = fields.Char(required=True, readonly=True)
    at = fields.Datetime(required=True, readonly=True, default=lambda self: fields.Datetime.now())
    total = fields.Float(readonly=True, digits=(20, 0))

    _alert_at = models.Index("(alert, at)")

    @api.model
    def _grown(self, alert: str, total: float, window: int) -> float:
        """Keep a total; return how much it grew in ``window`` minutes, a fall not counted."""
        now = fields.Datetime.now()
        past = self.search([("alert", "=", alert), ("at", ">", now - KEPT)])
        grown, before = 0.0, None
        for row in past:
            if row.at >= now - timedelta(minutes=window) and before is not None:
                grown += max(0, row.total - before)
            before = row.total
        if before is not None:
            grown += max(0, total - before)
        (self.search([("alert", "=", alert)]) - past).unlink()
        self.create({"alert": alert, "total": total})
        return grown
