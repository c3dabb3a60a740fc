"""What everybody else notices of a PayU and an agency that hang while many ask them."""

import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests
from lxml import html

from tests.e2e import outcome
from tests.e2e.story import Sandbox, wait_until
from tests.faults.forms import Forms

from .applications import fill
from .load import quantile
from .shell import in_shell

TABS, CLICKS = 20, 12
SECONDS = 12  # of one measurement, in turns: quiet, then with those who hang
ROUNDS = 5
COMING = 8  # seconds until all who will hang have come and do
PAUSE = 0.1  # seconds between two calls of one caller: what is measured is no full load
HANG = 15  # seconds
AGENCY = "bench3"  # whose applications get the loans


class Slow:
    """One house with the questions of many; ``times()`` measures pages and calls beside."""

    def __init__(self, stack, call):
        """``call``: one call of an agency that is well."""
        self.stack, self.call, self.sandbox = stack, call, Sandbox(stack)
        self.borrower = self._approved()
        self.sign = self._direct(self.borrower.answer.url)
        self.loans = iter(self._loans())

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

    def _loans(self) -> list[str]:
        """Return the addresses of loans of his, each to be paid on once."""
        count = 2 * CLICKS * ROUNDS + 1  # one to warm with
        uuid = self.sign.split("/")[-2]
        fill(self.stack, AGENCY, uuid, 2 * count)  # seven in ten are funded
        loans = in_shell(self.stack, "prepare_slow.py", {"agency": AGENCY, "count": count})
        return [f"{self.stack.direct_url}/my/loans/{loan}" for loan in loans]

    def _direct(self, address: str) -> str:
        return address.replace(self.stack.url(), self.stack.direct_url)

    def times(self) -> dict[str, dict[str, float]]:
        """Return the p95 (seconds) of pages and of calls.

        ``quiet``; ``crowd``: as many open their pages at once and nobody hangs; ``coming``:
        the same moment when those they ask hang; ``hanging``: from then on.
        """
        names = ("quiet", "crowd", "coming", "hanging")
        found = {name: {"page": [], "call": []} for name in names}

        def measure(name, seconds):
            for kind, values in self._measure(seconds).items():
                found[name][kind] += values

        self._warm()
        for _round in range(ROUNDS):
            measure("quiet", SECONDS)
            with self._visitors():
                measure("crowd", COMING)
            self.sandbox.fault("travel", "actualize", "slow", times=10_000, seconds=HANG)
            self.sandbox.fault("payu", "authorize", "slow", times=10_000, seconds=HANG)
            with self._visitors():
                measure("coming", COMING)
                measure("hanging", SECONDS)
            self.sandbox.calm()
            self._settle()
        return {
            name: {kind: quantile(values, 0.95) for kind, values in kinds.items()}
            for name, kinds in found.items()
        }

    def _warm(self):
        """Let every worker compile what it will render: more at once than there are."""
        loan = next(self.loans)
        addresses = [self.sign, loan, f"{loan}/pay", f"{self.stack.direct_url}/tour_loan/login"]
        with ThreadPoolExecutor(2 * len(self.stack.workers())) as pool:
            list(pool.map(self._get, 50 * addresses))
        self._measure(4)

    def _settle(self):
        """Wait until the last page of PayU's is made."""
        wait_until(
            lambda: (
                not self.stack.sql(
                    "SELECT FROM queue_job WHERE channel = 'root.tour_loan_payment' "
                    "AND state IN ('pending', 'enqueued', 'started')"
                )
            ),
            120,
            every=1,
        )

    # --- those who hang

    def _get(self, address: str) -> requests.Response:
        return requests.get(
            address, cookies=self.borrower.session.cookies, timeout=60, allow_redirects=False
        )

    def _form(self, loan: str) -> tuple[str, dict]:
        """Choose a sum to pay; return what pressing Pay sends: address and JSON."""
        cookies = self.borrower.session.cookies
        (form,) = html.fromstring(self._get(f"{loan}/pay").text).xpath(
            "//form[.//input[@name='what']]"
        )
        chosen = {**dict(form.fields), "what": "next"}
        answer = requests.post(f"{loan}/pay", chosen, cookies=cookies, timeout=60)
        page = html.fromstring(answer.text)
        (form,) = page.xpath("//form[@id='o_payment_form']")
        (card,) = page.xpath("//input[@name='o_payment_radio'][@data-payment-method-code='card']")
        values = {
            "provider_id": int(card.get("data-provider-id")),
            "payment_method_id": int(card.get("data-payment-option-id")),
            "token_id": None,
            "flow": "redirect",
            "tokenization_requested": False,
        }
        address = self.stack.direct_url + form.get("data-transaction-route")
        return address, {"jsonrpc": "2.0", "method": "call", "params": values}

    @contextmanager
    def _visitors(self):
        """Open the tabs and press Pay everywhere, then wait as a browser does, until the end."""
        clicks = [self._form(next(self.loans)) for _click in range(CLICKS)]
        stop = threading.Event()
        threads = [
            *(threading.Thread(target=self._wait, args=(self.sign, stop)) for _ in range(TABS)),
            *(threading.Thread(target=self._click, args=(*click, stop)) for click in clicks),
        ]
        for thread in threads:
            thread.start()
        yield
        stop.set()
        for thread in threads:
            thread.join()

    def _click(self, address: str, call: dict, stop):
        cookies = self.borrower.session.cookies
        answer = requests.post(address, json=call, cookies=cookies, timeout=60).json()
        [way] = re.findall('action="([^"?]+)', answer["result"]["redirect_form_html"])
        self._wait(self.stack.direct_url + way, stop)

    def _wait(self, address: str, stop):
        """Open a page as often as it asks for it."""
        while not stop.is_set():
            refresh = self._get(address).headers.get("Refresh", "")
            stop.wait(float(refresh.split(";")[0]) if refresh else HANG)

    # --- all others

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
