"""An agency that hangs takes what it may of the callbacks' channel, and no more."""

import json
import select
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.agency.caller import Caller, order
from tests.agency.test_races import at_once, wait_until

CHANGES = 6  # of each agency; the channel has three slots
SLOTS = 2  # models/message_breaker.py


class Agencies:
    """Their end of the callbacks: one never answers, the others do at once."""

    def __init__(self, hanging: str):
        self.arrived, self.hung, self.most_at_once = [], 0, 0
        lock, agencies = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not self.path.endswith(f"/{hanging}"):
                    agencies.arrived.append(content["data"]["application_id"])
                    self.send_response(204)
                    return self.end_headers()
                with lock:
                    agencies.hung += 1
                    agencies.most_at_once = max(agencies.most_at_once, agencies.hung)
                select.select([self.connection], [], [], 60)  # till the caller gives up
                with lock:
                    agencies.hung -= 1

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, code: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/callback/{code}"


@pytest.fixture
def agencies(stack):
    running = Agencies(hanging="slon")
    before = stack.sql("SELECT code, callback_url FROM tour_loan_agency")
    for code, _url in before:
        stack.set_agencies(code, callback_url=running.url(code))
    yield running
    for code, url in before:
        stack.set_agencies(code, callback_url=url)
    running.server.shutdown()
    running.server.server_close()


def test_an_agency_that_begins_to_hang_leaves_a_slot_to_the_others(stack, agencies):
    slon, parus = (
        Caller(stack.url(), agency["code"], agency["secret_to_odoo"])
        for agency in stack.config["travel"]["agencies"]
    )

    def cancelled(caller) -> list[str]:
        """Return applications that all change at once."""
        made = [caller.call("application.create", order()) for _ in range(CHANGES)]
        ids = [answer.result["application_id"] for answer in made]
        params = [{"application_id": id_, "reason": "fault"} for id_ in ids]
        at_once(CHANGES, lambda i: caller.call("application.cancel", params[i]).result)
        return ids

    stuck = cancelled(slon)
    wait_until(lambda: agencies.hung)
    others = cancelled(parus)
    wait_until(lambda: set(others) <= set(agencies.arrived))
    assert agencies.most_at_once <= SLOTS
    unsent = stack.sql(
        "SELECT count(DISTINCT application.uuid) FROM tour_loan_callback callback "
        "JOIN tour_loan_application application ON application.id = application_id "
        "WHERE uuid = ANY(%s) AND callback.state = 'pending'",
        stuck,
    )
    assert unsent == [(CHANGES,)], "nothing of the hanging one is lost"
