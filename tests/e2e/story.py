"""The story as a person plays it: a borrower with a phone, in a real browser.

Everything here goes through pages; the only looks behind them are the sandbox's JSON
(what came to the phone, what stands in the books).
"""

import itertools
import re
import time

import requests
from playwright.sync_api import Error, Page, expect

PHONE_SIZE = {"width": 390, "height": 844}
DESKTOP_SIZE = {"width": 1280, "height": 900}
# A page may wait for a job, a decision and the poll that shows it.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


# a step that spreads them: codes and masks show first and last digits
_phones = (1_000_000 + number * 7_919_993 % 9_000_000 for number in itertools.count(1))


def new_phone() -> str:
    """Return a Russian mobile number nobody used before, E.164."""
    return f"+7916{next(_phones)}"


def wait_until(question, seconds: float = 90, every: float = 0.2):
    """Return the first truthy answer; fail with the last one after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(every)
    return answer


def hurry(stack) -> bool:
    """Let messages that wait for their next attempt try it now; return False.

    Moves their clock, not the rule: 5, 30 or 45 seconds of waiting prove nothing. Only for
    when everybody is there again and has done what he was asked, answered or not.
    """
    stack.sql(
        "UPDATE queue_job SET eta = NULL WHERE state = 'pending' AND method_name = '_deliver' "
        "AND eta > now() AT TIME ZONE 'utc'"
    )
    return False


class Sandbox:
    """The counterparties' JSON."""

    def __init__(self, stack):
        self.stack = stack

    def get(self, server: str, path: str, **params):
        answer = requests.get(
            f"{self.stack.url(server)}/_control/{path}", params=params, timeout=40
        )
        answer.raise_for_status()
        return answer.json()

    def post(self, server: str, path: str, **values):
        answer = requests.post(f"{self.stack.url(server)}/_control/{path}", json=values, timeout=40)
        answer.raise_for_status()
        return answer.json()

    def fault(self, server: str, operation: str, kind: str, times: int = 1, seconds: float = 10):
        """Let something go wrong; see ``tests/sandbox/README.md`` for the kinds."""
        self.post(server, "faults", operation=operation, kind=kind, times=times, seconds=seconds)

    def lender(self, **settings):
        """Set how MoyaMFO decides; see ``moyamfo_books.SETTINGS``."""
        self.post("moyamfo", "settings", **settings)

    def calm(self):
        """Everything goes well again and the lender approves after a second."""
        for server in ("travel", "moyamfo", "payu", "phone"):
            for fault in self.get(server, "faults")["faults"]:
                self.post(server, "faults", operation=fault["operation"], kind=None)
        self.lender(
            **dict(rule="approve", seconds=1, share=100, payout_seconds=1),
            **dict(cancels="at once", ping=True, repeats=True),
            **dict(refuse_cancel=False, refuse_refund=False),
        )
        self.post("payu", "settings", notice="before", refund_seconds=1)
        self.post("phone", "gateway", error_code=None)

    def order(self, number: str) -> dict:
        return self.get("travel", f"orders/{number}")

    def call(self, number: str, method: str, **form) -> dict:
        """Let the agency's manager call ``method`` about an order."""
        return self.post("travel", f"orders/{number}/call", method=method, **form)

    def in_books(self, uid: str) -> list[dict]:
        """Return MoyaMFO's applications with this id: one at most, if all is well."""
        applications = self.get("moyamfo", "books")["applications"]
        return [application for application in applications if application["uid"] == uid]

    def sms(self, phone: str) -> list[dict]:
        """Return what came to ``phone``, oldest first."""
        return self.get("phone", "sms", phone=phone)["messages"][::-1]

    def last_sms_id(self, phone: str) -> int:
        messages = self.sms(phone)
        return messages[-1]["id"] if messages else 0

    def code(self, phone: str, after: int = 0) -> str:
        """Return the code of the next SMS to ``phone`` with an id above ``after``."""

        def come():
            hurry(self.stack)
            messages = self.get("phone", "sms", phone=phone, after=after, wait=1)["messages"]
            return [message["code"] for message in messages if message["code"]]

        return wait_until(come, 90)[0]


class Borrower:
    """One person at one browser page."""

    name = {"last_name": "Иванова", "first_name": "Мария", "middle_name": "Петровна"}

    def __init__(self, stack, page: Page, shots=None):
        self.stack, self.page, self.sandbox = stack, page, Sandbox(stack)
        self.phone = new_phone()
        self.order_number = ""
        self.shots = shots
        self.sms_seen = 0

    def shoot(self, name: str):
        """Keep a picture of the page if somebody collects them (``tests/screenshots``)."""
        if self.shots:
            self.shots.keep(self.page, name)

    # --- at the travel site ---

    def order(self, **values) -> str:
        """Order a tour and pay the advance (the travel site's own pages have tests)."""
        order = self.sandbox.post("travel", "orders", phone=self.phone, **values)
        self.order_number = order["number"]
        return self.order_number

    def buy_on_credit(self):
        self.page.goto(f"{self.stack.url('travel')}/orders/{self.order_number}")
        self.shoot("travel-order")
        self.page.get_by_role("button", name="Купить в кредит").first.click()
        expect(self.page).to_have_url(re.compile("/tour_loan/start/"))
        self.shoot("start")
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/documents$"))

    # --- codes ---

    def ask_code(self, name="Получить код"):
        self.sms_seen = self.sandbox.last_sms_id(self.phone)
        self.button(name)
        expect(self.page.locator("#code")).to_be_visible()

    def type_code(self, code: str | None = None):
        """Type the code that came; six digits send the form by themselves."""
        code = code or self.sandbox.code(self.phone, self.sms_seen)
        with self.page.expect_navigation():
            self.page.locator("#code").press_sequentially(code)

    # --- the questionnaire ---

    def accept_documents(self):
        self.await_documents()
        for tick in self.page.locator(".tl-documents input[type=checkbox]").all():
            tick.check()

    def await_documents(self):
        """Wait while a job makes the documents; the page comes again by itself."""
        self.page.locator(".tl-documents input[type=checkbox]").first.wait_for()
        # the address is there before the page: of half a list only half would be ticked
        self.page.wait_for_load_state("domcontentloaded")

    def confirm_documents(self):
        self.await_documents()
        self.shoot("documents")
        self.accept_documents()
        self.ask_code()
        self.shoot("code")
        self.type_code()
        expect(self.page).to_have_url(re.compile("/passport$"))

    def fill(self, **answers):
        for name, text in answers.items():
            self.page.locator(f"[name={name}]").fill(text)

    def fill_passport(self):
        self.fill(
            **self.name,
            birth_date="14.03.1990",
            birth_place="гор. Москва",
            passport_series="4511",
            passport_number="123456",
            passport_issued_on="20.04.2011",
        )
        self.page.locator("[name=passport_division_code]").fill("")
        self.page.locator("[name=passport_division_code]").press_sequentially("770001")
        self.page.locator(".tl-issuer").first.click()
        self.shoot("passport")
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/address$"))

    def fill_address(self):
        self.fill(
            registration_postcode="101000",
            registration_region="Москва",
            registration_city="Москва",
            registration_street="ул. Мясницкая",
            registration_house="1",
            registration_flat="5",
        )
        self.shoot("address")
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/work$"))

    def fill_work(self):
        self.page.locator("[name=employment]").select_option("employee")
        self.fill(employer_name="ООО «Ромашка»", position="бухгалтер", income="95000")
        self.shoot("work")
        self.button("Продолжить")
        expect(self.page).to_have_url(re.compile("/review$"))

    def sign_questionnaire(self):
        self.await_documents()
        self.shoot("review")
        self.accept_documents()
        self.ask_code()
        self.shoot("review-code")
        self.type_code()
        expect(self.page.locator(".tl-status")).to_be_visible()

    def apply(self, **order):
        """Steps 1 to 3 of the story: from the travel site until the lender has it."""
        self.order(**order)
        self.buy_on_credit()
        self.confirm_documents()
        self.fill_passport()
        self.fill_address()
        self.fill_work()
        self.sign_questionnaire()

    def await_heading(self, text: str):
        expect(self.page.get_by_role("heading", name=text)).to_be_visible()

    def await_text(self, text: str):
        expect(self.page.get_by_text(text).first).to_be_visible()

    def arrives(self, address: str) -> bool:
        """Open an address; return whether the house answered."""
        try:
            self.page.goto(address)
        except Error:
            return False
        return True

    def look_again(self):
        """Load the page anew."""
        self.go(self.page.url)

    def go(self, address: str):
        """Open an address, though the page may follow by itself in the same moment."""
        wait_until(lambda: self.arrives(address))

    def button(self, name: str):
        self.page.get_by_role("button", name=name).click()
