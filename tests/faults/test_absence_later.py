"""Somebody is away just when he is needed, from the offer to the repayment.

The pages tell the borrower what he has to know and no more; at the end the three books
agree and the agency has heard everything in order.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e import outcome
from tests.e2e.quick import QuickCustomer
from tests.e2e.story import hurry, wait_until

from .test_absence import tried

STORY = ["filling", "submitted", "approved", "signed", "ready", "committed", "funded"]


@pytest.fixture
def customer(stack, page):
    return QuickCustomer(stack, page)


@pytest.fixture
def silence(stack):
    """Return a function that sets what an agency wants when it does not answer."""
    asked = stack.sql("SELECT id, actualize_no_answer FROM tour_loan_agency")

    def choose(setting):
        stack.sql("UPDATE tour_loan_agency SET actualize_no_answer = %s", setting)

    yield choose
    for agency, setting in asked:
        stack.sql(
            "UPDATE tour_loan_agency SET actualize_no_answer = %s WHERE id = %s", setting, agency
        )


def away(stack, name: str, table: str):
    """Wait until a message could not be brought to ``name``, which then comes back."""
    wait_until(lambda: tried(stack, table))
    stack.start_sandbox(name)
    hurry(stack)


def test_a_silent_agency_that_wants_to_be_asked_makes_him_wait(customer, stack, silence):
    """The travel site is away when it is asked whether the tour still stands."""
    silence("wait")
    customer.be_approved(tour="kazan")
    stack.stop_sandbox("travel")
    customer.go_to_sign()
    customer.button("Получить код")
    customer.await_heading("Турагентство не отвечает")
    stack.start_sandbox("travel")
    customer.page.get_by_role("link", name="Спросить ещё раз").click()
    customer.accept_documents()
    customer.ask_code()
    customer.type_code()
    outcome.check(customer, "ready")
    assert outcome.told(customer) == STORY[:5]


def test_everybody_is_away_while_he_signs_and_the_agency_books(customer, sandbox, stack, silence):
    silence("sign")
    sandbox.lender(payout_seconds=-1)
    customer.be_approved(tour="kazan")

    # the travel site, when it is asked: this agency lets sign all the same
    stack.stop_sandbox("travel")
    customer.go_to_sign()
    # the gateway, when code 3 is to come
    customer.sms_seen = sandbox.last_sms_id(customer.phone)
    stack.stop_sandbox("phone")
    customer.button("Получить код")
    expect(customer.page.locator("#code")).to_be_visible()
    away(stack, "phone", "tour_loan_sms")
    # the lender, when the signature is to come; the travel site still, when it is told
    stack.stop_sandbox("moyamfo")
    customer.type_code()
    customer.await_heading("Тур бронируется")
    away(stack, "travel", "tour_loan_callback")
    away(stack, "moyamfo", "moyamfo_message")
    customer.await_status("ready")
    wait_until(lambda: customer.lender_says()["signature"], 90)

    # the lender again, when the agency books: it need not know
    stack.stop_sandbox("moyamfo")
    customer.be_booked()
    away(stack, "moyamfo", "moyamfo_message")
    wait_until(lambda: customer.lender_says()["commitment"], 90)

    # the travel site, when the money has come: the borrower sees it, the agency later
    stack.stop_sandbox("travel")
    sandbox.post("moyamfo", "pay", uid=customer.lender_says()["uid"])
    customer.await_heading("Тур оплачен")
    away(stack, "travel", "tour_loan_callback")
    customer.await_status("funded")

    order = outcome.check(customer, "funded")
    assert outcome.told(customer) == STORY
    assert len([sms for sms in sandbox.sms(customer.phone) if sms["code"]]) == 3
    paid = order["application"]["payout"]["amount"]["amount"]
    assert customer.lender_says()["payout"]["amount"] == paid


def test_the_lender_leaves_after_he_paid(customer, sandbox, stack):
    """His word that he paid comes when he is back, though his ping was lost."""
    sandbox.lender(payout_seconds=-1)
    customer.be_approved(tour="kazan")
    customer.sign()
    customer.be_booked()
    wait_until(lambda: customer.lender_says()["commitment"])
    outcome.settle(stack)
    sandbox.fault("moyamfo", "ping", "drop_before", times=None)
    sandbox.fault("moyamfo", "GetApplications", "drop_before", times=None)
    sandbox.post("moyamfo", "pay", uid=customer.lender_says()["uid"])
    stack.stop_sandbox("moyamfo")
    stack.start_sandbox("moyamfo")
    assert customer.status() == "committed", "nobody can have heard of the money"
    sandbox.calm()
    sandbox.post("moyamfo", "ping")
    customer.await_status("funded")
    outcome.check(customer, "funded")
    assert outcome.told(customer) == STORY


def test_everybody_is_away_while_he_repays(customer, sandbox, stack):
    customer.be_funded(tour="kazan")
    customer.open_loan()

    # PayU, when he is to be sent there: he is told, and nothing hangs in the air
    stack.stop_sandbox("payu")
    customer.go_to_payu()
    customer.sees("Платёжная система сейчас недоступна")
    stack.start_sandbox("payu")
    customer.open_loan()
    expect(customer.page.locator(".tl-notice")).to_have_count(0)

    # PayU, when he is back: neither its notice nor its answer come
    sandbox.post("payu", "settings", notice="never")
    sandbox.fault("payu", "status", "drop_before", times=None)
    customer.go_to_payu()
    customer.page.locator("button[value=pay]").click()
    expect(customer.page).to_have_url(re.compile("/my/loans/.*/payment/"))
    customer.await_heading("Оплата обрабатывается")
    stack.stop_sandbox("payu")
    customer.open_loan()
    expect(customer.page.locator(".tl-notice")).to_contain_text("обрабатывается")
    # the lender, when the payment is to come
    stack.stop_sandbox("moyamfo")
    stack.start_sandbox("payu")
    sandbox.post("payu", "faults", operation="status", kind=None)
    sandbox.post("payu", f"payments/{customer.payment()}", action="notice")
    wait_until(lambda: tried(stack, "moyamfo_message"))
    customer.look_again()
    customer.sees("получена, кредитор её учитывает")
    stack.start_sandbox("moyamfo")
    hurry(stack)
    customer.await_booked(1)
    outcome.check_three_books(customer, 1)
    outcome.check(customer, "funded")
