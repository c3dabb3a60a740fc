"""Calls under load, their rate as the caller sees it and their time as the server does."""

import itertools
import re
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

CALLERS = 4  # twice the workers: a worker never waits for us

# "POST /path HTTP/1.1" 200 - 5 0.003 0.010: queries, seconds in SQL, seconds in Python
_REQUEST = re.compile(r'"POST (\S+) HTTP/1\.[01]" 200 - (\d+) ([\d.]+) ([\d.]+)')


def compared(rounds: int, seconds: float, **calls: Callable[[int], None]) -> dict[str, float]:
    """Return the median rate (calls a second) of each, measured in turns A B A B.

    A call gets a number that is never given twice.
    """
    numbers = itertools.count()
    rates = {name: [] for name in calls}
    for call in calls.values():
        call(next(numbers))
    for _round in range(rounds):
        for name, call in calls.items():
            rates[name].append(rate(call, numbers, seconds))
    return {name: statistics.median(values) for name, values in rates.items()}


def rate(call: Callable[[int], None], numbers: itertools.count, seconds: float) -> float:
    """Return how many calls a second ``CALLERS`` callers at once get answered."""
    done, failures = [], []
    started = time.monotonic()

    def caller():
        try:
            while time.monotonic() < started + seconds:
                call(next(numbers))
                done.append(time.monotonic())
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=caller) for _caller in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(done) / (max(done) - started)


class ServerLog:
    """Reads from Odoo's log what one kind of call cost the server."""

    def __init__(self, path: Path):
        self.path = path

    def costs(self, call: Callable[[int], None], times: int) -> list[tuple[int, float]]:
        """Make ``times`` calls one after another; return (queries, seconds) of each."""
        before = self.path.stat().st_size
        for number in range(times):
            call(number)
        deadline = time.monotonic() + 10
        while len(found := self._since(before)) < times and time.monotonic() < deadline:
            time.sleep(0.05)
        return found[-times:]

    def _since(self, offset: int) -> list[tuple[int, float]]:
        with self.path.open("rb") as log:
            log.seek(offset)
            text = log.read().decode(errors="replace")
        return [
            (int(queries), float(sql) + float(python))
            for path, queries, sql, python in _REQUEST.findall(text)
            if "runjob" not in path
        ]


def quantile(values: list[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
