"""Client of the tour-loan agency API: call a method, check a callback.

Needs ``requests`` and ``standardwebhooks``. The server, your agency's code and the
two secrets (each ``whsec_…``) come from the lender.
"""

import json
import uuid
from datetime import datetime, timezone

import requests
from standardwebhooks import Webhook


class AgencyClient:
    def __init__(self, server: str, agency: str, secret_to_lender: str):
        self.url = f"{server}/tour_loan/v1/rpc"
        self.agency, self.webhook = agency, Webhook(secret_to_lender)

    def call(self, method: str, params: dict, message_id: str = "") -> dict:
        """Return the JSON-RPC answer, ``{"result": …}`` or ``{"error": …}``.

        After a time-out or a 5xx call again with the same ``message_id`` and params: a
        changing method is then done once and answered twice.
        """
        message_id = message_id or f"msg_{uuid.uuid4().hex}"
        call = {"jsonrpc": "2.0", "id": message_id, "method": method, "params": params}
        body, now = json.dumps(call), datetime.now(timezone.utc)
        headers = {
            "content-type": "application/json",
            "x-agency": self.agency,
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.webhook.sign(message_id, now, body),
        }
        response = requests.post(self.url, data=body, headers=headers, timeout=15)
        response.raise_for_status()
        return response.json()


def callback(secret_from_lender: str, body: bytes, headers: dict) -> dict:
    """Return the callback ``{"type", "timestamp", "data"}`` if its signature is right.

    Raises ``standardwebhooks.WebhookVerificationError``: answer 401 then.
    """
    return Webhook(secret_from_lender).verify(body, headers)
