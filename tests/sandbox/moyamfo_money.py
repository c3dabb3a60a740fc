"""MoyaMFO's money: payments, reversals, tour refunds, and contracts as they stand today."""

import json
from datetime import date, datetime
from decimal import Decimal

from . import moyamfo_ledger as ledger
from .filters import MOSCOW
from .journal import now
from .moyamfo_books import ANNULLED, CANCELLED, ISSUED, PAYING, SIGNED, Refusal

BOOKED, REVERSED = "Проведен", "Сторнирован"


class Money:
    """Movements of money over the ``Books``."""

    def __init__(self, books):
        self.books, self.app = books, books.app

    def pay(self, body) -> bool:
        """Book a borrower's payment; return whether its UID was known."""
        with self.app.transaction():
            if self._repeated(body["УИД"]):
                return True
            contract = self._contract(body["НомерДоговора"])
            if contract["status"] != ISSUED:
                raise Refusal(f"Договор {body['НомерДоговора']} не действует")
            day = datetime.strptime(str(body["ДатаОплаты"])[:8], "%Y%m%d").date()
            self._book(body, "payment", contract, max(day, _issued_on(contract)))
            self._note(contract, f"Оплата {body['Сумма']}")
        return False

    def reverse(self, body) -> bool:
        """Undo a payment."""
        with self.app.transaction() as db:
            if self._repeated(body["УИД"]):
                return True
            payment = db.execute(
                "SELECT * FROM money WHERE uid = ? AND kind = 'payment'", (body["УИДПлатежа"],)
            ).fetchone()
            if payment is None:
                raise Refusal(f"Платеж с УИД {body['УИДПлатежа']} не найден")
            contract = self._contract(payment["contract_number"])
            db.execute(
                "UPDATE money SET status = ?, changed_at = ? WHERE id = ?",
                (REVERSED, now(), payment["id"]),
            )
            self._book(body, "reversal", contract, self.books.today(), body["УИДПлатежа"])
            self._note(contract, f"Сторно платежа {payment['amount']}")
        return False

    def tour_refund(self, body) -> bool:
        """The agency returned the tour's price: a full return annuls the contract."""
        with self.app.transaction():
            if self._repeated(body["УИД"]):
                return True
            contract = self.books.known(body["УИДЗаявки"])
            if contract["status"] != ISSUED:
                raise Refusal("Возврат возможен только по выданному займу")
            if self.books.settings()["refuse_refund"]:
                raise Refusal("Возврат не согласован кредитором")
            self._book(body, "refund", contract, self.books.today())
            full = str(body.get("Полный")) in ("1", "True", "true")
            self._note(
                contract, f"Возврат стоимости тура {body['Сумма']}",
                **({"status": ANNULLED} if full else {}),
            )  # fmt: skip
        self.books._changed(contract["uid"])
        return False

    def _repeated(self, uid):
        known = self.app.db.execute("SELECT 1 FROM money WHERE uid = ?", (uid,)).fetchone()
        return bool(known) and self.books.settings()["repeats"]

    def _contract(self, number):
        row = self.app.db.execute(
            "SELECT * FROM application WHERE contract_number = ? ORDER BY id DESC", (number,)
        ).fetchone()
        if row is None:
            raise Refusal(f"Договор {number} не найден")
        return row

    def _book(self, body, kind, contract, day, target=None):
        self.app.db.execute(
            "INSERT INTO money (uid, kind, contract_number, amount, day, status, body,"
            " target_uid, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                body["УИД"], kind, contract["contract_number"],
                str(ledger.kopecks(body["Сумма"])), day.isoformat(), BOOKED,
                json.dumps(body, ensure_ascii=False), target, now(),
            ),
        )  # fmt: skip

    def _note(self, contract, text, **values):
        self.books._write(contract["id"], text, **values)

    # ---- contracts as they stand

    def state(self, contract) -> ledger.State:
        """What an issued contract owes today."""
        money = [
            ledger.Money(
                str(row["id"]), Decimal(row["amount"]), date.fromisoformat(row["day"]),
                row["kind"] == "refund",
            )
            for row in self.books.rows(
                "SELECT * FROM money WHERE contract_number = ? AND kind != 'reversal'"
                " AND status = ? ORDER BY id", contract["contract_number"], BOOKED,
            )
        ]  # fmt: skip
        return ledger.replay(
            Decimal(contract["offer_amount"]), Decimal(contract["rate"]),
            contract["offer_months"], _issued_on(contract), money, self.books.today(),
        )  # fmt: skip

    def contract(self, row) -> dict:
        """A contract as GetContracts shows it, in 1C's words; Decimal, date, datetime inside."""
        amount, months = Decimal(row["offer_amount"]), row["offer_months"]
        rate, issued = Decimal(row["rate"]), row["payout"] is not None
        start = _issued_on(row) if issued else self.books.today()
        lines = ledger.schedule(amount, rate, months, start)
        state = self.state(row) if issued else ledger.State(lines)
        if row["status"] == ANNULLED:
            state = ledger.State([])
        line = state.next_line if issued else None
        return {
            "Номер": row["contract_number"],
            "УИД": f"contract-{row['id']}",
            "УИДЗаявки": row["uid"],
            "Статус": _status(row, state),
            "ДатаПодписания": _signed_on(row),
            "ДатаВыдачи": _issued_on(row) if issued else None,
            "ДатаЗакрытия": _closed_on(row, state) if issued else None,
            "Сумма": amount,
            "Срок": months,
            "ПроцентнаяСтавка": rate,
            "ПСК": ledger.full_cost(amount, lines),
            "ДатаОстатков": datetime.now(MOSCOW).replace(tzinfo=None, microsecond=0),
            "Остатки": {
                "ОсновнойДолг": state.principal,
                "Проценты": state.interest,
                "Пени": state.penalty,
                "Просрочено": state.overdue,
                "ПолноеПогашение": state.payoff,
            },
            "ДатаСледующегоПлатежа": line and line.due_on,
            "СуммаСледующегоПлатежа": line.left if line else "",
            "НомерПлатежногоПоручения": json.loads(row["payout"])["payment_order"]
            if issued
            else "",
            "Заемщик": {
                name: _client(row).get(name, "")
                for name in ("Фамилия", "Имя", "Отчество", "Телефон", "ДатаРождения")
            },
            "ГрафикПлатежей": [
                {
                    "Дата": one.due_on,
                    "Сумма": one.amount,
                    "СуммаОД": one.principal,
                    "СуммаПроцентов": one.interest,
                    "ОстатокОД": one.rest,
                    "Оплачено": one.paid,
                    "ДатаОплаты": one.paid_on,
                }
                for one in state.lines
            ],
        }


def _status(row, state):
    if row["status"] == ANNULLED:
        return "Аннулирован"
    if row["status"] == CANCELLED:
        return "Отменен"
    if row["status"] in (SIGNED, PAYING):
        return row["status"]
    if state.principal + state.interest + state.penalty <= 0:
        return "Закрыт"
    return "Просрочен" if state.overdue else "Выдан"


def _client(row) -> dict:
    return json.loads(row["body"]).get("Клиент") or {}


def _issued_on(row):
    return date.fromisoformat(json.loads(row["payout"])["paid_on"])


def _signed_on(row):
    signed = row["signature"] and json.loads(row["signature"]).get("ДатаПодписания")
    return datetime.strptime(signed[:8], "%Y%m%d").date() if signed else None


def _closed_on(row, state):
    if state.payoff or not state.lines:
        return None
    return max((line.paid_on for line in state.lines if line.paid_on), default=None)
