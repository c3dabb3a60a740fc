"""The whole story by keyboard alone, from the agency's link to PayU's page."""

import re

from playwright.sync_api import expect

from .keyboard import KeyboardCustomer

APPROVED = "Заём одобрен"


def test_the_story_is_played_by_keyboard_alone(stack, page):
    customer = KeyboardCustomer(stack, page)
    customer.apply(tour="kazan")
    customer.await_heading(APPROVED)
    customer.go_to_sign()
    customer.accept_documents()
    customer.ask_code()
    customer.type_code()
    customer.await_status("ready")
    customer.book()
    customer.await_status("funded")
    customer.open_loan()
    customer.go_to_payu()
    expect(page).to_have_url(re.compile(re.escape(stack.url("payu"))))


def test_the_first_tab_of_a_page_offers_its_content(stack, page):
    customer = KeyboardCustomer(stack, page)
    page.goto(f"{stack.url()}/tour_loan/login")
    customer.skip_to_the_content()
    page.keyboard.press("Tab")
    expect(page.locator("#phone")).to_be_focused()


def test_errors_lead_to_their_fields_by_keyboard(stack, page):
    customer = KeyboardCustomer(stack, page)
    customer.order(tour="kazan")
    customer.buy_on_credit()
    customer.confirm_documents()
    customer.fill(last_name="Ivanova", birth_date="31.02.1990")
    customer.button("Продолжить")
    summary = page.locator(".tl-summary")
    expect(summary).to_be_visible()
    assert page.title().startswith("Ошибка: ")
    first = page.locator("[aria-invalid=true]").first
    expect(first).to_be_focused()
    described = page.locator(f"#{first.get_attribute('aria-describedby')}")
    expect(described).to_be_visible()
    links = summary.get_by_role("link")
    assert links.count() == page.locator(".tl-question .tl-error").count() > 1
    last = links.last
    for _step in range(40):  # back up, to where the errors are summed up
        if last.evaluate("(link) => link === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(last.get_attribute("href"))).to_be_focused()
