"""What may become of a payment, and how the borrower is told."""

from tests.e2e.quick import QuickCustomer
from tests.e2e.story import Sandbox, wait_until

from .album import Album


def outcomes(stack, new_page, album: Album):
    """One loan, paid in every way a payment can go."""
    sandbox = Sandbox(stack)
    sandbox.lender(rule="approve", seconds=1)
    customer = QuickCustomer(stack, new_page())
    customer.be_funded(tour="kazan")
    customer.open_loan()
    page = customer.page

    # PayU thinks for a while
    sandbox.fault("payu", "authorize", "slow", seconds=8)
    customer.go_to_payu()
    customer.await_heading("Открываем страницу оплаты")
    album.keep(page, "payment-opening")
    customer.await_payu()
    page.locator("button[value=leave]").click()
    customer.await_heading("Оплата не завершена")
    album.keep(page, "payment-open")
    page.goto(customer.loan_page())
    album.keep(page, "loan-payment-open")
    page.goto(f"{customer.loan_page()}/pay")
    album.keep(page, "pay-begun")
    page.locator("input[name=what][value=other]").check()
    page.locator("input[name=amount]").fill("100.555")
    customer.button("Перейти к оплате")
    album.keep(page, "pay-error")

    # the bank says no
    page.goto(customer.loan_page())
    customer.go_to_payu()
    customer.await_payu()
    page.locator("button[value=decline]").click()
    page.locator("button[value=leave]").click()
    customer.await_heading("Оплата не прошла")
    album.keep(page, "payment-declined")
    dropped = customer.payment()
    page.get_by_text("Другая сумма или способ").click()
    customer.button("Отказаться от этой оплаты")

    # PayU is silent, then tells
    sandbox.post("payu", "settings", notice="never")
    sandbox.fault("payu", "status", "drop_before", times=None)
    customer.choose_sum("other", "1500")
    customer.press_pay()
    customer.await_payu()
    page.locator("button[value=pay]").click()
    customer.await_heading("Оплата обрабатывается")
    album.keep(page, "payment-processing")
    sandbox.calm()
    sandbox.post("payu", f"payments/{customer.payment()}", action="notice")
    customer.await_heading("Оплата получена")
    album.keep(page, "payment-paid")

    # what he gave up is paid all the same
    sandbox.post("payu", f"payments/{dropped}", action="pay")

    def told():
        page.goto(customer.loan_page())
        return page.locator(".tl-surplus").count()

    wait_until(told, 60)
    album.keep(page, "loan-surplus")
