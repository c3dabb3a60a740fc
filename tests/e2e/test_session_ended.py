"""The session ends while a page is open: everybody is led to his own login, and back."""

import re

import pytest
from playwright.sync_api import expect

from scripts import odoo

from .quick import QuickCustomer
from .story import PATIENCE, PHONE_SIZE, Borrower, wait_until
from .test_staff import log_in

STORED = 42  # of a session's id: the part that stays when Odoo renews it
LOGIN = re.compile(r"/tour_loan/login\?next=%2Fmy%2F")


def end_session(page):
    """End it at the server: the browser knows nothing and goes on sending its cookie."""
    for cookie in page.context.cookies():
        if cookie["name"] == "session_id":
            for file in (odoo.DATA / "sessions").rglob(f"{cookie['value'][:STORED]}*"):
                file.unlink(missing_ok=True)


def come_back(borrower: Borrower, born="14.05.1990"):
    page = borrower.page
    page.locator("#phone").fill(borrower.phone)
    page.locator("#birth_date").fill(born)
    borrower.ask_code()
    borrower.type_code()


def test_a_form_that_was_open_is_led_to_the_login_and_back(borrower):
    borrower.order()
    borrower.buy_on_credit()
    borrower.confirm_documents()
    page, address = borrower.page, borrower.page.url
    page.locator("#birth_place").fill("гор. Тверь")
    end_session(page)
    borrower.button("Продолжить")
    expect(page).to_have_url(LOGIN)
    expect(page.locator(".tl-notice")).to_contain_text("не отправлено")
    come_back(borrower)
    expect(page).to_have_url(address)


def test_pages_that_ask_by_themselves_lead_to_the_login(stack, page):
    customer = QuickCustomer(stack, page)
    customer.be_funded(tour="kazan")
    customer.open_loan()
    end_session(page)  # the loan's page asks whether anything has moved
    expect(page).to_have_url(LOGIN)


def test_odoos_payment_form_says_in_russian_that_the_session_is_over(stack, chromium):
    # not the watched browser: Odoo's form shows the error and throws it once more
    context = chromium.new_context(viewport=PHONE_SIZE, locale="ru-RU")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    customer = QuickCustomer(stack, page)
    customer.be_funded(tour="kazan")
    customer.open_loan()  # with a schedule to pay by
    customer.go(f"{customer.loan_page()}/pay")
    customer.choose_sum("next")
    page.get_by_text("Карта", exact=True).click()
    end_session(page)
    page.locator("button[name=o_payment_submit_button]").click()
    told = page.locator(".o_notification, .modal").first
    expect(told).to_contain_text("ничего не оплачено")
    page.reload()
    expect(page).to_have_url(LOGIN)
    context.close()


def test_a_page_that_waits_for_a_code_leads_to_the_login(borrower, sandbox):
    borrower.order()
    borrower.buy_on_credit()
    borrower.confirm_documents()
    borrower.fill_passport()
    borrower.fill_address()
    borrower.fill_work()
    borrower.accept_documents()
    borrower.ask_code()
    end_session(borrower.page)
    expect(borrower.page).to_have_url(LOGIN)


@pytest.mark.parametrize("menu", ["Заявки", "Заёмщики"])
def test_staff_are_led_to_their_login_and_back(stack, chromium, menu):
    context = chromium.new_context(locale="ru-RU", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    log_in(page, stack.url(), "operator")
    entry = page.locator(".o_menu_sections").get_by_text(menu, exact=True)
    dialog = page.locator(".modal:not(.o_inactive_modal)")  # one more for each click
    entry.wait_for()

    def told():
        # a request under way may have written the session once more
        end_session(page)
        if not dialog.count():
            entry.dispatch_event("click")
        return dialog.count()

    wait_until(told, every=1)
    expect(dialog).to_contain_text("истек")
    dialog.locator("button.btn-primary").click()

    def at_the_login():
        end_session(page)
        context.clear_cookies(name="session_id")
        page.goto(f"{stack.url()}/odoo")
        return "/web/login" in page.url

    page.close()
    page = context.new_page()
    wait_until(at_the_login)
    log_in(page, stack.url(), "operator")
    expect(page.locator(".o_menu_sections")).to_contain_text(menu)
    context.close()
