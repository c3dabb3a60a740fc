"""The story's first half, from where the ports of compose.yaml are published.

``begin``: health and shut doors, the agency's application.create, the link's page, codes,
questionnaire; the employee's login. ``go-on``, after everything was restarted: the same
browser finds its application, and the lender's answer.
"""

import json
import sys
import time

import requests
from lxml import html

from scripts import sandbox
from scripts.containers.bases import FOLDER
from scripts.containers.checks import true
from scripts.steps import Failure
from tests.faults.forms import Forms

ODOO = "http://127.0.0.1:8069"
KEPT = FOLDER / "story.json"
CODE_FORM = ".tl-code-form"
PATIENCE = 120  # seconds


class House:
    """What the forms ask of a stack; nothing is hurried here."""

    def __init__(self):
        self.config = sandbox.configuration(ODOO, sandbox.SERVERS)

    def url(self, name: str = "odoo") -> str:
        return ODOO if name == "odoo" else self.config[name]["url"]

    def sql(self, *_query) -> list:
        return []


def begin(password: str) -> None:
    """Play until the questionnaire is sent."""
    check_doors()
    forms = Forms(House()).order()
    russian = 'lang="ru' in forms.answer.text and "документ" in forms.answer.text.lower()
    true(russian, "application.create, signed, gave a link; its page is Russian")
    forms.submit()
    forms.submit(CODE_FORM, code=forms.code())
    true("passport" in forms.answer.url, "the code came: jobs run, and reach the SMS gateway")
    forms.fill_in()
    seen = forms.sandbox.last_sms_id(forms.phone)
    forms.submit()
    forms.submit(CODE_FORM, code=forms.code(seen))
    true("/my/" in forms.answer.url, "the questionnaire is signed by the second code")
    cookies = {cookie.name: cookie.value for cookie in forms.session.cookies}
    KEPT.write_text(json.dumps({"home": forms.answer.url, "cookies": cookies}))
    check_login_page()
    check_staff(password)


def go_on(_password: str) -> None:
    """Find the application again, with the lender's answer and its documents."""
    kept = json.loads(KEPT.read_text())
    forms = Forms(House())
    forms.session.cookies.update(kept["cookies"])
    deadline = time.monotonic() + PATIENCE
    while True:
        forms.open(kept["home"])
        if "Заём одобрен" in forms.answer.text:
            break
        if time.monotonic() > deadline:
            raise Failure(f"no answer of the lender on the page: {forms.page.text_content()[:500]}")
        time.sleep(1)
    true(True, "the session is as it was, and the lender's answer came")
    links = forms.page.xpath("//a[contains(@href, '/document')]/@href")
    answers = [forms.session.get(f"{ODOO}{link}", timeout=60) for link in dict.fromkeys(links)]
    fine = [answer.status_code == 200 for answer in answers]
    true(bool(fine) and all(fine), f"{len(fine)} documents are there")


def check_doors() -> None:
    """What nginx lets through, and what not."""
    for path, status in {
        "/web/health?db_server_status=1": 200,
        "/metrics": 404,
        "/xmlrpc/2/common": 404,
        "/web/database/manager": 404,
        "/queue_job/runjob": 404,
    }.items():
        answer = requests.get(f"{ODOO}{path}", timeout=60)
        true(answer.status_code == status, f"{path} is {status}")
    answer = requests.get(f"{ODOO}/tour_loan/v1/openrpc.json", timeout=60)
    true(answer.json()["openrpc"].startswith("1."), "the agency API describes itself")


def check_login_page() -> None:
    """The borrower's own door is Russian."""
    page = requests.get(f"{ODOO}/tour_loan/login", timeout=60)
    text = html.fromstring(page.text).text_content()
    true(
        page.status_code == 200 and "Дата рождения" in text, "the borrower's login page is Russian"
    )


def check_staff(password: str) -> None:
    """The employee's password leads to a second factor, a wrong one to nothing."""
    for tried, leads in (("admin", "/web/login"), (password, "/web/login/second_factor")):
        session = requests.Session()
        page = html.fromstring(session.get(f"{ODOO}/web/login", timeout=60).text)
        form = page.cssselect("form.oe_login_form")[0]
        fields = {**dict(form.fields), "login": "admin", "password": tried}
        fields = {name: value for name, value in fields.items() if value is not None}
        answer = session.post(f"{ODOO}/web/login", fields, timeout=60)
        end = answer.url.removeprefix(ODOO).split("?")[0]
        true(
            end == leads, f"admin with {'the' if tried == password else 'a wrong'} password: {end}"
        )


if __name__ == "__main__":
    what, secret = sys.argv[1:]
    try:
        {"begin": begin, "go-on": go_on}[what](secret)
    except (Failure, AssertionError, requests.RequestException) as error:
        sys.exit(f"{what}: {error}")
