"""Messages a sandbox server sends, with their faults and their place in the journal."""

import json
import threading
import time

import requests

from . import faults, journal


class Outgoing:
    """Sends for one server."""

    def __init__(self, app):
        self.app = app
        self._held = {}  # operation -> event of the out_of_order message that waits
        self._lock = threading.Lock()

    def send(self, operation, method, url, timeout, **options) -> requests.Response:
        """As ``App.send``."""
        if isinstance(options.get("data"), str):
            options["data"] = options["data"].encode()
        kind, seconds = faults.take(self.app.db, operation)
        if kind == "slow":
            time.sleep(seconds)
        if kind == "out_of_order":
            self._let_next_pass(operation, seconds)
        message = {"operation": operation, "method": method, "url": url, "fault": kind}
        if kind == "drop_before":
            self._write(message, options, error="dropped before sending")
            raise requests.ConnectionError("fault: dropped before sending")
        try:
            for _repeat in range(2 if kind == "duplicate" else 1):
                response = self._send_once(message, timeout, options)
        finally:
            with self._lock:
                held = self._held.pop(operation, None)
            if held:
                held.set()
        if kind == "drop_after":
            raise requests.ConnectionError("fault: the answer was lost")
        return response

    def waits(self, operation) -> bool:
        """Is a message of this operation being held back?"""
        return operation in self._held

    def _let_next_pass(self, operation, seconds):
        with self._lock:
            if operation in self._held:
                return  # this one is the next that another waits for
            passed = self._held[operation] = threading.Event()
        passed.wait(seconds)

    def _send_once(self, message, timeout, options):
        started, response, error = time.monotonic(), None, None
        try:
            response = requests.request(
                message["method"],
                message["url"],
                timeout=timeout,
                **{"allow_redirects": False, **options},
            )
            return response
        except requests.RequestException as failure:
            error = str(failure)
            raise
        finally:
            self._write(message, options, response, error, time.monotonic() - started)

    def _write(self, message, options, response=None, error=None, seconds=0.0):
        journal.write(
            self.app.db,
            direction="out",
            **message,
            request_headers=json.dumps(dict(options.get("headers") or {}), ensure_ascii=False),
            request_body=journal.as_text(options.get("data") or options.get("json")),
            status=response.status_code if response is not None else None,
            response_body=journal.as_text(response.content) if response is not None else "",
            error=error,
            seconds=round(seconds, 3),
        )
