"""From the offer to a repayment in three books: Odoo's, PayU's and MoyaMFO's."""

from decimal import Decimal

import pytest

from . import outcome
from .second_half import Customer
from .story import wait_until

APPROVED = "Заём одобрен"


@pytest.fixture
def customer(stack, page):
    return Customer(stack, page)


def check_three_books(customer: Customer, payments: int) -> None:
    """Odoo, PayU and MoyaMFO agree to the kopeck on every repayment of this loan."""
    outcome.settle(customer.stack)
    ours = customer.stack.sql(
        "SELECT r.uid, r.amount, r.state, t.reference, l.number, l.principal "
        "FROM tour_loan_repayment r JOIN payment_transaction t ON t.id = r.transaction_id "
        "JOIN tour_loan_loan l ON l.id = r.loan_id "
        "JOIN tour_loan_application a ON a.id = l.application_id "
        "WHERE a.order_number = %s",
        customer.order_number,
    )
    assert len(ours) == payments
    books = customer.sandbox.get("moyamfo", "books")
    for uid, amount, state, reference, number, principal in ours:
        assert state == "booked"
        (paid,) = customer.sandbox.get("payu", "payments", reference=reference)["payments"]
        assert paid["status"] == "COMPLETE"
        assert Decimal(paid["amount"]) == amount
        booked = [movement for movement in books["money"] if movement["uid"] == uid]
        assert len(booked) == 1, f"{len(booked)} bookings of {uid}"
        assert Decimal(booked[0]["amount"]) == amount
        (contract,) = [c for c in books["contracts"] if c["Номер"] == number]
        assert Decimal(contract["Остатки"]["ОсновнойДолг"]) == principal


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
    check_three_books(customer, 1)


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
    check_three_books(customer, 1)


def test_a_lender_who_knows_no_repeat_books_once_and_his_refusal_reaches_the_agency(
    customer, sandbox
):
    sandbox.lender(repeats=False)  # a second LoadPayment would be a second booking
    sandbox.fault("moyamfo", "LoadPayment", "drop_after")
    play(customer)
    check_three_books(customer, 1)
    sandbox.lender(refuse_refund=True)
    asked = sandbox.call(customer.order_number, "application.tour_refund")
    assert asked["result"]["requests"][0]["state"] == "waiting"

    def refused():
        (request,) = sandbox.order(customer.order_number)["application"]["requests"]
        return request["state"] == "refused"

    wait_until(refused, 90)
    assert customer.status() == "funded"
    check_three_books(customer, 1)


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
    check_three_books(customer, 1)
