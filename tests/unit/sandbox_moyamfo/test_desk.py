"""The rule, the desk's buttons and the pings of the sandbox lender."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import requests

from tests.sandbox import kit, moyamfo
from tests.unit.moyamfo_sync_protocol.conftest import (
    LOGIN,
    PASSWORD,
    PROFILE,
    QUESTIONS,
    application,
    commit,
    protocol,
    signature,
)

PATIENCE = 60  # s, on a busy machine
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def cabinet(tmp_path):
    """A server that hears the pings."""
    app = kit.App("cabinet", "Кабинет", {}, tmp_path)
    heard = []

    @app.route("/ping", methods=["POST"])
    def ping(request):
        heard.append(request.headers.get("X-Token"))
        return {"ok": True}

    with app.running() as url:
        yield SimpleNamespace(url=f"{url}/ping", heard=heard)


@pytest.fixture
def mfo(tmp_path, cabinet):
    config = {
        "moyamfo": {
            "login": LOGIN, "password": PASSWORD, "ping_url": cabinet.url, "ping_token": "token",
        }
    }  # fmt: skip
    app = moyamfo.make_app(config, tmp_path)
    with app.running() as url:
        exchange = protocol.exchange.Exchange(
            protocol.profile.load(PROFILE, QUESTIONS), url, LOGIN, PASSWORD
        )
        yield SimpleNamespace(url=url, app=app, exchange=exchange)


def settle(mfo, status, uid="a-1"):
    """Wait until the application has the status."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        (state,) = mfo.exchange.application_states([uid]).rows
        if state.status == status:
            return state
        time.sleep(0.05)
    raise AssertionError(f"still {state.status}")


def order(mfo, path, **values):
    answer = requests.post(f"{mfo.url}/_control/{path}", json=values, timeout=PATIENCE)
    answer.raise_for_status()


def test_by_default_an_application_is_approved_by_itself_and_the_cabinet_pinged(mfo, cabinet):
    order(mfo, "settings", seconds=0)
    mfo.exchange.send("application", application())
    assert settle(mfo, "approved").offer.amount == 120000
    deadline = time.monotonic() + PATIENCE
    while not cabinet.heard and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cabinet.heard == ["token"]


@pytest.mark.parametrize(("rule", "status"), [("decline", "declined"), ("needs", "needs_data")])
def test_the_rule_may_decide_otherwise(mfo, rule, status):
    order(mfo, "settings", seconds=0, rule=rule, ping=False)
    mfo.exchange.send("application", application())
    settle(mfo, status)


def test_a_person_approves_less_at_the_desk(mfo):
    order(mfo, "settings", rule="off", ping=False)
    mfo.exchange.send("application", application())
    page = requests.post(
        f"{mfo.url}/application/1", timeout=PATIENCE,
        data={"decision": "approve", "amount": "90 000,00", "months": "6", "rate": "25"},
    )  # fmt: skip
    assert page.ok and "Одобрено 90000.00 на 6 мес." in page.text
    assert settle(mfo, "approved").offer.amount == 90000


def test_a_refused_button_says_why(mfo):
    order(mfo, "settings", rule="off", ping=False)
    mfo.exchange.send("application", application())
    page = requests.post(f"{mfo.url}/application/1", data={"decision": "pay"}, timeout=PATIENCE)
    assert page.status_code == 409 and "только после подтверждения" in page.text


@pytest.mark.parametrize("path", ["/", "/contracts", "/settings", "/quirks", "/log", "/faults"])
def test_every_page_opens(mfo, path):
    order(mfo, "settings", rule="off", ping=False)
    mfo.exchange.send("application", application())
    order(mfo, "seed", contracts=2)
    page = requests.get(mfo.url + path, timeout=PATIENCE)
    assert page.ok and "МояМФО" in page.text


def test_a_seeded_contract_opens(mfo):
    order(mfo, "seed", contracts=1)
    page = requests.get(f"{mfo.url}/application/1", timeout=PATIENCE)
    assert page.ok and "Основной долг" in page.text


@pytest.fixture
def asked(mfo):
    """A committed application whose cancel the agency wants; the desk decides."""
    order(mfo, "settings", seconds=0, payout_seconds=60, cancels="desk")
    mfo.exchange.send("application", application())
    settle(mfo, "approved")
    mfo.exchange.send("signature", signature())
    mfo.exchange.send("commit", commit())
    wish = protocol.dto.Cancel(uid="a-1", reason="передумал", cancelled_at=NOW)
    for _repeat in range(2):
        mfo.exchange.send("cancel", wish)
    return mfo


def test_a_late_cancel_waits_for_the_desk_and_holds_the_money(asked):
    settle(asked, "committed")
    books = requests.get(f"{asked.url}/_control/books", timeout=PATIENCE).json()
    assert books["applications"][0]["pay_at"] is None
    page = requests.get(f"{asked.url}/application/1", timeout=PATIENCE).text
    assert "Турагентство просит отменить" in page and page.count("передумал") == 2


def test_the_desk_agrees_to_a_late_cancel(asked):
    data = {"decision": "agree_cancel"}
    page = requests.post(f"{asked.url}/application/1", data=data, timeout=PATIENCE)
    assert "Отмена согласована" in page.text
    settle(asked, "cancelled")


def test_the_desk_refuses_a_late_cancel_and_pays(asked):
    order(asked, "cancel", uid="a-1", agree=False)
    settle(asked, "funded")
    late = {"uid": "a-1", "agree": True}
    assert (
        requests.post(f"{asked.url}/_control/cancel", json=late, timeout=PATIENCE).status_code
        == 400
    )
