"""PayU's books: payments, refunds, answers kept under their keys, notices and when they leave."""

import json
import secrets
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import requests

from . import journal
from .payu_checks import Refused, amount, currency, signature

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
CREATE TABLE IF NOT EXISTS kept_answer (key TEXT PRIMARY KEY, code INTEGER, body TEXT, created_at TEXT);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
"""
#: When a notice leaves: before the payer is sent back, after it, after a while, never by itself.
NOTICE_TIMES = {"before": 0, "after": 1.5, "delayed": 20, "never": None}
SETTINGS = {
    "notice": "before",
    "refund_seconds": "2",
    "two_steps": "",
    "status_without_sum": "",
    "refund_without_id": "",
}
FIRST_NUMBER = 2_297_000
KEPT_FOR = timedelta(hours=24)
RETRIES = (1, 2, 4, 8, 16, 32, 64)  # seconds; the real one goes on for ten days
PAID, REFUNDED, WAITING = "COMPLETE", "REFUND", "WAITING_PAYMENT"


class Bank:
    """All that happens to a payment after it was asked for."""

    def __init__(self, app):
        self.app = app
        app.schema(SCHEMA)
        app.outgoing("notice")

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

    def payments(self):
        return [
            dict(row)
            for row in self.app.db.execute("SELECT * FROM payment ORDER BY id DESC LIMIT 300")
        ]

    def payment(self, reference):
        row = self.app.db.execute(
            "SELECT * FROM payment WHERE reference = ?", (reference,)
        ).fetchone()
        return dict(row) if row else None

    def by_number(self, number):
        row = self.app.db.execute("SELECT * FROM payment WHERE id = ?", (number,)).fetchone()
        return dict(row) if row else None

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
                **{name: value for name, value in order.items() if name != "seconds"},
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
        """Take the money; the notice leaves as the setting says."""
        if self.setting("two_steps"):
            payment = self.move(payment, "PAYMENT_AUTHORIZED", method)
            self.tell(payment)
            self.app.later(3, self._capture, payment["id"])
        else:
            payment = self.move(payment, PAID, method)
            self.tell(payment)
        return payment

    def _capture(self, number):
        self.tell(self.move(self.by_number(number), PAID))

    def decline(self, payment, method):
        payment = self.move(payment, "CARD_NOTAUTHORIZED", method)
        self.tell(payment, message="Недостаточно средств", code="GWERROR_51")
        return payment

    def report(self, payment):
        """The answer to a status question."""
        sum_ = (
            {}
            if self.setting("status_without_sum")
            else {"amount": payment["amount"], "currency": "RUB"}
        )
        is_paid = payment["status"] in (PAID, REFUNDED)
        refunds = [
            {
                "status": refund["status"],
                "merchantRefundReference": refund["merchant_reference"],
                "requestTimestamp": refund["created_at"],
                "amount": refund["amount"],
                "currency": "RUB",
                **({} if self.setting("refund_without_id") else {"refundRequestId": refund["id"]}),
            }
            for refund in self.refunds(payment)
        ]
        return {
            "code": 200,
            "status": "SUCCESS",
            "message": "Information retrieved",
            "paymentStatus": payment["status"],
            "payuPaymentReference": str(payment["id"]),
            "merchantPaymentReference": payment["reference"],
            "authorizations": [
                {
                    "timestamp": payment["changed_at"],
                    "authorized": "SUCCESS" if is_paid else "PENDING",
                }
            ],
            "captures": [{"status": "COMPLETE", **sum_}] if is_paid else [],
            "refunds": refunds,
        }

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
        """Accept a refund; it is carried out a little later. Returns its number."""
        with self.app.transaction() as database:
            if payment["status"] not in (PAID, REFUNDED):
                raise Refused(
                    400, "INVALID_ORDER_STATE", "Only a completed payment can be refunded"
                )
            rest = self.rest(payment)
            if not rest:
                raise Refused(202, "ALREADY_CANCELLED", "The payment was refunded before")
            if sum_ > rest:
                raise Refused(400, "INVALID_AMOUNT", f"Only {rest} can be refunded")
            number = database.execute(
                "INSERT INTO refund (payment_id, merchant_reference, amount, status, created_at) VALUES (?, ?, ?, ?, ?)"
                " RETURNING id",
                (payment["id"], merchant_reference, str(sum_), "PENDING", journal.now()),
            ).fetchone()["id"]
        self.app.later(float(self.setting("refund_seconds") or 0), self._carry_out, number)
        return number

    def refund_asked(self, fields):
        """Check and accept a refund request of the shop."""
        currency(fields.get("currency"))
        payment = self.by_number(fields.get("payuPaymentReference"))
        if not payment:
            raise Refused(400, "REFERENCE_NOT_FOUND", "payuPaymentReference is not known")
        if amount(fields.get("originalAmount"), "originalAmount") != Decimal(payment["amount"]):
            raise Refused(400, "INVALID_AMOUNT", "originalAmount is not the amount of the payment")
        sum_ = amount(fields.get("amount"), "amount")
        return self.refund(payment, sum_, str(fields.get("merchantRefundReference") or ""))

    def _carry_out(self, number):
        row = self.app.db.execute("SELECT * FROM refund WHERE id = ?", (number,)).fetchone()
        if row and row["status"] == "PENDING":
            self.app.db.execute("UPDATE refund SET status = 'REFUND' WHERE id = ?", (number,))
            payment = self.move(self.by_number(row["payment_id"]), REFUNDED)
            self.tell(payment, refund=dict(row))

    # ---- notices

    def tell(self, payment, **what):
        """Send a notice about the payment as it stands, when the setting says; ``what`` as of :meth:`notice`."""
        raw = self.notice(payment, **what)
        wait = NOTICE_TIMES[self.setting("notice")]
        if wait == 0:
            # In a thread of its own, but waited for: the shop hears of it before the payer is back.
            thread = threading.Thread(target=self.send, args=(raw,), daemon=True)
            thread.start()
            thread.join(20)
        elif wait:
            self.app.later(wait, self.send, raw)

    def notice(
        self, payment, refund=None, chargeback=False, message="Approved", code="AUTHORIZED", **order
    ) -> bytes:
        """The body of a notice; ``order`` overrides fields of ``orderData``."""
        status = order.pop("status", payment["status"])
        data = {
            "orderDate": payment["created_at"][:19].replace("T", " "),
            "payuPaymentReference": str(payment["id"]),
            "merchantPaymentReference": payment["reference"],
            "status": "CARD_NOT_AUTHORIZED" if status == "CARD_NOTAUTHORIZED" else status,
            "currency": "RUB",
            "amount": payment["amount"],
            "commission": None,
            **order,
        }
        if refund and not self.setting("refund_without_id"):
            data["refundRequestId"] = refund["id"]
        if chargeback:
            data["refundInfo"] = {"chargeback": True}
        body = {
            "orderData": data,
            "paymentResult": {
                "paymentMethod": payment["paid_by"] or "CCVISAMC",
                "paymentDate": payment["changed_at"],
                "cardDetails": {
                    "bin": "465203",
                    "pan": "4652-xxxx-xxxx-7037",
                    "type": "MIR",
                    "owner": "PAYER",
                },
            },
            "client": {"billing": {"email": payment["email"], "phone": payment["phone"]}},
            "authorization": {
                "authorized": "FAILED" if code.startswith("GWERROR") else "SUCCESS",
                "responseCode": code,
                "responseMessage": message,
            },
            "dateTime": datetime.now(UTC).strftime("%Y%m%d%H%M%S"),
        }
        if refund:
            body["refund"] = {
                "amount": refund["amount"],
                "currency": "RUB",
                "merchantRefundReference": refund["merchant_reference"],
            }
        return json.dumps(body, ensure_ascii=False).encode()

    def send(self, raw, attempt=0, secret=None):
        """Post a notice; repeat it later until the shop says 200. Returns the last HTTP status or None."""
        settings = self.app.settings
        url = settings["notice_url"]
        date = datetime.now(UTC).isoformat(timespec="seconds")
        parts = urlsplit(url)
        headers = {
            "Content-Type": "application/json",
            "X-Header-Merchant": settings["merchant"],
            "X-Header-Date": date,
            "X-Header-Signature": signature(
                settings["merchant"],
                secret or settings["secret"],
                date,
                "POST",
                parts.path,
                parts.query,
                raw,
            ),
        }
        try:
            status = self.app.send("notice", "POST", url, data=raw, headers=headers).status_code
        except requests.RequestException:
            status = None
        if status != 200 and attempt < len(RETRIES):
            self.app.later(RETRIES[attempt], self.send, raw, attempt + 1, secret)
        return status
