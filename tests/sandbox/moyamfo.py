"""MoyaMFO: the lender's accounting system as a 1C publication, with a desk for its people.

SOAP at /mfo/ws/TourCabinet.1cws (WSDL: ``?wsdl``); see ``moyamfo_soap``; the same books behind
three other interfaces: ``moyamfo_faces``. Pages: / (the
desk), /quirks (what a 1C publication does against its contract). Faults: every SOAP
operation, and ``ping`` outgoing.

For tests, JSON: GET /_control/books -> {"applications", "contracts", "money", "settings"};
GET|POST /_control/settings {name: value} (see moyamfo_books.SETTINGS: rule "approve" |
"decline" | "needs" | "off", seconds, share, rate, payout_seconds, ping, repeats, day_shift …);
POST /_control/decide {"uid", "decision": "approve" | "decline" | "needs", "amount", "months",
"rate", "decline_code", "decline_text", "needs"}; POST /_control/pay {"uid"}; POST /_control/annul
{"uid"}; POST /_control/cancel {"uid", "agree": true | false} (with the setting "cancels": "desk"); GET|POST /_control/quirks {"name", "on"}; POST /_control/ping; POST /_control/seed
{"contracts": N}: N issued contracts at once.

Settings in config.json, part ``moyamfo``: login, password, ping_url, ping_token.
"""

import json
import logging
import time

import requests
from werkzeug.exceptions import BadRequest

from . import kit, moyamfo_desk, moyamfo_faces, moyamfo_seed
from .moyamfo_books import Books, Refusal
from .moyamfo_cancels import Cancels
from .moyamfo_money import Money
from .moyamfo_operations import Operations
from .moyamfo_quirks import QUIRKS, Quirks
from .moyamfo_soap import Soap

_logger = logging.getLogger(__name__)
TICK = 0.2  # seconds between looks at what falls due


def make_app(config, state_dir) -> kit.App:
    app = kit.App("moyamfo", "1С:МояМФО", config, state_dir, accent="#8a6300")
    pinger = Pinger(app)
    books = Books(app, changed=pinger.changed)
    pinger.books = books
    money, cancels, switches = Money(books), Cancels(books), Quirks(app)
    soap = Soap(app, switches, Operations(books, money, cancels).handlers())
    moyamfo_faces.add(app, soap.handlers)
    moyamfo_desk.add(app, books, money, cancels, switches)
    _add_control(app, books, money, cancels, switches, pinger)
    app.later(0, _work_forever, books)
    return app


class Pinger:
    """Tells the cabinet that something changed; the body says nothing worth believing."""

    def __init__(self, app):
        self.app, self.books = app, None
        app.outgoing("ping")

    def changed(self, uid):
        if self.books.settings()["ping"] and self.app.settings.get("ping_url"):
            self.app.later(0, self.ping, uid)

    def ping(self, uid=None):
        try:
            self.app.send(
                "ping", "POST", self.app.settings["ping_url"], timeout=5,
                headers={"X-Token": self.app.settings.get("ping_token", "")}, json={"УИД": uid},
            )  # fmt: skip
        except requests.RequestException:
            pass  # the journal has it; the cabinet polls anyway


def _work_forever(books):
    """What falls due by itself; the state is in the database, so a restart loses nothing."""
    while True:
        try:
            books.work()
        except Refusal:
            pass  # somebody decided in the same moment
        except Exception:
            _logger.exception("the rule")
        time.sleep(TICK)


def _add_control(app, books, money, cancels, switches, pinger):
    @app.page("/_control/books")
    def state(request):
        applications = [dict(row) for row in books.rows("SELECT * FROM application ORDER BY id")]
        for row in applications:
            for name in ("body", "signature", "commitment", "payout", "needs"):
                row[name] = json.loads(row[name]) if row[name] else None
        contracts = [
            money.contract(row)
            for row in books.rows("SELECT * FROM application WHERE signature IS NOT NULL")
        ]
        movements = [dict(row) for row in books.rows("SELECT * FROM money ORDER BY id")]
        for row in movements:
            row["body"] = json.loads(row["body"])
        return {
            "applications": applications,
            "contracts": contracts,
            "money": movements,
            "settings": books.settings(),
        }

    @app.page("/_control/settings", methods=["GET", "POST"])
    def settings(request):
        if request.method == "POST":
            _try(app, books.set, **request.get_json())
        return books.settings()

    @app.page("/_control/decide", methods=["POST"])
    def decide(request):
        order = request.get_json()
        _try(app, books.decide, order.pop("uid"), order.pop("decision"), **order)
        return {"ok": True}

    @app.page("/_control/pay", methods=["POST"])
    def pay(request):
        _try(app, books.pay_agency, request.get_json()["uid"])
        return {"ok": True}

    @app.page("/_control/annul", methods=["POST"])
    def annul(request):
        _try(app, books.annul, request.get_json()["uid"])
        return {"ok": True}

    @app.page("/_control/cancel", methods=["POST"])
    def cancel(request):
        order = request.get_json()
        _try(app, cancels.answer, order["uid"], order["agree"])
        return {"ok": True}

    @app.page("/_control/quirks", methods=["GET", "POST"])
    def quirks(request):
        if request.method == "POST":
            order = request.get_json()
            _try(app, switches.switch, order["name"], order["on"])
        return {"known": QUIRKS, "on": sorted(switches.on())}

    @app.page("/_control/ping", methods=["POST"])
    def ping(request):
        pinger.ping()
        return {"ok": True}

    @app.page("/_control/seed", methods=["POST"])
    def seed(request):
        moyamfo_seed.contracts(books, request.get_json()["contracts"])
        return {"ok": True}


def _try(app, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except (Refusal, ValueError, TypeError) as wrong:
        raise BadRequest(response=app.json({"error": str(wrong)}, 400)) from wrong


if __name__ == "__main__":
    kit.main(make_app)
