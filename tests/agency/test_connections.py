"""*Check connection* of a real house: good, wrong password, silent, refused."""

import re

import pytest
import requests

from tests.e2e.story import Sandbox, wait_until


class Administrator:
    """He presses the buttons of *Going live*, as a browser does."""

    def __init__(self, stack):
        self.stack, self.session = stack, requests.Session()
        page = self.session.get(f"{stack.url()}/web/login", timeout=60)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        form = {"login": "admin", "password": "admin", "csrf_token": token}
        done = self.session.post(f"{stack.url()}/web/login", form, timeout=60)
        assert done.url.endswith("/odoo"), done.url

    def call(self, model, method, *arguments):
        answer = self.session.post(
            f"{self.stack.url()}/web/dataset/call_kw/{model}/{method}",
            json={"params": {"model": model, "method": method, "args": arguments, "kwargs": {}}},
            timeout=110,
        ).json()
        assert "error" not in answer, answer
        return answer["result"]

    def check(self, kind) -> tuple[str, str]:
        """Press the button; return (state, words)."""
        model = "tour_loan.connection"
        [id_] = self.call(model, "create", [{"kind": kind}])
        self.call(model, "action_check", [id_])
        [row] = self.call(model, "read", [id_], ["state", "words"])
        return row["state"], row["words"]


@pytest.fixture(scope="module")
def admin(stack):
    return Administrator(stack)


@pytest.fixture(autouse=True)
def everybody_is_well(stack):
    yield
    stack.bring_back()
    Sandbox(stack).calm()


def test_all_is_well(admin):
    for kind, words in (("sms", "1000"), ("payu", "knows the key"), ("moyamfo", "profile fits")):
        state, said = admin.check(kind)
        assert state == "good" and words in said, said


def test_a_wrong_password(stack, admin):
    Sandbox(stack).post("phone", "gateway", error_code=2)
    state, words = admin.check("sms")
    assert state == "bad" and "login or password" in words
    [(key,)] = stack.sql("SELECT payu_ru_secret_key FROM payment_provider WHERE code = 'payu_ru'")
    stack.sql("UPDATE payment_provider SET payu_ru_secret_key = 'x' WHERE code = 'payu_ru'")
    try:
        state, words = admin.check("payu")
    finally:
        stack.sql("UPDATE payment_provider SET payu_ru_secret_key = %s WHERE code = 'payu_ru'", key)
    assert state == "bad" and "refuses the merchant code or the key" in words


def test_a_password_that_is_not_1cs_any_more(stack, admin):
    file = stack.folder / "config.json"
    known = file.read_text()
    stack.stop_sandbox("moyamfo")
    file.write_text(known.replace(stack.secrets["moyamfo_password"], "another"))
    try:
        stack.start_sandbox("moyamfo")
        state, words = admin.check("moyamfo")
    finally:
        stack.stop_sandbox("moyamfo")
        file.write_text(known)
        stack.start_sandbox("moyamfo")
    assert state == "bad" and "refuses login" in words
    wait_until(lambda: admin.check("moyamfo")[0] == "good")


@pytest.mark.parametrize(
    ("kind", "server", "operation"),
    [
        ("sms", "phone", "send"),
        ("payu", "payu", "status"),
        ("moyamfo", "moyamfo", "GetApplications"),
    ],
)
def test_one_that_says_nothing_costs_a_bounded_time(stack, admin, kind, server, operation):
    Sandbox(stack).fault(server, operation, "slow", times=9, seconds=30)
    state, words = admin.check(kind)
    assert state == "bad", words
    assert "in time" in words or "within" in words


@pytest.mark.parametrize(
    ("kind", "server"), [("sms", "phone"), ("payu", "payu"), ("moyamfo", "moyamfo")]
)
def test_one_that_is_not_there(stack, admin, kind, server):
    stack.stop_sandbox(server)
    state, words = admin.check(kind)
    assert state == "bad"
    assert "no connection" in words or "cannot be reached" in words


@pytest.mark.parametrize(
    ("kind", "server", "operation"),
    [("payu", "payu", "status"), ("moyamfo", "moyamfo", "GetApplications")],
)
def test_a_page_of_html_instead_of_an_answer_is_not_good(stack, admin, kind, server, operation):
    Sandbox(stack).fault(server, operation, "html", times=9)
    assert admin.check(kind)[0] == "bad"
