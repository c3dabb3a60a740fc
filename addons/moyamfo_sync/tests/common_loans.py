"""A loan of the cabinet and what 1C says of it, for the tests of contracts and money."""

from datetime import datetime
from xml.sax.saxutils import escape

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import ENVELOPE, NAMESPACE, MoyamfoCase, page

OK = {"Результат": "OK"}
FRESH = {
    "ОсновнойДолг": "120000.00",
    "Проценты": "197.26",
    "Пени": "0.00",
    "Просрочено": "0.00",
    "ПолноеПогашение": "120197.26",
}
DUE = (("2026-12-24", "61479.45"), ("2027-01-24", "61479.45"))


def element(name, content):
    """An XML element of a text, or of a dict or a list of (name, content)."""
    if isinstance(content, dict):
        content = list(content.items())
    if isinstance(content, list):
        content = "".join(element(*pair) for pair in content)
    else:
        content = escape(str(content))
    return f"<m:{name}>{content}</m:{name}>"


def contract(uuid, number="ДЗ-1", paid=0, **values):
    """A contract as GetContracts shows it, ``paid`` of its two payments made."""
    lines = []
    for index, (due_on, amount) in enumerate(DUE):
        line = {
            "Дата": due_on,
            "Сумма": amount,
            "СуммаОД": "60000.00",
            "СуммаПроцентов": "1479.45",
            "ОстатокОД": "60000.00" if index == 0 else "0.00",
        }
        if index < paid:
            line |= {"Оплачено": amount, "ДатаОплаты": "2026-11-24"}
        lines.append(("СтрокаГрафика", line))
    rest = 120000 - 60000 * paid
    return {
        "Номер": number,
        "УИДЗаявки": uuid,
        "Статус": "Выдан",
        "ДатаПодписания": "2026-11-23",
        "ДатаВыдачи": "2026-11-24",
        "Сумма": "120000.00",
        "Срок": 2,
        "ПроцентнаяСтавка": "30",
        "ПСК": "29.999",
        "ДатаОстатков": "2026-11-24T12:00:00",
        "Остатки": {
            "ОсновнойДолг": f"{rest}.00",
            "Проценты": "98.63",
            "Пени": "0.00",
            "Просрочено": "0.00",
            "ПолноеПогашение": f"{rest + 98}.63",
        },
        "ДатаСледующегоПлатежа": DUE[min(paid, 1)][0],
        "СуммаСледующегоПлатежа": DUE[min(paid, 1)][1],
        "ГрафикПлатежей": lines,
        **values,
    }


def contracts(*rows, more=False, as_of="2026-11-24T12:00:00"):
    """The whole SOAP answer of GetContracts."""
    content = [("Договор", row) for row in rows]
    content += [("ЕстьЕще", str(more).lower()), ("Сформировано", as_of)]
    response = (
        f'<m:GetContractsResponse xmlns:m="{NAMESPACE}">'
        f"{element('return', content)}</m:GetContractsResponse>"
    )
    return 200, (ENVELOPE % response).encode()


def booked(uid, amount="61479.45", status="Проведен", **values):
    """A row of GetPayments."""
    return {
        "УИД": uid,
        "НомерДоговора": "ДЗ-1",
        "Сумма": amount,
        "Статус": status,
        "ДатаПроведения": "20261124123000",
        "СуммаОД": "60000.00",
        "СуммаПроцентов": "1479.45",
        "СуммаПени": "0.00",
        "СуммаПереплаты": "0.00",
        **values,
    }


class LoansCase(MoyamfoCase):
    def setUp(self):
        super().setUp()
        self.user = self.env["res.users"].create(
            {"name": "Мария", "login": "+79161234567", "group_ids": self.portal_group()}
        )
        self.borrower = self.env["tour_loan.borrower"].create(
            {"phone": "+79161234567", "user_id": self.user.id}
        )

    def portal_group(self):
        return [(6, 0, self.env.ref("base.group_portal").ids)]

    def loan(self, **values):
        """A signed contract 1C has not spoken of yet."""
        application = self.new_application(
            state="funded",
            borrower_id=self.borrower.id,
            signed_at=datetime(2026, 11, 23, 21, 30),  # 24 November in Moscow
            offer_amount=120000,
            offer_months=2,
            offer_rate=30,
            offer_psk=29.999,
            offer_schedule=[
                {
                    "due_on": day,
                    "amount": sum_,
                    "principal": "60000.00",
                    "interest": "1479.45",
                    "rest": "0.00",
                }
                for day, sum_ in DUE
            ],  # fmt: skip
            **values,
        )
        return application._make_loan()

    def active(self):
        """A loan as 1C told of it."""
        loan = self.loan()
        self.answer_contracts(contract(loan.application_id.uuid))
        self.pull("contracts")
        self.assertEqual(loan.state, "active")
        return loan

    def answer_contracts(self, *rows, **options):
        self.publication.answers["GetContracts"] = lambda body: contracts(*rows, **options)

    def answer_payments(self, *rows):
        self.publication.answers["GetPayments"] = lambda body: page(*rows)

    def repayment(self, loan, amount=61479.45):
        """Pay: a confirmed transaction, post-processed, and its message."""
        transaction = self.transaction(loan, amount)
        with trap_jobs():
            transaction._post_process()
        return transaction.tour_loan_repayment_ids

    def transaction(self, loan, amount, **values):
        method = self.env.ref("payment.payment_method_card")
        provider = self.env["payment.provider"].search([("code", "=", "none")], limit=1)
        provider = provider or self.env["payment.provider"].create({"name": "Касса"})
        count = self.env["payment.transaction"].search_count([])
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"LOAN-{loan.id}-{count}",
                "provider_reference": "2297597",
                "amount": amount,
                "currency_id": loan.currency_id.id,
                "partner_id": self.user.partner_id.id,
                "tour_loan_id": loan.id,
                "state": "done",
                "last_state_change": datetime(2026, 11, 24, 9, 0),
                **values,
            }
        )

    def messages(self, repayment, kind):
        return self.env["moyamfo.message"].search(
            [("repayment_id", "=", repayment.id), ("kind", "=", kind)]
        )

    def sent(self, loan):
        """A repayment 1C has taken."""
        repayment = self.repayment(loan)
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(self.messages(repayment, "payment"))
        self.assertEqual(repayment.state, "sent")
        return repayment
