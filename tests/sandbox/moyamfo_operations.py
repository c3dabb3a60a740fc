"""The operations of the SOAP service over the books: JSON in, JSON or "OK" out."""

import json
from datetime import datetime, timezone
from decimal import Decimal

from . import moyamfo_ledger as ledger
from .filters import MOSCOW

REPEAT = "Повтор"
STAMP = "%Y%m%d%H%M%S"


class Operations:
    """``handlers()`` gives operation → function for ``moyamfo_soap.Soap``."""

    def __init__(self, books, money, cancels):
        self.books, self.money, self.cancels = books, money, cancels

    def handlers(self):
        books, money = self.books, self.money
        return {
            "LoadApplication": self.load_application,
            "ChangeApplication": lambda body: _ok(books.change(body)),
            "CancelApplication": lambda body: _ok(self.cancels.ask(body)),
            "SignContract": lambda body: _ok(books.sign(body)),
            "CommitApplication": lambda body: _ok(books.commit(body)),
            "TourRefund": lambda body: REPEAT if money.tour_refund(body) else "OK",
            "LoadPayment": lambda body: REPEAT if money.pay(body) else "OK",
            "ReversePayment": lambda body: REPEAT if money.reverse(body) else "OK",
            "GetApplications": self.get_applications,
            "ПолучитьЗаявки": self.get_applications,
            "GetPayments": self.get_payments,
            "GetContracts": self.get_contracts,
        }

    def load_application(self, body):
        number, repeated = self.books.load(body)
        return {"Результат": REPEAT if repeated else "OK", "Номер": number}

    def get_applications(self, body):
        rows, more = self._page("application", body)
        return _answer([self._application(row) for row in rows], more)

    def get_payments(self, body):
        rows, more = self._page("money", body)
        return _answer([self._payment(row) for row in rows], more)

    def get_contracts(self, parameters):
        if parameters.get("УИДы") is not None:
            uids = parameters["УИДы"].split(",")
            found = [self._of_contract(uid) for uid in uids]
            rows, more = [row for row in found if row and row["contract_number"]], False
        else:
            since = parameters.get("ИзмененыС")
            since = datetime.fromisoformat(since) if since else datetime(1, 1, 2)
            rows, more = self._slice(
                "application", "contract_number IS NOT NULL AND signature IS NOT NULL", since,
                int(parameters["Страница"]), int(parameters["РазмерСтраницы"]),
            )  # fmt: skip
        return [self.money.contract(row) for row in rows if row["signature"]], more

    def _of_contract(self, uid):
        """By the application's id, or by the contract's own."""
        own = uid.removeprefix("contract-")
        is_own = uid != own and own.isdecimal()
        return self.books.application(int(own) if is_own else uid)

    def _page(self, table, body):
        if "УИДы" in body:
            marks = ", ".join("?" * len(body["УИДы"]))
            rows = self.books.rows(
                f"SELECT * FROM {table} WHERE id IN"
                f" (SELECT max(id) FROM {table} WHERE uid IN ({marks}) GROUP BY uid)",
                *map(str, body["УИДы"]),
            )
            return rows, False
        since = datetime.strptime(body["ИзмененыС"], STAMP)
        return self._slice(table, "1", since, int(body["Страница"]), int(body["РазмерСтраницы"]))

    def _slice(self, table, condition, since, page, size):
        if since.year > 1:
            since = since.replace(tzinfo=MOSCOW).astimezone(timezone.utc)
        rows = self.books.rows(
            f"SELECT * FROM {table} WHERE {condition} AND changed_at >= ?"
            " ORDER BY id LIMIT ? OFFSET ?",
            since.isoformat(timespec="milliseconds"), size + 1, (page - 1) * size,
        )  # fmt: skip
        return rows[:size], len(rows) > size

    def _application(self, row) -> dict:
        payout = json.loads(row["payout"]) if row["payout"] else None
        return {
            "УИД": row["uid"],
            "Номер": row["number"],
            "Статус": row["status"],
            "НужныДанные": json.loads(row["needs"]),
            "КодОтказа": row["decline_code"] or "",
            "ПричинаОтказа": row["decline_text"] or "",
            "Условия": self._offer(row) if row["offer_amount"] else None,
            "Выплата": payout and {
                "Сумма": payout["amount"],
                "Дата": payout["paid_on"].replace("-", "") + "000000",
                "НомерПлатежногоПоручения": payout["payment_order"],
            },
            "НомерДоговора": row["contract_number"] or "",
            "ДатаИзменения": _stamp(row["changed_at"]),
        }  # fmt: skip

    def _offer(self, row) -> dict:
        amount, rate = Decimal(row["offer_amount"]), Decimal(row["rate"])
        lines = ledger.schedule(amount, rate, row["offer_months"], self.books.today())
        total = sum(line.amount for line in lines)
        return {
            "Сумма": str(amount),
            "Срок": row["offer_months"],
            "ПроцентнаяСтавка": str(rate),
            "ПСК": str(ledger.full_cost(amount, lines)),
            "ПСКВРублях": str(total - amount),
            "ЕжемесячныйПлатеж": str(lines[0].amount),
            "ДействуетДо": _stamp(row["offer_until"]),
            "ГрафикПлатежей": [
                {
                    "Дата": line.due_on.strftime("%Y%m%d000000"),
                    "Сумма": str(line.amount),
                    "СуммаОД": str(line.principal),
                    "СуммаПроцентов": str(line.interest),
                    "ОстатокОД": str(line.rest),
                }
                for line in lines
            ],
        }

    def _payment(self, row) -> dict:
        split = ledger.Split()
        if row["kind"] == "payment":
            contract = self.money._contract(row["contract_number"])
            split = self.money.state(contract).splits.get(str(row["id"]), split)
        return {
            "УИД": row["uid"],
            "НомерДоговора": row["contract_number"],
            "Сумма": row["amount"],
            "Статус": row["status"],
            "ДатаПроведения": _stamp(row["changed_at"]),
            "СуммаОД": str(split.principal),
            "СуммаПроцентов": str(split.interest),
            "СуммаПени": str(split.penalty),
            "СуммаПереплаты": str(split.overpaid),
        }


def _ok(number):
    return {"Результат": "OK", "Номер": number}


def _answer(rows, more):
    return {
        "Строки": rows,
        "ЕстьЕще": int(more),
        "Сформировано": datetime.now(MOSCOW).strftime(STAMP),
    }


def _stamp(iso):
    return datetime.fromisoformat(iso).astimezone(MOSCOW).strftime(STAMP)
