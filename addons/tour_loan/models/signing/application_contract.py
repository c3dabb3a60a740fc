"""The contract in words: its number, terms, clocks, table and schedule."""

from decimal import Decimal

from odoo import fields, models

from ...rules import money, quote


class Application(models.Model):
    _inherit = "tour_loan.application"

    # --- the cost, as we estimate it, and the offer on pages ---

    def _cost(self) -> dict:
        """Return the texts of our estimate for the wished term; {} for no such loan."""
        try:
            told = quote.preview(
                self._exact(self.amount),
                self.months,
                self.product_id._conditions().rate,
                fields.Date.context_today(self),
                self.product_id._conditions().conventions,
            )
        except ValueError:
            return {}
        return {
            "amount": self._rubles("amount"),
            "months": told.months,
            "monthly_payment": money.format_amount(told.monthly_payment),
            "psk": money.format_percent(told.psk),
            "total": money.format_amount(told.total),
        }

    def _contract_number(self) -> str:
        """Return the number of the contract, the same on pages, SMS, documents and at PayU.

        What was signed keeps the number it was signed under, whatever comes later.
        """
        return (
            self.contract_number or self.loan_number or self.accounting_number or self.order_number
        )

    def _shortfall(self) -> str:
        """Return what has to be added to the advance for the offer to be enough."""
        return money.format_amount(self._exact(self.amount) - self._exact(self.offer_amount))

    def _is_open_offer(self) -> bool:
        return self.state == "approved" and self.ends_at > fields.Datetime.now()

    def _offer_total(self) -> str:
        """Return all that is to be paid back under the offer."""
        lines = self.offer_schedule or []
        return money.format_amount(sum((Decimal(line["amount"]) for line in lines), Decimal(0)))

    def _deadline(self) -> str:
        """Return which of the two clocks ends this application first: offer or hold."""
        offer, hold = self.offer_valid_until, self.held_until
        return "offer" if offer and offer < hold else "hold"

    # --- what the contract says ---

    def _individual_conditions(self) -> list[tuple[str, str, str]]:
        """Return the rows of the table of instruction 3240-U: number, title, content.

        In Russian, as the law words them; the lender's lawyer owns the text.
        """
        lines = self._schedule_lines()
        payee = self.agency_id.legal_name or self.agency_id.name
        absent = "Отсутствует"
        last_due = lines[-1]["due_on"] if lines else absent
        rate = self._percent("offer_rate")
        return [
            ("1", "Сумма займа", self._rubles("offer_amount")),
            (
                "2",
                "Срок действия договора, срок возврата займа",
                f"{self.offer_months} мес.; последний платёж {last_due}. Договор "
                "действует до полного исполнения обязательств.",
            ),
            ("3", "Валюта", "Российский рубль"),
            ("4", "Процентная ставка", f"{rate} годовых, постоянная"),
            ("5", "Порядок определения курса иностранной валюты", absent),
            (
                "5.1",
                "Указание на изменение суммы расходов заёмщика при увеличении переменной ставки",
                absent,
            ),
            (
                "6",
                "Количество, размер и периодичность платежей",
                f"{len(lines)} ежемесячных платежей по "
                f"{self._rubles('offer_monthly_payment')}, последний корректирующий; "
                "даты и суммы — в графике платежей.",
            ),
            (
                "7",
                "Порядок изменения платежей при частичном досрочном возврате",
                "Кредитор пересчитывает график и размещает его в личном кабинете.",
            ),
            ("8", "Способы исполнения обязательств", "Оплата в личном кабинете."),
            ("8.1", "Бесплатный способ исполнения", "Оплата в личном кабинете."),
            ("9", "Обязанность заключить иные договоры", absent),
            ("10", "Обязанность предоставить обеспечение", absent),
            (
                "11",
                "Цели использования займа",
                f"Оплата тура по заказу {self.order_number}; сумма перечисляется {payee}.",
            ),
            (
                "12",
                "Ответственность за ненадлежащее исполнение",
                "Неустойка по закону, не выше 20 % годовых от просроченной суммы.",
            ),
            ("13", "Уступка прав требования", "Разрешена лицам, указанным в законе."),
            (
                "14",
                "Согласие с общими условиями",
                "Заёмщик с общими условиями ознакомлен и согласен.",
            ),
            ("15", "Услуги за отдельную плату", absent),
            (
                "16",
                "Способ обмена информацией",
                f"Личный кабинет и SMS на номер {self.phone}.",
            ),
        ]

    def _schedule_lines(self) -> list[dict]:
        """Return the offer's schedule with texts for pages and documents."""
        return [
            {
                "due_on": fields.Date.to_date(line["due_on"]).strftime("%d.%m.%Y"),
                **{
                    name: money.format_amount(Decimal(line[name]))
                    for name in ("amount", "principal", "interest", "rest")
                },
            }
            for line in self.offer_schedule or []
        ]
