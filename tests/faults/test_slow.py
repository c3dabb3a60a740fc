"""A counterparty that hangs holds two pages, not the house."""

import re
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e import outcome
from tests.e2e.quick import QuickCustomer
from tests.e2e.story import PATIENCE, wait_until

from .forms import Forms, at_once

TABS = 20


@contextmanager
def places_taken(stack, *keys):
    """Ask as other workers do, without an end: on a connection of our own."""
    connection = stack.postgres.connect(stack.database)
    try:
        with connection.cursor() as cursor:
            for key in keys:
                for place in range(2):
                    cursor.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", (key, place))
        yield
    finally:
        connection.close()


@pytest.fixture
def approved(stack, sandbox):
    """Somebody whose loan is approved, and the address where he signs."""
    visitor = Forms(stack).order()
    visitor.submit()
    visitor.submit(".tl-code-form", code=visitor.code())
    visitor.fill_in()
    seen = sandbox.last_sms_id(visitor.phone)
    visitor.submit()
    visitor.submit(".tl-code-form", code=visitor.code(seen))
    outcome.settle(stack)
    home = visitor.answer.url
    sign = f"{home}/sign"
    wait_until(lambda: "/sign" in visitor.session.get(home, timeout=60).text, 90)
    # the contract's PDF is made meanwhile
    visitor.open(sign)
    return visitor, sign


def tabs(visitor, address, count):
    """Open one page in many tabs; return the answers."""

    def open_one(_index):
        return requests.get(address, cookies=visitor.session.cookies, timeout=60)

    return at_once(count, open_one)


def agency_of(stack, visitor) -> int:
    [(agency,)] = stack.sql(
        "SELECT agency_id FROM tour_loan_application WHERE order_number = %s", visitor.order_number
    )
    return agency


def test_tabs_that_ask_a_hanging_agency_wait_at_a_page(stack, sandbox, approved):
    visitor, sign = approved
    key = f"ask agency {agency_of(stack, visitor)}"
    with places_taken(stack, key):
        answers = tabs(visitor, sign, TABS)
        assert {answer.status_code for answer in answers} == {200}
        assert all(answer.headers.get("Refresh") for answer in answers)
        assert all("Спрашиваем" in answer.text for answer in answers)
        # everything else goes on, with all those tabs open
        visitor.open(sign.removesuffix("/sign"))
        assert "result" in sandbox.call(visitor.order_number, "application.get")
    answer = visitor.session.get(sign, timeout=60)
    assert "Refresh" not in answer.headers
    assert "actualized" in answer.text


def test_a_hanging_agency_is_asked_by_two_pages_at_a_time(stack, sandbox, approved):
    visitor, sign = approved
    sandbox.fault("travel", "actualize", "slow", times=TABS, seconds=8)
    answers = tabs(visitor, sign, TABS)
    waiting = [answer for answer in answers if answer.headers.get("Refresh")]
    assert {answer.status_code for answer in answers} == {200}
    assert waiting, "nobody waited"
    sandbox.calm()
    visitor.open(sign)  # follows the page that waits
    assert "actualized" in visitor.answer.text


def test_many_agencies_that_hang_leave_workers_to_the_others(stack, sandbox, approved):
    visitor, sign = approved
    connection = stack.postgres.connect(stack.database)
    try:
        with connection.cursor() as cursor:
            for place in range(3):
                cursor.execute(
                    "SELECT pg_advisory_lock(hashtext(%s), %s)", ("ask any agency", place)
                )
        assert tabs(visitor, sign, 1)[0].headers.get("Refresh")
    finally:
        connection.close()


def test_clicks_on_pay_wait_for_a_payu_that_hangs(stack, sandbox, page):
    customer = QuickCustomer(stack, page)
    customer.be_funded(price=50000)
    customer.open_loan()
    sandbox.fault("payu", "authorize", "slow", seconds=12)
    customer.go_to_payu()
    # his page says so at once and asks by itself; so do all tabs of it, and others go on
    expect(customer.page).to_have_url(re.compile(r"/open\??$"))
    answers = tabs_of(page, TABS)
    assert {answer.status_code for answer in answers} == {200}
    assert "result" in sandbox.call(customer.order_number, "application.get")
    # by itself, without a click
    there = re.compile(re.escape(stack.url("payu")))
    expect(customer.page).to_have_url(there, timeout=PATIENCE)


def tabs_of(page, count):
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    address = page.url
    return at_once(count, lambda _index: requests.get(address, cookies=cookies, timeout=60))
