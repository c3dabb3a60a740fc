"""A stand-in for PayU on a real socket: says what it is told to, checks who asks."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DROP = object()  # the connection is cut without an answer


class StandIn:
    """``replies`` are taken in turn: (HTTP status, content or bytes), or DROP; then 500."""

    def __init__(self, merchant, secret):
        self.merchant, self.secret = merchant, secret
        self.replies, self.requests = [], []
        standin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                standin.requests.append((self.command, self.path, dict(self.headers), body))
                reply = standin.replies.pop(0) if standin.replies else (500, {})
                if reply is DROP:
                    return
                status, content = reply
                if not standin.knows(self.command, self.path, self.headers, body):
                    status, content = 401, {"status": "HASH_MISMATCH"}
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def knows(self, method, path, headers, body):
        """Check a signature in the stand-in's own way."""
        digest = hashlib.md5(body).hexdigest()
        text = self.merchant + headers["X-Header-Date"] + method + path.replace("?", "") + digest
        right = hmac.new(self.secret.encode(), text.encode(), "sha256").hexdigest()
        return headers["X-Header-Signature"] == right

    def close(self):
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def last(self):
        """The last request: method, path, headers, content."""
        method, path, headers, body = self.requests[-1]
        return method, path, headers, json.loads(body) if body else None
