"""PayU's books: payments, refunds, answers kept under their keys, notices and when they leave."""

import json
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from . import journal, payu_words
from .payu_checks import Refused, amount, same_currency
from .payu_notices import NOTICE_TIMES, Notices
from .payu_words import PAID, REFUNDED, WAITING

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id INTEGER PRIMARY KEY AUTOINCREMENT, reference TEXT UNIQUE, token TEXT, amount TEXT, status TEXT, method TEXT,
    paid_by TEXT, payer TEXT, email TEXT, phone TEXT, description TEXT, success_url TEXT, fail_url TEXT,
    created_at TEXT, expires_at TEXT, changed_at TEXT
);
CREATE TABLE IF NOT EXISTS refund (
    id INTEGER PRIMARY KEY AUTOINCREMENT, payment_id INTEGER, merchant_reference TEXT, amount TEXT, status TEXT,
    created_at TEXT
);
CREATE TABLE IF NOT EXISTS detail (payment_id INTEGER PRIMARY KEY, kind TEXT, body TEXT, captured_at TEXT);
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, payment_id INTEGER, at TEXT, authorized TEXT, amount TEXT, method TEXT,
    code TEXT, message TEXT
);
CREATE TABLE IF NOT EXISTS kept_answer (key TEXT PRIMARY KEY, code INTEGER, body TEXT, created_at TEXT);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
"""
SETTINGS = {
    "notice": "before",
    "refund_seconds": "2",
    "two_steps": "",
    "manual_capture": "",
    "status_with_extras": "",
    "status_without_sum": "",
    "refund_without_id": "",
    "refund_pending_told": "",
    "same_day": "",
    "calls_per_minute": "",
}
FIRST_NUMBER = 2_297_000
KEPT_FOR = timedelta(hours=24)
CALLS_PER_MINUTE = 6000  # as long as the setting is empty
AUTHORIZED, REVERSED = "PAYMENT_AUTHORIZED", "REVERSED"
FRAUD = "Fraudulent transaction: the cardholder does not recognise the payment"


class Bank(Notices):
    """All that happens to a payment after it was asked for."""

    def __init__(self, app):
        self.app = app
        app.schema(SCHEMA)
        app.outgoing("notice")
        self._calls, self._calls_lock = [], threading.Lock()

    def count_call(self):
        """Count a call of the shop: (limit, left, seconds until there is room); left < 0 is too many."""
        limit = int(self.setting("calls_per_minute") or CALLS_PER_MINUTE)
        with self._calls_lock:
            now = time.monotonic()
            self._calls = [moment for moment in self._calls if now - moment < 60]
            room = int(60 - (now - self._calls[0])) + 1 if self._calls else 60
            if len(self._calls) >= limit:
                return limit, -1, room
            self._calls.append(now)
            return limit, limit - len(self._calls), room

    # ---- settings

    def setting(self, name):
        row = self.app.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else SETTINGS[name]

    def settings(self):
        return {name: self.setting(name) for name in SETTINGS}

    def set(self, **values):
        """:raises KeyError: unknown setting or notice time"""
        for name, value in values.items():
            SETTINGS[name]
            if name == "notice":
                NOTICE_TIMES[value]
            self.app.db.execute(
                "INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, str(value or ""))
            )

    # ---- answers kept for 24 hours

    def kept(self, key):
        """The answer given before under this idempotency key, as (code, text), or None."""
        since = (datetime.now(UTC) - KEPT_FOR).isoformat()
        row = self.app.db.execute(
            "SELECT code, body FROM kept_answer WHERE key = ? AND created_at > ?", (key, since)
        ).fetchone()
        return (row["code"], row["body"]) if row else None

    def keep(self, key, code, body):
        self.app.db.execute(
            "INSERT OR REPLACE INTO kept_answer VALUES (?, ?, ?, ?)",
            (key, code, body, journal.now()),
        )

    # ---- payments

    def _select(self, rest, *values):
        query = (
            "SELECT payment.*, coalesce(detail.kind, 'page') AS kind, detail.captured_at FROM payment"
            f" LEFT JOIN detail ON detail.payment_id = payment.id {rest}"
        )
        return [dict(row) for row in self.app.db.execute(query, values)]

    def payments(self):
        return self._select("ORDER BY payment.id DESC LIMIT 300")

    def payment(self, reference):
        return next(iter(self._select("WHERE reference = ?", reference)), None)

    def by_number(self, number):
        return next(iter(self._select("WHERE payment.id = ?", number)), None)

    def details(self, payment) -> dict:
        """What else the shop said of the payer and the goods."""
        row = self.app.db.execute(
            "SELECT body FROM detail WHERE payment_id = ?", (payment["id"],)
        ).fetchone()
        return json.loads(row["body"]) if row else {}

    def attempts(self, payment):
        rows = self.app.db.execute(
            "SELECT * FROM attempt WHERE payment_id = ? ORDER BY id", (payment["id"],)
        )
        return [dict(row) for row in rows]

    def _attempt(self, payment, authorized, method, code, message):
        self.app.db.execute(
            "INSERT INTO attempt (payment_id, at, authorized, amount, method, code, message)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (payment["id"], journal.now(), authorized, payment["amount"], method, code, message),
        )

    def create(self, order):
        """:raises Refused: DUPLICATE_ORDER"""
        now = datetime.now(UTC)
        with self.app.transaction() as database:
            if database.execute(
                "SELECT 1 FROM payment WHERE reference = ?", (order["reference"],)
            ).fetchone():
                raise Refused(400, "DUPLICATE_ORDER", "merchantPaymentReference was used before")
            last = database.execute("SELECT max(id) FROM payment").fetchone()[0]
            values = {
                **{
                    name: value
                    for name, value in order.items()
                    if name not in ("seconds", "kind", "details")
                },
                "id": (last or FIRST_NUMBER) + 1,
                "token": secrets.token_urlsafe(12),
                "status": WAITING,
                "created_at": now.isoformat(),
                "expires_at": (now + timedelta(seconds=order["seconds"])).isoformat(),
                "changed_at": now.isoformat(),
            }
            names = ", ".join(values)
            marks = ", ".join("?" * len(values))
            database.execute(
                f"INSERT INTO payment ({names}) VALUES ({marks})", tuple(values.values())
            )
            database.execute(
                "INSERT INTO detail (payment_id, kind, body) VALUES (?, ?, ?)",
                (values["id"], order["kind"], order["details"]),
            )
        return self.payment(order["reference"])

    def move(self, payment, status, paid_by=None):
        self.app.db.execute(
            "UPDATE payment SET status = ?, paid_by = coalesce(?, paid_by), changed_at = ? WHERE id = ?",
            (status, paid_by, journal.now(), payment["id"]),
        )
        return self.by_number(payment["id"])

    def is_open(self, payment):
        """Whether the payer may (still) pay on the page."""
        is_undecided = payment["status"] in (WAITING, "CARD_NOTAUTHORIZED")
        return is_undecided and datetime.fromisoformat(payment["expires_at"]) > datetime.now(UTC)

    def pay(self, payment, method):
        """Take the money, or hold it; the notice leaves as the setting says."""
        self._attempt(payment, "SUCCESS", method, "AUTHORIZED", "Approved")
        if self.setting("two_steps") or self.setting("manual_capture"):
            payment = self.move(payment, AUTHORIZED, method)
            self.tell(payment)
            if not self.setting("manual_capture"):
                self.app.later(3, self.take, payment["id"])
            return payment
        return self.take(payment["id"], method)

    def take(self, number, paid_by=None):
        """Take the money for good and tell the shop."""
        self.app.db.execute(
            "UPDATE detail SET captured_at = ? WHERE payment_id = ?", (journal.now(), number)
        )
        payment = self.move(self.by_number(number), PAID, paid_by)
        self.tell(payment)
        return payment

    def capture_asked(self, fields):
        """Check a capture request of the shop and carry it out: all that is held, or nothing."""
        same_currency(fields.get("currency"))
        payment = self.by_number(fields.get("payuPaymentReference"))
        if not payment:
            raise Refused(400, "REFERENCE_NOT_FOUND", "payuPaymentReference is not known")
        whole = Decimal(payment["amount"])
        if amount(fields.get("originalAmount"), "originalAmount") != whole:
            raise Refused(400, "INVALID_ORIGINAL_AMOUNT", "originalAmount is not what is held")
        if amount(fields.get("amount"), "amount") > whole:
            raise Refused(400, "INVALID_AMOUNT", f"Only {whole} is held")
        if payment["status"] in (PAID, REFUNDED):
            raise Refused(202, "ALREADY_CONFIRMED", "The payment was confirmed before")
        if payment["status"] != AUTHORIZED:
            raise Refused(400, "ERROR_CONFIRMING_ORDER", "Nothing is held for this payment")
        if amount(fields["amount"], "amount") < whole:
            raise Refused(400, "PARTIAL_AMOUNT_NOT_SUPPORTED", "All of it or nothing")
        self.app.later(0.2, self.take, payment["id"])
        return payment["id"]

    def decline(self, payment, method, code="GWERROR_51", message="Insufficient funds"):
        self._attempt(payment, "FAILED", method, code, message)
        payment = self.move(payment, "CARD_NOTAUTHORIZED", method)
        self.tell(payment, message=message, code=code)
        return payment

    def report(self, payment):
        """The answer to a status question."""
        return payu_words.report(
            payment,
            self.attempts(payment),
            self.refunds(payment),
            payment["captured_at"],
            self.setting("status_with_extras"),
            self.setting("status_without_sum"),
            self.setting("refund_without_id"),
        )

    # ---- refunds

    def refunds(self, payment):
        rows = self.app.db.execute(
            "SELECT * FROM refund WHERE payment_id = ? ORDER BY id", (payment["id"],)
        )
        return [dict(row) for row in rows]

    def rest(self, payment):
        return Decimal(payment["amount"]) - sum(
            Decimal(refund["amount"]) for refund in self.refunds(payment)
        )

    def refund(self, payment, sum_, merchant_reference):
        """Accept a refund; it is carried out a little later. Returns its text id.

        What is only held is released at once and told as a bare REVERSED.
        """
        is_held = payment["status"] == AUTHORIZED
        with self.app.transaction() as database:
            if not is_held and payment["status"] not in (PAID, REFUNDED, REVERSED):
                raise Refused(400, "INVALID_ORDER_STATE", "Only what was paid can be refunded")
            rest = self.rest(payment)
            if not rest or (is_held and sum_ != rest):
                raise Refused(202, "ALREADY_CANCELLED", "The payment was refunded before")
            if sum_ > rest:
                raise Refused(400, "INVALID_AMOUNT", f"Only {rest} can be refunded")
            number = self._note_refund(
                database, payment, sum_, REVERSED if is_held else "PENDING", merchant_reference
            )
        refund = self._refund_row(number)
        if is_held:
            self.tell(self.move(payment, REVERSED))
        else:
            if self.setting("refund_pending_told"):
                self.tell(payment, refund=refund, status=REFUNDED)
            self.app.later(float(self.setting("refund_seconds") or 0), self._carry_out, number)
        return payu_words.refund_id(refund)

    @staticmethod
    def _note_refund(database, payment, sum_, status, merchant_reference=""):
        return database.execute(
            "INSERT INTO refund (payment_id, merchant_reference, amount, status, created_at) VALUES (?, ?, ?, ?, ?)"
            " RETURNING id",
            (payment["id"], merchant_reference, str(sum_), status, journal.now()),
        ).fetchone()["id"]

    def _refund_row(self, number):
        return dict(self.app.db.execute("SELECT * FROM refund WHERE id = ?", (number,)).fetchone())

    def refund_asked(self, fields):
        """Check and accept a refund request of the shop."""
        same_currency(fields.get("currency"))
        payment = self.by_number(fields.get("payuPaymentReference"))
        if not payment:
            raise Refused(400, "REFERENCE_NOT_FOUND", "payuPaymentReference is not known")
        if amount(fields.get("originalAmount"), "originalAmount") != Decimal(payment["amount"]):
            raise Refused(400, "INVALID_AMOUNT", "originalAmount is not the amount of the payment")
        sum_ = amount(fields.get("amount"), "amount")
        return self.refund(payment, sum_, str(fields.get("merchantRefundReference") or ""))

    def _carry_out(self, number):
        refund = self._refund_row(number)
        if refund["status"] != "PENDING":
            return
        payment = self.by_number(refund["payment_id"])
        # A whole refund of the same day is no refund to the bank: the payment is taken back.
        is_reversal = self.setting("same_day") and Decimal(refund["amount"]) == Decimal(
            payment["amount"]
        )
        status = REVERSED if is_reversal else REFUNDED
        self.app.db.execute("UPDATE refund SET status = ? WHERE id = ?", (status, number))
        payment = self.move(payment, status)
        self.tell(payment, refund=None if is_reversal else {**refund, "status": status})

    def charge_back(self, payment, reason):
        """The payer's bank takes back what is left; PayU lists it among the refunds."""
        with self.app.transaction() as database:
            number = self._note_refund(database, payment, self.rest(payment), REFUNDED)
        payment = self.move(payment, REFUNDED)
        self.tell(payment, refund=self._refund_row(number), chargeback=reason or FRAUD)
