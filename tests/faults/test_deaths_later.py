"""Whoever dies between the offer and the repayment, nothing is lost and nothing doubled."""

from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.e2e import outcome
from tests.e2e.quick import QuickCustomer
from tests.e2e.story import wait_until

from .deaths import MOYAMFO, ServerDies, WorkerDies, locked

APPLICATION = "SELECT id FROM tour_loan_application WHERE order_number = %s FOR UPDATE"
PAYMENTS = "LOCK TABLE payment_transaction IN EXCLUSIVE MODE"


@pytest.fixture
def customer(stack, page):
    return QuickCustomer(stack, page)


@pytest.mark.parametrize("death", [WorkerDies, ServerDies])
def test_death_at_every_step_after_the_decision(customer, sandbox, stack, death):
    customer.be_approved(tour="kazan")

    # in the request that signs: nothing of it may remain, the code stays good
    customer.go_to_sign()
    customer.ask_code()
    code = sandbox.code(customer.phone, customer.sms_seen)
    outcome.settle(stack)
    sandbox.fault("moyamfo", "SignContract", "slow", seconds=20)
    with locked(stack, APPLICATION, customer.order_number):
        customer.page.locator("#code").press_sequentially(code)
        death.in_request(stack)
    sign_again(customer, code)

    # in the job that brings MoyaMFO the signature: it has it, Odoo does not know
    wait_until(lambda: customer.lender_says()["signature"])
    death.in_job(stack, MOYAMFO)
    outcome.settle(stack)

    # in application.commit: the agency gets no answer and asks again
    answers = []
    with locked(stack, APPLICATION, customer.order_number):
        call = Thread(target=lambda: answers.append(customer.book()))
        call.start()
        death.in_request(stack)
        call.join()
    assert "away" in answers[0], answers
    customer.be_booked()
    customer.await_status("funded")

    # in PayU's notice: PayU gets no answer and repeats it
    customer.go(customer.home)
    customer.open_loan()
    customer.go_to_payu()
    customer.await_payu()
    sandbox.fault("moyamfo", "LoadPayment", "slow", seconds=20)
    with locked(stack, PAYMENTS):
        paying = Thread(target=pay, args=(customer,))
        paying.start()
        death.in_request(stack)
    paying.join()

    # in the job that brings MoyaMFO the payment: it has it, Odoo does not know
    wait_until(lambda: bookings(customer), 120)
    death.in_job(stack, MOYAMFO)

    outcome.settle(stack)
    customer.go(customer.home)
    customer.open_loan()
    customer.await_booked(1)
    check_nothing_doubled(customer)


def pay(customer):
    """He pays in his bank's application, not in the browser."""
    customer.sandbox.post("payu", f"payments/{customer.payment()}", action="pay")


def sign_again(customer, code: str):
    """Type the code once more, unless the browser repeated the request by itself.

    It may do so at any time, also while the page to sign is being opened here.
    """
    customer.go(customer.home)
    sign = customer.page.get_by_role("link", name="Перейти к подписанию")
    signed = customer.page.get_by_role("heading", name="Тур бронируется")
    if sign.count():
        sign.click()
        expect(customer.page.locator("#code").or_(signed)).to_be_visible()
        if not signed.count():
            customer.type_code(code)
    expect(signed).to_be_visible()


def bookings(customer) -> list[dict]:
    number = customer.contract()["Номер"]
    money = customer.sandbox.get("moyamfo", "books")["money"]
    return [movement for movement in money if movement["contract_number"] == number]


def check_nothing_doubled(customer):
    outcome.check_three_books(customer, 1)
    outcome.check(customer, "funded")
    assert outcome.told(customer) == [
        *("filling", "submitted", "approved", "signed", "ready", "committed", "funded"),
    ]
    assert len(bookings(customer)) == 1
    # each piece of news came once
    texts = outcome.texts(customer)
    assert len(set(texts)) == len(texts)
    assert len([text for text in texts if "по займу" in text and "Спасибо" in text]) == 1
    made = customer.stack.sql(
        "SELECT purpose, count(*) FROM tour_loan_signature s "
        "JOIN tour_loan_application a ON a.id = s.application_id "
        "WHERE a.order_number = %s GROUP BY 1 ORDER BY 1",
        customer.order_number,
    )
    assert made == [("acquaintance", 1), ("contract", 1), ("questionnaire", 1)]
