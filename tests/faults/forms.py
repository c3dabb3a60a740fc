"""A borrower without a screen: forms over HTTP, so that many requests start at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import requests
from lxml import html

from tests.e2e.story import Sandbox, new_phone

PATIENCE = 120  # seconds; many requests share few workers
POLL = 0.3  # seconds


class Forms:
    """One browser's cookies and the page it last saw."""

    def __init__(self, stack, phone: str = ""):
        self.stack, self.sandbox = stack, Sandbox(stack)
        self.phone, self.order_number = phone or new_phone(), ""
        self.session = requests.Session()
        self.answer, self.page = None, None
        self.follow = True  # a page that waits and asks again by itself

    def order(self, **values):
        """Order a tour, let the agency hand it over and open the link."""
        made = self.sandbox.post("travel", "orders", phone=self.phone, **values)
        self.order_number = made["number"]
        created = self.sandbox.call(self.order_number, "application.create")
        self.open(created["result"]["redirect_url"])
        self.submit()
        return self

    def open(self, address: str):
        """GET a page."""
        self._see(self.session.get(address, timeout=PATIENCE))

    def form(self, selector: str = ".tl-column form", **values) -> tuple[str, dict]:
        """Return (address, fields) of a form of the page with everything ticked."""
        form = self.page.cssselect(selector)[0]
        ticks = {tick.get("name"): "1" for tick in form.cssselect("[type=checkbox]")}
        return form.get("action") or self.answer.url, {**dict(form.fields), **ticks, **values}

    def submit(self, selector: str = ".tl-column form", **values):
        """Submit a form as a browser does."""
        address, fields = self.form(selector, **values)
        self._see(self.session.post(self._whole(address), fields, timeout=PATIENCE))

    def at_once(self, count: int, selector: str = ".tl-column form", **values) -> list:
        """Submit one form ``count`` times at the same moment; return the answers."""
        address, fields = self.form(selector, **values)
        return at_once(count, lambda _index: self.post(address, fields))

    def post(self, address: str, fields: dict) -> requests.Response:
        """POST beside the page; may be called from several threads."""
        with requests.Session() as session:
            session.cookies.update(self.session.cookies)
            return session.post(self._whole(address), fields, timeout=PATIENCE)

    def code(self, after: int = 0) -> str:
        """Return the code that came by SMS."""
        return self.sandbox.code(self.phone, after)

    def fill_in(self):
        """Answer the questionnaire up to its review."""
        self.submit(
            **dict(last_name="Иванова", first_name="Мария", middle_name="Петровна"),
            **dict(birth_date="14.03.1990", birth_place="гор. Москва"),
            **dict(passport_series="4511", passport_number="123456"),
            **dict(passport_issued_on="20.04.2011", passport_division_code="770-001"),
            passport_issued_by="ОТДЕЛЕНИЕМ ПО РАЙОНУ АРБАТ ОУФМС РОССИИ ПО ГОР. МОСКВЕ",
        )
        self.submit(
            **dict(registration_postcode="101000", registration_region="Москва"),
            **dict(registration_city="Москва", registration_street="ул. Мясницкая"),
            **dict(registration_house="1", residence_same="1"),
        )
        self.submit(
            **dict(employment="employee", employer_name="ООО «Ромашка»"),
            **dict(position="бухгалтер", income="95000"),
        )
        assert self.answer.url.endswith("/review"), self.page.text_content()

    def _whole(self, address):
        return f"{self.stack.url()}{address}" if address.startswith("/") else address

    def _see(self, answer):
        while self.follow and "tl-waiting" in answer.text:
            sleep(POLL)
            answer = self.session.get(answer.url, timeout=PATIENCE)
        assert answer.status_code == 200, f"{answer.status_code} {answer.url}"
        self.answer, self.page = answer, html.fromstring(answer.text)


def at_once(count: int, call) -> list:
    """Call from ``count`` threads that start together; return the results."""
    barrier = Barrier(count)

    def wait_and_call(index):
        barrier.wait()
        return call(index)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_call, range(count)))
