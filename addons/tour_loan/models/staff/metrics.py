"""``/metrics``: what the database knows, read when it is asked, and what processes counted."""

import logging
import shutil
import time

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge

from odoo import api, models, release
from odoo.exceptions import AccessDenied
from odoo.tools import SQL, config

from ... import counters
from ...away.trouble import is_trouble
from .golive import LAST_BACKUP, moment
from .lockout import LockedOut
from .security_settings import persons_an_hour

_logger = logging.getLogger(__name__)
PREFIX = "_metrics_"
CERTIFICATE = "tour_loan.certificate_ends_at"


class Metrics(models.AbstractModel):
    """Each method ``_metrics_<group>`` returns a list of gauges, by few and cheap queries.

    Names and units as Prometheus wants them; no label says anything about a person.
    """

    _name = "tour_loan.metrics"
    _description = "Figures for a monitor"

    @api.model
    def _exposition(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(_Collected(self._collected()))
        return generate_latest(registry)

    @api.model
    def _collected(self) -> list:
        """Return the metrics of the database and of all processes."""
        begun = time.monotonic()
        self.env.flush_all()  # the figures are read past Odoo
        found, failed = [], Gauge("tour_loan_metrics_failed", "Groups of figures that failed.")
        failures = 0
        names = sorted(name for name in dir(type(self)) if name.startswith(PREFIX))
        for name in names:
            try:
                with self.env.cr.savepoint(flush=False):
                    found += getattr(self, name)()
            except Exception as error:  # one group hides no other
                if is_trouble(error):
                    raise
                failures += 1
                _logger.exception("The figures %s failed.", name)
        failed.add_metric([], failures)
        took = Gauge("tour_loan_metrics_seconds", "What the last look into the database took.")
        took.add_metric([], time.monotonic() - begun)
        return [*found, failed, took, *counters.collect()]

    # --- what waits ---

    def _metrics_outboxes(self) -> list:
        count = Gauge(
            "tour_loan_outbox_messages", "Messages that have not left.", labels=["outbox", "state"]
        )
        oldest = Gauge(
            "tour_loan_outbox_oldest_seconds",
            "Age of the oldest of them.",
            labels=["outbox", "state"],
        )
        for outbox, model in self.env["tour_loan.message"]._outboxes().items():
            rows = self._rows(
                "SELECT state, count(*), EXTRACT(EPOCH FROM now() AT TIME ZONE 'utc' - "
                "min(create_date)) FROM %s WHERE state IN ('pending', 'stuck') GROUP BY state",
                SQL.identifier(self.env[model]._table),
            )
            known = {state: (number, age) for state, number, age in rows}
            for state in ("pending", "stuck"):
                number, age = known.get(state, (0, 0))
                count.add_metric([outbox, state], number)
                oldest.add_metric([outbox, state], max(0, float(age)))
        return [count, oldest]

    def _metrics_paused(self) -> list:
        paused = Gauge(
            "tour_loan_exchange_paused",
            "Endpoints that refused our login and are left alone.",
            labels=["outbox"],
        )
        known = dict(
            self._rows(
                "SELECT outbox, count(*) FROM tour_loan_pause WHERE over_at IS NULL GROUP BY outbox"
            )
        )
        for outbox in self.env["tour_loan.message"]._outboxes():
            paused.add_metric([outbox], known.get(outbox, 0))
        return [paused]

    def _metrics_jobs(self) -> list:
        count = Gauge("tour_loan_jobs", "Jobs that are not done.", labels=["channel", "state"])
        oldest = Gauge(
            "tour_loan_jobs_oldest_seconds",
            "How long the oldest due job waits.",
            labels=["channel"],
        )
        rows = self._rows(
            "SELECT channel, state, count(*), COALESCE(EXTRACT(EPOCH FROM now() AT TIME ZONE 'utc'"
            " - min(COALESCE(eta, date_created)) FILTER (WHERE state IN ('pending', 'enqueued') "
            "AND COALESCE(eta, date_created) < now() AT TIME ZONE 'utc')), 0) "
            "FROM queue_job WHERE state NOT IN ('done', 'cancelled') GROUP BY channel, state"
        )
        numbers, ages = {}, dict.fromkeys(self._channels(), 0.0)
        for channel, state, number, age in rows:
            numbers[channel, state] = number
            ages[channel] = max(ages.get(channel, 0), float(age))
        for channel, age in ages.items():
            oldest.add_metric([channel], age)
            for state in ("pending", "enqueued", "started", "failed"):
                count.add_metric([channel, state], numbers.get((channel, state), 0))
        failed = Gauge("tour_loan_jobs_failed", "Jobs that failed: a fault of ours.")
        failed.add_metric([], sum(row[2] for row in rows if row[1] == "failed"))
        return [count, oldest, failed]

    def _channels(self) -> list[str]:
        """Return the channels of our jobs, whether they have any or not."""
        ours = [("complete_name", "like", "root.")]
        return self.env["queue.job.channel"].search(ours).mapped("complete_name")

    def _metrics_clocks(self) -> list:
        late = Gauge("tour_loan_cron_late_seconds", "How late the latest scheduled job is.")
        [(seconds,)] = self._rows(
            "SELECT COALESCE(EXTRACT(EPOCH FROM now() AT TIME ZONE 'utc' - min(nextcall)), 0) "
            "FROM ir_cron WHERE active"
        )
        late.add_metric([], max(0, float(seconds)))
        apart = Gauge("tour_loan_clock_difference_seconds", "Database's clock less the server's.")
        [(moment_,)] = self._rows("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
        apart.add_metric([], float(moment_) - time.time())
        return [late, apart]

    def _metrics_needs_person(self) -> list:
        count = Gauge("tour_loan_needs_person", "What does not go on by itself.", labels=["kind"])
        known = dict(self.env["tour_loan.attention"]._read_group([], ["kind"], ["__count"]))
        for kind in self.env["tour_loan.attention"]._taking_part():
            count.add_metric([kind], known.get(kind, 0))
        return [count]

    # --- money and codes ---

    def _metrics_payments(self) -> list:
        """Payments under way, and repayments the accounting system has not booked."""
        count = Gauge("tour_loan_payments", "Payments of loans of the last day.", labels=["state"])
        rows = dict(
            self._rows(
                "SELECT state, count(*) FROM payment_transaction WHERE tour_loan_id IS NOT NULL "
                "AND last_state_change > now() AT TIME ZONE 'utc' - interval '1 day' GROUP BY state"
            )
        )
        for state, _label in self.env["payment.transaction"]._fields["state"].selection:
            count.add_metric([state], rows.get(state, 0))
        unbooked = Gauge("tour_loan_repayments_unbooked", "Repayments not booked yet.")
        oldest = Gauge("tour_loan_repayments_unbooked_oldest_seconds", "Age of the oldest of them.")
        [(number, age)] = self._rows(
            "SELECT count(*), COALESCE(EXTRACT(EPOCH FROM now() AT TIME ZONE 'utc' - "
            "min(create_date)), 0) FROM tour_loan_repayment WHERE state IN ('to_send', 'sent')"
        )
        unbooked.add_metric([], number)
        oldest.add_metric([], max(0, float(age)))
        return [count, unbooked, oldest]

    def _metrics_codes(self) -> list:
        count = Gauge(
            "tour_loan_codes_hour", "SMS codes of the last hour.", labels=["purpose", "state"]
        )
        rows = self._rows(
            "SELECT purpose, state, count(*) FROM tour_loan_code "
            "WHERE id > (SELECT COALESCE(max(id), 0) - 100000 FROM tour_loan_code) "
            "AND create_date > now() AT TIME ZONE 'utc' - interval '1 hour' "
            "GROUP BY purpose, state"
        )
        known = {(purpose, state): number for purpose, state, number in rows}
        codes = self.env["tour_loan.code"]._fields
        for purpose, _label in codes["purpose"].selection:
            for state, _words in codes["state"].selection:
                count.add_metric([purpose, state], known.get((purpose, state), 0))
        return [count]

    # --- the lender's own people ---

    def _metrics_readers(self) -> list:
        """How many of the staff have read more people's data this hour than the setting says.

        Who they are, the events say to an auditor.
        """
        readers = Gauge("tour_loan_mass_readers", "Staff who read too many persons in an hour.")
        most = Gauge("tour_loan_persons_read_hour", "Persons the busiest reader read in an hour.")
        # of a person nobody knows yet the application tells, or the record itself
        rows = self._rows(
            "SELECT count(DISTINCT (borrower, CASE WHEN borrower IS NULL THEN application END, "
            "CASE WHEN borrower IS NULL AND application IS NULL THEN model || records END)) "
            "FROM tour_loan_event WHERE kind = 'read' "
            "AND at > now() AT TIME ZONE 'UTC' - interval '1 hour' GROUP BY uid"
        )
        limit = persons_an_hour(self.env)
        readers.add_metric([], sum(count > limit for (count,) in rows))
        most.add_metric([], max((count for (count,) in rows), default=0))
        return [readers, most]

    # --- the server ---

    def _metrics_server(self) -> list:
        usage = shutil.disk_usage(config["data_dir"])
        free = Gauge("tour_loan_disk_free_bytes", "Free where the files are.")
        free.add_metric([], usage.free)
        ratio = Gauge("tour_loan_disk_free_ratio", "Free share of where the files are.")
        ratio.add_metric([], usage.free / usage.total)
        size = Gauge("tour_loan_database_bytes", "Size of the database.")
        size.add_metric([], self._rows("SELECT pg_database_size(current_database())")[0][0])
        backup = Gauge("tour_loan_last_backup_timestamp_seconds", "Last backup; 0: none yet.")
        backup.add_metric([], self._timestamp(LAST_BACKUP))
        certificate = Gauge(
            "tour_loan_certificate_end_timestamp_seconds",
            "End of the certificate of web.base.url; 0: not known.",
        )
        certificate.add_metric([], self._timestamp(CERTIFICATE))
        door = Gauge("tour_loan_open_door", "1: admin/admin works, borrowers are not served.")
        # sudo: only whether one password is the one everybody knows
        door.add_metric([], int(self.env["res.users"].sudo()._tour_loan_bars_borrowers()))
        info = Gauge("tour_loan_info", "What runs here.", labels=["odoo"])
        info.add_metric([release.version], 1)
        return [free, ratio, size, backup, certificate, door, info]

    def _timestamp(self, key: str) -> float:
        when = moment(self.env["tour_loan.golive"]._param(key))
        return when.timestamp() if when else 0

    def _rows(self, query: str, *values) -> list[tuple]:
        return self.env.execute_query(SQL(query, *values))


class _Collected:
    """What is there already, in the shape the library asks for."""

    def __init__(self, metrics):
        self._metrics = metrics

    def collect(self):
        return self._metrics


class ResUsers(models.Model):
    _inherit = "res.users"

    def _login(self, credential, user_agent_env):
        """Override: who is refused is counted, whatever door he knocked at.

        A borrower's code is counted where it is looked at.
        """
        try:
            return super()._login(credential, user_agent_env)
        except LockedOut:  # was not tried; counted where it was refused
            raise
        except AccessDenied:
            if credential.get("type") != "tour_loan_code":
                counters.count_attack_now("wrong_password")
            raise

    def _check_credentials(self, credential, env):
        """Override: the code after the password is asked for past the login."""
        try:
            return super()._check_credentials(credential, env)
        except LockedOut:
            raise
        except AccessDenied:
            if str(credential.get("type")).startswith("totp"):
                counters.count_attack_now("wrong_factor")
            raise
