"""Money is taken once, and the page says what became of it, whichever way it went."""

import re

import pytest
from playwright.sync_api import expect

from . import outcome
from .quick import QuickCustomer
from .story import PHONE_SIZE, wait_until


@pytest.fixture
def customer(stack, page):
    customer = QuickCustomer(stack, page)
    customer.be_funded(tour="kazan")
    customer.open_loan()
    return customer


@pytest.fixture
def other(customer, chromium):
    """The same person at another device."""
    context = chromium.new_context(viewport=PHONE_SIZE, locale="ru-RU")
    context.add_cookies(customer.page.context.cookies())
    other = QuickCustomer(customer.stack, context.new_page())
    other.phone, other.order_number = customer.phone, customer.order_number
    yield other
    context.close()


def payments(customer) -> list[tuple]:
    """Return (reference, roubles, state) of the payments in Odoo, oldest first."""
    return customer.stack.sql(
        "SELECT t.reference, t.amount::int, t.state FROM payment_transaction t "
        "JOIN tour_loan_loan l ON l.id = t.tour_loan_id "
        "JOIN tour_loan_application a ON a.id = l.application_id "
        "WHERE a.order_number = %s AND t.operation != 'refund' ORDER BY t.id",
        customer.order_number,
    )


def at_payu(customer) -> list[dict]:
    """Return his payments in PayU's books."""
    ours = {reference for reference, _amount, _state in payments(customer)}
    books = customer.sandbox.get("payu", "payments")["payments"]
    return [payment for payment in books if payment["reference"] in ours]


def confirmations(customer) -> list[str]:
    outcome.settle(customer.stack)
    return [text for text in outcome.texts(customer) if "Спасибо" in text]


def test_two_devices_and_a_double_click_pay_once(customer, other):
    other.go(f"{customer.loan_page()}/pay")
    customer.go(f"{customer.loan_page()}/pay")
    for one in (customer, other):
        one.choose_sum("next")
    customer.press_pay(times=2)
    other.press_pay()
    for one in (customer, other):
        one.await_payu()
    assert customer.page.url == other.page.url
    assert len(payments(customer)) == len(at_payu(customer)) == 1
    other.page.locator("button[value=pay]").click()
    other.await_heading("Оплата получена")
    customer.page.go_back()
    customer.go(customer.loan_page())
    customer.await_booked(1)
    outcome.check_three_books(customer, 1)
    assert len(confirmations(customer)) == 1


def test_another_sum_says_what_is_open_and_what_is_dropped_may_come_as_a_surplus(customer):
    customer.pay("leave", what="next")
    customer.await_heading("Оплата не завершена")
    dropped, *_none = payments(customer)[-1]
    customer.go(f"{customer.loan_page()}/pay")
    customer.choose_sum("other", "700")
    customer.await_heading("Оплата не завершена")
    customer.page.get_by_text("Другая сумма или способ").click()
    customer.button("Отказаться от этой оплаты")
    customer.choose_sum("other", "700")
    customer.press_pay()
    customer.await_payu()
    customer.page.locator("button[value=pay]").click()
    customer.await_heading("Оплата получена")
    customer.sandbox.post("payu", f"payments/{dropped}", action="pay")

    def told():
        customer.go(customer.loan_page())
        return customer.page.get_by_text("лишн").count()

    wait_until(told)
    attention = customer.stack.sql(
        "SELECT r.attention FROM tour_loan_repayment r JOIN payment_transaction t "
        "ON t.id = r.transaction_id WHERE t.reference = %s",
        dropped,
    )
    assert "дважды" in attention[0][0]
    outcome.check_three_books(customer, 2)


def test_a_decline_says_why_and_leads_back_to_the_same_page(customer):
    customer.pay("decline")
    there = customer.page.url.split("&method")[0]
    customer.page.locator("button[value=leave]").click()
    customer.await_heading("Оплата не прошла")
    customer.sees("Деньги не списаны")
    expect(customer.page.locator(".tl-reason")).to_contain_text("денег")
    customer.page.get_by_role("link", name="Попробовать ещё раз").click()
    customer.await_payu()
    assert customer.page.url == there
    customer.page.locator("button[value=pay]").click()
    customer.await_heading("Оплата получена")
    assert [state for *_rest, state in payments(customer)] == ["done"]


def test_payu_answers_after_he_left_and_the_page_follows_by_itself(customer, sandbox):
    sandbox.post("payu", "settings", notice="never")
    sandbox.fault("payu", "status", "drop_before", times=None)
    customer.pay("pay")
    customer.await_heading("Оплата обрабатывается")
    customer.sees("не платите эту сумму ещё раз")
    sandbox.post("payu", "faults", operation="status", kind=None)
    sandbox.post("payu", f"payments/{customer.payment()}", action="notice")
    customer.await_heading("Оплата получена")
    customer.page.get_by_role("link", name="Мой заём").click()
    expect(customer.page).to_have_url(re.compile("/my/loans/[0-9a-f-]+$"))
    # without a reload: the loan's page follows too
    expect(customer.page.locator(".tl-schedule .is-paid")).to_have_count(1)
    assert len(confirmations(customer)) == 1
    outcome.check_three_books(customer, 1)


def test_who_leaves_without_paying_is_not_told_that_it_is_processed(customer):
    customer.pay("leave")
    customer.await_heading("Оплата не завершена")
    customer.page.get_by_role("link", name="Вернуться к займу").click()
    expect(customer.page.locator(".tl-notice")).to_contain_text("не завершили")
    assert not customer.page.get_by_text("обрабатывается").count()
    # the time of the page passes
    customer.stack.sql(
        "UPDATE payment_transaction SET state = 'cancel' WHERE reference = %s", customer.payment()
    )
    expect(customer.page.locator(".tl-notice")).to_contain_text("деньги не списаны")
