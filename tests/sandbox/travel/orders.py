"""Orders of the travel site, one JSON document each, and the callbacks heard about them."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from decimal import ROUND_UP, Decimal

from .. import journal
from .tours import TOURS, today

SCHEMA = """
CREATE TABLE IF NOT EXISTS tour_order (number TEXT PRIMARY KEY, agency TEXT, created_at TEXT, document TEXT);
CREATE TABLE IF NOT EXISTS callback (
    id INTEGER PRIMARY KEY AUTOINCREMENT, agency TEXT, order_number TEXT, webhook_id TEXT, type TEXT,
    sequence INTEGER, status TEXT, verified INTEGER, verdict TEXT, duplicate INTEGER, received_at TEXT
);
CREATE INDEX IF NOT EXISTS callback_webhook ON callback (agency, webhook_id);
CREATE TABLE IF NOT EXISTS agency_setting (agency TEXT PRIMARY KEY, callback_status INTEGER);
"""
# A person who passes the Russian checks at any date of a demonstration: passport issued at 20, next due at 45.
DEMO_CUSTOMER = {
    "phone": "+79161234567",
    "email": "maria.ivanova@example.com",
    "last_name": "Иванова",
    "first_name": "Мария",
    "middle_name": "Сергеевна",
    "birth_date": "1990-05-14",
    "passport_series": "4610",
    "passport_number": "583214",
    "passport_issued_on": "2010-06-10",
    "passport_division_code": "500-114",
    "passport_issued_by": "ТП № 4 МРО УФМС РОССИИ ПО МОСКОВСКОЙ ОБЛ. В ГОРОДСКОМ ОКРУГЕ ОРЕХОВО-ЗУЕВО",
    "registration_address": "142600, Московская обл., г. Орехово-Зуево, ул. Ленина, д. 44, кв. 12",
}
DEMO_TOURISTS = [
    {"last_name": "IVANOVA", "first_name": "MARIIA", "is_borrower": True},
    {"last_name": "IVANOV", "first_name": "ALEKSEI"},
]
ENDED = {"declined", "cancelled", "expired", "annulled"}
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look alike


def money(amount) -> Decimal:
    """Roubles with kopecks from a decimal string, int or Decimal (a comma and spaces are fine).

    :raises decimal.InvalidOperation: not a number
    """
    text = str(amount).replace("\u00a0", "").replace(" ", "").replace(",", ".")
    return Decimal(text).quantize(Decimal("0.01"))


def tenth(price) -> Decimal:
    """The least advance: 10 % rounded up to a rouble."""
    return money((Decimal(price) / 10).quantize(Decimal(1), ROUND_UP))


class Orders:
    """The shelf of orders."""

    def __init__(self, app):
        self.app = app
        app.schema(SCHEMA)

    def create(self, agency, tour=None, **wishes) -> dict:
        """Write a new order; it waits for its advance.

        :param wishes: number, price, advance (decimal strings), customer, tourists, consent, hold_hours, months,
            starts_in_days, test, extra
        :raises KeyError: unknown agency or tour
        """
        agency, tour = self.app.agencies[agency], TOURS[tour or "antalya"]
        now = datetime.now(UTC).replace(microsecond=0)
        price = money(wishes.get("price") or tour.price)
        code = "".join(secrets.choice(LETTERS) for _letter in range(6))
        order = {
            "number": wishes.get("number") or f"{agency['code'].upper()}-{code}",
            "agency": agency["code"],
            "tour": tour.code,
            "created_at": now.isoformat(),
            "starts_on": (
                today() + timedelta(days=wishes.get("starts_in_days") or tour.in_days)
            ).isoformat(),
            "price": str(price),
            "advance": str(money(wishes.get("advance") or tenth(price))),
            "held_until": (
                now + timedelta(hours=float(wishes.get("hold_hours") or 72))
            ).isoformat(),
            "paid_at": None,
            "receipt_number": None,
            "customer": wishes.get("customer")
            or {"phone": DEMO_CUSTOMER["phone"], "email": DEMO_CUSTOMER["email"]},
            "consent": wishes.get("consent"),
            "tourists": wishes.get("tourists") or DEMO_TOURISTS,
            "months": wishes.get("months"),
            "test": bool(wishes.get("test")),
            "extra": wishes.get("extra") or {},
            "create_params": None,
            "redirect_url": None,
            "application": None,
            "problem": None,
            "unanswered": {},
            "actualize": {"available": True, "price": None, "valid_until": None},
        }
        self.app.db.execute(
            "INSERT INTO tour_order VALUES (?, ?, ?, ?)",
            (order["number"], order["agency"], order["created_at"], json.dumps(order)),
        )
        return order

    def get(self, number, agency=None) -> dict:
        """An order; of this agency, if one is named.

        :raises KeyError: no such order
        """
        row = self.app.db.execute(
            "SELECT document FROM tour_order WHERE number = ? AND (? IS NULL OR agency = ?)",
            (number, agency, agency),
        ).fetchone()
        if row is None:
            raise KeyError(number)
        return json.loads(row["document"])

    def change(self, number, change) -> dict:
        """Let ``change(order)`` alter an order's document, nobody else in between."""
        with self.app.transaction() as database:
            order = self.get(number)
            change(order)
            database.execute(
                "UPDATE tour_order SET document = ? WHERE number = ?", (json.dumps(order), number)
            )
        return order

    def pay(self, number, advance=None) -> dict:
        """The advance has come."""

        def paid(order):
            if not order["paid_at"]:
                order["advance"] = str(money(advance or order["advance"]))
                order["paid_at"] = datetime.now(UTC).replace(microsecond=0).isoformat()
                order["receipt_number"] = f"{secrets.randbelow(10**10):010d}"

        return self.change(number, paid)

    def learn(self, number, application, redirect_url=None) -> dict:
        """Keep what Odoo said of the application, unless something newer is known."""

        def learnt(order):
            known = order["application"]
            same = known and known["application_id"] == application["application_id"]
            if not same or application["sequence"] >= known["sequence"]:
                order["application"] = application
            order["redirect_url"] = redirect_url or order["redirect_url"]

        return self.change(number, learnt)

    def latest(self, agency, limit=20) -> list[dict]:
        """The agency's newest orders."""
        rows = self.app.db.execute(
            "SELECT document FROM tour_order WHERE agency = ? ORDER BY created_at DESC, rowid DESC LIMIT ?",
            (agency, limit),
        )
        return [json.loads(row["document"]) for row in rows]

    # ---- callbacks

    def hear(self, agency, webhook_id, verified, verdict, message) -> bool:
        """Keep a callback; True if it is verified and new.

        :param dict message: the envelope {"type", "timestamp", "data"}; anything, if not verified
        """
        data = message.get("data") if isinstance(message.get("data"), dict) else {}
        with self.app.transaction() as database:
            seen = database.execute(
                "SELECT 1 FROM callback WHERE agency = ? AND webhook_id = ? AND verified",
                (agency, webhook_id),
            ).fetchone()
            database.execute(
                "INSERT INTO callback (agency, order_number, webhook_id, type, sequence, status, verified, verdict,"
                " duplicate, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    agency,
                    data.get("order_number"),
                    webhook_id,
                    message.get("type"),
                    data.get("sequence"),
                    data.get("status"),
                    verified,
                    verdict,
                    seen is not None,
                    journal.now(),
                ),
            )
        return verified and not seen

    def callbacks(self, number) -> list[dict]:
        """What was heard of an order, in the order received."""
        order = self.get(number)
        rows = self.app.db.execute(
            "SELECT * FROM callback WHERE order_number = ? AND agency = ? ORDER BY id",
            (number, order["agency"]),
        )
        return [
            {**dict(row), "verified": bool(row["verified"]), "duplicate": bool(row["duplicate"])}
            for row in rows
        ]
