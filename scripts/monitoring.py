"""``python -m scripts.monitoring``: write docker/monitoring anew from the one declaration.

``alerts.yml`` for Prometheus from ``tour_loan/rules/alerts.py``; ``dashboard.json`` for
Grafana from the rows below.
"""

import json

import yaml

from scripts.places import ROOT
from tests.unit.rooms import room

FOLDER = ROOT / "docker" / "monitoring"
HEAD = "# Written by `python -m scripts.monitoring` from addons/tour_loan/rules/alerts.py.\n"
# What a house cannot tell of itself.
FROM_OUTSIDE = {
    "alert": "CabinetDown",
    "expr": 'up{job="tour_loan"} == 0',
    "for": "2m",
    "labels": {"severity": "page"},
    "annotations": {
        "summary": "The cabinet does not answer",
        "runbook_url": "docs/runbook.md#cabinetdown",
    },
}
# (row, panels); a panel: title, PromQL, legend, unit
PANELS = (
    ("Borrowers and agencies", (
        ("Requests a second", "sum by (route) (rate(tour_loan_requests_total[5m]))", "{{route}}", "reqps"),
        ("Errors of ours a minute", 'sum by (route) (rate(tour_loan_requests_total{status=~"5.."}[5m])) * 60', "{{route}}", "short"),
        ("95 of 100 answers begin within", "histogram_quantile(0.95, sum by (route, le) (rate(tour_loan_request_seconds_bucket[5m])))", "{{route}}", "s"),
        ("Slow answers a minute", "sum by (route) (rate(tour_loan_slow_requests_total[5m])) * 60", "{{route}}", "short"),
    )),
    ("Messages", (
        ("Waiting and stuck", "tour_loan_outbox_messages", "{{outbox}} {{state}}", "short"),
        ("Age of the oldest", "tour_loan_outbox_oldest_seconds", "{{outbox}} {{state}}", "s"),
        ("Exchange paused: our login is refused", "tour_loan_exchange_paused", "{{outbox}}", "short"),
        ("SMS codes of an hour", "sum by (state) (tour_loan_codes_hour)", "{{state}}", "short"),
        ("Needs a person", "tour_loan_needs_person", "{{kind}}", "short"),
    )),
    ("Accounting and money", (
        ("Since the accounting system's last answer", "time() - tour_loan_accounting_last_answer_timestamp_seconds", "", "s"),
        ("Pulls of an hour", "sum by (state) (tour_loan_accounting_pulls_hour)", "{{state}}", "short"),
        ("Payments of a day", "tour_loan_payments", "{{state}}", "short"),
        ("Repayments not booked", "tour_loan_repayments_unbooked", "", "short"),
        ("Oldest of them", "tour_loan_repayments_unbooked_oldest_seconds", "", "s"),
    )),
    ("The engine", (
        ("Jobs", "tour_loan_jobs", "{{channel}} {{state}}", "short"),
        ("Failed jobs", "tour_loan_jobs_failed", "", "short"),
        ("Oldest due job", "tour_loan_jobs_oldest_seconds", "{{channel}}", "s"),
        ("Scheduled jobs are late by", "tour_loan_cron_late_seconds", "", "s"),
    )),
    ("Attacks", (
        ("Refusals an hour", "sum by (kind) (increase(tour_loan_attacks_total[1h]))", "{{kind}}", "short"),
        ("Persons the busiest reader read in an hour", "tour_loan_persons_read_hour", "", "short"),
        ("Staff who read too many", "tour_loan_mass_readers", "", "short"),
    )),
    ("The server", (
        ("Free disk", "tour_loan_disk_free_bytes", "", "bytes"),
        ("Free share of the disk", "tour_loan_disk_free_ratio", "", "percentunit"),
        ("Database", "tour_loan_database_bytes", "", "bytes"),
        ("Since the last backup", "time() - tour_loan_last_backup_timestamp_seconds", "", "s"),
        ("Certificate's days", "(tour_loan_certificate_end_timestamp_seconds - time()) / 86400", "", "short"),
        ("Clocks differ by", "tour_loan_clock_difference_seconds", "", "s"),
        ("A look of Prometheus' costs the database", "tour_loan_metrics_seconds", "", "s"),
        ("Figures that cannot be read", "tour_loan_metrics_failed", "", "short"),
        ("admin/admin works", "tour_loan_open_door", "", "short"),
    )),
)  # fmt: skip


def alert_rules() -> str:
    """Return alerts.yml."""
    rules = [FROM_OUTSIDE]
    for alert in room("tour_loan", "rules").alerts.ALERTS:
        rules.append(
            {
                "alert": alert.name,
                "expr": alert.expression(),
                "for": f"{alert.minutes}m",
                "labels": {"severity": "page" if alert.urgent else "ticket"},
                "annotations": {
                    "summary": alert.summary,
                    "runbook_url": f"docs/runbook.md#{alert.name.lower()}",
                },
            }
        )
    groups = {"groups": [{"name": "tour_loan", "rules": rules}]}
    return HEAD + yaml.safe_dump(groups, sort_keys=False, width=200, allow_unicode=True)


def dashboard() -> str:
    """Return dashboard.json, four panels a line."""
    panels, top = [], 0
    for title, row in PANELS:
        place = {"h": 1, "w": 24, "x": 0, "y": top}
        panels.append({"type": "row", "title": title, "gridPos": place, "panels": []})
        top += 1
        for number, (name, expression, legend, unit) in enumerate(row):
            place = {"h": 7, "w": 6, "x": number % 4 * 6, "y": top + number // 4 * 7}
            panels.append(_panel(name, expression, legend, unit, place))
        top += (len(row) + 3) // 4 * 7
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    return (
        json.dumps(
            {
                "title": "Tour Loan",
                "uid": "tour-loan",
                "schemaVersion": 39,
                "time": {"from": "now-6h", "to": "now"},
                "refresh": "1m",
                "templating": {
                    "list": [{"name": "source", "type": "datasource", "query": "prometheus"}]
                },
                "panels": panels,
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n"
    )


def _panel(title, expression, legend, unit, place) -> dict:
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": "A", "datasource": source, "expr": expression, "legendFormat": legend}
        ],
    }


def files() -> dict:
    """Return {path: text} of all that is written."""
    return {FOLDER / "alerts.yml": alert_rules(), FOLDER / "dashboard.json": dashboard()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in files().items():
        file.write_text(text)
        print(file.relative_to(ROOT))
