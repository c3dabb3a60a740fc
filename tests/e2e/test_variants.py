"""What an agency, a lender or a borrower may do beside the straight road.

Each story ends with the same questions: what does the borrower see, which SMS came, in
what order was the agency told, what stands in the lender's books.
"""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from . import outcome
from .quick import APPROVED, QuickCustomer
from .story import hurry, wait_until

WITH_THE_LENDER = "Заявка у кредитора"
CANCELLED = "Заявка отменена"
ASK_AGENCY = "Об авансе спросите турагентство"
TO_APPROVED = ["filling", "submitted", "approved"]
PAID = ["committed", "funded"]


@pytest.fixture
def customer(stack, page):
    return QuickCustomer(stack, page)


def money(figure: dict) -> Decimal:
    return Decimal(figure["amount"])


def shown(amount) -> str:
    """Return a sum as pages and SMS write it: «24 300,00», no-break space inside."""
    return f"{Decimal(amount):,.2f}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


# --- approval for less ---


def test_an_approval_for_less_is_topped_up_signed_and_paid(customer, sandbox):
    sandbox.lender(share=60)
    customer.be_approved(tour="kazan")
    customer.sees("нужно добавить к авансу")
    expect(customer.page.get_by_role("link", name="Перейти к подписанию")).to_have_count(0)
    order = outcome.check(customer, "approved")
    offer = order["application"]["offer"]
    news = customer.last_news()
    assert shown(money(offer["amount"])) in news and shown(money(offer["shortfall"])) in news
    customer.sees(shown(money(offer["shortfall"])))

    topped_up = Decimal(order["advance"]) + money(offer["shortfall"])
    customer.call("change", advance=str(topped_up))
    expect(customer.page.get_by_role("link", name="Перейти к подписанию")).to_be_visible()
    assert "можно подписать" in customer.last_news()
    customer.sign()
    customer.be_booked()
    customer.await_status("funded")
    order = outcome.check(customer, "funded")
    assert outcome.told(customer) == [*TO_APPROVED, "approved", "signed", "ready", *PAID]
    assert money(order["application"]["payout"]["amount"]) == money(offer["amount"])
    assert Decimal(customer.contract()["Сумма"]) == money(offer["amount"])
    assert Decimal(customer.lender_says()["body"]["Тур"]["Аванс"]) == topped_up


def test_an_approval_for_less_that_the_agency_cancels(customer, sandbox):
    sandbox.lender(share=60)
    customer.be_approved(tour="kazan")
    customer.call("cancel", reason="Клиент не доплатил")
    customer.await_heading(CANCELLED)
    customer.sees("Турагентство отменило заказ")
    customer.sees(ASK_AGENCY)
    order = outcome.check(customer, "cancelled")
    assert order["application"]["decline_code"] == "agency"
    assert outcome.told(customer) == [*TO_APPROVED, "cancelled"]
    assert ASK_AGENCY in customer.last_news()
    assert customer.lender_says()["status"] == "Отказ клиента"


# --- another price ---


def test_a_dearer_tour_is_decided_and_accepted_anew(customer, sandbox):
    """The change meets him with the code for the old terms in his hand."""
    customer.be_approved(tour="antalya", advance="20000.00")
    sandbox.lender(rule="off")
    customer.go_to_sign()
    customer.ask_code()
    dearer = Decimal(sandbox.order(customer.order_number)["price"]) + 10_000
    loan = money(customer.call("change", price=str(dearer))["amount"])
    customer.type_code()
    customer.await_heading(WITH_THE_LENDER)
    customer.sees("Заказ изменился")
    customer.sees(shown(loan))
    news = customer.last_news()
    assert "заново" in news and shown(loan) in news
    assert outcome.check(customer, "submitted")["application"]["status"] == "submitted"

    sandbox.post("moyamfo", "decide", uid=customer.lender_says()["uid"], decision="approve")
    customer.await_heading(APPROVED)
    assert "одобрен" in customer.last_news()
    customer.let_a_minute_pass()
    customer.sign()
    customer.await_status("signed")
    outcome.check(customer, "signed")
    assert outcome.told(customer) == [*TO_APPROVED, "submitted", "approved", "signed"]
    assert Decimal(customer.lender_says()["signature"]["Сумма"]) == loan


def test_a_cheaper_tour_needs_no_new_decision(customer, sandbox):
    customer.be_approved(tour="antalya")
    sandbox.lender(rule="off")  # whoever asked the lender again would wait for ever
    cheaper = Decimal(sandbox.order(customer.order_number)["price"]) - 10_000
    answer = customer.call("change", price=str(cheaper))
    assert answer["status"] == "approved"
    loan = money(answer["amount"])
    expect(customer.page.locator(".tl-status")).to_contain_text(shown(loan))
    customer.sign()
    outcome.check(customer, "signed")
    assert outcome.told(customer) == [*TO_APPROVED, "approved", "approved", "signed"]
    assert [("одобрен" in text) for text in outcome.texts(customer)] == [True, True, False]
    assert Decimal(customer.lender_says()["signature"]["Сумма"]) == loan
    assert Decimal(customer.contract()["Сумма"]) == loan


# --- the question before the signature ---


def plan(customer, **answer):
    """Set what the travel site answers when it is asked."""
    customer.sandbox.post("travel", f"orders/{customer.order_number}/actualize", **answer)


def test_a_tour_that_is_gone_is_not_signed_for(customer, sandbox):
    customer.be_approved(tour="antalya")
    plan(customer, available=False)
    customer.go_to_sign()
    seen = len(sandbox.sms(customer.phone))
    customer.button("Получить код")
    customer.await_heading(CANCELLED)
    customer.sees("Тур больше не доступен")
    customer.sees(ASK_AGENCY)
    order = outcome.check(customer, "cancelled")
    assert order["application"]["decline_code"] == "agency"
    assert outcome.told(customer) == [*TO_APPROVED, "cancelled"]
    came = sandbox.sms(customer.phone)[seen:]
    assert [bool(sms["code"]) for sms in came] == [False], "no code for what is gone"
    assert "больше не доступен" in came[0]["text"]
    assert customer.lender_says()["status"] == "Отказ клиента"
    assert "тур больше не доступен" in lenders_history(customer)


def lenders_history(customer) -> str:
    """Return the page of the application on the lender's desk."""
    desk = customer.page.context.new_page()
    desk.goto(f"{customer.stack.url('moyamfo')}/application/{customer.lender_says()['id']}")
    text = desk.locator("body").inner_text()
    desk.close()
    return text


@pytest.mark.parametrize("more", [5_000, -5_000], ids=["dearer", "cheaper"])
def test_another_price_before_the_signature_is_offered_anew(customer, sandbox, more):
    customer.be_approved(tour="antalya")
    price = Decimal(sandbox.order(customer.order_number)["price"]) + more
    plan(customer, available=True, price=str(price))
    customer.go_to_sign()
    seen = len(sandbox.sms(customer.phone))
    customer.button("Получить код")
    loan = price - Decimal(sandbox.order(customer.order_number)["advance"])
    expect(customer.page.locator(".tl-status")).to_contain_text(shown(loan))
    customer.await_heading(APPROVED)
    outcome.settle(customer.stack)
    assert not any(sms["code"] for sms in sandbox.sms(customer.phone)[seen:])
    customer.sign()
    outcome.check(customer, "signed")
    between = "submitted" if more > 0 else "approved"
    assert outcome.told(customer) == [*TO_APPROVED, between, "approved", "signed"]
    assert Decimal(customer.lender_says()["signature"]["Сумма"]) == loan


# --- refusing and cancelling ---


def test_the_borrower_refuses_in_the_pause(customer):
    customer.be_approved(tour="antalya")
    customer.sign()
    customer.await_heading("Договор подписан")
    customer.page.get_by_text("Заём больше не нужен").click()
    customer.button("Отказаться от займа")
    customer.await_heading(CANCELLED)
    customer.sees("Договор не действует, вы ничего не должны")
    customer.sees(ASK_AGENCY)
    customer.let_the_pause_pass()
    order = outcome.check(customer, "cancelled")
    assert order["application"]["decline_code"] == "borrower"
    assert outcome.told(customer) == [*TO_APPROVED, "signed", "cancelled"]
    assert "вы отказались от займа" in customer.last_news()
    assert customer.book()["error"]["data"]["status"] == "cancelled"
    assert customer.lender_says()["status"] == "Отказ клиента"
    wait_until(lambda: customer.loan()[0] == "annulled")
    assert customer.contract()["Статус"] == "Отменен"


def test_the_agency_cancels_before_it_books(customer):
    customer.be_approved(tour="kazan")
    customer.sign()
    customer.await_status("ready")
    customer.call("cancel", reason="Нет мест")
    customer.await_heading(CANCELLED)
    customer.sees("Турагентство отменило заказ")
    outcome.check(customer, "cancelled")
    assert outcome.told(customer) == [*TO_APPROVED, "signed", "ready", "cancelled"]
    assert ASK_AGENCY in customer.last_news()
    assert customer.lender_says()["status"] == "Отказ клиента"
    assert customer.loan()[0] == "annulled"


@pytest.mark.parametrize("agrees", [True, False], ids=["agrees", "refuses"])
def test_a_cancel_after_the_booking_is_the_lenders_to_decide(customer, sandbox, agrees):
    sandbox.lender(cancels="desk", payout_seconds=-1)
    customer.be_approved(tour="kazan")
    customer.sign()
    customer.be_booked()
    requested = customer.call("cancel", reason="Отель закрылся")
    assert requested["status"] == "committed"
    assert [(r["kind"], r["state"]) for r in requested["requests"]] == [("cancel", "waiting")]
    customer.look_again()
    customer.sees("Турагентство попросило кредитора отменить заказ")
    outcome.settle(customer.stack)
    sandbox.post("moyamfo", "cancel", uid=customer.lender_says()["uid"], agree=agrees)
    state = "cancelled" if agrees else "funded"
    customer.await_status(state)
    customer.look_again()
    order = outcome.check(customer, state)
    (request,) = order["application"]["requests"]
    assert request["state"] == ("accepted" if agrees else "refused")
    # the wish, the lender's word about it, and what follows
    assert outcome.told(customer)[5:] == ["committed", "committed", "committed", state]
    if agrees:
        customer.await_heading(CANCELLED)
        assert order["application"]["decline_code"] == "agency"
        assert ASK_AGENCY in customer.last_news()
        assert customer.loan()[0] == "annulled"
    else:
        customer.await_heading("Тур оплачен")
        assert "тур оплачен" in customer.last_news()
        assert len(outcome.texts(customer)) == 3, (
            "approved, signed, paid: the agency's wish is no news"
        )


# --- the tour's price given back ---


def test_a_part_of_the_tours_price_returned_lowers_the_debt(customer, sandbox):
    customer.be_funded(tour="kazan")
    customer.open_loan()
    before = customer.loan()[1]
    customer.call("tour_refund", amount="10000.00")
    wait_until(lambda: customer.loan()[1] < before, 90)
    order = outcome.check(customer, "funded")
    (request,) = order["application"]["requests"]
    assert (request["state"], money(request["amount"])) == ("accepted", 10_000)
    customer.look_again()
    customer.sees("Вернуло турагентство")
    customer.sees(shown(10_000))
    assert shown(10_000) in customer.last_news()
    state, principal = customer.loan()
    assert (state, principal) == (
        "active",
        Decimal(customer.contract()["Остатки"]["ОсновнойДолг"]),
    )
    refunds = [m for m in sandbox.get("moyamfo", "books")["money"] if m["kind"] == "refund"]
    mine = [m for m in refunds if m["contract_number"] == customer.contract()["Номер"]]
    assert [m["amount"] for m in mine] == ["10000.00"]
    outcome.check_three_books(customer, 0)


def test_the_whole_price_returned_annuls_the_loan(customer):
    customer.be_funded(tour="kazan")
    customer.call("tour_refund")
    customer.await_status("annulled")
    customer.go(customer.home)
    customer.await_heading("Заём аннулирован")
    customer.sees("Платить больше ничего не нужно")
    order = outcome.check(customer, "annulled")
    (request,) = order["application"]["requests"]
    assert (request["state"], money(request["amount"])) == (
        "accepted",
        money(order["application"]["payout"]["amount"]),
    )
    assert outcome.told(customer)[-3:] == ["funded", "funded", "annulled"]
    assert "заём аннулирован" in customer.last_news()
    wait_until(lambda: customer.loan()[0] == "annulled", 90)
    assert customer.contract()["Статус"] == "Аннулирован"


# --- a repayment given back ---


def test_a_repayment_given_back_is_undone_once(customer, sandbox):
    """PayU tells of the refund twice, and MoyaMFO's answer to the reversal gets lost."""
    customer.be_funded(tour="kazan")
    customer.open_loan()
    before = customer.loan()[1]
    customer.pay()
    customer.await_booked(1)
    sandbox.fault("payu", "notice", "duplicate", times=None)
    sandbox.fault("moyamfo", "ReversePayment", "drop_after")
    sandbox.post("payu", f"payments/{customer.payment()}", action="refund")
    customer.await_booked(0)

    def undone():  # MoyaMFO is asked once it can have ended what it did without an answer
        hurry(customer.stack)
        customer.look_again()
        return customer.page.get_by_text("возвращена").count()

    wait_until(undone, 150, every=0.3)
    outcome.check_three_books(customer, 1, given_back=1)
    assert customer.loan()[1] == before
    outcome.check(customer, "funded")


def test_a_chargeback_is_disputed_and_reverses_nothing_by_itself(customer, sandbox, stack):
    """PayU tells of it as a refund with a reason: a person says what becomes of the loan."""
    customer.be_funded(tour="kazan")
    customer.open_loan()
    customer.pay()
    customer.await_booked(1)
    reference, reason = customer.payment(), "Fraudulent transaction"
    sandbox.post("payu", f"payments/{reference}", action="chargeback", reason=reason)

    def disputed():
        return stack.sql(
            "SELECT id FROM payment_transaction WHERE reference = %s AND dispute_reason = %s",
            reference,
            reason,
        )

    wait_until(disputed, 30)
    outcome.settle(stack)
    customer.await_booked(1)
    refunds = stack.sql(
        "SELECT c.id FROM payment_transaction c JOIN payment_transaction p"
        " ON p.id = c.source_transaction_id WHERE p.reference = %s",
        reference,
    )
    assert not refunds
    reversals = stack.sql(
        "SELECT r.id FROM tour_loan_repayment r JOIN payment_transaction t"
        " ON t.id = r.transaction_id"
        " WHERE t.reference = %s AND r.reversal_asked_at IS NOT NULL",
        reference,
    )
    assert not reversals
