"""What each process counts of its requests; ``/metrics`` adds all processes up.

prometheus-client in its multiprocess mode: a process counts in files of its own, mapped
into memory, and whoever is asked reads the files of all. Odoo replaces its workers all the
time, and a file for each process that ever lived would pile up, or sums would fall when it
is taken away. So a process takes a numbered place (a lock the system gives back, however it
dies) and goes on with the figures of the one that had it before.
"""

import fcntl
import logging
import os
import re
import time
from functools import cache, wraps
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess, values

from odoo.http import Application
from odoo.tools import config

_logger = logging.getLogger(__name__)
# Room for all figures we have: a file that grew on a full disk would kill its process.
FILE_BYTES = 128 * 1024
FILES = ("counter", "histogram")
MOST_PLACES = 1000
SLOW_SECONDS = 5
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

LANGUAGE = re.compile(r"^(/+[a-z]{2}(_[A-Z]{2})?)+(?=/)")
# Kinds of addresses, never an address: ids and secrets stand in them.
KINDS = (
    ("agency_api", r"/tour_loan/v1/rpc$"),
    ("jobs", r"/queue_job/"),
    ("poll", r"/my/.+/state$|/tour_loan/code/state$"),
    ("files", r"/tour_loan/(assets|brand|v1)/|/web/(assets|image|content|static)/|/\w+/static/"),
    ("login", r"/tour_loan/(login|start|code)\b"),
    ("borrower", r"/my\b|/tour_loan/(divisions|logout)"),
    ("payment_notice", r"/payment/[^/]+/webhook"),
    ("payment", r"/payment/"),
    ("ping", r"/\w+/ping$"),
    ("monitor", r"/metrics$|/tour_loan/monitor|/web/health"),
    ("staff_login", r"/web/(login|session)\b"),
    ("staff", r"/(odoo|web|mail|report|websocket|bus|discuss)\b"),
)
_KIND = tuple((name, re.compile(pattern)) for name, pattern in KINDS)
# What a refusal at such an address means: (kind of address, status) -> kind of attack.
REFUSALS = {
    ("agency_api", 401): "refused_signature",
    ("payment_notice", 403): "refused_notice",
    ("ping", 403): "refused_token",
    ("monitor", 403): "refused_token",
}
ATTACKS = (
    *("refused_signature", "refused_notice", "refused_token", "too_many"),
    *("wrong_code", "locked_code", "wrong_password", "wrong_factor", "lock_out"),
    "access_refused",
)


def kind_of(path: str) -> str:
    """Return the kind of an address, ``other`` for one of no table."""
    # as it stands first: "/my" looks like a language too
    for written in (path, LANGUAGE.sub("", path)):
        for name, pattern in _KIND:
            if pattern.match(written):
                return name
    return "other"


def folder() -> Path:
    """Return where the figures of this server's database are."""
    named = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    databases = config["db_name"] or ["all"]
    return Path(named) if named else Path(config["data_dir"]) / "metrics" / databases[0]


class Place:
    """The numbered place of this process, taken when it first counts."""

    def __init__(self, path: Path):
        self.path = path
        self._process = self._number = None

    def __call__(self) -> int:
        """Return the number; another one after a fork.

        :raises OSError: the folder cannot be written, or its disk is full
        """
        if self._process != os.getpid():
            self._number = self._take()
            self._process = os.getpid()
        return self._number

    def _take(self) -> int:
        for number in range(MOST_PLACES):
            handle = os.open(self.path / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            for kind in FILES:
                _make_room(self.path / f"{kind}_{number}.db")
            return number  # the handle stays open as long as the process lives
        raise OSError(f"{MOST_PLACES} processes count in {self.path}")


def _make_room(file: Path) -> None:
    """Take the disk's blocks now: a mapped page without one is the end of a process."""
    handle = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.posix_fallocate(handle, 0, FILE_BYTES)
    finally:
        os.close(handle)


class Counters:
    """The figures; one a process."""

    def __init__(self, path: Path):
        path.mkdir(parents=True, exist_ok=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(path)  # read by the library
        values.ValueClass = values.MultiProcessValue(Place(path))
        registry = CollectorRegistry()  # of this process only: nobody asks it
        self.requests = Counter(
            "tour_loan_requests",
            "Requests by kind of address.",
            ["route", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "tour_loan_request_seconds",
            "Time until the answer begins.",
            ["route"],
            buckets=SECONDS,
            registry=registry,
        )
        self.slow = Counter(
            "tour_loan_slow_requests",
            f"Requests of more than {SLOW_SECONDS} s.",
            ["route"],
            registry=registry,
        )
        self.attacks = Counter(
            "tour_loan_attacks",
            "Refusals that show somebody trying.",
            ["kind"],
            registry=registry,
        )
        # from nothing on: of a figure that begins with one nobody sees that it grew
        for kind in ("other", *(name for name, _pattern in KINDS)):
            self.slow.labels(kind)
        for kind in ATTACKS:
            self.attacks.labels(kind)


@cache
def _counters() -> Counters | None:
    """Return this process's figures, None where they cannot be kept: that breaks nothing."""
    try:
        return Counters(folder())
    except OSError as error:
        _logger.warning("Requests are not counted: %s", error)
        return None


def count_request(path: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    if (counters := _counters()) is None:
        return
    kind = kind_of(path)
    counters.requests.labels(kind, str(status)).inc()
    if kind != "jobs":  # a job may take its time
        counters.seconds.labels(kind).observe(seconds)
        if seconds > SLOW_SECONDS:
            counters.slow.labels(kind).inc()
    if attack := "too_many" if status == 429 else REFUSALS.get((kind, status)):
        counters.attacks.labels(attack).inc()


def count_attack(cr, kind: str) -> None:
    """Count what somebody tried, once the transaction that found it is kept."""
    if kind not in ATTACKS:
        raise ValueError(kind)
    cr.postcommit.add(lambda: count_attack_now(kind))


def count_attack_now(kind: str) -> None:
    """Count what somebody tried where there is no transaction to keep."""
    if counters := _counters():
        counters.attacks.labels(kind).inc()


def collect() -> list:
    """Return the metrics of all processes, dead ones too; none where nobody counts."""
    path = folder()
    return list(multiprocess.MultiProcessCollector(None, path).collect()) if path.is_dir() else []


_told = set()  # this process, once it has said that it does not count


def install() -> None:
    """Count every request Odoo answers."""
    Application.__call__ = _counting(Application.__call__)


def _counting(call):
    @wraps(call)
    def __call__(self, environ, start_response):
        begun, said = time.monotonic(), []

        def started(status, *arguments):
            said[:] = [int(status.split(" ", 1)[0])]
            return start_response(status, *arguments)

        try:
            return call(self, environ, started)
        finally:
            try:
                path = environ.get("PATH_INFO", "")
                count_request(path, said[0] if said else 500, time.monotonic() - begun)
            except (OSError, ValueError) as error:  # a full disk; figures are worth no answer
                if not _told:
                    _logger.warning("Requests are not counted: %s", error)
                _told.add(os.getpid())

    return __call__
