"""Contracts are taken over by the set: what is as it was is not written."""

import re
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo.sql_db import Cursor

from .common_loans import DUE, LoansCase, contract

COUNT = 6


class TestByTheSet(LoansCase):
    def setUp(self):
        super().setUp()
        self.loans = self.env["tour_loan.loan"]
        for _number in range(COUNT):
            self.loans |= self.loan()
        self.answer()
        self.pull("contracts")

    def answer(self, **values):
        """1C tells of all loans; ``values`` are common to them."""
        self.answer_contracts(*(
            contract(loan.application_id.uuid, number=f"ДЗ-{index}", **values)
            for index, loan in enumerate(self.loans)
        ))  # fmt: skip

    @contextmanager
    def written(self):
        """Collect (statement, table) of what is written, runs and readings apart."""
        self.env.flush_all()
        found, execute = [], Cursor.execute

        def watching(cursor, query, *args, **options):
            text = getattr(query, "code", query)
            for match in re.finditer(r'(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', str(text)):
                if match[2] not in ("moyamfo_run", "tour_loan_reading", "tour_loan_lock"):
                    found.append((match[1], match[2]))
            return execute(cursor, query, *args, **options)

        with patch.object(Cursor, "execute", watching):
            yield found
            self.env.flush_all()

    def test_what_is_as_it_was_is_not_written_whatever_the_stamp(self):
        for stamp in ("2026-11-24T12:00:00", "2026-11-25T12:00:00", "2026-11-26T12:00:00"):
            self.answer(ДатаОстатков=stamp)
            with self.written() as statements:
                run, _trap = self.pull("contracts")
            self.assertEqual((statements, run.changed_count, run.row_count), ([], 0, COUNT))
            as_of = datetime.fromisoformat(stamp).replace(hour=9)
            self.assertEqual(set(self.loans.mapped("as_of")), {as_of})

    def test_older_figures_than_those_read_unchanged_are_not_taken(self):
        self.answer(ДатаОстатков="2026-11-25T12:00:00")
        self.pull("contracts")
        self.answer(paid=1, ДатаОстатков="2026-11-25T11:00:00")
        run, _trap = self.pull("contracts")
        self.assertEqual(run.changed_count, 0)
        self.assertEqual(set(self.loans.mapped("principal")), {120000})

    def test_new_figures_and_schedules_of_many_are_few_statements(self):
        lines = self.loans.installment_ids
        self.answer(paid=1, ДатаОстатков="2026-11-25T12:00:00")
        with self.written() as statements:
            run, _trap = self.pull("contracts")
        self.assertEqual(
            statements,
            [
                ("UPDATE", "tour_loan_loan"),
                ("DELETE FROM", "tour_loan_installment"),
                ("INSERT INTO", "tour_loan_installment"),
            ],
        )
        self.assertEqual(run.changed_count, COUNT)
        self.assertFalse(lines.exists())
        for loan in self.loans:
            self.assertEqual((loan.principal, loan.payoff), (60000, 60098.63))
            self.assertEqual(loan.as_of, datetime(2026, 11, 25, 9))
            self.assertEqual([one._is_paid() for one in loan.installment_ids], [True, False])
            self.assertEqual(loan.installment_ids.mapped("amount"), [61479.45, 61479.45])

    def test_a_schedule_that_is_as_it_was_keeps_its_lines(self):
        lines = self.loans.installment_ids
        self.answer(СуммаСледующегоПлатежа="5.00")
        self.pull("contracts")
        self.assertEqual(self.loans.installment_ids, lines)
        self.assertEqual(set(self.loans.mapped("next_payment_amount")), {5})

    def test_by_the_set_and_one_by_one_come_to_the_same(self):
        values = {
            "paid": 1,
            "ДатаОстатков": "2026-11-25T12:00:00",
            "Срок": 3,
            "ПроцентнаяСтавка": "31.5",
            "ДатаСледующегоПлатежа": DUE[1][0],
            "ДатаЗакрытия": "",
        }
        names = [
            *("amount", "months", "rate", "psk", "signed_on", "issued_on", "closed_on"),
            *("as_of", "principal", "interest", "penalty", "overdue", "payoff", "state"),
            *("next_payment_on", "next_payment_amount", "surplus", "number"),
        ]
        lines = ["due_on", "amount", "principal", "interest", "rest", "paid_amount", "paid_on"]

        def told():
            return [
                ([loan[name] for name in names], [[li[n] for n in lines] for li in loan.installment_ids])
                for loan in self.loans
            ]  # fmt: skip

        self.answer(**values)
        self.pull("contracts")
        by_the_set = told()
        self.answer()
        for loan in self.loans:
            loan.as_of = datetime(2026, 11, 1)
        self.pull("contracts")
        self.assertNotEqual(told(), by_the_set)
        self.answer(**values)
        runs = type(self.env["moyamfo.run"])
        with patch.object(
            runs, "_take_by_set", lambda run, them, taken: [(c, u) for c, _r, u in them.values()]
        ):
            self.pull("contracts")
        self.assertEqual(told(), by_the_set)

    def test_a_state_moves_by_the_one_move_among_figures_by_the_set(self):
        moved = self.loans[2]
        rows = [
            contract(
                loan.application_id.uuid,
                number=f"ДЗ-{index}",
                paid=1,
                **({"Статус": "Просрочен"} if loan == moved else {}),
            )
            for index, loan in enumerate(self.loans)
        ]
        self.answer_contracts(*rows)
        taken = []
        take = type(moved)._take_contract

        def noting(loans, update):
            taken.append(update["number"])
            return take(loans, update)

        with patch.object(type(moved), "_take_contract", noting):
            self.pull("contracts")
        self.assertEqual(taken, ["ДЗ-2"])
        self.assertEqual(moved.state, "overdue")
        self.assertEqual(set(self.loans.mapped("principal")), {60000})

    def test_figures_somebody_else_wrote_are_put_right_by_the_next_pull(self):
        self.loans[0].payoff = 5
        run, _trap = self.pull("contracts")
        self.assertEqual((run.changed_count, self.loans[0].payoff), (1, 120098.63))

    def test_an_answer_without_lines_keeps_the_schedule(self):
        lines = self.loans.installment_ids
        self.answer(ГрафикПлатежей=[])
        with self.written() as statements:
            self.pull("contracts")
        self.assertEqual((self.loans.installment_ids, statements), (lines, []))
