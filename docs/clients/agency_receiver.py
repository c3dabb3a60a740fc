"""Receiver of the tour-loan cabinet's messages: callbacks, and the question "is it still there?".

Needs ``standardwebhooks``. `receive` is all there is to it; the server below shows how to call it
(put it behind your own site with TLS). What is kept here in memory belongs into your database.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

seen, applications = set(), {}  # webhook-ids done; order number -> the newest application


def receive(secret_from_lender: str, body: bytes, headers: dict, order_of) -> tuple[int, bytes]:
    """Return (HTTP status, body) for one message.

    ``order_of(number)`` returns ``{"available", "price", "valid_until"}`` as in the guide, or None.
    """
    try:  # before anything else, over the bytes as they came
        message = Webhook(secret_from_lender).verify(body, headers)
    except WebhookVerificationError:
        return 401, b""
    if message.get("method") == "order.actualize":
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        order = order_of(message["params"]["order_number"])
        answer["result"] = order or {"available": False}
        return 200, json.dumps(answer).encode()
    message_id = {name.lower(): value for name, value in headers.items()}["webhook-id"]
    if message_id not in seen and message["type"] != "test":  # a repeat is acknowledged, not redone
        application = message["data"]
        known = applications.get(application["order_number"])
        other = known and known["application_id"] != application["application_id"]
        if not known or other or application["sequence"] > known["sequence"]:
            applications[application["order_number"]] = application  # and let a job do the work
        seen.add(message_id)
    return 204, b""


def serve(secret_from_lender: str, order_of, port: int = 8000) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = receive(secret_from_lender, body, dict(self.headers), order_of)
            self.send_response(status)
            if answer:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
