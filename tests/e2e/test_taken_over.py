"""A loan of the lender's office: taken over, found by who was never here, and paid."""

import os

from playwright.sync_api import expect

from tests.bench.shell import in_shell

from .story import PHONE_SIZE, Borrower, wait_until

PHONE, BORN = "+79000000001", "01.01.1980"  # of the second contract the sandbox seeds
PORTFOLIO = "prepare_reconcile.py"


def shoot(page, name):
    """Keep a picture of a page, on a phone and on a desk, where one is wanted."""
    if folder := os.environ.get("TOUR_LOAN_SHOTS"):
        for width in (PHONE_SIZE["width"], 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size(PHONE_SIZE)


def test_a_loan_of_the_office_is_found_and_paid_by_its_borrower(stack, page, sandbox):
    sandbox.post("moyamfo", "seed", contracts=3)
    in_shell(stack, PORTFOLIO, {})
    wait_until(
        lambda: (
            stack.sql("SELECT count(*) FROM tour_loan_loan WHERE application_id IS NULL")[0][0] == 3
        )
    )
    borrower = Borrower(stack, page)
    borrower.phone = PHONE
    borrower.go(f"{stack.url()}/tour_loan/login")
    page.locator("[name=phone]").fill(PHONE)
    page.locator("[name=birth_date]").fill(BORN)
    borrower.ask_code()
    borrower.type_code()
    expect(page.get_by_role("heading", name="Мои займы")).to_be_visible()
    shoot(page, "list")
    page.locator(".tl-card-link").click()
    expect(page.locator("h1")).to_contain_text("ТК")
    shoot(page, "loan")
    page.get_by_role("link", name="Оплатить").click()
    expect(page.locator("h1")).to_be_visible()
    shoot(page, "pay")
