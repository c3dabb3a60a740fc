"""What every sandbox server is made of.

A server is one file with a ``make_app(config, state_dir) -> App`` and
``if __name__ == "__main__": kit.main(make_app)``; it runs as
``python -m tests.sandbox.<name> --port N --state DIR --config FILE.json``.

    app = App("phone", "Телефон", config, state_dir, accent="#0b7a75")
    app.schema("CREATE TABLE IF NOT EXISTS sms (...)")   # kit tables: message, fault

    @app.route("/sys/send.php", methods=["POST"])        # written to the journal
    @app.faulty("send")                                  # its fault switch
    def send(request, **args): return app.json({...})    # Response, str (HTML), dict (JSON)

    @app.page("/")                                       # for people: not in the journal
    def home(request): return app.render("home.html", ...)

- ``app.config`` the whole config.json; ``app.settings`` its part ``config[name]``.
- ``app.db``: sqlite3 in WAL, one connection per thread, autocommit, rows by name;
  ``with app.transaction() as db:`` for several statements at once. State survives restart.
- ``app.faulty("operation")`` decorates any function called inside a request, and
  ``with app.fault("operation"):`` does it for a block: kinds slow, 500, html, drop_before, drop_after.
- ``app.outgoing("ping", ...)`` declares operations of ``app.send("ping", "POST", url, data=..., headers=...,
  timeout=...) -> requests.Response`` (raises requests.RequestException; redirects are not followed): kinds slow,
  drop_before, drop_after, duplicate, out_of_order. Use it in ``app.later(seconds, function, *args)`` (a daemon
  thread): an out_of_order message waits for the next one of its operation, 10 s at most.
- ``app.on_reset(function)``: run after POST /_control/reset emptied every table.
- ``app.render(template, **context)``: templates/<name>/ over templates/ (extend "base.html"; blocks title, content).
  Filters: ``money`` (12 500,50 ₽), ``moment`` and ``minute`` (ISO -> Moscow time), ``pretty`` (JSON with indents).
- ``with app.running() as url:`` serves on a free port in a thread (tests).

Pages of every server: /log, /faults. For tests, JSON: GET /_control/health, GET /_control/messages
(?direction=in|out&operation=&after=ID&limit=; {"messages": [newest first]}), GET|POST /_control/faults
({"operation", "kind" (null = off), "times" (null = until off), "seconds"}), POST /_control/reset.
"""

import argparse
import contextlib
import functools
import json
import logging
import signal
import socket
import sqlite3
import sys
import threading
import time
import traceback
from pathlib import Path

import jinja2
import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from . import faults, filters, journal, own_pages
from .outgoing import Outgoing

_logger = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent


class App:
    """One sandbox server: routes, database, journal, faults, templates."""

    def __init__(self, name, title, config, state_dir, accent="#2f5bea"):
        self.name, self.title, self.config, self.accent = name, title, config, accent
        self.settings = config.get(name, {})
        self.operations = {}
        self._rules, self._handlers, self._reset_hooks = Map(), {}, []
        self.sender = Outgoing(self)
        self._local = threading.local()
        state_dir = Path(state_dir)
        state_dir.mkdir(parents=True, exist_ok=True)
        self._file = state_dir / f"{name}.sqlite3"
        self.schema(journal.SCHEMA + faults.SCHEMA)
        self.jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader([HERE / "templates" / name, HERE / "templates"]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.jinja.filters.update(filters.FILTERS)
        self.jinja.globals.update(app=self)
        own_pages.add(self)

    # ---- database

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self._file, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return self._local.connection

    @contextlib.contextmanager
    def transaction(self):
        """Several statements as one; the write lock is taken at the start."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def schema(self, script: str) -> None:
        """Create tables (CREATE TABLE IF NOT EXISTS ...)."""
        self.db.executescript(script)

    def on_reset(self, function):
        """Register what must be put back after a reset."""
        self._reset_hooks.append(function)
        return function

    def reset(self) -> None:
        """Empty every table, faults and journal included."""
        with self.transaction() as database:
            tables = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
            for table in tables:
                database.execute(f'DELETE FROM "{table["name"]}"')
        for hook in self._reset_hooks:
            hook()

    # ---- requests in

    def route(self, rule, methods=("GET",), logged=True):
        """Handle a rule (Werkzeug's syntax) by ``handler(request, **args)``."""

        def register(handler):
            endpoint = f"{rule} {','.join(methods)}"
            self._rules.add(Rule(rule, methods=list(methods), endpoint=endpoint))
            self._handlers[endpoint] = (handler, logged)
            return handler

        return register

    def page(self, rule, methods=("GET",)):
        """A route for people: not written to the journal."""
        return self.route(rule, methods, logged=False)

    def faulty(self, operation):
        """Give a function of an incoming operation its fault switch."""
        self.operations[operation] = faults.INCOMING

        def decorate(function):
            @functools.wraps(function)
            def wrapped(*args, **kwargs):
                with self.fault(operation):
                    return function(*args, **kwargs)

            return wrapped

        return decorate

    @contextlib.contextmanager
    def fault(self, operation):
        """The work of an incoming operation, spoilt as the switch says."""
        self.operations.setdefault(operation, faults.INCOMING)
        kind, seconds = faults.take(self.db, operation)
        self._local.operation, self._local.fault = operation, kind
        if kind == "500":
            raise faults.Answered(Response("Internal Server Error", 500))
        if kind == "html":
            raise faults.Answered(Response(faults.HTML, 200, mimetype="text/html"))
        if kind == "drop_before":
            raise faults.Dropped("before the work")
        yield
        if kind == "slow":
            time.sleep(seconds)
        if kind == "drop_after":
            raise faults.Dropped("after the work")

    def __call__(self, environ, start_response):
        request, started = Request(environ), time.monotonic()
        body = request.get_data(cache=True)
        self._local.operation = self._local.fault = error = response = None
        logged = True
        try:
            endpoint, args = self._rules.bind_to_environ(environ).match()
            handler, logged = self._handlers[endpoint]
            response = self._response(handler(request, **args))
        except faults.Answered as answered:
            response = answered.response
        except faults.Dropped as dropped:
            error = f"dropped {dropped}"
        except HTTPException as refusal:
            response = refusal.get_response(environ)
        except Exception:
            _logger.exception("%s %s", request.method, request.url)
            error = traceback.format_exc()
            response = Response("Internal Server Error", 500)
        if logged or error:
            journal.write(
                self.db,
                direction="in",
                operation=self._local.operation,
                method=request.method,
                url=request.url,
                request_headers=json.dumps(dict(request.headers), ensure_ascii=False),
                request_body=journal.as_text(body),
                status=response.status_code if response else None,
                response_body=journal.as_text(response.get_data()) if response else "",
                fault=self._local.fault,
                error=error,
                seconds=round(time.monotonic() - started, 3),
            )
        if response is None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise faults.Dropped(error)
        return response(environ, start_response)

    def _response(self, answer) -> Response:
        if isinstance(answer, (dict, list)):
            return self.json(answer)
        if isinstance(answer, (str, bytes)):
            return Response(answer, mimetype="text/html")
        return answer

    def json(self, value, status=200) -> Response:
        """A JSON answer."""
        text = json.dumps(value, ensure_ascii=False, default=str)
        return Response(text, status, mimetype="application/json")

    def render(self, template, status=200, **context) -> Response:
        """A page from a template."""
        text = self.jinja.get_template(template).render(**context)
        return Response(text, status, mimetype="text/html")

    # ---- messages out

    def outgoing(self, *operations) -> None:
        """Declare operations of :meth:`send`, so that their faults can be switched."""
        self.operations.update(dict.fromkeys(operations, faults.OUTGOING))

    def later(self, seconds, function, *args, **kwargs) -> threading.Timer:
        """Call a function in a thread of its own; it is lost if the server stops before."""
        timer = threading.Timer(seconds, function, args, kwargs)
        timer.daemon = True
        timer.start()
        return timer

    def send(self, operation, method, url, timeout=20, **options) -> requests.Response:
        """Send a message and write it to the journal; ``options`` as of requests.request.

        :raises requests.RequestException: nobody there, no answer in ``timeout`` seconds, or the fault says so
        """
        self.operations.setdefault(operation, faults.OUTGOING)
        return self.sender.send(operation, method, url, timeout, **options)

    # ---- serving

    def server(self, port=0):
        """A threaded HTTP server on 127.0.0.1, not yet serving."""
        return make_server("127.0.0.1", port, self, threaded=True, request_handler=_Handler)

    @contextlib.contextmanager
    def running(self, port=0):
        """Serve in a thread; yields the address."""
        server = self.server(port)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes; with Nagle the second would wait 40 ms for an ACK.
    disable_nagle_algorithm = True

    def log_request(self, *args):
        """Nothing on stderr: the journal has it."""


def main(make_app) -> None:
    """Run a server from the command line; SIGTERM stops it at once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--state", type=Path, required=True, help="folder for the server's database"
    )
    parser.add_argument(
        "--config", type=Path, required=True, help="the sandbox's common config.json"
    )
    options = parser.parse_args()
    config = json.loads(options.config.read_text(encoding="utf-8"))
    app = make_app(config, options.state)
    server = app.server(options.port)
    # Raised in the main thread, inside serve_forever; the other threads are daemons.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"{app.title}: http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()
