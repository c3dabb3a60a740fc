"""The phone: an SMS gateway in the shape of SMSC.ru and the screen that shows what it delivered.

Gateway: POST /rest/send/ (JSON), GET|POST /sys/send.php, /sys/status.php, /sys/balance.php (form, ``fmt=3``). Always HTTP 200;
the answer is ``{"id", "cnt"[, "cost", "balance"]}`` or ``{"error", "error_code"}`` with SMSC's codes.
Faults: operations ``send`` and ``status``.

For tests: GET /_control/sms?phone=+7916…[&after=ID][&wait=SECONDS] -> {"messages": [newest first: {id, gateway_id,
phone, sender, text, code, parts, received_at}]}, waiting till there is one with id > after;
POST /_control/gateway {"error_code": 3 | null, "delivered": true | false}: refuse everything, or take and never deliver.

Settings in config.json, part ``phone``: login, password, optional apikey.
"""

import hashlib
import hmac
import math
import re
import time
from datetime import UTC, datetime, timedelta

from . import journal, kit
from .filters import MOSCOW

SCHEMA = """
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY AUTOINCREMENT, gateway_id INTEGER, phone TEXT, sender TEXT, text TEXT,
    parts INTEGER, received_at TEXT, delivered INTEGER
);
CREATE INDEX IF NOT EXISTS sms_phone ON sms (phone, id);
CREATE TABLE IF NOT EXISTS gateway (name TEXT PRIMARY KEY, value INTEGER);
"""
ERRORS = {
    1: "parameters error",
    2: "authorise error (invalid login or password)",
    3: "no money",
    4: "IP is blocked",
    5: "invalid date format",
    6: "message is denied",
    7: "invalid number",
    8: "message can't be delivered",
    9: "duplicate request, wait a minute",
}
LARGEST_ID = 2_147_483_647
PRICE = 3.5  # roubles for one part
REPEAT_WINDOW = timedelta(minutes=1)
DELIVERY_TIME = timedelta(seconds=2)
NOT_FOUND, WITH_OPERATOR, DELIVERED, IMPOSSIBLE = -3, 0, 1, 20
CODE = re.compile(r"(?<![\d.,-])\d{4,8}(?![\d.,-]*\d)")


class Refused(Exception):
    """The gateway's refusal; ``args[0]`` is one of ERRORS."""


def normal_phone(text: str) -> str:
    """A Russian number as +7XXXXXXXXXX.

    :raises Refused: 7, not such a number
    """
    digits = re.sub(r"[\s()+-]", "", text)
    if len(digits) == 10 and digits.startswith("9"):
        digits = "7" + digits
    if not re.fullmatch(r"[78]\d{10}", digits):
        raise Refused(7)
    return "+7" + digits[1:]


def parts(text: str) -> int:
    """How many SMS a text takes: 160/153 characters of ASCII, 70/67 of anything else."""
    single, multiple = (160, 153) if text.isascii() else (70, 67)
    length = len(text.encode("utf-16-be")) // 2
    return 1 if length <= single else math.ceil(length / multiple)


def find_code(text: str) -> str | None:
    """The one-time code of a message that speaks of one: the first separate group of 4 to 8 digits."""
    found = CODE.search(text) if "код" in text.lower() else None
    return found.group() if found else None


class Gateway:
    """What SMSC does with a request: ``fields`` are its parameters as strings."""

    def __init__(self, app):
        self.app = app

    def check_login(self, fields):
        settings = self.app.settings
        if fields.get("apikey"):
            right = settings.get("apikey") and same(fields["apikey"], settings["apikey"])
        else:
            hashed = hashlib.md5(settings["password"].encode(), usedforsecurity=False).hexdigest()
            password = fields.get("psw", "")
            right = same(fields.get("login", ""), settings["login"]) and (
                same(password, settings["password"]) or same(password.lower(), hashed)
            )
        if not right:
            raise Refused(2)

    def send(self, fields) -> dict:
        """Take a message for one number or several.

        :raises Refused: with a code of ERRORS
        """
        self.check_login(fields)
        text, own_id = fields.get("mes", ""), fields.get("id", "")
        numbers = [
            number for number in re.split(r"[,;\n]", fields.get("phones", "")) if number.strip()
        ]
        if (
            not text.strip()
            or not numbers
            or (own_id and not re.fullmatch(r"[1-9]\d{0,9}", own_id))
        ):
            raise Refused(1)
        if own_id and int(own_id) > LARGEST_ID:
            raise Refused(1)
        phones = [normal_phone(number) for number in numbers]
        count = parts(text)
        answer = {"cnt": count * len(phones)}
        cost = fields.get("cost", "0")
        if cost in ("1", "2", "3"):
            answer["cost"] = f"{PRICE * answer['cnt']:.2f}"
        if cost == "1":
            return answer
        if cost == "3":
            answer["balance"] = "1000.00"
        self.refuse_if_switched()
        with self.app.transaction() as database:
            gateway_id = int(own_id) if own_id else self.next_id(database)
            self.refuse_repeat(database, int(own_id) if own_id else None, phones, text)
            for phone in phones:
                database.execute(
                    "INSERT INTO sms (gateway_id, phone, sender, text, parts, received_at, delivered)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        gateway_id,
                        phone,
                        fields.get("sender") or "SMSC.RU",
                        text,
                        count,
                        journal.now(),
                        self.switch("delivered", 1),
                    ),
                )
        return {"id": gateway_id, **answer}

    def refuse_repeat(self, database, own_id, phones, text):
        since = (datetime.now(UTC) - REPEAT_WINDOW).isoformat(timespec="milliseconds")
        for row in database.execute("SELECT * FROM sms WHERE received_at > ?", (since,)):
            if row["gateway_id"] == own_id or (row["phone"] in phones and row["text"] == text):
                raise Refused(9)

    @staticmethod
    def next_id(database):
        return database.execute("SELECT 1000 + coalesce(max(id), 0) + 1 FROM sms").fetchone()[0]

    def switch(self, name, default):
        row = self.app.db.execute("SELECT value FROM gateway WHERE name = ?", (name,)).fetchone()
        return default if row is None or row["value"] is None else row["value"]

    def refuse_if_switched(self):
        code = self.switch("error_code", 0)
        if code:
            raise Refused(code)

    def balance(self, fields) -> dict:
        """The money of the account; {"balance": "0.00"} while "no money" is switched on.

        :raises Refused: 2, or what is wrong with the account
        """
        self.check_login(fields)
        code = self.switch("error_code", 0)
        if code in (2, 4):
            raise Refused(code)
        return {"balance": "0.00" if code == 3 else "1000.00"}

    def status(self, fields) -> dict:
        """The state of a message: {"status", "last_date" (Moscow), "last_timestamp", …}.

        :raises Refused: 1, 2 or 7
        """
        self.check_login(fields)
        if not fields.get("id", "").isdigit():
            raise Refused(1)
        row = self.app.db.execute(
            "SELECT * FROM sms WHERE gateway_id = ? AND phone = ? ORDER BY id DESC",
            (int(fields["id"]), normal_phone(fields.get("phone", ""))),
        ).fetchone()
        if row is None:
            return {"status": NOT_FOUND, "last_date": "", "last_timestamp": 0}
        received = datetime.fromisoformat(row["received_at"])
        changed, status = received, WITH_OPERATOR
        if datetime.now(UTC) - received >= DELIVERY_TIME:
            changed = received + DELIVERY_TIME
            status = DELIVERED if row["delivered"] else IMPOSSIBLE
        answer = {
            "status": status,
            "last_date": moscow(changed),
            "last_timestamp": int(changed.timestamp()),
        }
        if fields.get("all") in ("1", "2"):
            answer.update(
                send_date=moscow(received),
                send_timestamp=int(received.timestamp()),
                phone=row["phone"].lstrip("+"),
                cost=f"{PRICE * row['parts']:.2f}",
                sender_id=row["sender"],
                message=row["text"],
            )
        return answer


def same(given: str, right: str) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(given.encode(), right.encode())


def moscow(moment: datetime) -> str:
    """A time as SMSC writes it."""
    return moment.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M:%S")


def make_app(config, state_dir) -> kit.App:
    """The server."""
    app = kit.App("phone", "Телефон", config, state_dir, accent="#0b7a75")
    app.schema(SCHEMA)
    app.jinja.filters["code"] = find_code
    gateway = Gateway(app)

    def answer(work, fields):
        fields = {name: str(value) for name, value in fields.items() if value is not None}
        try:
            return work(fields)
        except Refused as refused:
            code = refused.args[0]
            return {"error": ERRORS[code], "error_code": code}

    @app.route("/rest/send/", methods=["POST"])
    @app.faulty("send")
    def rest_send(request):
        fields = request.get_json(force=True, silent=True)
        return answer(gateway.send, fields if isinstance(fields, dict) else {})

    @app.route("/sys/send.php", methods=["GET", "POST"])
    @app.faulty("send")
    def send(request):
        # Other formats of the answer are not played here.
        return answer(gateway.send, request.values if request.values.get("fmt") == "3" else {})

    @app.route("/sys/status.php", methods=["GET", "POST"])
    @app.faulty("status")
    def status(request):
        return answer(gateway.status, request.values if request.values.get("fmt") == "3" else {})

    @app.route("/sys/balance.php", methods=["GET", "POST"])
    @app.faulty("send")
    def balance(request):
        return answer(gateway.balance, request.values if request.values.get("fmt") == "3" else {})

    add_screen(app)
    add_control(app)
    return app


def add_screen(app):
    """The page that looks like a phone."""

    def conversation(chosen):
        threads = app.db.execute(
            "SELECT phone, max(id) AS last, count(*) AS count FROM sms WHERE delivered GROUP BY phone ORDER BY last DESC"
        ).fetchall()
        shown = chosen or (threads[0]["phone"] if threads else None)
        rows = app.db.execute(
            "SELECT * FROM (SELECT * FROM sms WHERE phone = ? AND delivered ORDER BY id DESC LIMIT 50) ORDER BY id",
            (shown,),
        ).fetchall()
        return {"threads": threads, "shown": shown, "messages": rows}

    @app.page("/")
    def home(request):
        return app.render("home.html", **conversation(asked_phone(request)))

    @app.page("/screen")
    def screen(request):
        return app.render("screen.html", **conversation(asked_phone(request)))


def asked_phone(request) -> str | None:
    """The number of ``?phone=``; a plus left as it is comes as a space."""
    try:
        return normal_phone(request.args["phone"]) if request.args.get("phone") else None
    except Refused:
        return None


def add_control(app):
    """What tests ask."""

    @app.page("/_control/sms")
    def sms(request):
        phone, after = asked_phone(request), request.args.get("after", 0, int)
        until = time.monotonic() + request.args.get("wait", 0, float)
        while True:
            rows = app.db.execute(
                "SELECT * FROM sms WHERE (? IS NULL OR phone = ?) AND id > ? AND delivered ORDER BY id DESC LIMIT 200",
                (phone, phone, after),
            ).fetchall()
            if rows or time.monotonic() >= until:
                return {"messages": [{**dict(row), "code": find_code(row["text"])} for row in rows]}
            time.sleep(0.05)

    @app.page("/_control/gateway", methods=["POST"])
    def switches(request):
        for name, value in request.get_json().items():
            app.db.execute("INSERT OR REPLACE INTO gateway VALUES (?, ?)", (name, value))
        return {"ok": True}


if __name__ == "__main__":
    kit.main(make_app)
