"""Whoever dies in the middle, the story goes on where it was."""

from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.e2e import outcome
from tests.e2e.story import wait_until

from .deaths import CALLBACK, MOYAMFO, SMS, ServerDies, WorkerDies, locked


@pytest.mark.parametrize("death", [WorkerDies, ServerDies])
def test_death_at_every_step(borrower, sandbox, stack, death):
    """Each death meets work half done: a request before its commit, a job that sent
    its message and has not heard the answer.
    """
    sandbox.lender(rule="off")
    borrower.order()

    # in application.create: the agency gets no answer and asks again
    answers = []
    with locked(stack, "LOCK TABLE tour_loan_application IN EXCLUSIVE MODE"):
        call = Thread(
            target=lambda: answers.append(sandbox.call(borrower.order_number, "application.create"))
        )
        call.start()
        death.in_request(stack)
        call.join()
    assert "away" in answers[0], answers
    borrower.buy_on_credit()

    # in the job that sends code 1: the SMS came, Odoo does not know it
    sandbox.fault("phone", "send", "slow", seconds=9)
    borrower.accept_documents()
    borrower.ask_code()
    wait_until(lambda: sandbox.sms(borrower.phone))
    death.in_job(stack, SMS)
    outcome.settle(stack)
    borrower.type_code()

    borrower.fill_passport()
    borrower.fill_address()
    borrower.fill_work()

    # in the request that submits: nothing of it may remain, the code stays good
    borrower.accept_documents()
    borrower.ask_code()
    code = sandbox.code(borrower.phone, borrower.sms_seen)
    home = borrower.page.url.removesuffix("/review")
    query = "SELECT id FROM tour_loan_application WHERE order_number = %s FOR UPDATE"
    sandbox.fault("moyamfo", "LoadApplication", "slow", seconds=20)
    with locked(stack, query, borrower.order_number):
        borrower.page.locator("#code").press_sequentially(code)
        death.in_request(stack)
    # the browser may have repeated the request by itself
    wait_until(lambda: borrower.arrives(home))
    if borrower.page.url.endswith("/review"):
        borrower.type_code(code)
    expect(borrower.page.locator(".tl-status")).to_be_visible()

    # in the job that brings MoyaMFO the application: it has it, Odoo does not know
    uid = outcome.application(borrower)["uuid"]
    wait_until(lambda: sandbox.in_books(uid))
    death.in_job(stack, MOYAMFO)

    # in the job that tells the agency of the decision: it knows, Odoo does not
    outcome.settle(stack)
    sandbox.fault("travel", "callback", "slow", seconds=4)
    sandbox.post("moyamfo", "decide", uid=uid, decision="approve")
    wait_until(lambda: "approved" in outcome.told(borrower))
    address = borrower.page.url
    death.in_job(stack, CALLBACK)

    borrower.go(address)  # his page may have followed in the second in which nobody was there
    borrower.await_heading("Заём одобрен")
    sent = "SELECT count(*) FROM tour_loan_sms WHERE application_id IS NOT NULL AND phone = %s"
    assert stack.sql(sent, borrower.phone) == [(1,)]
    outcome.check(borrower, "approved")
    assert len(outcome.texts(borrower)) == 1
