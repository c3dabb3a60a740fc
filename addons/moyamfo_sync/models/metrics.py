"""Figures of the exchange with 1C, for a monitor."""

from prometheus_client.core import GaugeMetricFamily as Gauge

from odoo import models

from .. import connection
from .moyamfo_run import KINDS

STATES = ("done", "problems", "failed")


class Metrics(models.AbstractModel):
    _inherit = "tour_loan.metrics"

    def _metrics_accounting(self) -> list:
        """When 1C last answered a question that is asked each minute; its pulls of an hour."""
        if not connection.is_configured(self.env):
            return []
        answered = Gauge(
            "tour_loan_accounting_last_answer_timestamp_seconds",
            "When changed applications were last got from the accounting system; 0: never.",
        )
        [(moment,)] = self._rows(
            "SELECT COALESCE(EXTRACT(EPOCH FROM (SELECT finished_at FROM moyamfo_run "
            "WHERE kind = 'applications' AND state <> 'failed' AND finished_at IS NOT NULL "
            "ORDER BY id DESC LIMIT 1) AT TIME ZONE 'utc'), 0)"
        )
        answered.add_metric([], float(moment))
        count = Gauge(
            "tour_loan_accounting_pulls_hour",
            "Pulls of the last hour.",
            labels=["kind", "state"],
        )
        known = {
            (kind, state): number
            for kind, state, number in self._rows(
                "SELECT kind, state, count(*) FROM moyamfo_run "
                "WHERE id > (SELECT COALESCE(max(id), 0) - 5000 FROM moyamfo_run) "
                "AND started_at > now() AT TIME ZONE 'utc' - interval '1 hour' GROUP BY kind, state"
            )
        }
        for kind, _label in KINDS:
            for state in STATES:
                count.add_metric([kind, state], known.get((kind, state), 0))
        return [answered, count]
