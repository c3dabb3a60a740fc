"""Loans and money between the cabinet and 1C: payments out, contracts and bookings in."""

import os
from datetime import datetime, timedelta
from unittest.mock import patch
from xml.sax.saxutils import escape

from odoo import fields

from odoo.addons.queue_job.tests.common import trap_jobs

from .. import connection
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


class TestContracts(LoansCase):
    def test_figures_of_another_day_are_asked_for_one_loan(self):
        loan = self.active()
        uuid = loan.application_id.uuid
        with trap_jobs() as trap:
            loan._ask_for_figures()
            loan._ask_for_figures()
        trap.assert_jobs_count(1)
        fresh = contract(uuid, ДатаОстатков="2026-11-25T12:00:00", Остатки=FRESH)
        self.answer_contracts(fresh)
        trap.perform_enqueued_jobs()
        self.assertEqual((loan.payoff, loan.as_of), (120197.26, datetime(2026, 11, 25, 9)))
        self.publication.answers["GetContracts"] = lambda body: (500, b"away")
        self.env["moyamfo.run"]._pull_loan(uuid)
        self.assertTrue(self.env["moyamfo.run"].search([], limit=1).error)
        self.assertEqual(loan.payoff, 120197.26)

    def test_a_contract_brings_its_figures_to_the_kopeck_and_its_time(self):
        loan = self.active()
        self.assertEqual((loan.number, loan.application_id.loan_number), ("ДЗ-1", "ДЗ-1"))
        self.assertEqual((loan.principal, loan.interest), (120000, 98.63))
        self.assertEqual(loan.payoff, 120098.63)
        self.assertEqual(loan.next_payment_amount, 61479.45)
        self.assertEqual(fields.Date.to_string(loan.next_payment_on), "2026-12-24")
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9))  # 12:00 in Moscow
        self.assertEqual(loan.installment_ids.mapped("rest"), [60000, 0])

    def test_a_pull_of_what_is_known_counts_no_change_and_keeps_the_rows(self):
        loan = self.active()
        lines = loan.installment_ids
        uuid = loan.application_id.uuid
        self.answer_contracts(contract(uuid, ДатаОстатков="2026-11-24T12:05:00"))
        run, _trap = self.pull("contracts")
        self.assertEqual((run.row_count, run.changed_count, run.state), (1, 0, "done"))
        self.assertEqual(loan.installment_ids, lines)
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9, 5))

    def test_a_contract_unlike_what_was_signed_is_shown_once_on_the_pull_and_on_the_loan(self):
        loan = self.loan()
        uuid = loan.application_id.uuid
        theirs = {"Сумма": "120000.01", "Срок": 3, "ПроцентнаяСтавка": "31.5", "ПСК": "31.499"}
        self.answer_contracts(contract(uuid, **theirs))
        run, _trap = self.pull("contracts")
        self.assertEqual(run.state, "problems")
        for theirs, signed in (
            ("120000.01", "120000.0"),
            ("3", "2"),
            ("31.5", "30.0"),
            ("31.499", "29.999"),
        ):
            for text in (run.problems, loan.unlike_signed):
                self.assertRegex(text, f"{signed}\\b.*{theirs}")
        self.assertEqual(len(loan.unlike_signed.splitlines()), 4)
        again, _trap = self.pull("contracts")
        self.assertEqual(again.state, "done")
        # a later change is a new agreement: the books go on, the first difference stays
        self.answer_contracts(contract(uuid, Срок=2))
        self.pull("contracts")
        self.assertEqual(loan.months, 2)
        self.assertTrue(loan.unlike_signed)

    def test_contracts_without_a_time_are_of_their_servers_time(self):
        self.loan()
        date = "Tue, 24 Nov 2026 09:00:00 GMT"
        handler = self.publication.server.RequestHandlerClass
        self.patch(handler, "date_time_string", lambda handler, timestamp=None: date)
        self.answer_contracts(as_of="")
        run, _trap = self.pull("contracts")
        self.assertEqual(run.as_of, datetime(2026, 11, 24, 9))

    def test_a_contract_as_signed_has_nothing_to_show(self):
        self.assertFalse(self.active().unlike_signed)

    def test_older_figures_never_replace_newer_ones(self):
        loan = self.active()
        older = contract(loan.application_id.uuid, paid=1, ДатаОстатков="2026-11-24T11:59:59")
        self.answer_contracts(older)
        self.pull("contracts")
        self.assertEqual(loan.principal, 120000)

    def test_news_of_the_same_second_is_taken(self):
        loan = self.active()
        self.answer_contracts(contract(loan.application_id.uuid, paid=1))
        run, _trap = self.pull("contracts")
        self.assertEqual((loan.principal, run.changed_count), (60000, 1))
        self.assertEqual([line._is_paid() for line in loan.installment_ids], [True, False])

    def test_an_unknown_status_changes_nothing_and_is_shown(self):
        loan = self.active()
        strange = contract(
            loan.application_id.uuid, paid=1, Статус="Улетел", ДатаОстатков="2026-11-25T12:00:00"
        )
        self.answer_contracts(strange)
        run, _trap = self.pull("contracts")
        self.assertEqual((loan.state, loan.principal), ("active", 120000))
        self.assertEqual(loan.as_of, datetime(2026, 11, 24, 9))
        self.assertIn("Улетел", loan.unknown_status)
        self.assertIn("Улетел", run.problems)
        self.answer_contracts(contract(loan.application_id.uuid, paid=1))
        self.pull("contracts")
        self.assertFalse(loan.unknown_status)

    def test_a_contract_of_somebody_else_is_counted_and_left_alone(self):
        loan = self.active()
        self.answer_contracts(contract("another", number="ДЗ-9"), contract(None, number="ДЗ-8"))
        run, _trap = self.pull("contracts")
        self.assertEqual((run.foreign_count, run.changed_count, run.state), (2, 0, "done"))
        self.assertEqual(loan.number, "ДЗ-1")

    def test_an_unreadable_contract_costs_the_others_nothing(self):
        loan = self.loan()
        uuid = loan.application_id.uuid
        self.answer_contracts(contract("x", number="ДЗ-7", Сумма="много"), contract(uuid))
        run, _trap = self.pull("contracts")
        self.assertEqual(loan.state, "active")
        self.assertIn("ДЗ-7", run.problems)

    def test_two_contracts_with_one_number_are_shown_and_not_mixed(self):
        first, second = self.active(), self.loan()
        self.answer_contracts(contract(second.application_id.uuid))
        run, _trap = self.pull_quietly("contracts")
        self.assertEqual(run.state, "problems")
        self.assertEqual((first.number, second.number), ("ДЗ-1", False))

    def pull_quietly(self, kind):
        with self.assertLogs("odoo.addons.moyamfo_sync.models.moyamfo_run", "ERROR"):
            with self.assertLogs("odoo.sql_db", "ERROR"):
                return self.pull(kind)

    def test_changes_are_asked_for_by_pages_since_the_last_pull_with_an_overlap(self):
        self.answer_contracts(more=True)
        run, trap = self.pull("contracts")
        self.assertFalse(run.complete)
        (job,) = trap.enqueued_jobs
        self.assertEqual(job.args, ("contracts", 2, run.since, run.as_of))
        self.answer_contracts()
        self.pull("contracts", page=2, since=run.since, as_of=run.as_of)
        following, _trap = self.pull("contracts")
        self.assertEqual(following.since, datetime(2026, 11, 24, 8, 55))

    def test_at_night_every_open_loan_is_asked_for_and_a_missing_one_is_shown(self):
        known, forgotten = self.active(), self.loan()
        self.answer_contracts(contract(known.application_id.uuid, Статус="Закрыт"))
        run, _trap = self.pull("loans")
        self.assertEqual(known.state, "closed")
        self.assertIn(forgotten.application_id.uuid, run.problems)
        self.assertNotIn(known.application_id.uuid, run.problems)

    def test_an_answer_that_breaks_off_is_a_failed_run_and_is_asked_for_again(self):
        loan = self.loan()
        _status, body = contracts(contract(loan.application_id.uuid))
        self.publication.answers["GetContracts"] = lambda question: (200, body[:-40])
        run, _trap = self.pull("contracts")
        self.assertEqual((run.state, run.complete), ("failed", False))
        self.answer_contracts(contract(loan.application_id.uuid))
        again, _trap = self.pull("contracts")
        self.assertLess(again.since, fields.Datetime.now() - timedelta(days=29))
        self.assertEqual(loan.state, "active")


class TestPayments(LoansCase):
    def test_a_payment_is_sent_and_the_fresh_schedule_is_pulled_at_once(self):
        loan = self.active()
        repayment = self.repayment(loan)
        self.publication.answers["LoadPayment"] = lambda body: OK
        trap = self.deliver(self.messages(repayment, "payment"))
        (body,) = self.publication.called("LoadPayment")
        self.assertEqual(body["УИД"], repayment.uid)
        self.assertEqual((body["НомерДоговора"], body["Сумма"]), ("ДЗ-1", "61479.45"))
        self.assertEqual(body["ДатаОплаты"], "20261124120000")
        self.assertEqual(body["ID_Заказ"], repayment.transaction_reference)
        self.assertEqual(body["ID_УспешнаяОперация"], "2297597")
        self.assertEqual(repayment.state, "sent")
        self.assertEqual([job.args[0] for job in trap.enqueued_jobs], ["payments", "contracts"])

    def test_a_booking_arrives_split_and_is_followed_by_the_schedule(self):
        loan = self.active()
        repayment = self.sent(loan)
        self.answer_payments(booked(repayment.uid), booked("somebody-elses"))
        run, trap = self.pull("payments")
        self.assertEqual(repayment.state, "booked")
        self.assertEqual(repayment.booked_principal, 60000)
        self.assertEqual(repayment.booked_at, datetime(2026, 11, 24, 9, 30))
        self.assertEqual((run.foreign_count, run.changed_count), (1, 1))
        self.assertEqual([job.args[0] for job in trap.enqueued_jobs], ["contracts"])
        _run, trap = self.pull("payments")  # the overlap brings it once more
        trap.assert_jobs_count(0)

    def test_a_lost_answer_is_asked_for_and_the_payment_is_booked_once(self):
        loan = self.active()
        repayment = self.repayment(loan)
        message = self.messages(repayment, "payment")
        self.deliver(message)  # the connection is dropped without an answer
        self.assertEqual((message.state, repayment.state), ("pending", "to_send"))
        self.answer_payments(booked(repayment.uid))
        self.deliver(message)
        self.assertTrue(message.found_by_asking)
        self.assertEqual((message.state, repayment.state), ("sent", "sent"))
        self.assertEqual(len(self.publication.called("LoadPayment")), 1)
        self.assertEqual(self.publication.called("GetPayments")[-1]["УИДы"], [repayment.uid])

    def test_1c_is_not_asked_about_money_while_it_may_be_booking_it(self):
        loan = self.active()
        message = self.messages(self.repayment(loan), "payment")
        self.deliver(message)  # no answer
        timeout = connection.exchange(self.env).profile.operations["load_payment"].timeout
        self.assertGreater(
            message.next_attempt_at, fields.Datetime.now() + timedelta(seconds=timeout)
        )
        message.state = "dropped"  # the next one waits for it
        refused = self.messages(self.repayment(loan), "payment")
        with patch.dict(os.environ, {"MOYAMFO_SYNC_URL": "http://127.0.0.1:1"}):
            self.deliver(refused)  # nobody listens: it cannot have arrived
        self.assertLess(refused.next_attempt_at, fields.Datetime.now() + timedelta(seconds=timeout))

    def test_a_job_that_died_with_money_leaves_1c_its_time_as_well(self):
        message = self.messages(self.repayment(self.active()), "payment")
        self.patch(type(message), "_may_be_a_repeat", lambda message: True)
        self.publication.calls.clear()
        self.deliver(message)
        self.assertEqual((message.state, self.publication.calls), ("pending", []))
        self.answer_payments()
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        names = [name for name, _body in self.publication.calls]
        self.assertEqual(names, ["GetPayments", "LoadPayment"])

    def test_a_payment_that_did_not_arrive_is_sent_after_asking(self):
        loan = self.active()
        repayment = self.repayment(loan)
        message = self.messages(repayment, "payment")
        self.deliver(message)
        self.answer_payments()
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        first, second = self.publication.called("LoadPayment")
        self.assertEqual(first, second)
        self.assertEqual(repayment.state, "sent")

    def sent_early(self, repayment):
        """Whether each LoadPayment of ``repayment`` said that it pays the loan off."""
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(self.messages(repayment, "payment"))
        return [
            body.get("Досрочно")
            for body in self.publication.called("LoadPayment")
            if body["УИД"] == repayment.uid
        ]

    def test_a_payment_is_early_only_if_it_covers_what_1c_names(self):
        loan = self.active()
        loan.payoff = 120098.63
        self.assertEqual(self.sent_early(self.repayment(loan, 120098.62)), [None])
        self.assertEqual(self.sent_early(self.repayment(loan, 120098.63)), [1])
        loan.payoff = 0  # 1C names none
        self.assertEqual(self.sent_early(self.repayment(loan, 5000)), [None])

    def test_a_repeated_payment_says_the_same_of_paying_off(self):
        loan = self.active()
        loan.payoff = 60000
        repayment = self.repayment(loan, 60000)
        message = self.messages(repayment, "payment")
        self.deliver(message)  # no answer
        loan.payoff = 60100
        self.answer_payments()
        self.publication.answers["LoadPayment"] = lambda body: OK
        self.deliver(message)
        first, second = self.publication.called("LoadPayment")
        self.assertEqual(first, second)

    def test_a_payment_1c_refused_to_book_waits_for_a_person(self):
        loan = self.active()
        repayment = self.sent(loan)
        self.answer_payments(booked(repayment.uid, status="Отклонен"))
        self.pull("payments")
        self.assertEqual(repayment.state, "refused")
        self.answer_payments(booked(repayment.uid))
        self.pull("payments")
        self.assertEqual(repayment.state, "booked")

    def test_a_payment_that_waits_or_has_an_unknown_status_stays_sent(self):
        repayment = self.sent(self.active())
        self.answer_payments(booked(repayment.uid, status="Ожидает"))
        self.pull("payments")
        self.answer_payments(booked(repayment.uid, status="Потерян"))
        run, _trap = self.pull("payments")
        self.assertEqual(repayment.state, "sent")
        self.assertIn("Потерян", run.problems)

    def test_at_night_a_payment_1c_has_forgotten_is_shown(self):
        loan = self.active()
        known, forgotten = self.sent(loan), self.sent(loan)
        self.answer_payments(booked(known.uid))
        run, _trap = self.pull("unbooked")
        self.assertEqual((known.state, forgotten.state), ("booked", "sent"))
        self.assertIn(forgotten.uid, run.problems)
        self.assertNotIn(known.uid, run.problems)

    def test_a_payment_for_a_test_application_never_goes_out(self):
        loan = self.active()
        loan.application_id.test = True
        self.assertFalse(self.messages(self.repayment(loan), "payment"))


class TestReversals(LoansCase):
    def refunded(self, repayment):
        """PayU gave the whole payment back; return the reversal's message."""
        payment = repayment.transaction_id
        refund = self.transaction(
            repayment.loan_id,
            -payment.amount,
            operation="refund",
            source_transaction_id=payment.id,
            tour_loan_id=False,
        )
        with trap_jobs():
            refund._post_process()
        return self.messages(repayment, "reversal")

    def test_a_full_refund_at_payu_is_reversed_at_1c(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        (body,) = self.publication.called("ReversePayment")
        self.assertEqual(body["УИДПлатежа"], repayment.uid)
        self.assertEqual((body["УИД"], body["Сумма"]), (f"{repayment.uid}-R", "61479.45"))
        self.assertEqual(repayment.state, "sent")  # until 1C says so itself
        self.answer_payments(booked(repayment.uid, status="Сторнирован"))
        self.pull("payments")
        self.assertEqual(repayment.state, "reversed")

    def test_a_reversal_1c_has_as_a_movement_of_its_own_is_not_repeated(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.deliver(message)  # dropped without an answer
        self.answer_payments(booked(f"{repayment.uid}-R"), booked(repayment.uid))
        self.deliver(message)
        self.assertEqual((message.state, message.found_by_asking), ("sent", True))
        self.assertEqual(len(self.publication.called("ReversePayment")), 1)

    def test_a_reversal_1c_shows_on_the_payment_only_is_not_repeated(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.deliver(message)
        self.answer_payments(booked(repayment.uid, status="Сторнирован"))
        self.deliver(message)
        self.assertTrue(message.found_by_asking)

    def test_a_reversal_that_did_not_arrive_is_sent_again(self):
        repayment = self.sent(self.active())
        message = self.refunded(repayment)
        self.deliver(message)
        self.answer_payments(booked(repayment.uid))
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.publication.called("ReversePayment")), 2)

    def test_a_payment_1c_never_had_needs_no_reversal(self):
        repayment = self.repayment(self.active())
        self.messages(repayment, "payment").state = "dropped"
        message = self.refunded(repayment)
        self.answer_payments()
        self.deliver(message)
        self.assertEqual(message.state, "dropped")
        self.assertFalse(self.publication.called("ReversePayment"))

    def test_a_payment_given_up_here_that_1c_has_is_reversed(self):
        repayment = self.repayment(self.active())
        self.messages(repayment, "payment").state = "dropped"
        message = self.refunded(repayment)
        self.answer_payments(booked(repayment.uid))
        self.publication.answers["ReversePayment"] = lambda body: OK
        self.deliver(message)
        self.assertEqual(message.state, "sent")
