"""What everybody else notices of a PayU and an agency that hang while many ask them."""

import itertools
import json
import threading
import time
from pathlib import Path

import requests

from scripts import databases
from scripts.places import VAR
from tests.e2e import outcome
from tests.e2e.story import Sandbox, wait_until
from tests.faults.forms import Forms

from .load import quantile

TABS, CLICKS = 20, 12
SECONDS = 12  # of one measurement, in turns: quiet, then with those who hang
ROUNDS = 3
PAUSE = 0.1  # seconds between two calls of one caller: what is measured is no full load
HANG = 15  # seconds
PREPARE = Path(__file__).with_name("prepare_slow.py")


class Slow:
    """One house with the questions of many; ``times()`` measures pages and calls beside."""

    def __init__(self, stack, call):
        """``call``: one call of an agency that is well."""
        self.stack, self.call, self.sandbox = stack, call, Sandbox(stack)
        self.borrower = self._approved()
        self.waits = self._payments()

    def _approved(self) -> Forms:
        self.sandbox.calm()
        borrower = Forms(self.stack).order()
        borrower.submit()
        borrower.submit(".tl-code-form", code=borrower.code())
        borrower.fill_in()
        seen = self.sandbox.last_sms_id(borrower.phone)
        borrower.submit()
        borrower.submit(".tl-code-form", code=borrower.code(seen))
        home = borrower.answer.url
        outcome.settle(self.stack)
        wait_until(lambda: "/sign" in borrower.session.get(home, timeout=60).text, 90)
        borrower.open(f"{home}/sign")
        return borrower

    def _payments(self) -> list[str]:
        """Return the addresses behind ``CLICKS`` buttons that lead to PayU."""
        file = VAR / "bench_slow.json"
        file.write_text(json.dumps({"count": CLICKS}))
        databases.run_script(
            self.stack.postgres, self.stack.database, PREPARE, TOUR_LOAN_BENCH=str(file)
        )
        addresses = json.loads(file.read_text())
        file.unlink()
        return [f"{self.stack.direct_url}{address}" for address in addresses]

    def times(self) -> dict[str, dict[str, float]]:
        """Return the p95 (seconds) of pages and of calls, ``quiet`` and ``hanging``."""
        found = {name: {"page": [], "call": []} for name in ("quiet", "hanging")}
        self._measure(2)  # warms
        for _round in range(ROUNDS):
            for kind, values in self._measure(SECONDS).items():
                found["quiet"][kind] += values
            self.sandbox.fault("travel", "actualize", "slow", times=10_000, seconds=HANG)
            self.sandbox.fault("payu", "authorize", "slow", times=10_000, seconds=HANG)
            stop = threading.Event()
            visitors = self._visitors(stop)
            for kind, values in self._measure(SECONDS).items():
                found["hanging"][kind] += values
            stop.set()
            for visitor in visitors:
                visitor.join()
            self.sandbox.calm()
        return {
            name: {kind: quantile(values, 0.95) for kind, values in kinds.items()}
            for name, kinds in found.items()
        }

    def _visitors(self, stop) -> list[threading.Thread]:
        sign = self.borrower.answer.url
        addresses = [sign] * TABS + self.waits
        cookies = self.borrower.session.cookies

        def visit(address):
            while not stop.is_set():
                answer = requests.get(address, cookies=cookies, timeout=60, allow_redirects=False)
                refresh = answer.headers.get("Refresh", "")
                stop.wait(float(refresh.split(";")[0]) if refresh else HANG)

        threads = [threading.Thread(target=visit, args=(address,)) for address in addresses]
        for thread in threads:
            thread.start()
        return threads

    def _measure(self, seconds: float) -> dict[str, list[float]]:
        page = f"{self.stack.direct_url}/tour_loan/login"
        numbers = itertools.count()
        kinds = {
            "page": lambda: requests.get(page, timeout=60).raise_for_status(),
            "call": lambda: self.call(next(numbers)),
        }
        found = {kind: [] for kind in kinds}
        end = time.monotonic() + seconds

        def caller(kind):
            while (begun := time.monotonic()) < end:
                kinds[kind]()
                found[kind].append(time.monotonic() - begun)
                time.sleep(PAUSE)

        threads = [threading.Thread(target=caller, args=(kind,)) for kind in (*kinds, *kinds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found
