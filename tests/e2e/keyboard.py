"""A person without a mouse: Tab, Space, Enter, arrows and letters, nothing else."""

import re

from playwright.sync_api import Locator, expect

from .second_half import Customer

MOST_TABS = 120
IS_HERE = "(element) => element === document.activeElement"


class KeyboardCustomer(Customer):
    """Does with keys what ``Customer`` does by clicks."""

    def reach(self, target: Locator):
        """Press Tab until ``target`` has the focus; it must be seen there."""
        target.wait_for(state="attached")
        for _tab in range(MOST_TABS):
            if target.evaluate(IS_HERE):
                expect(target).to_be_in_viewport()
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by Tab to {target}")

    def press(self, target: Locator, key: str = "Enter"):
        self.reach(target)
        self.page.keyboard.press(key)

    def button(self, name: str):
        self.press(self.page.get_by_role("button", name=name))

    def link(self, name: str):
        self.press(self.page.get_by_role("link", name=name))

    def skip_to_the_content(self):
        """The first Tab of a page offers to pass by its head."""
        self.page.keyboard.press("Tab")
        skip = self.page.locator(".tl-skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("main")).to_be_focused()

    def buy_on_credit(self):
        self.sandbox.call(self.order_number, "application.create")
        self.page.goto(self.sandbox.order(self.order_number)["redirect_url"])
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/documents$"))

    def accept_documents(self):
        self.await_documents()
        for tick in self.page.locator(".tl-documents input[type=checkbox]").all():
            self.press(tick, "Space")
            expect(tick).to_be_checked()

    def type_code(self, code: str | None = None):
        code = code or self.sandbox.code(self.phone, self.sms_seen)
        expect(self.page.locator("#code")).to_be_focused()  # by itself
        with self.page.expect_navigation():
            self.page.keyboard.type(code)

    def fill(self, **answers):
        for name, text in answers.items():
            field = self.page.locator(f"[name={name}]")
            self.reach(field)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)

    def fill_passport(self):
        self.fill(
            **self.name,
            birth_date="14031990",
            birth_place="гор. Москва",
            passport_series="4511",
            passport_number="123456",
            passport_issued_on="20042011",
            passport_division_code="770001",
        )
        self.press(self.page.locator(".tl-issuer").first)
        expect(self.page.locator("[name=passport_issued_by]")).not_to_have_value("")
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/address$"))

    def fill_work(self):
        self.reach(self.page.locator("[name=employment]"))
        self.page.keyboard.press("ArrowDown")
        self.fill(employer_name="ООО «Ромашка»", position="бухгалтер", income="95000")
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/review$"))

    def go_to_sign(self):
        self.link("Перейти к подписанию")
        expect(self.page).to_have_url(re.compile("/sign$"))

    def go_to_payu(self, what: str = "next"):
        self.link("Оплатить")
        choice = self.page.locator(f"input[name=what][value={what}]")
        # radios are one stop: in by Tab, among them by arrows, chosen by Space
        self.reach(self.page.locator("input[name=what]:checked, input[name=what]").first)
        while not choice.evaluate(IS_HERE):
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        self.button("Перейти к оплате")
        method = self.page.locator("input[name=o_payment_radio]").first
        self.press(method, "Space")
        self.press(self.page.locator("button[name=o_payment_submit_button]"))
