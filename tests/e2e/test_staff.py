"""The lender's staff in a browser: their first page, their search, their card."""

import re

import pytest
from playwright.sync_api import expect

from .quick import QuickCustomer
from .story import PATIENCE, PHONE_SIZE, wait_until

SIZES = {"phone": PHONE_SIZE, "desktop": {"width": 1280, "height": 800}}


@pytest.fixture
def new_page(chromium):
    """Return a function that opens a page of a browser of its own."""
    contexts, broken = [], []

    def opened(size="phone"):
        context = chromium.new_context(
            viewport=SIZES[size], locale="ru-RU", timezone_id="Asia/Vladivostok"
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(error))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not broken, f"errors of the pages' scripts: {broken}"


def log_in(page, url: str, login: str):
    page.goto(f"{url}/web/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", login)
    page.locator("form.oe_login_form button[type=submit]").click()
    page.wait_for_url("**/odoo**")


def walk(stack, new_page, look=lambda page, name: None):
    """The day of an operator; ``look`` sees each page."""
    customer = QuickCustomer(stack, new_page())
    customer.be_approved()
    number = customer.order_number
    stack.sql(
        "UPDATE tour_loan_sms SET state = 'stuck', last_error = 'код ошибки 8: номер не отвечает' "
        "WHERE id = (SELECT max(id) FROM tour_loan_sms WHERE phone = %s AND state = 'sent')",
        customer.phone,
    )
    page = new_page("desktop")
    log_in(page, stack.url(), "operator")
    row = page.locator(".o_data_row", has_text="номер не отвечает")
    expect(row).to_be_visible()
    expect(row).to_contain_text(number)
    counter = page.locator(".o_tour_loan_attention .badge")
    rows = page.locator(".o_data_row")
    expect(counter).to_have_text(str(rows.count()))
    [(moscow,)] = stack.sql(
        "SELECT to_char(last_attempt_at AT TIME ZONE 'utc' AT TIME ZONE 'Europe/Moscow', 'HH24:MI') "
        "FROM tour_loan_sms WHERE phone = %s AND state = 'stuck'",
        customer.phone,
    )
    expect(row).to_contain_text(moscow)  # wherever the browser thinks it is
    look(page, "home")
    row.locator(".o_data_cell").first.click()
    page.locator(".o_form_view").wait_for()
    expect(page.locator(".o_form_view")).to_contain_text(number)
    look(page, "sms")

    page.goto(f"{stack.url()}/odoo/action-tour_loan.application_action?view_type=list")
    national = customer.phone.removeprefix("+7")
    spoken = f"8 ({national[:3]}) {national[3:6]}-{national[6:8]}-{national[8:]}"
    page.locator(".o_searchview_input").fill(spoken)
    page.keyboard.press("Enter")
    expect(page.locator(".o_searchview_facet")).to_be_visible()
    expect(page.locator(".o_data_row")).to_have_count(1)
    expect(page.locator(".o_data_row")).to_contain_text(number)
    look(page, "search")
    page.locator(".o_data_row .o_data_cell").nth(1).click()
    form = page.locator(".o_form_view")
    form.wait_for()
    expect(page.locator(".o-mail-Chatter-logNote")).to_be_visible()
    expect(page.locator(".o-mail-Chatter-sendMessage")).to_be_hidden()
    editable = page.locator(
        ".o_form_sheet .o_field_widget:not(.o_readonly_modifier) input:not([disabled])"
    )
    names = {
        box.evaluate("box => box.closest('.o_field_widget').getAttribute('name')")
        for box in editable.all()
    }
    assert names == {"identified"}, names
    form.locator("[name=identified] input").check()
    page.locator(".o_form_button_save").click()
    expect(page.locator("[name=history_ids]")).to_contain_text("(operator)")
    expect(page.locator("[name=history_ids]")).to_contain_text("Подтверждено")
    text = page.locator("[name=history_ids]").inner_text()
    assert not re.search(r"\b(create|open|submit|approve|filling|identified)\b", text), text
    look(page, "application")
    see_what_is_masked(stack, page, look)
    for name, title in (("sms", "SMS"), ("documents", "Документы")):
        page.locator(f"button[name=action_open_{name}]").click()
        expect(page.locator(".o_breadcrumb")).to_contain_text(title)
        expect(page.locator(".o_data_row").first).to_be_visible()
        page.go_back()
        form.wait_for()
    page.get_by_role("button", name="Отменить заявку").click()
    dialog = page.locator(".modal")
    expect(dialog).to_contain_text("Отменить заявку?")
    look(page, "cancel")
    dialog.get_by_role("button", name="Отменить заявку").click()
    wait_until(lambda: customer.status() == "cancelled")
    return page


def see_what_is_masked(stack, page, look):
    """Press «Показать…» to its end: a reason, then the passport, and an event of it."""
    form, questionnaire = page.locator(".o_form_view"), page.get_by_role("tab", name="Анкета")
    passport = form.locator("[name=passport_number]")
    questionnaire.click()
    expect(passport).to_contain_text("*")
    assert not re.search(r"\d{6}", passport.inner_text())
    look(page, "masked")
    form.get_by_role("button", name="Показать…").click()
    dialog = page.locator(".modal")
    dialog.get_by_label("Работа по заявке").check()
    look(page, "show")
    dialog.get_by_role("button", name="Показать").click()
    expect(dialog).to_have_count(0)
    questionnaire.click()
    expect(passport).to_have_text(re.compile(r"\d{6}"))
    expect(form).to_contain_text("показаны вам до конца дня")
    look(page, "shown")
    told = "SELECT login, reason FROM tour_loan_event WHERE kind = 'shown' ORDER BY id DESC LIMIT 1"
    assert stack.sql(told) == [("operator", "work")]


def test_an_operator_goes_through_his_day(stack, new_page):
    try:
        page = walk(stack, new_page)
        page.goto(f"{stack.url()}/odoo/action-payu_connector.payment_transaction_action")
        expect(page.locator(".o_list_view, .o_view_nocontent").first).to_be_visible()
        # what the pages ask by themselves is never refused: an auditor reads of people only
        refused = (
            "SELECT door, model FROM tour_loan_event WHERE kind = 'access_refused' AND login = %s"
        )
        assert stack.sql(refused, "operator") == []
    finally:
        # what he leaves standing would keep later tests waiting
        stack.sql("UPDATE tour_loan_sms SET state = 'dropped' WHERE state IN ('stuck', 'pending')")
