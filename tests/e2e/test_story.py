"""The story from the travel site to the lender's decision, as a person plays it."""

import re

import pytest
from playwright.sync_api import expect

from . import outcome
from .story import Borrower

APPROVED = "Заём одобрен"


def test_a_tour_is_bought_on_credit_and_approved(borrower, figure):
    borrower.apply()
    borrower.await_heading(APPROVED)
    order = outcome.check(borrower, "approved")
    assert order["application"]["offer"]["amount"] == order["application"]["amount"]
    assert float(order["application"]["offer"]["shortfall"]["amount"]) == 0
    assert outcome.told(borrower) == ["filling", "submitted", "approved"]
    (news,) = outcome.texts(borrower)
    assert "одобрен" in news and order["application"]["application_id"] in news
    seconds = outcome.seconds_to_agency(borrower, order)
    figure(f"decision known to the agency after {seconds:.2f} s")


def test_every_counterparty_sends_everything_twice(borrower, sandbox, figure):
    """Calls of the agency, pings of MoyaMFO; answers that got lost make Odoo repeat."""
    sandbox.fault("travel", "application.create", "duplicate", times=None)
    sandbox.fault("moyamfo", "ping", "duplicate", times=None)
    sandbox.fault("travel", "callback", "drop_after")
    sandbox.fault("moyamfo", "LoadApplication", "drop_after")
    sandbox.fault("phone", "send", "drop_after")
    borrower.apply()
    borrower.await_heading(APPROVED)
    order = outcome.check(borrower, "approved")
    assert any(callback["duplicate"] for callback in order["callbacks"])
    assert len(outcome.texts(borrower)) == 1
    calls = sandbox.get("travel", "messages", direction="out", operation="application.create")
    assert len([c for c in calls["messages"] if borrower.order_number in c["request_body"]]) == 2
    seconds = outcome.seconds_to_agency(borrower, order)
    figure(f"the same with everything sent twice: {seconds:.2f} s")


def test_messages_overtake_each_other(borrower, sandbox):
    """Pings in the wrong order say nothing worth believing, a lost one is not missed."""
    sandbox.fault("moyamfo", "ping", "drop_before", times=None)
    borrower.apply()
    borrower.await_heading(APPROVED)
    outcome.check(borrower, "approved")


def test_the_lender_declines(borrower, sandbox):
    sandbox.lender(rule="decline")
    borrower.apply()
    borrower.await_heading("Кредитор отказал")
    order = outcome.check(borrower, "declined")
    assert order["application"]["decline_code"] == "lender"
    assert "Скоринг" not in str(order), "the lender's inner reason is nobody's business"
    (news,) = outcome.texts(borrower)
    assert "отказал" in news


def test_a_smaller_approval_waits_for_the_agency(borrower, sandbox):
    sandbox.lender(share=60)
    borrower.apply()
    borrower.await_heading(APPROVED)
    expect(borrower.page.get_by_text("меньше, чем нужно")).to_be_visible()
    expect(borrower.page.get_by_role("link", name="Перейти к подписанию")).to_have_count(0)
    order = outcome.check(borrower, "approved")
    application = order["application"]
    asked, given, short = (
        float(amount["amount"])
        for amount in (
            application["amount"],
            application["offer"]["amount"],
            application["offer"]["shortfall"],
        )
    )
    assert given == asked * 0.6 and short == asked - given
    # the agency lets its customer pay the rest in advance: the offer then suffices
    advance = float(order["advance"]) + short
    answer = sandbox.call(borrower.order_number, "application.change", advance=f"{advance:.2f}")
    assert "result" in answer, answer
    expect(borrower.page.get_by_role("link", name="Перейти к подписанию")).to_be_visible()
    outcome.check(borrower, "approved")


def test_more_data_is_wanted_given_and_approved(borrower, sandbox):
    sandbox.lender(rule="needs", needs="Работа")
    borrower.apply()
    expect(borrower.page).to_have_url(re.compile("/work$"))
    expect(borrower.page.locator(".tl-notice")).to_contain_text("Работа")
    order = outcome.check(borrower, "needs_data")
    assert order["application"]["needs"] == ["employment"]
    assert "Работа" in borrower.sandbox.sms(borrower.phone)[-1]["text"]
    sandbox.lender(rule="approve")
    borrower.button("Продолжить")  # the same once more is no answer
    expect(borrower.page.locator("[aria-invalid=true]")).to_have_count(1)
    borrower.fill(income="120000")
    borrower.button("Продолжить")
    borrower.sign_questionnaire()
    borrower.await_heading(APPROVED)
    order = outcome.check(borrower, "approved")
    assert outcome.told(borrower) == [
        *("filling", "submitted", "needs_data", "submitted", "approved"),
    ]
    (theirs,) = sandbox.in_books(order["application"]["application_id"])
    assert float(theirs["body"]["Клиент"]["Доход"]) == 120_000


def test_five_wrong_codes_end_a_code_and_a_new_one_is_sent(borrower, sandbox):
    page = borrower.page
    page.clock.install()
    borrower.order()
    borrower.buy_on_credit()
    borrower.accept_documents()
    borrower.ask_code()
    right = sandbox.code(borrower.phone)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1):
        borrower.type_code(wrong)
        expect(page.locator(".tl-code-news")).to_contain_text(f"Осталось попыток: {left}")
    borrower.type_code(wrong)
    expect(page.locator(".tl-code-news")).to_contain_text("пять раз")
    borrower.type_code(right)
    expect(page).to_have_url(re.compile("/documents$"))
    expect(page.locator(".tl-code-news")).to_contain_text("пять раз")
    resend = page.get_by_role("button", name="Отправить новый код")
    expect(resend).to_be_disabled()
    expect(page.locator(".tl-countdown")).to_be_visible()
    # a minute passes: in the browser by its clock, on the server by the code's birth
    borrower.stack.sql(
        "UPDATE tour_loan_code SET create_date = create_date - interval '1 minute' "
        "WHERE phone = %s",
        borrower.phone,
    )
    page.clock.run_for(61_000)
    expect(page.locator(".tl-countdown")).to_be_hidden()
    borrower.ask_code("Отправить новый код")
    borrower.type_code()
    expect(page).to_have_url(re.compile("/passport$"))
    outcome.check(borrower, "filling", submitted=False)
    tries = borrower.stack.sql(
        'SELECT code_id, count(*), bool_or("right") FROM tour_loan_code_attempt a '
        "JOIN tour_loan_code c ON c.id = a.code_id WHERE c.phone = %s GROUP BY code_id ORDER BY 1",
        borrower.phone,
    )
    assert [(count, right) for _code, count, right in tries] == [(5, False), (1, True)]


def test_the_borrower_changes_his_mind(borrower, sandbox):
    sandbox.lender(rule="off")
    borrower.apply()
    borrower.page.get_by_text("Заём больше не нужен").click()
    borrower.button("Отменить заявку")
    borrower.await_heading("Заявка отменена")
    order = outcome.check(borrower, "cancelled")
    assert order["application"]["decline_code"] == "borrower"
    (theirs,) = sandbox.in_books(order["application"]["application_id"])
    assert theirs["status"] == "Отказ клиента"
    # an order whose application ended without money may be bought on credit anew
    answer = sandbox.call(borrower.order_number, "application.create")["result"]
    assert answer["application_id"] != order["application"]["application_id"]


@pytest.mark.parametrize(("code", "name"), [("slon", "Слон Тур"), ("parus", "Парус")])
def test_every_page_bears_the_brand_of_its_agency(stack, page, code, name):
    borrower = Borrower(stack, page)
    borrower.order(agency=code)
    borrower.buy_on_credit()
    (accent,) = stack.sql("SELECT color_accent FROM tour_loan_agency WHERE code = %s", code)[0]
    logo = page.locator(".tl-brand img")
    expect(logo).to_have_attribute("alt", name)
    expect(page.locator(".tl-picture")).to_be_visible()
    for picture in (logo, page.locator(".tl-picture")):
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    shown = page.evaluate("getComputedStyle(document.body).getPropertyValue('--tl-accent').trim()")
    assert shown == accent
    borrower.confirm_documents()
    expect(logo).to_have_attribute("alt", name)
    expect(page).to_have_title(re.compile(f" – {re.escape(name)}$"))
    order = outcome.check(borrower, "filling", submitted=False)
    assert order["agency"] == code
