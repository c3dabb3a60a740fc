"""What may become of a payment, and how the borrower is told."""

from tests.e2e import outcome
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
    sandbox.fault("payu", "authorize", "slow", seconds=15)
    customer.go_to_payu()
    customer.await_heading("Открываем страницу оплаты")
    album.keep(page, "payment-opening")
    customer.await_payu()
    page.locator("button[value=leave]").click()
    customer.await_heading("Оплата не завершена")
    album.keep(page, "payment-open")
    customer.go(customer.loan_page())
    album.keep(page, "loan-payment-open")
    customer.go(f"{customer.loan_page()}/pay")
    album.keep(page, "pay-begun")
    page.locator("input[name=what][value=other]").check()
    page.locator("input[name=amount]").fill("100.555")
    customer.button("Перейти к оплате")
    album.keep(page, "pay-error")

    # the bank says no
    customer.go(customer.loan_page())
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
    customer.go(f"{customer.loan_page()}/payment/{dropped}")
    ends(stack, customer, album)


def ends(stack, customer, album: Album):
    """What is left: pages that never opened, money that went back, what nobody understands."""
    sandbox, page = Sandbox(stack), customer.page
    given_up = begun(customer)
    page.get_by_text("Другая сумма или способ").click()
    customer.button("Отказаться от этой оплаты")
    customer.go(f"{customer.loan_page()}/payment/{given_up}")
    customer.await_heading("Оплата не состоялась")
    album.keep(page, "payment-not-paid")

    sandbox.fault("payu", "authorize", "500", times=None)
    customer.go(f"{customer.loan_page()}/pay")
    customer.choose_sum("other", "500")
    customer.press_pay()
    customer.await_heading("Страница оплаты не открылась")
    album.keep(page, "payment-not-opened")
    sandbox.calm()

    late = begun(customer)
    stack.sql(
        "UPDATE payment_transaction SET payu_ru_page_expires_at = "
        "now() AT TIME ZONE 'utc' - interval '1 minute' WHERE reference = %s",
        late,
    )
    customer.go(f"{customer.loan_page()}/payment/{late}")
    customer.await_heading("Выясняем, прошла ли оплата")
    album.keep(page, "payment-unknown")
    stack.sql(
        "UPDATE payment_transaction SET payu_ru_attention = 'a test' WHERE reference = %s", late
    )
    customer.await_heading("Оплату проверяют сотрудники")
    album.keep(page, "payment-checking")
    stack.sql(
        "UPDATE payment_transaction SET state = 'cancel', payu_ru_attention = NULL, "
        "tour_loan_under_way = false WHERE reference = %s",
        late,
    )

    paid = begun(customer, "pay")
    customer.await_heading("Оплата получена")
    outcome.settle(stack)
    sandbox.post("payu", f"payments/{paid}", action="chargeback", reason="Fraudulent transaction")
    customer.go(customer.loan_page())
    customer.await_text("оспорена")
    album.keep(page, "loan-disputed")
    paid = begun(customer, "pay")
    customer.await_heading("Оплата получена")
    outcome.settle(stack)
    sandbox.post("payu", f"payments/{paid}", action="refund")
    address = f"{customer.loan_page()}/payment/{paid}"  # a page of what is paid asks no more
    back = page.get_by_role("heading", name="Оплата возвращена")
    wait_until(lambda: customer.arrives(address) and back.count())
    album.keep(page, "payment-given-back")


def begun(customer, how="leave") -> str:
    """Begin to pay, and do that at PayU's page; return the payment's reference."""
    customer.go(f"{customer.loan_page()}/pay")
    customer.choose_sum("other", "600")
    customer.press_pay()
    customer.await_payu()
    customer.page.locator(f"button[value={how}]").click()
    if how == "leave":
        customer.await_heading("Оплата не завершена")
    return customer.payment()
