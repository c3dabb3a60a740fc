"""How soon a borrower sees a page: a cheap phone on a slow network, by Chromium's clock.

Behind docker/nginx.conf where there is an nginx, as in production but for TLS.
"""

import statistics
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from playwright.sync_api import Error, sync_playwright

from scripts import system_packages
from tests.chromium import CHROMIUM_OPTIONS
from tests.e2e.second_half import Customer
from tests.e2e.story import PATIENCE, PHONE_SIZE, Sandbox
from tests.front.nginx import PROGRAM, Nginx

SLOWER = 4  # times
LATENCY = 150  # ms, of each answer; Chromium adds none for connecting
NETWORK = {
    "offline": False,
    "latency": LATENCY,
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 0.75e6 / 8,
}
TURNS = 5
# What the browser noted: the largest paint so far (the page is quiet when this is asked),
# the first, the first byte, what was drawn, and the bytes that came.
NOTED = """() => new Promise((done) => {
    new PerformanceObserver((list) => {
        const largest = list.getEntries().pop();
        const all = [
            ...performance.getEntriesByType("navigation"),
            ...performance.getEntriesByType("resource"),
        ];
        const before = all.filter((one) => one.responseEnd <= largest.startTime);
        done({
            largest: largest.startTime,
            first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
            answered: all[0].responseStart,
            bytes: all.reduce((sum, one) => sum + one.transferSize, 0),
            requests: before.length,
            what: largest.url ? "a picture" : `<${largest.element?.localName}>`,
        });
    }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


@dataclass
class Paint:
    """Medians of the visits to one page; times in ms since the click."""

    largest: float
    best: float  # of `largest`: what others do on this machine only adds to it
    first: float
    answered: float  # the first byte of the page
    bytes: int  # that came, packed
    requests: int  # that were answered before the largest paint
    what: str  # was drawn by it

    @classmethod
    def of(cls, visits: list[dict]) -> "Paint":
        numbers = ("largest", "first", "answered", "bytes", "requests")
        medians = {name: statistics.median_low(one[name] for one in visits) for name in numbers}
        best = min(one["largest"] for one in visits)
        return cls(**medians, best=best, what=visits[-1]["what"])

    def explained(self) -> str:
        """Return what the time went to, in a line."""
        return (
            f"best {self.best:.0f}, server {self.answered:.0f}, "
            f"first paint {self.first:.0f} ms; {self.bytes / 1024:.0f} KiB, "
            f"{self.requests} requests before {self.what}"
        )


class Visits:
    """Stands where an album would: visits every page it is shown, as a phone never here.

    :ivar tell: called with the name of each page and its ``Paint``
    """

    def __init__(self, browser, stack, house: str, tell: Callable):
        self.browser, self.stack, self.house, self.tell = browser, stack, house, tell

    def keep(self, page, name: str, **_size):
        """Visit the page; those of the counterparties are not ours."""
        if not page.url.startswith(f"{self.stack.url()}/"):
            return
        page.locator(".tl-waiting").wait_for(state="detached")  # while documents are made
        address = urlunsplit(urlsplit(page.url)._replace(netloc=urlsplit(self.house).netloc))
        state = page.context.storage_state()
        visits = []
        while len(visits) < TURNS:
            try:
                visits.append(self.visit(address, state))
            except Error as error:  # a page that shows itself anew: something has moved
                if "navigation" not in str(error):
                    raise
        self.tell(name, Paint.of(visits))

    def visit(self, address: str, state: dict) -> dict:
        """Open a page with the session in ``state`` and an empty cache."""
        fresh = self.browser.new_context(viewport=PHONE_SIZE, locale="ru-RU", storage_state=state)
        page = fresh.new_page()
        page.set_default_timeout(PATIENCE)
        devtools = fresh.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", NETWORK)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(address, wait_until="networkidle")
        noted = page.evaluate(NOTED)
        fresh.close()
        return noted


def largest_paints(stack, tell: Callable) -> None:
    """Play the story and tell what the first visit to each of its pages is like."""
    with sync_playwright() as playwright, front(stack) as house:
        browser = playwright.chromium.launch(
            executable_path=system_packages.browser(), args=CHROMIUM_OPTIONS
        )
        context = browser.new_context(viewport=PHONE_SIZE, locale="ru-RU")
        context.set_default_timeout(PATIENCE)
        visits = Visits(browser, stack, house, tell)
        play(Customer(stack, context.new_page(), visits))
        browser.close()


@contextmanager
def front(stack):
    """Yield the address of the house as the outside knows it."""
    if PROGRAM is None:
        yield stack.url()
        return
    # many visits of one phone; the throttle has a test of its own
    changes = {"rate=1r/s": "rate=1000r/s"}
    with tempfile.TemporaryDirectory() as folder:
        with Nginx(Path(folder), *stack.ports, changes) as nginx:
            yield nginx.address


def play(customer: Customer) -> None:
    """The story up to the page where he chooses a way to pay."""
    page, house = customer.page, customer.stack.url()
    Sandbox(customer.stack).calm()
    page.goto(f"{house}/tour_loan/login")
    customer.shoot("login")
    customer.order(tour="kazan")
    customer.buy_on_credit()
    customer.confirm_documents()
    customer.fill_passport()
    customer.fill_address()
    customer.fill_work()
    customer.sign_questionnaire()
    customer.await_heading("Заём одобрен")
    customer.sign()
    customer.await_status("signed", "ready")
    if customer.status() == "signed":
        customer.let_the_pause_pass()
        customer.await_status("ready")
    customer.book()
    customer.await_status("funded")
    page.reload()
    customer.shoot("funded")
    customer.open_loan()
    customer.go_to_payu()
