"""The exchange over a real socket against the sandbox's 1C."""

from datetime import date, datetime, timezone
from decimal import Decimal
from types import SimpleNamespace

import pytest
import requests

from tests.sandbox import moyamfo
from tests.unit.rooms import ADDONS, room

protocol = room("moyamfo_sync", "protocol")
PROFILE = ADDONS / "moyamfo_sync" / "profiles" / "default.json"
QUESTIONS = room("tour_loan", "rules").questionnaire.TOLD
LOGIN, PASSWORD = "Кабинет", "пароль с пробелом"


@pytest.fixture(scope="session")
def profile():
    return protocol.profile.load(PROFILE, QUESTIONS)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A running MoyaMFO; ``control(path, **json)`` talks to its /_control."""
    config = {"moyamfo": {"login": LOGIN, "password": PASSWORD}}
    app = moyamfo.make_app(config, tmp_path_factory.mktemp("moyamfo"))

    def control(path, **order):
        method = "POST" if order else "GET"
        answer = requests.request(method, f"{url}/_control/{path}", json=order, timeout=10)
        answer.raise_for_status()
        return answer.json()

    with app.running() as url:
        yield SimpleNamespace(url=url, app=app, control=control)


@pytest.fixture
def mfo(server):
    """The server with empty books where a person decides."""
    server.app.reset()
    server.control("settings", rule="off", payout_seconds=-1)
    return server


@pytest.fixture
def exchange(mfo, profile):
    return connected(mfo, profile)


def connected(mfo, profile):
    """An exchange over a profile with the server; its token is its password."""
    values = {"login": LOGIN, "password": PASSWORD, "token": PASSWORD}
    access = protocol.access.Access(mfo.url, values)
    return protocol.exchange.Exchange(profile, access=lambda _name: access)


@pytest.fixture
def quirk(mfo):
    def switch(name):
        mfo.control("quirks", name=name, on=True)

    return switch


ANSWERS = {
    "last_name": "Иванова",
    "first_name": "Мария",
    "middle_name": None,
    "birth_date": date(1990, 5, 17),
    "passport_series": "4510",
    "passport_number": "123456",
    "inn": "500100732259",
    "employment": "employee",
    "work_phone": "+74951234567",
    "income": Decimal("60000"),
}


def application(uid="a-1", **values):
    """An application as the cabinet sends it."""
    fields = {
        "submitted_at": datetime(2026, 11, 24, 9, 30, tzinfo=timezone.utc),
        "agency_code": "slon",
        "order_number": "ORD-7",
        "price": Decimal("150000"),
        "advance": Decimal("30000"),
        "amount": Decimal("120000"),
        "months": 12,
        "phone": "+79161234567",
        "answers": ANSWERS,
    }
    return protocol.dto.Application(uid=uid, **{**fields, **values})


def signature(uid="a-1"):
    return protocol.dto.Signature(
        uid=uid,
        signed_at=datetime(2026, 11, 24, 10, tzinfo=timezone.utc),
        phone="+79161234567",
        code_uid="code-1",
        documents=[protocol.dto.SignedDocument(name="Договор", sha256="ab" * 32)],
    )


def commit(uid="a-1"):
    return protocol.dto.Commit(
        uid=uid,
        committed_at=datetime(2026, 11, 24, 11, tzinfo=timezone.utc),
        amount=Decimal("120000"),
        order_number="ORD-7",
        agency_code="slon",
    )


@pytest.fixture
def issued(mfo, exchange):
    """An issued contract; returns its number."""
    exchange.send("application", application())
    mfo.control("decide", uid="a-1", decision="approve", rate="30")
    exchange.send("signature", signature())
    number = exchange.send("commit", commit()).number
    mfo.control("pay", uid="a-1")
    return number
