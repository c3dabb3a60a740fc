"""The clients printed in the documentation, run against the live server."""

import importlib.util
import json
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.e2e.story import wait_until

from .caller import order

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "clients"


def python_client():
    spec = importlib.util.spec_from_file_location("agency_client", FOLDER / "agency_client.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def agency(stack):
    [agency] = [a for a in stack.config["travel"]["agencies"] if a["code"] == "slon"]
    return agency


def test_the_python_client_calls_and_repeats(stack, agency):
    client = python_client().AgencyClient(stack.url(), "slon", agency["secret_to_odoo"])
    params = order()
    made = client.call("application.create", params, message_id="python-1")["result"]
    again = client.call("application.create", params, message_id="python-1")["result"]
    assert again == made
    shown = client.call("application.get", {"order_number": params["order"]["number"]})
    assert shown["result"]["application_id"] == made["application_id"]
    assert client.call("application.get", {"order_number": "none"})["error"]["code"] == -32001


def test_the_python_client_believes_a_real_callback_and_no_other(stack, agency, slon):
    came = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came.headers = dict(self.headers)
            came.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            came.set()

        def log_message(self, *_arguments):
            pass

    [(usual,)] = stack.sql("SELECT callback_url FROM tour_loan_agency WHERE code = 'slon'")
    change = "UPDATE tour_loan_agency SET callback_url = %s WHERE code = 'slon'"
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.sql(change, f"http://127.0.0.1:{server.server_port}/")
        try:
            made = slon.call("application.create", order()).result["application_id"]
            slon.call("application.cancel", {"application_id": made, "reason": "x"})
            assert came.wait(60)
        finally:
            stack.sql(change, usual)
            server.shutdown()
    callback = python_client().callback
    message = callback(agency["secret_from_odoo"], came.body, came.headers)
    assert message["type"] == "application.cancelled"
    assert message["data"]["application_id"] == made
    for secret, body in (
        (agency["secret_from_odoo"], came.body.replace(b"cancelled", b"approved!")),
        (agency["secret_to_odoo"], came.body),
    ):
        with pytest.raises(WebhookVerificationError):
            callback(secret, body, came.headers)


def receiver():
    spec = importlib.util.spec_from_file_location("agency_receiver", FOLDER / "agency_receiver.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_python_receiver_hears_a_real_change_and_believes_nobody_else(stack, agency, slon):
    module = receiver()
    [(usual,)] = stack.sql("SELECT callback_url FROM tour_loan_agency WHERE code = 'slon'")
    change = "UPDATE tour_loan_agency SET callback_url = %s WHERE code = 'slon'"
    with module.serve(agency["secret_from_odoo"], lambda number: None, port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        stack.sql(change, address)
        try:
            params = order()
            made = slon.call("application.create", params).result["application_id"]
            slon.call("application.cancel", {"application_id": made, "reason": "x"})
            number = params["order"]["number"]
            wait_until(lambda: number in module.applications, 60)
        finally:
            stack.sql(change, usual)
            server.shutdown()
    assert module.applications[number]["status"] == "cancelled"
    stranger = module.receive(agency["secret_to_odoo"], b"{}", {}, lambda number: None)
    assert stranger == (401, b"")


def test_the_python_receiver_keeps_the_newest_and_does_a_repeat_once(agency):
    module, secret = receiver(), agency["secret_from_odoo"]

    def told(message_id, sequence, status):
        data = {"application_id": "a", "order_number": "1", "sequence": sequence, "status": status}
        return message(secret, message_id, {"type": f"application.{status}", "data": data})

    for one in (told("m2", 2, "approved"), told("m1", 1, "submitted"), told("m2", 2, "approved")):
        assert module.receive(secret, *one, lambda number: None) == (204, b"")
    assert module.applications["1"]["status"] == "approved"
    asked = {"jsonrpc": "2.0", "id": "q", "method": "order.actualize"}
    asked["params"] = {"order_number": "1", "amount": {"amount": "1.00", "currency": "RUB"}}
    body = message(secret, "m3", asked)
    status, answer = module.receive(secret, *body, lambda number: {"available": True})
    assert (status, json.loads(answer)["result"]) == (200, {"available": True})
    status, answer = module.receive(secret, *body, lambda number: None)
    assert json.loads(answer)["result"] == {"available": False}


def message(secret, message_id, content) -> tuple[bytes, dict]:
    """Return a signed message of the lender's as (body, headers)."""
    body, now = json.dumps(content), datetime.now(UTC)
    return body.encode(), {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
    }


# PHP is no part of this project's requirements: where there is one, its client is tried.
PHP = shutil.which("php")
# As the published package does it, for machines without Composer.
WEBHOOK = """
namespace StandardWebhooks;
class Webhook {
    private $key;
    function __construct($secret) { $this->key = base64_decode(substr($secret, 6)); }
    function sign($id, $time, $body) {
        return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $this->key, true));
    }
    function verify($body, $headers) {
        $right = $this->sign($headers['webhook-id'], $headers['webhook-timestamp'], $body);
        if (!hash_equals($right, $headers['webhook-signature'] ?? '')) {
            throw new Exception\\WebhookVerificationException('wrong');
        }
        return json_decode($body, true);
    }
}
namespace StandardWebhooks\\Exception;
class WebhookVerificationException extends \\Exception {}
"""


if PHP:

    def test_the_php_client_calls(stack, agency, tmp_path):
        (tmp_path / "webhook.php").write_text(f"<?php{WEBHOOK}")
        params = order()
        (tmp_path / "params.json").write_text(json.dumps(params))
        script = """
            require $argv[1]; require $argv[2];
            $params = json_decode(file_get_contents($argv[3]), true);
            $answer = agency_call($argv[4], 'slon', $argv[5], 'application.create', $params);
            echo json_encode($answer);
        """
        files = (tmp_path / "webhook.php", FOLDER / "agency_client.php", tmp_path / "params.json")
        done = subprocess.run(
            [PHP, "-r", script, "--", *map(str, files), stack.url(), agency["secret_to_odoo"]],
            capture_output=True,
            check=True,
        )
        assert json.loads(done.stdout)["result"]["order_number"] == params["order"]["number"]

    def test_the_php_receiver_answers_as_the_guide_says(agency, tmp_path):
        (tmp_path / "webhook.php").write_text(f"<?php{WEBHOOK}")
        secret = agency["secret_from_odoo"]
        data = {"application_id": "a", "order_number": "1", "sequence": 2, "status": "approved"}
        asked = {"jsonrpc": "2.0", "id": "q", "method": "order.actualize"}
        asked["params"] = {"order_number": "1", "amount": {"amount": "1.00", "currency": "RUB"}}
        told = message(secret, "m1", {"type": "application.approved", "data": data})
        question = message(secret, "m2", asked)
        forged = (told[0].replace(b"approved", b"declined"), told[1])
        cases = [[body.decode(), headers] for body, headers in (told, question, forged)]
        (tmp_path / "cases.json").write_text(json.dumps(cases))
        script = """
            require $argv[1]; require $argv[2];
            $kept = []; $said = [];
            foreach (json_decode(file_get_contents($argv[3]), true) as [$body, $headers]) {
                $said[] = agency_receive($argv[4], $body, $headers,
                    function ($number) { return ['available' => $number === '1']; },
                    function ($id, $application) use (&$kept) { $kept[$id] = $application; });
            }
            echo json_encode([$said, $kept]);
        """
        files = (tmp_path / "webhook.php", FOLDER / "agency_receiver.php", tmp_path / "cases.json")
        done = subprocess.run(
            [PHP, "-r", script, "--", *map(str, files), secret], capture_output=True, check=True
        )
        said, kept = json.loads(done.stdout)
        assert [status for status, _answer in said] == [204, 200, 401]
        assert json.loads(said[1][1])["result"] == {"available": True}
        assert kept == {"m1": data}
