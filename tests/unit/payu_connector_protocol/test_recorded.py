"""Our requests beside those of the four published YPMN clients, field by field.

``recorded/requests.json`` holds the shapes of what the clients' own examples sent to the
sandbox (headers, paths of fields, kinds of values), recorded by us in November 2026:
php-api-client 531f940, python-api-client adef030, ts-ypmn-client a654ca4, go-api-client
b8c239d. No value and no line of theirs is kept.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.rooms import room

protocol = room("payu_connector", "protocol")
calls, signature = protocol.calls, protocol.signature

CLIENTS = json.loads((Path(__file__).parent / "recorded" / "requests.json").read_text())

#: In the clients' models, though in none of their examples (PHP; TypeScript and Go).
IN_MODELS = {"successUrl": "text", "failUrl": "text", "merchantRefundReference": "text"}
#: Theirs only (PHP): 36 characters, described with the platform.
OPTIONAL_HEADERS = {"x-header-idempotency-key"}
PAYER = calls.Payer(
    "Мария",
    "Иванова",
    "maria@example.com",
    "+79161234567",
    "RU",
    ip="192.0.2.7",
    time=datetime(2026, 1, 15, 10, tzinfo=UTC),
)
OURS = {
    "authorize": calls.authorize(
        calls.Order(
            reference="LOAN-42",
            amount=Decimal("1500.50"),
            description="Оплата LOAN-42",
            payer=PAYER,
            success_url="https://shop.example/return",
            fail_url="https://shop.example/return",
            page_seconds=1800,
            method="CCVISAMC",
        )
    ),
    "status": calls.status("LOAN-42"),
    "refund": calls.refund("2297597", Decimal("1500.50"), Decimal(500), "R-LOAN-42"),
}


def fields(value, path=""):
    """Yield (path, kind) of every leaf."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from fields(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            yield from fields(item, f"{path}[]")
    else:
        yield path, "number" if isinstance(value, (int, float)) else "text"


@pytest.mark.parametrize("name", OURS)
def test_every_field_of_ours_is_spelled_and_typed_as_a_client_does(name):
    known = {**{path: {kind} for path, kind in IN_MODELS.items()}}
    for client in CLIENTS.values():
        for path, kinds in client[name]["fields"].items():
            known.setdefault(path, set()).update(kinds.split("|"))
    body = OURS[name].body
    for path, kind in fields(json.loads(body) if body else {}):
        assert kind in known.get(path, ()), path


@pytest.mark.parametrize("name", OURS)
def test_what_every_client_sends_we_send_too(name):
    everywhere = set.intersection(*(set(client[name]["fields"]) for client in CLIENTS.values()))
    body = OURS[name].body
    ours = {path for path, _kind in fields(json.loads(body) if body else {})}
    if "returnUrl" in everywhere:  # deprecated; its two successors are sent
        everywhere.remove("returnUrl")
        assert {"successUrl", "failUrl"} <= ours
    # A town is asked of nobody who pays for a loan, and described as optional.
    assert everywhere - ours <= {"client.billing.city"}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("client", CLIENTS)
def test_method_and_headers_are_the_clients(name, client):
    call, theirs = OURS[name], CLIENTS[client][name]
    sent = signature.headers(
        "M", "S", datetime.now(UTC), call.method, call.path, call.body, "k" if call.body else ""
    )
    ours = {header.lower(): value for header, value in sent.items()}
    assert call.method == theirs["method"]
    assert set(ours) - OPTIONAL_HEADERS == set(theirs["headers"])
    for header in ("accept", "content-type"):
        assert ours[header] == theirs["headers"][header] == "application/json"
