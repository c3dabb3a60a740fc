"""What is worth waking somebody: one declaration for Prometheus and for the house itself.

``docker/monitoring/alerts.yml`` is written from it (``python -m scripts.monitoring``); a
scheduled job judges the same conditions where there is no Prometheus. Each alert has a
section of its name in ``docs/runbook.md``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

VALUE, AGE, LEFT, INCREASE = "value", "age", "left", "increase"
HOUR, DAY = 3600, 24 * 3600


@dataclass(frozen=True)
class Alert:
    """A condition on one metric.

    :ivar name: of the alert and of its section in the runbook
    :ivar summary: what is wrong, for the administrator
    :ivar metric: its name in ``/metrics``
    :ivar above: it is wrong above this; of ``left``, below
    :ivar how: ``value`` (the figure itself), ``age`` (seconds since the moment it says),
        ``left`` (seconds until that moment), ``increase`` (of a counter, in ``window``)
    :ivar labels: which series; a value is a regular expression
    :ivar minutes: how long it must be so
    :ivar window: minutes, for ``increase``
    :ivar below: True turns the comparison of a ``value`` round
    :ivar urgent: somebody should look now, else today
    """

    name: str
    summary: str
    metric: str
    above: float
    how: str = VALUE
    labels: Mapping[str, str] = field(default_factory=dict)
    minutes: int = 5
    window: int = 60
    below: bool = False
    urgent: bool = False

    def expression(self) -> str:
        """Return the condition in PromQL."""
        chosen = ",".join(f'{name}=~"{value}"' for name, value in self.labels.items())
        series = f"{self.metric}{{{chosen}}}" if chosen else self.metric
        if self.how == AGE:
            return f"time() - {series} > {self.above:g}"
        if self.how == LEFT:  # 0: not known, which is no alert
            return f"{series} - time() < {self.above:g} and {series} > 0"
        if self.how == INCREASE:
            return f"sum(increase({series}[{self.window}m])) > {self.above:g}"
        return f"{series} {'<' if self.below else '>'} {self.above:g}"

    def chosen(self, samples: "Iterable[Sample]") -> "list[Sample]":
        """Return the samples that the alert is about."""
        return [sample for sample in samples if sample.name == self.metric and self._fits(sample)]

    def is_wrong(self, value: float, now: float) -> bool:
        """Return whether a figure is wrong; of ``increase`` the figure is the increase."""
        if self.how == AGE:
            return now - value > self.above
        if self.how == LEFT:
            return value > 0 and value - now < self.above
        return value < self.above if self.below else value > self.above

    def _fits(self, sample: "Sample") -> bool:
        return all(
            re.fullmatch(pattern, sample.labels.get(name, ""))
            for name, pattern in self.labels.items()
        )


@dataclass(frozen=True)
class Sample:
    """One line of ``/metrics``."""

    name: str
    labels: Mapping[str, str]
    value: float


ALERTS = (
    # --- borrowers notice ---
    Alert(
        "BorrowersNotServed",
        "admin/admin works, so borrowers are not served",
        "tour_loan_open_door",
        0,
        minutes=0,
        urgent=True,
    ),
    Alert(
        "ServerErrors",
        "Many requests end in an error of ours",
        "tour_loan_requests_total",
        20,
        INCREASE,
        {"status": "5.."},
        2,
        10,
        urgent=True,
    ),
    Alert(
        "SlowPages",
        "Many pages take more than five seconds",
        "tour_loan_slow_requests_total",
        30,
        INCREASE,
        {},
        2,
        10,
    ),
    Alert(
        "CodesWait",
        "SMS with codes do not leave",
        "tour_loan_outbox_oldest_seconds",
        120,
        VALUE,
        {"outbox": "sms", "state": "pending"},
        2,
        urgent=True,
    ),
    # --- counterparties ---
    Alert(
        "MessagesWait",
        "Messages have been waiting for half an hour",
        "tour_loan_outbox_oldest_seconds",
        HOUR / 2,
        VALUE,
        {"state": "pending"},
        5,
    ),
    Alert(
        "MessagesStuck",
        "Messages go no further by themselves",
        "tour_loan_outbox_messages",
        0,
        VALUE,
        {"state": "stuck"},
        10,
    ),
    Alert(
        "ExchangePaused",
        "Somebody refuses our login: the exchange with him is paused",
        "tour_loan_exchange_paused",
        0,
        minutes=0,
        urgent=True,
    ),
    Alert(
        "AccountingSilent",
        "Nothing has been got from the accounting system",
        "tour_loan_accounting_last_answer_timestamp_seconds",
        HOUR / 4,
        AGE,
        urgent=True,
    ),
    # --- money ---
    Alert(
        "PaymentsNeedPerson",
        "Payments need a person",
        "tour_loan_needs_person",
        0,
        VALUE,
        {"kind": "payment\\.transaction|tour_loan\\.repayment"},
        15,
    ),
    Alert(
        "RepaymentsUnbooked",
        "A repayment has not been booked for an hour",
        "tour_loan_repayments_unbooked_oldest_seconds",
        HOUR,
        minutes=5,
    ),
    Alert(
        "NeedsPerson",
        "Something has been waiting for a person for four hours",
        "tour_loan_needs_person",
        0,
        minutes=240,
    ),
    # --- the engine ---
    Alert("JobsFailed", "Jobs have failed", "tour_loan_jobs_failed", 0, minutes=1),
    Alert(
        "JobsWait",
        "Jobs that are due do not begin",
        "tour_loan_jobs_oldest_seconds",
        300,
        minutes=5,
        urgent=True,
    ),
    Alert("ClocksLate", "Scheduled jobs do not run", "tour_loan_cron_late_seconds", 900, minutes=5),
    Alert("MetricsFailed", "Some figures cannot be read", "tour_loan_metrics_failed", 0, minutes=5),
    # --- attacks ---
    Alert(
        "WrongCodes",
        "Somebody is guessing SMS codes",
        "tour_loan_attacks_total",
        100,
        INCREASE,
        {"kind": "wrong_code|locked_code"},
        0,
    ),
    Alert(
        "WrongPasswords",
        "Somebody is guessing passwords of staff",
        "tour_loan_attacks_total",
        30,
        INCREASE,
        {"kind": "wrong_password|wrong_factor"},
        0,
    ),
    Alert(
        "LockOuts",
        "Staff have been locked out",
        "tour_loan_attacks_total",
        0,
        INCREASE,
        {"kind": "lock_out"},
        0,
    ),
    Alert(
        "RefusedSignatures",
        "Calls with wrong signatures or tokens are refused",
        "tour_loan_attacks_total",
        50,
        INCREASE,
        {"kind": "refused_.*"},
        0,
    ),
    Alert(
        "TooManyRequests",
        "Many requests are refused as too many",
        "tour_loan_attacks_total",
        500,
        INCREASE,
        {"kind": "too_many"},
        0,
    ),
    # --- the lender's own people ---
    Alert(
        "AccessRefused",
        "Somebody keeps asking for what he may not see",
        "tour_loan_attacks_total",
        50,
        INCREASE,
        {"kind": "access_refused"},
        0,
    ),
    Alert(
        "MassReading",
        "Somebody reads the personal data of very many people",
        "tour_loan_mass_readers",
        0,
        minutes=0,
        urgent=True,
    ),
    # --- the server ---
    Alert(
        "BackupOld",
        "No backup in the last day",
        "tour_loan_last_backup_timestamp_seconds",
        DAY,
        AGE,
        minutes=60,
    ),
    Alert(
        "DiskLow",
        "Less than a tenth of the disk is free",
        "tour_loan_disk_free_ratio",
        0.1,
        below=True,
        urgent=True,
    ),
    Alert(
        "CertificateEnds",
        "The certificate ends in less than two weeks",
        "tour_loan_certificate_end_timestamp_seconds",
        14 * DAY,
        LEFT,
        minutes=60,
    ),
    Alert(
        "ClockOff",
        "The database's clock and the server's differ",
        "tour_loan_clock_difference_seconds",
        5,
        minutes=5,
    ),
)
