"""MoyaMFO's books: applications, contracts, money. What a person or a rule decides, happens here.

Every method that changes something runs in one transaction and notes it in the
application's history. ``Refusal`` is what 1C raises: its text goes into a SOAP fault.
"""

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from . import moyamfo_ledger as ledger
from .filters import MOSCOW
from .journal import now

SCHEMA = """
CREATE TABLE IF NOT EXISTS application (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT, number TEXT, status TEXT, body TEXT,
    amount TEXT, months INTEGER, needs TEXT DEFAULT '[]', decline_code TEXT, decline_text TEXT,
    rate TEXT, offer_amount TEXT, offer_months INTEGER, offer_until TEXT, contract_number TEXT,
    signature TEXT, commitment TEXT, payout TEXT, received_at TEXT, changed_at TEXT,
    decide_at TEXT, pay_at TEXT
);
CREATE INDEX IF NOT EXISTS application_uid ON application (uid);
CREATE INDEX IF NOT EXISTS application_changed ON application (changed_at);
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, application_id INTEGER, at TEXT, text TEXT
);
CREATE TABLE IF NOT EXISTS money (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT, kind TEXT, contract_number TEXT, amount TEXT,
    day TEXT, status TEXT, body TEXT, target_uid TEXT, changed_at TEXT
);
CREATE INDEX IF NOT EXISTS money_uid ON money (uid);
CREATE INDEX IF NOT EXISTS money_contract ON money (contract_number);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
"""
SETTINGS = {
    "rule": "approve",  # approve, decline, needs, off: a person decides
    "seconds": 3,
    "share": 100,  # per cent of the wished amount that is approved
    "rate": "29.9",
    "offer_days": 5,
    "decline_code": "Решение кредитора",
    "needs": "Паспорт",
    "payout_seconds": 3,  # after commit; -1: a person pays
    "cancels": "at once",  # of a committed application; desk: a person agrees or refuses
    "ping": True,
    "repeats": True,  # whether 1C recognises a UID it knows
    "refuse_cancel": False,  # the cancel of a booked tour
    "refuse_refund": False,  # the return of a tour's price
    "day_shift": 0,  # the lender's today is this many days ahead
}
REVIEW, NEEDS, APPROVED, DECLINED = "На рассмотрении", "Нужны данные", "Одобрена", "Отказ"
SIGNED, PAYING, ISSUED = "Подписан", "Идет выплата", "Займ выдан"
ANNULLED, CANCELLED = "Аннулирован", "Отказ клиента"
DECLINE_CODES = (
    "Решение кредитора", "Самозапрет", "Не подтверждена личность", "Превышен лимит",
)  # fmt: skip
NEEDED = ("Паспорт", "Адрес", "Работа", "Доход", "Телефон", "СНИЛС", "ИНН", "Документы")


class Refusal(Exception):
    """1C's refusal; its text is what a 1C programmer would have written."""


class Books:
    """The books over a kit App; ``changed(uid)`` is called after each decision."""

    def __init__(self, app, changed):
        self.app, self._changed = app, changed
        app.schema(SCHEMA)

    # ---- settings

    def settings(self) -> dict:
        values = dict(SETTINGS)
        for row in self.app.db.execute("SELECT name, value FROM setting"):
            values[row["name"]] = json.loads(row["value"])
        return values

    def set(self, **values):
        """:raises ValueError: a name that means nothing"""
        wrong = sorted(set(values) - set(SETTINGS))
        if wrong:
            raise ValueError(f"unknown settings {wrong}, known: {sorted(SETTINGS)}")
        for name, value in values.items():
            value = type(SETTINGS[name])(value)
            self.app.db.execute(
                "INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value))
            )

    def today(self) -> date:
        shift = timedelta(days=self.settings()["day_shift"])
        return datetime.now(MOSCOW).date() + shift

    # ---- reading

    def application(self, key):
        """The newest application of a UID (or by our own id); None if there is none."""
        column = "id" if isinstance(key, int) else "uid"
        return self.app.db.execute(
            f"SELECT * FROM application WHERE {column} = ? ORDER BY id DESC LIMIT 1", (key,)
        ).fetchone()

    def known(self, uid):
        """:raises Refusal: no such application"""
        row = self.application(str(uid))
        if row is None:
            raise Refusal(f"Заявка с УИД {uid} не найдена")
        return row

    def rows(self, sql, *values):
        return self.app.db.execute(sql, values).fetchall()

    # ---- applications

    def load(self, body) -> tuple[str, bool]:
        """Register an application; return its number and whether it was known."""
        with self.app.transaction() as db:
            known = self.application(str(body["УИД"]))
            if known and self.settings()["repeats"]:
                return known["number"], True
            rule = self.settings()
            row_id = db.execute(
                "INSERT INTO application (uid, status, body, amount, months, received_at,"
                " decide_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    body["УИД"], REVIEW, json.dumps(body, ensure_ascii=False),
                    str(ledger.kopecks(body["Сумма"])), int(body["Срок"]), now(),
                    _in(rule["seconds"]) if rule["rule"] != "off" else None,
                ),
            ).lastrowid  # fmt: skip
            number = f"ЗК-{row_id:08d}"
            self._write(row_id, "Заявка получена от личного кабинета", number=number)
        return number, False

    def change(self, body) -> str:
        """New conditions of the order; what gets smaller inside the offer stays approved."""
        with self.app.transaction():
            row = self.known(body["УИД"])
            if row["status"] not in (REVIEW, NEEDS, APPROVED):
                raise Refusal(f"Заявку в статусе «{row['status']}» изменить нельзя")
            amount, months = ledger.kopecks(body["Сумма"]), int(body["Срок"])
            values = {
                "body": json.dumps(body, ensure_ascii=False),
                "amount": str(amount),
                "months": months,
            }
            inside = row["status"] == APPROVED and amount <= Decimal(row["offer_amount"])
            if inside and months == row["offer_months"]:
                values["offer_amount"] = str(amount)
                self._write(row["id"], f"Сумма уменьшена до {amount}", **values)
            else:
                rule = self.settings()
                values["decide_at"] = _in(rule["seconds"]) if rule["rule"] != "off" else None
                self._write(
                    row["id"], "Изменена кабинетом, рассматривается снова",
                    status=REVIEW, needs="[]", **values,
                )  # fmt: skip
        return row["number"]

    def cancel(self, body) -> str:
        with self.app.transaction():
            row = self.known(body["УИД"])
            if row["status"] == CANCELLED:
                return row["number"]
            if row["status"] in (ISSUED, ANNULLED):
                raise Refusal("Займ уже выдан, отмена заявки невозможна")
            if row["commitment"] and self.settings()["refuse_cancel"]:
                raise Refusal("Выплата уже готовится, отмена не согласована")
            self._write(
                row["id"], f"Отменена кабинетом: {body.get('Причина')}",
                status=CANCELLED, decide_at=None, pay_at=None,
            )  # fmt: skip
        return row["number"]

    def sign(self, body) -> str:
        with self.app.transaction():
            row = self.known(body["УИД"])
            if row["signature"]:
                return row["contract_number"]
            if row["status"] != APPROVED:
                raise Refusal(f"Заявка в статусе «{row['status']}», подписание невозможно")
            self._write(
                row["id"], f"Договор {row['contract_number']} подписан АСП",
                status=SIGNED, signature=json.dumps(body, ensure_ascii=False),
            )  # fmt: skip
        return row["contract_number"]

    def commit(self, body) -> str:
        """The agency booked: money goes to it, by itself after ``payout_seconds``."""
        with self.app.transaction():
            row = self.known(body["УИД"])
            if row["commitment"]:
                return row["contract_number"]
            if row["status"] != SIGNED:
                raise Refusal(f"Заявка в статусе «{row['status']}», выплата невозможна")
            wait = self.settings()["payout_seconds"]
            self._write(
                row["id"], "Турагентство подтвердило бронь, готовим выплату", status=PAYING,
                commitment=json.dumps(body, ensure_ascii=False),
                pay_at=_in(wait) if wait >= 0 else None,
            )  # fmt: skip
        return row["contract_number"]

    # ---- decisions

    def decide(self, key, decision, **wishes):
        """A person or the rule decides.

        :param str decision: approve (wishes: amount, months, rate), decline
            (decline_code, decline_text), needs (needs: list of words)
        :raises Refusal: unknown application, wrong status, amount or decision
        """
        with self.app.transaction():
            row = self.application(key)
            if row is None:
                raise Refusal("Заявка не найдена")
            if row["status"] not in (REVIEW, NEEDS, APPROVED):
                raise Refusal(f"Решение по заявке в статусе «{row['status']}» невозможно")
            if decision == "approve":
                self._approve(row, wishes)
            elif decision == "decline":
                self._write(
                    row["id"], "Отказано", status=DECLINED, decide_at=None,
                    decline_code=wishes.get("decline_code") or DECLINE_CODES[0],
                    decline_text=wishes.get("decline_text") or "Скоринговый балл ниже порога",
                )  # fmt: skip
            elif decision == "needs":
                needs = wishes.get("needs") or ["Паспорт"]
                self._write(
                    row["id"], f"Запрошены данные: {', '.join(needs)}", status=NEEDS,
                    needs=json.dumps(needs, ensure_ascii=False), decide_at=None,
                )  # fmt: skip
            else:
                raise Refusal(f"Неизвестное решение {decision}")
        self._changed(row["uid"])

    def _approve(self, row, wishes):
        amount = ledger.kopecks(wishes.get("amount") or row["amount"])
        months, rule = int(wishes.get("months") or row["months"]), self.settings()
        if not 0 < amount <= Decimal(row["amount"]) or not 0 < months <= 60:
            raise Refusal("Одобрить можно не больше запрошенного, на срок от 1 до 60 месяцев")
        until = datetime.now(timezone.utc) + timedelta(days=rule["offer_days"])
        self._write(
            row["id"], f"Одобрено {amount} на {months} мес.", status=APPROVED, needs="[]",
            decide_at=None, offer_amount=str(amount), offer_months=months,
            rate=str(wishes.get("rate") or rule["rate"]), offer_until=until.isoformat(),
            contract_number=row["contract_number"] or f"ТК{self.today():%y}-{row['id']:06d}",
        )  # fmt: skip

    def pay_agency(self, key):
        """Send the money to the agency; the contract starts today.

        :raises Refusal: the agency has not committed
        """
        with self.app.transaction():
            row = self.application(key)
            if row is None or row["status"] != PAYING:
                raise Refusal("Выплата возможна только после подтверждения турагентства")
            payout = {
                "amount": row["offer_amount"],
                "paid_on": self.today().isoformat(),
                "payment_order": str(1000 + row["id"]),
            }
            self._write(
                row["id"], f"Выплата турагентству, п/п № {payout['payment_order']}",
                status=ISSUED, pay_at=None, payout=json.dumps(payout),
            )  # fmt: skip
        self._changed(row["uid"])

    def annul(self, key):
        with self.app.transaction():
            row = self.application(key)
            if row is None or row["status"] != ISSUED:
                raise Refusal("Аннулировать можно только выданный займ")
            self._write(row["id"], "Займ аннулирован", status=ANNULLED)
        self._changed(row["uid"])

    def work(self):
        """What falls due by itself: the rule's decisions and payouts."""
        rule = self.settings()
        for row in self.rows("SELECT * FROM application WHERE decide_at <= ?", now()):
            amount = ledger.kopecks(Decimal(row["amount"]) * rule["share"] / 100)
            decision = rule["rule"] if rule["rule"] != "off" else "approve"
            self.decide(
                row["id"], decision, amount=amount, decline_code=rule["decline_code"],
                needs=[rule["needs"]],
            )  # fmt: skip
        for row in self.rows("SELECT id FROM application WHERE pay_at <= ?", now()):
            self.pay_agency(row["id"])

    def _write(self, row_id, text, **values):
        values["changed_at"] = now()
        names = ", ".join(f"{name} = :{name}" for name in values)
        self.app.db.execute(
            f"UPDATE application SET {names} WHERE id = :id", {**values, "id": row_id}
        )
        self.app.db.execute(
            "INSERT INTO history (application_id, at, text) VALUES (?, ?, ?)",
            (row_id, now(), text),
        )


def _in(seconds) -> str:
    moment = datetime.now(timezone.utc) + timedelta(seconds=float(seconds))
    return moment.isoformat(timespec="milliseconds")
