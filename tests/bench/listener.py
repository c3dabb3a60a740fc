"""The agencies' end of the callbacks: notes when each came; one agency hangs."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANGS_FOR = 30  # seconds, longer than the sender waits


class Listener:
    """Serves all agencies on one port of the loopback interface.

    ``arrivals``: {(application id, status): time.monotonic() of the first arrival}.
    """

    def __init__(self, hanging: str):
        arrivals = self.arrivals = {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                came = time.monotonic()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path.endswith(f"/{hanging}"):
                    time.sleep(HANGS_FOR)
                    return
                data = body["data"]
                arrivals.setdefault((data["application_id"], data["status"]), came)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving; what hangs is left to its fate."""
        self._server.shutdown()
        self._server.server_close()
