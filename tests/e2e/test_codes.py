"""Codes at a real screen: what the page says by itself, and what no log says."""

import re

from playwright.sync_api import expect


def no_code_link(page):
    return page.get_by_role("link", name="Код не приходит?")


def test_a_refused_sms_is_said_by_the_page_itself_with_what_to_do(borrower, sandbox):
    borrower.order()
    borrower.buy_on_credit()
    borrower.accept_documents()
    sandbox.post("phone", "gateway", error_code=7)
    borrower.ask_code()
    news = borrower.page.locator(".tl-code-news")
    expect(news).to_contain_text("Оператор не принял нашу SMS")
    no_code_link(borrower.page).click()
    for heading in ("Вы говорите по телефону", "Вы запретили массовые SMS", "Это другой номер"):
        expect(borrower.page.get_by_role("heading", name=heading)).to_be_visible()
    sandbox.post("phone", "gateway", error_code=None)
    borrower.page.get_by_role("link", name="Назад к коду").click()
    borrower.page.get_by_role("link", name="Другой номер").click()
    borrower.accept_documents()
    borrower.phone = borrower.phone[:-4] + f"{(int(borrower.phone[-4:]) + 1) % 10**4:04}"
    borrower.page.locator("#phone").fill(borrower.phone)
    borrower.ask_code()
    borrower.type_code()
    expect(borrower.page).to_have_url(re.compile("/passport$"))


def test_a_login_says_that_the_gateway_is_away_whoever_asks(stack, sandbox, page):
    sandbox.post("phone", "gateway", error_code=3)
    page.goto(f"{stack.url()}/tour_loan/login")
    page.locator("#phone").fill("+7 903 000-00-01")
    page.get_by_role("button", name="Получить код").click()
    expect(page.locator(".tl-code-news")).to_contain_text("SMS пока не отправлена")


def test_odoos_log_tells_no_phone_of_anybody(borrower, sandbox, stack):
    borrower.order()
    borrower.buy_on_credit()
    borrower.confirm_documents()
    home = borrower.page.url
    borrower.page.context.clear_cookies()
    borrower.page.goto(home)
    borrower.page.locator("#phone").fill(borrower.phone)
    borrower.page.locator("#birth_date").fill("14.05.1990")  # the travel site's customer's
    borrower.ask_code()
    borrower.type_code()
    expect(borrower.page).to_have_url(re.compile("/passport$"))
    log = stack.log_path.read_text(errors="replace")
    assert "Login successful for login:borrower-" in log
    phones = {message["phone"] for message in sandbox.get("phone", "sms")["messages"]}
    assert borrower.phone in phones
    assert not [phone for phone in phones if phone[2:] in log]
