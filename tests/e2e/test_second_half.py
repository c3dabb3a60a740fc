"""From the offer to a repayment in three books: Odoo's, PayU's and MoyaMFO's."""

import pytest

from . import outcome
from .second_half import Customer
from .story import wait_until

APPROVED = "Заём одобрен"


@pytest.fixture
def customer(stack, page):
    return Customer(stack, page)


def play(customer: Customer, tour: str = "kazan") -> None:
    """Steps 1 to 8 with one repayment."""
    customer.apply(tour=tour)
    customer.await_heading(APPROVED)
    customer.sign()
    if customer.status() == "signed":
        customer.let_the_pause_pass()
    customer.await_status("ready", "signed")
    wait_until(lambda: "result" in customer.book() or None, 90, every=1)
    customer.await_status("funded")
    customer.open_loan()
    customer.pay()
    customer.await_booked(1)


def test_a_tour_is_signed_for_booked_paid_and_repaid(customer):
    play(customer)
    order = outcome.check_callbacks(customer, outcome.application(customer))
    assert [c["status"] for c in order["callbacks"]] == [
        "filling",
        "submitted",
        "approved",
        "signed",
        "ready",
        "committed",
        "funded",
    ]
    payout = order["application"]["payout"]
    assert payout["payment_order"]
    assert payout["amount"] == order["application"]["offer"]["amount"]
    outcome.check_three_books(customer, 1)


def test_every_counterparty_repeats_itself(customer, sandbox):
    sandbox.fault("travel", "application.create", "duplicate", times=None)
    sandbox.fault("travel", "application.commit", "duplicate", times=None)
    sandbox.fault("moyamfo", "ping", "duplicate", times=None)
    sandbox.fault("moyamfo", "SignContract", "drop_after")
    sandbox.fault("moyamfo", "CommitApplication", "drop_after")
    sandbox.fault("moyamfo", "LoadPayment", "drop_after")
    sandbox.fault("payu", "notice", "duplicate", times=None)
    play(customer)
    outcome.check_callbacks(customer, outcome.application(customer))
    outcome.check_three_books(customer, 1)


def test_a_lender_who_knows_no_repeat_books_once_and_his_refusal_reaches_the_agency(
    customer, sandbox
):
    sandbox.lender(repeats=False)  # a second LoadPayment would be a second booking
    sandbox.fault("moyamfo", "LoadPayment", "drop_after")
    play(customer)
    outcome.check_three_books(customer, 1)
    sandbox.lender(refuse_refund=True)
    asked = sandbox.call(customer.order_number, "application.tour_refund")
    assert asked["result"]["requests"][0]["state"] == "waiting"

    def refused():
        (request,) = sandbox.order(customer.order_number)["application"]["requests"]
        return request["state"] == "refused"

    wait_until(refused, 90)
    assert customer.status() == "funded"
    outcome.check_three_books(customer, 1)


def test_the_pause_of_the_law_holds_the_booking(customer):
    customer.apply(tour="antalya")
    customer.await_heading(APPROVED)
    customer.sign()
    customer.await_status("signed")
    refused = customer.book()["error"]
    assert refused["code"] == -32004
    assert 3 * 3600 < refused["data"]["seconds_left"] <= 4 * 3600
    customer.let_the_pause_pass()
    assert customer.book()["result"]["status"] == "committed"
    customer.await_status("funded")


def test_a_payment_left_open_may_be_tried_again(customer):
    customer.apply(tour="kazan")
    customer.await_heading(APPROVED)
    customer.sign()
    wait_until(lambda: "result" in customer.book() or None, 90, every=1)
    customer.await_status("funded")
    customer.open_loan()
    customer.pay("leave")
    customer.open_loan()
    customer.pay("pay")
    customer.await_booked(1)
    outcome.check_three_books(customer, 1)
