"""Paying on the real server with its several workers: what is begun many times is one."""

import pytest
import requests
from lxml import html

from tests.e2e.quick import QuickCustomer
from tests.e2e.story import wait_until

from .deaths import job_hangs
from .forms import PATIENCE, at_once

RIVALS = 10
CHANNEL = "root.tour_loan_payment"


class Payer:
    """A borrower's browser without a screen, at the page of paying."""

    def __init__(self, customer):
        self.customer, self.home = customer, customer.loan_page()
        self.cookies = {
            cookie["name"]: cookie["value"] for cookie in customer.page.context.cookies()
        }

    def get(self, address: str, **options) -> requests.Response:
        return requests.get(address, cookies=self.cookies, timeout=PATIENCE, **options)

    def form(self, **typed):
        """Choose a sum; return (address, parameters) of the payment form's call."""
        page = html.fromstring(self.get(f"{self.home}/pay").text)
        (form,) = page.xpath("//form[.//input[@name='what']]")
        answer = requests.post(
            f"{self.home}/pay",
            {**dict(form.fields), **typed},
            cookies=self.cookies,
            timeout=PATIENCE,
        )
        page = html.fromstring(answer.text)
        (form,) = page.xpath("//form[@id='o_payment_form']")
        (radio,) = page.xpath("//input[@name='o_payment_radio'][@data-payment-method-code='card']")
        values = {
            "provider_id": int(radio.get("data-provider-id")),
            "payment_method_id": int(radio.get("data-payment-option-id")),
            "token_id": None,
            "amount": None,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": form.get("data-landing-route"),
            "is_validation": False,
            "access_token": "",
        }
        return self.customer.stack.url() + form.get("data-transaction-route"), values

    def click(self, address: str, values: dict) -> dict:
        """Press the button; return what the server answers to the payment form."""
        answer = requests.post(
            address,
            json={"jsonrpc": "2.0", "method": "call", "params": values},
            cookies=self.cookies,
            timeout=PATIENCE,
        )
        return answer.json()


@pytest.fixture
def payer(stack, page):
    customer = QuickCustomer(stack, page)
    customer.be_funded(tour="kazan")
    customer.open_loan()
    return Payer(customer)


def begun(payer) -> list[tuple]:
    return payer.customer.stack.sql(
        "SELECT t.reference, t.amount::int FROM payment_transaction t "
        "JOIN tour_loan_loan l ON l.id = t.tour_loan_id WHERE l.uuid = %s",
        payer.home.rsplit("/", 1)[1],
    )


def at_payu(payer) -> list[dict]:
    references = {reference for reference, _amount in begun(payer)}
    books = payer.customer.sandbox.get("payu", "payments")["payments"]
    return [payment for payment in books if payment["reference"] in references]


def test_the_same_sum_begun_in_the_same_instant_is_one_payment(payer):
    forms = [payer.form(what="next") for _rival in range(RIVALS)]
    answers = at_once(RIVALS, lambda rival: payer.click(*forms[rival]))
    assert [answer for answer in answers if "error" in answer] == []
    assert len({answer["result"]["redirect_form_html"] for answer in answers}) == 1
    [(reference, _amount)] = begun(payer)
    assert f"{reference}/open" in answers[0]["result"]["redirect_form_html"]
    address = f"{payer.home}/payment/{reference}/open"

    def opened():
        when, _semicolon, page = payer.get(address).headers["Refresh"].partition("; url=")
        return when == "0" and page

    page = wait_until(opened, 60)
    assert page.startswith(payer.customer.stack.url("payu"))
    assert len(at_payu(payer)) == 1
    assert opened() == page


def test_different_sums_in_the_same_instant_are_one_payment_and_what_is_open(payer):
    forms = [payer.form(what="other", amount=str(500 + rival % 3)) for rival in range(RIVALS)]
    answers = at_once(RIVALS, lambda rival: payer.click(*forms[rival]))
    assert [answer for answer in answers if "error" in answer] == []
    [(reference, _amount)] = begun(payer)
    for answer in answers:
        assert f"/payment/{reference}" in answer["result"]["redirect_form_html"]


def test_a_hanging_payu_holds_up_no_page(payer):
    """Twelve people's clicks while PayU hangs: the pages answer while it still does."""
    stack = payer.customer.stack
    payer.customer.sandbox.fault("payu", "authorize", "slow", times=None, seconds=14)
    form = payer.form(what="next")
    answers = at_once(12, lambda _rival: payer.click(*form))
    assert [answer for answer in answers if "error" in answer] == []
    job_hangs(stack, CHANNEL)
    pages = at_once(12, lambda _rival: payer.get(payer.home))
    assert {page.status_code for page in pages} == {200}
    assert job_hangs(stack, CHANNEL), "the pages came before PayU's answer"
    [(reference, _amount)] = begun(payer)
    waiting = payer.get(f"{payer.home}/payment/{reference}/open", allow_redirects=False)
    assert "Открываем страницу оплаты" in waiting.text
