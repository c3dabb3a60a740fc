"""What cannot be true is kept aside: the loan keeps its figures, the rest of the page goes on."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common_loans import DUE, LoansCase, booked, contract


def balances(principal="120000.00", interest="98.63", penalty="0.00", overdue="0.00", payoff=""):
    return {
        "ОсновнойДолг": principal,
        "Проценты": interest,
        "Пени": penalty,
        "Просрочено": overdue,
        "ПолноеПогашение": payoff,
    }


def line(amount, principal):
    return {
        "Дата": DUE[0][0],
        "Сумма": amount,
        "СуммаОД": principal,
        "СуммаПроцентов": "0.00",
        "ОстатокОД": "0.00",
    }


IMPOSSIBLE = {
    "negative debt": {"Остатки": balances("-120000.00", payoff="120098.63")},
    "a payoff of one rouble": {"Остатки": balances(payoff="1.00")},
    "no months": {"Срок": 0},
    "no rate": {"ПроцентнаяСтавка": "0"},
    "a schedule of five roubles": {
        "ГрафикПлатежей": [("СтрокаГрафика", line("5.00", "5.00"))],
    },
    "24 months with one line": {
        "Срок": 24,
        "ГрафикПлатежей": [("СтрокаГрафика", line("120000.00", "120000.00"))],
    },
    "more principal than was lent": {"Остатки": balances("500000.00")},
    "another sum than was signed": {"Сумма": "500000.00"},
    "closed in the future": {"ДатаЗакрытия": "2099-01-01"},
}


class TestAside(LoansCase):
    def asides(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["moyamfo.aside"].search(domain)

    def figures(self, loan):
        names = ("state", "principal", "payoff", "months", "rate", "closed_on", "as_of")
        return {**loan.read(names)[0], "lines": loan.installment_ids.mapped("amount")}

    def test_what_cannot_be_true_leaves_the_loan_as_it_was_and_the_others_go_on(self):
        loan, other = self.active(), self.loan()
        before, uuid = self.figures(loan), loan.application_id.uuid
        for number, (what, values) in enumerate(IMPOSSIBLE.items()):
            with self.subTest(what):
                late = {"ДатаОстатков": f"2026-11-25T12:00:0{number}"}
                self.answer_contracts(
                    contract(uuid, **late | values),
                    contract(other.application_id.uuid, number="ДЗ-2", **late),
                )
                run, _trap = self.pull("contracts")
                self.assertEqual(self.figures(loan), before)
                self.assertEqual(other.state, "active")
                self.assertIn("ДЗ-1", run.problems)
                self.assertEqual(self.asides(state="open").loan_id, loan)
        waits = self.env["tour_loan.attention"].search([("kind", "=", "moyamfo.aside")])
        self.assertEqual((waits.loan_id, waits.application_id), (loan, loan.application_id))

    def test_the_same_again_writes_nothing_and_good_figures_end_it(self):
        loan = self.active()
        uuid = loan.application_id.uuid
        self.answer_contracts(contract(uuid, Срок=0))
        self.pull("contracts")
        aside = self.asides()
        written = aside.write_date
        aside.flush_recordset()
        self.pull("contracts")
        aside.invalidate_recordset()
        self.assertEqual(aside.write_date, written)
        self.answer_contracts(contract(uuid))  # what we had all the time
        self.pull("contracts")
        self.assertFalse(aside.exists())

    def test_what_staff_settled_comes_back_only_if_1c_says_something_else(self):
        loan = self.active()
        self.answer_contracts(contract(loan.application_id.uuid, Срок=0))
        self.pull("contracts")
        operator = new_test_user(self.env, "op", groups="tour_loan.tour_loan_group_operator")
        self.asides().with_user(operator).action_settled()
        self.pull("contracts")
        self.assertEqual(self.asides().state, "over")
        self.answer_contracts(contract(loan.application_id.uuid, Срок=-5))
        self.pull("contracts")
        self.assertEqual(self.asides().state, "open")

    def test_an_auditor_settles_nothing(self):
        self.env["moyamfo.aside"]._keep("contract", "ДЗ-1", ["причина"])
        integrator = new_test_user(self.env, "in", groups="tour_loan.tour_loan_group_integrator")
        with self.assertRaises(AccessError):
            self.asides().with_user(integrator).action_settled()

    def test_a_first_word_that_cannot_be_true_leaves_what_was_signed(self):
        loan = self.loan()
        self.answer_contracts(contract(loan.application_id.uuid, Остатки=balances(payoff="1.00")))
        self.pull("contracts")
        self.assertEqual((loan.state, loan.payoff, loan.amount), ("pending", 0, 120000))

    def test_an_overpaid_loan_has_a_surplus_and_no_error(self):
        loan = self.active()
        overpaid = balances("-350.00", "0.00", payoff="-350.00")
        for status, state in (("Выдан", "active"), ("Закрыт", "closed")):
            self.answer_contracts(
                contract(loan.application_id.uuid, paid=2, Остатки=overpaid, Статус=status)
            )
            run, _trap = self.pull("contracts")
            self.assertEqual((run.state, loan.state), ("done", state))
            self.assertEqual((loan.surplus, loan.principal, loan.payoff), (350, 0, 0))
        self.assertFalse(self.asides())
        self.answer_contracts(contract(loan.application_id.uuid))
        self.pull("contracts")
        self.assertFalse(loan.surplus)

    def test_a_payment_that_cannot_be_true_stays_with_1c(self):
        repayment = self.sent(self.active())
        self.answer_payments(booked(repayment.uid, СуммаОД="-60000.00"))
        self.pull("payments")
        self.assertEqual(repayment.state, "sent")
        self.assertEqual(self.asides().kind, "payment")
        self.answer_payments(booked(repayment.uid))
        self.pull("payments")
        self.assertFalse(self.asides())
