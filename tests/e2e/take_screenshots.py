"""``make screenshots``: play the story once and keep a picture of every page."""

import shutil

from playwright.sync_api import sync_playwright

from scripts import system_packages
from scripts.places import ROOT
from scripts.stack import Stack

from .conftest import CHROMIUM_OPTIONS
from .second_half import Customer
from .story import DESKTOP_SIZE, PATIENCE, PHONE_SIZE

FOLDER = ROOT / "docs" / "screenshots"
STAFF_PAGES = {
    "30-staff-applications": "tour_loan.application_action",
    "31-staff-agencies": "tour_loan.agency_action",
    "32-staff-callbacks": "tour_loan.callback_action",
    "33-staff-loans": "tour_loan.loan_action",
    "34-staff-repayments": "tour_loan.repayment_action",
    "35-staff-settlements": "tour_loan.settlement_action",
    "36-staff-moyamfo": "moyamfo_sync.moyamfo_message_action",
}


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with Stack("screenshots") as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_packages.browser(), args=CHROMIUM_OPTIONS
        )
        customer = Customer(stack, page(browser, PHONE_SIZE), FOLDER)
        borrower_pages(customer)
        other_brand(stack, browser)
        counterparties(stack, browser, customer)
        staff_pages(stack, browser)
        browser.close()


def page(browser, size):
    context = browser.new_context(viewport=size, locale="ru-RU")
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def borrower_pages(customer: Customer) -> None:
    customer.apply(tour="antalya")
    customer.await_heading("Заём одобрен")
    customer.sign()
    customer.await_status("signed")
    customer.shoot("12-signed")
    customer.let_the_pause_pass()
    customer.book()
    customer.await_status("funded")
    customer.page.reload()
    customer.shoot("13-funded")
    customer.open_loan()
    customer.pay()
    customer.await_booked(1)
    customer.shoot("18-repaid")


def other_brand(stack, browser) -> None:
    """The same first page for the second agency."""
    other = Customer(stack, page(browser, PHONE_SIZE))
    other.order(agency="parus")
    other.buy_on_credit()
    other.shots = FOLDER
    other.shoot("19-other-brand")


def counterparties(stack, browser, customer: Customer) -> None:
    desk = page(browser, DESKTOP_SIZE)
    for name, address in {
        "20-travel-order": f"{stack.url('travel')}/orders/{customer.order_number}",
        "21-moyamfo-desk": stack.url("moyamfo"),
        "22-phone": f"{stack.url('phone')}/?phone={customer.phone.replace('+', '%2B')}",
        "23-payu-cabinet": stack.url("payu"),
    }.items():
        desk.goto(address)
        desk.screenshot(path=FOLDER / f"{name}-desktop.png")


def staff_pages(stack, browser) -> None:
    staff = page(browser, DESKTOP_SIZE)
    staff.goto(f"{stack.url()}/web/login")
    staff.fill("[name=login]", "manager")
    staff.fill("[name=password]", "manager")
    staff.locator("form.oe_login_form button[type=submit]").click()
    staff.wait_for_url("**/odoo**")
    for name, action in STAFF_PAGES.items():
        staff.goto(f"{stack.url()}/odoo/action-{action}")
        staff.locator(".o_view_controller").wait_for()
        staff.wait_for_timeout(1500)
        staff.screenshot(path=FOLDER / f"{name}-desktop.png")
    staff.goto(f"{stack.url()}/odoo/action-tour_loan.application_action")
    staff.locator(".o_kanban_record:not(.o_kanban_ghost)").first.click()
    staff.locator(".o_form_view").wait_for()
    staff.wait_for_timeout(1500)
    staff.screenshot(path=FOLDER / "37-staff-application-desktop.png", full_page=True)


if __name__ == "__main__":
    main()
