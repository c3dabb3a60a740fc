"""The story after the decision: sign, book, be paid, repay."""

import re

from playwright.sync_api import expect

from .story import PATIENCE, Borrower, hurry, wait_until


class Customer(Borrower):
    """A borrower who goes on to sign and to repay."""

    def sign(self):
        """Step 6: the offer, the contract, SMS code 3."""
        self.shoot("approved")
        self.page.get_by_role("link", name="Перейти к подписанию").click()
        expect(self.page).to_have_url(re.compile("/sign$"))
        self.await_documents()
        self.shoot("sign")
        self.accept_documents()
        self.ask_code()
        self.shoot("sign-code")
        self.type_code()
        expect(self.page.locator(".tl-status")).to_be_visible()

    def let_the_pause_pass(self):
        """Move the clock of the cooling-off, not its rule: it ended a minute ago."""
        self.stack.sql(
            "UPDATE tour_loan_application SET cooling_off_until = now() AT TIME ZONE 'utc' "
            "- interval '1 minute' WHERE order_number = %s",
            self.order_number,
        )
        self.stack.sql(
            "UPDATE queue_job SET eta = NULL WHERE method_name = '_end_cooling_off' "
            "AND state = 'pending'"
        )

    def status(self) -> str:
        """Return the status the travel site knows."""
        return self.sandbox.order(self.order_number)["application"]["status"]

    def await_status(self, *statuses: str):
        wait_until(lambda: hurry(self.stack) or self.status() in statuses, 120, every=0.3)

    def book(self, number: str = "БР-1") -> dict:
        return self.sandbox.call(self.order_number, "application.commit", booking_number=number)

    def open_loan(self):
        """Step 8: the loan's page, once the lender's books have started it."""

        def there():
            hurry(self.stack)
            # a page that is just loading itself anew aborts this
            if not self.arrives(f"{self.stack.url()}/my/applications"):
                return False
            link = self.page.locator("a[href*='/my/loans/']").first
            if not link.count():
                return False
            link.click()
            return self.page.get_by_role("link", name="Оплатить").count()

        wait_until(there, 150, every=0.3)
        self.shoot("loan")

    def pay(self, how: str = "pay", what: str = "next"):
        """Pay at PayU's page: ``how`` is pay, decline or leave."""
        self.go_to_payu(what)
        self.await_payu()
        self.shoot("payu")
        self.page.locator(f"button[value={how}]").click()
        if how == "decline":
            # he stays on PayU's page, which lets him try again
            self.page.wait_for_load_state()
        else:
            expect(self.page).to_have_url(re.compile("/my/loans/"), timeout=PATIENCE)

    def await_payu(self):
        expect(self.page).to_have_url(
            re.compile(re.escape(self.stack.url("payu"))), timeout=PATIENCE
        )

    def go_to_payu(self, what: str = "next"):
        """Choose a sum and, unless that leads to an open page, a way to pay."""
        self.page.get_by_role("link", name="Оплатить", exact=True).click()
        self.choose_sum(what)
        if self.page.locator("#o_payment_form").count():
            self.press_pay()

    def choose_sum(self, what: str, typed: str = ""):
        self.page.locator(f"input[name=what][value={what}]").check()
        if typed:
            self.page.locator("input[name=amount]").fill(typed)
        self.shoot("pay")
        self.button("Перейти к оплате")
        self.page.wait_for_load_state("domcontentloaded")

    def press_pay(self, times: int = 1):
        """Choose the card and press the button of Odoo's payment form."""
        self.page.get_by_text("Карта", exact=True).click()
        self.shoot("pay-method")
        submit = self.page.locator("button[name=o_payment_submit_button]")
        expect(submit).to_be_enabled()
        submit.click(click_count=times)

    def loan_page(self) -> str:
        """Return the address of his loan's page."""
        [(uuid,)] = self.stack.sql(
            "SELECT l.uuid FROM tour_loan_loan l JOIN tour_loan_application a "
            "ON a.id = l.application_id WHERE a.order_number = %s",
            self.order_number,
        )
        return f"{self.stack.url()}/my/loans/{uuid}"

    def await_booked(self, count: int):
        """Wait until so many installments are shown as paid on the loan's page."""
        address = self.loan_page()  # the page of a payment shows a schedule too

        def shown():
            hurry(self.stack)
            self.go(address)
            return self.page.locator(".tl-schedule .is-paid").count() == count

        wait_until(shown, 150, every=0.3)
