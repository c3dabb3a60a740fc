"""An agency that calls: signed requests over plain sockets, and orders to send."""

import http.client
import json
import uuid
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from tests.unit.rooms import room

# One clock for all orders of a run: two of them differ in what a test wants and nowhere else.
BEGUN = datetime.now(UTC).replace(microsecond=0)
PATH = "/tour_loan/v1/rpc"
EXAMPLE = room("tour_loan", "rpc").examples.CREATE


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def result(self) -> Any:
        """The result; an error fails the test that asked for it."""
        assert self.status == 200 and "result" in self.json, (self.status, self.body[:1000])
        return self.json["result"]

    @property
    def error(self) -> dict[str, Any]:
        assert self.status == 200 and "error" in self.json, (self.status, self.body[:1000])
        return self.json["error"]


class Caller:
    """One agency at one server. May be used by several threads at once."""

    def __init__(self, odoo_url: str, code: str, secret: str):
        self.address = urlsplit(odoo_url)
        self.code, self.secret = code, secret

    def call(self, method: str, params: dict | None = None, webhook_id: str = "") -> Answer:
        """Call a method; ``webhook_id`` to repeat an earlier call."""
        return self.post(body(method, params or {}), webhook_id)

    def post(self, content: bytes, webhook_id: str = "", **headers: str) -> Answer:
        """Send any bytes, signed."""
        connection = self.send(content, webhook_id, **headers)
        try:
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def send(self, content: bytes, webhook_id: str = "", **headers: str):
        """Send and leave the answer to be read, or not, from the connection returned."""
        connection = http.client.HTTPConnection(
            self.address.hostname, self.address.port, timeout=120
        )
        signed = self.signed(content, webhook_id)
        connection.request("POST", PATH, body=content, headers={**signed, **headers})
        return connection

    def signed(self, content: bytes, webhook_id: str = "") -> dict[str, str]:
        """Return the headers of a call with this body."""
        webhook_id = webhook_id or f"msg_{uuid.uuid4().hex}"
        now = datetime.now(UTC)
        return {
            "content-type": "application/json",
            "x-agency": self.code,
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(self.secret, webhook_id, now, content),
        }


def sign(secret: str, webhook_id: str, now: datetime, content: bytes) -> str:
    """Return the signature of a body; one that is not UTF-8 the library cannot sign."""
    try:
        return Webhook(secret).sign(webhook_id, now, content.decode())
    except UnicodeDecodeError:
        webhook = room("tour_loan", "rpc").webhook
        return webhook.sign(secret, webhook_id, now, content)["webhook-signature"]


def body(method: str, params: dict) -> bytes:
    """Return the body of one JSON-RPC call."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return json.dumps(message, ensure_ascii=False).encode()


def order(number: str = "", **changes: Any) -> dict[str, Any]:
    """Return params of ``application.create`` that are good today.

    ``changes`` go into ``order``: ``price="200000.00"``.
    """
    params = deepcopy(EXAMPLE)
    now = BEGUN
    departure = (now + timedelta(days=40)).date()
    params["order"] |= {
        "number": number or f"T-{uuid.uuid4().hex[:12]}",
        "held_until": (now + timedelta(days=3)).isoformat(),
    }
    params["order"] |= {
        name: {"amount": value, "currency": "RUB"} for name, value in changes.items()
    }
    if "price" in changes:
        params["order"].pop("items")  # they add up to the price of the example
    params["order"]["advance"]["paid_at"] = (now - timedelta(hours=1)).isoformat()
    params["customer"]["consent"]["given_at"] = (now - timedelta(hours=1)).isoformat()
    params["tour"]["starts_on"] = departure.isoformat()
    for flight in params["tour"]["flights"]:
        flight["departs_at"] = f"{departure}T06:40:00+03:00"
        flight["arrives_at"] = f"{departure}T11:10:00+03:00"
    params["urls"] = {
        name: f"https://127.0.0.1/orders/1?{name}" for name in ("success", "failure", "back")
    }
    return params
