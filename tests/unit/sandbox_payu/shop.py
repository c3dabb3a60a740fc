"""A little shop at the sandbox's PayU: it asks by our protocol room and hears notices."""

import json
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from tests.unit.rooms import room

protocol = room("payu_connector", "protocol")
answers, calls, notices, signature = (
    protocol.answers,
    protocol.calls,
    protocol.notices,
    protocol.signature,
)
Meaning = protocol.statuses.Meaning
PATIENCE = 60  # s, on a busy machine
MERCHANT, SECRET = "TOURTEST", "учебный секрет"
AMOUNT = Decimal("1500.50")
ORDER = calls.Order(
    reference="LOAN-42",
    amount=AMOUNT,
    description="Оплата LOAN-42",
    payer=calls.Payer("Иван", "Петров", "ivan@example.com", "+79161234567", "RU"),
    success_url="https://shop.example/return?reference=LOAN-42",
    fail_url="https://shop.example/return?failed=1",
    page_seconds=1800,
)


class Shop:
    """Receives notices as Odoo would, and knows whether their signature is right."""

    def __init__(self):
        self.events, self.statuses = [], []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                right = signature.is_valid(
                    self.headers["X-Header-Signature"],
                    self.headers["X-Header-Merchant"],
                    SECRET,
                    self.headers["X-Header-Date"],
                    "POST",
                    f"http://shop{self.path}",
                    body,
                )
                status = shop.statuses.pop(0) if shop.statuses else 200
                if right and status == 200:
                    shop.events.append(notices.parse(body))
                self.send_response(status if right else 403)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/payment/payu_ru/webhook?db=x"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def wait(self, count):
        deadline = time.monotonic() + PATIENCE
        while len(self.events) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.events


def ask(url, call, key="", moment=None, secret=SECRET, **headers):
    signed = signature.headers(
        MERCHANT, secret, moment or datetime.now(UTC), call.method, call.path, call.body, key
    )
    return requests.request(
        call.method, url + call.path, data=call.body, headers={**signed, **headers}
    )


def begin(url, order=ORDER):
    response = ask(url, calls.authorize(order))
    return answers.page(response.status_code, response.content, order.reference, order.amount)


def report(url, reference="LOAN-42"):
    response = ask(url, calls.status(reference))
    return answers.report(response.status_code, response.content, reference)


def press(page, action, method="CCVISAMC"):
    form = {"action": action, "method": method}
    return requests.post(page.url, data=form, allow_redirects=False)


def give_back(url, page, amount, reference):
    response = ask(url, calls.refund(page.provider_reference, AMOUNT, amount, reference))
    return answers.refund(response.status_code, response.content)


def control(url, what, **values):
    return requests.post(f"{url}/_control/{what}", json=values).json()


def status_of(url):
    return ask(url, calls.status("LOAN-42")).json()


def capture(url, page, amount="1500.50", original="1500.50", **more):
    fields = {
        **{"payuPaymentReference": page.provider_reference, "currency": "RUB"},
        **{"originalAmount": original, "amount": amount, **more},
    }
    call = calls.Call("POST", "/api/v4/payments/capture", json.dumps(fields).encode())
    return ask(url, call)


def _json(value):
    return json.dumps(value).encode()
