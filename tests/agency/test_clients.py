"""The clients printed in the documentation, run against the live server."""

import importlib.util
import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError

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
}
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
