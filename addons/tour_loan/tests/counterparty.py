"""The other side of a call, on a port of this machine."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Call:
    path: str
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


class Counterparty:
    """Records calls in ``calls``; answers what ``answer(call)`` returns.

    That is (status, body, headers), where a dict of the body becomes JSON; None drops
    the connection without an answer.
    """

    def __init__(self, answer=None):
        self.calls: list[Call] = []
        self.answer = answer or (lambda call: (200, b"", {}))
        counterparty = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.path, headers, body)
                counterparty.calls.append(call)
                answer = counterparty.answer(call)
                if answer is None:
                    self.close_connection = True
                    return
                status, content, headers = answer
                if isinstance(content, dict):
                    content = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class SmsGateway(Counterparty):
    """SMSC.ru: ``sends`` answers ``/rest/send/``, ``status`` and ``balance`` the others."""

    def __init__(self):
        super().__init__(self._answer)
        self.sends = lambda call: (200, {"id": "gw-1", "cnt": 1}, {})
        self.status = lambda call: (200, {"status": -3, "err": 0}, {})
        self.balance = lambda call: (200, {"balance": "100.00"}, {})

    def _answer(self, call):
        if call.path == "/sys/balance.php":
            return self.balance(call)
        return self.sends(call) if call.path == "/rest/send/" else self.status(call)

    def sent(self) -> list[dict]:
        return [call.json() for call in self.calls if call.path == "/rest/send/"]

    def asked(self) -> int:
        return sum(call.path == "/sys/status.php" for call in self.calls)
