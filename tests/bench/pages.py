"""How soon a borrower sees a page: a cheap phone on a slow network, by Chromium's clock."""

import statistics
from collections.abc import Callable

from playwright.sync_api import sync_playwright

from scripts import system_packages
from tests.chromium import CHROMIUM_OPTIONS
from tests.e2e.second_half import Customer
from tests.e2e.story import PATIENCE, PHONE_SIZE, Sandbox

SLOWER = 4  # times
NETWORK = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 0.75e6 / 8,
}
TURNS = 5
# The time of the largest paint so far: the page is quiet when this is asked.
LARGEST = """() => new Promise((done) => {
    new PerformanceObserver((list) => done(list.getEntries().pop().startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
})"""


def largest_paints(stack) -> dict[str, float]:
    """Return ms to the largest contentful paint of a first visit to each page, medians."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_packages.browser(), args=CHROMIUM_OPTIONS
        )
        context = browser.new_context(viewport=PHONE_SIZE, locale="ru-RU")
        context.set_default_timeout(PATIENCE)
        customer = Customer(stack, context.new_page())
        times = {}
        for name, address in pages(customer):
            visits = [visit(browser, address, context) for _turn in range(TURNS)]
            times[name] = statistics.median(visits)
        browser.close()
    return times


def pages(customer: Customer) -> Callable:
    """Play the story; yield (name, address) of pages as they come up on the way."""
    house, page = customer.stack.url(), customer.page
    yield "login", f"{house}/tour_loan/login"
    Sandbox(customer.stack).lender(rule="approve", seconds=0)
    customer.order(tour="kazan")
    customer.sandbox.call(customer.order_number, "application.create")
    link = customer.sandbox.order(customer.order_number)["redirect_url"]
    yield "start, with the agency's pictures", link
    page.goto(link)
    customer.button("Продолжить")
    yield "documents", page.url
    customer.confirm_documents()
    yield "passport", page.url
    customer.fill_passport()
    customer.fill_address()
    yield "work", page.url
    customer.fill_work()
    yield "review", page.url
    customer.sign_questionnaire()
    yield "where the application stands", page.url


def visit(browser, address: str, context) -> float:
    """Open a page as a phone that was never here, but may see it; return the ms."""
    fresh = browser.new_context(
        viewport=PHONE_SIZE, locale="ru-RU", storage_state=context.storage_state()
    )
    page = fresh.new_page()
    page.set_default_timeout(PATIENCE)
    devtools = fresh.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="networkidle")
    milliseconds = page.evaluate(LARGEST)
    fresh.close()
    return milliseconds
