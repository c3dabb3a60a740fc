"""The story of an application over the wire, and what the books then say."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from .conftest import application, commit, protocol, signature

dto, errors = protocol.dto, protocol.errors
NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


def contracts(exchange, **question):
    with exchange.contracts(**question) as stream:
        return list(stream), stream


def test_an_application_arrives_with_every_value_in_the_lenders_form(mfo, exchange):
    answer = exchange.send("application", application())
    (row,) = mfo.control("books")["applications"]
    assert answer == dto.Accepted(number=row["number"])
    assert row["body"]["ДатаЗаявки"] == "20261124123000"  # Moscow
    assert row["body"]["Сумма"] == "120000.00"
    assert row["body"]["Клиент"]["ДатаРождения"] == "19900517000000"
    assert row["body"]["Клиент"]["Занятость"] == "Работает"
    assert row["body"]["Клиент"]["РабочийТелефон"] == "7(495)123-45-67"
    assert row["body"]["Клиент"]["Доход"] == "60000.00"
    assert row["body"]["Клиент"]["Телефон"] == "7(916)123-45-67"
    assert row["body"]["Клиент"]["Паспорт"] == {"Серия": "4510", "НомерПаспорта": "123456"}
    assert row["body"]["СпособПодачиЗаявления"] == "ЛичныйКабинет"


def test_a_repeat_is_recognised_and_one_row_stays(mfo, exchange):
    exchange.send("application", application())
    assert exchange.send("application", application()).repeated
    assert len(mfo.control("books")["applications"]) == 1


def test_where_repeats_are_not_recognised_the_state_tells_before_a_second_send(mfo, exchange):
    mfo.control("settings", repeats=False)
    mfo.control("faults", operation="LoadApplication", kind="drop_after", times=1)
    with pytest.raises(errors.TransportError) as lost:
        exchange.send("application", application())
    assert lost.value.maybe_received
    assert [row.uid for row in exchange.application_states(["a-1"]).rows] == ["a-1"]


def test_an_unknown_application_is_absent_from_the_answer(exchange):
    assert exchange.application_states(["nobody"]).rows == []


def test_an_approval_for_less_brings_an_offer_with_its_schedule(mfo, exchange):
    exchange.send("application", application())
    mfo.control("decide", uid="a-1", decision="approve", amount="90000", months=6, rate="30")
    (state,) = exchange.application_states(["a-1"]).rows
    assert state.status == "approved"
    assert (state.offer.amount, state.offer.months) == (Decimal("90000.00"), 6)
    assert state.offer.rate == Decimal("30.000")
    assert state.offer.monthly_payment == Decimal("16339.50")
    assert sum(line.principal for line in state.offer.schedule) == Decimal("90000.00")
    assert state.offer.valid_until > datetime.now(timezone.utc)


def test_a_refusal_brings_a_code_and_an_inner_reason(mfo, exchange):
    exchange.send("application", application())
    mfo.control("decide", uid="a-1", decision="decline", decline_code="Самозапрет")
    (state,) = exchange.application_states(["a-1"]).rows
    assert (state.status, state.decline_code) == ("declined", "self_ban")
    assert state.decline_text and state.offer is None


def test_a_wish_for_more_data_brings_the_list(mfo, exchange):
    exchange.send("application", application())
    mfo.control("decide", uid="a-1", decision="needs", needs=["Паспорт", "СНИЛС"])
    (state,) = exchange.application_states(["a-1"]).rows
    assert (state.status, state.needs) == ("needs_data", ["passport", "snils"])


def test_a_change_inside_the_offer_stays_approved_and_a_bigger_one_is_decided_anew(mfo, exchange):
    exchange.send("application", application())
    mfo.control("decide", uid="a-1", decision="approve")
    exchange.send("change", application(amount=Decimal("100000")))
    assert exchange.application_states(["a-1"]).rows[0].offer.amount == Decimal("100000.00")
    exchange.send("change", application(amount=Decimal("130000")))
    assert exchange.application_states(["a-1"]).rows[0].status == "in_review"


def test_signing_committing_and_the_payout(mfo, exchange, issued):
    (state,) = exchange.application_states(["a-1"]).rows
    assert state.status == "funded"
    assert state.payout.amount == Decimal("120000.00") and state.payout.payment_order
    assert state.loan_number == issued and len(issued) == 11


def test_signing_twice_changes_nothing(mfo, exchange, issued):
    assert exchange.send("signature", signature()).number == issued
    assert exchange.send("commit", commit()).number == issued


def test_a_commit_before_the_signature_is_refused(mfo, exchange):
    exchange.send("application", application())
    mfo.control("decide", uid="a-1", decision="approve")
    with pytest.raises(errors.BusinessError, match="выплата невозможна"):
        exchange.send("commit", commit())


def test_a_cancel_before_the_money_is_taken_and_after_it_refused(mfo, exchange, issued):
    cancel = dto.Cancel(uid="a-2", reason="передумал", cancelled_at=NOW)
    exchange.send("application", application("a-2"))
    exchange.send("cancel", cancel)
    assert exchange.application_states(["a-2"]).rows[0].status == "cancelled"
    with pytest.raises(errors.BusinessError, match="уже выдан"):
        exchange.send("cancel", replace(cancel, uid="a-1"))


def test_a_payment_is_booked_to_the_schedule_and_a_reversal_undoes_it(exchange, issued):
    (before,), _stream = contracts(exchange, uids=["a-1"])
    assert before.status == "active" and before.principal == Decimal("120000.00")
    first = before.schedule[0]
    payment = dto.Payment(
        uid="p-1", loan_number=issued, amount=first.amount, paid_at=datetime.now(timezone.utc)
    )
    exchange.send("payment", payment)
    assert exchange.send("payment", payment).repeated
    (paid,), _stream = contracts(exchange, uids=["a-1"])
    assert paid.schedule[0].paid_amount == first.amount
    assert paid.principal == before.principal - first.principal
    (booked,) = exchange.payments(["p-1"]).rows
    assert (booked.status, booked.principal + booked.interest) == ("booked", first.amount)

    reversal = dto.Reversal(
        uid="r-1", payment_uid="p-1", amount=first.amount, reversed_at=datetime.now(timezone.utc)
    )
    exchange.send("reversal", reversal)
    (after,), _stream = contracts(exchange, uids=["a-1"])
    assert after.principal == before.principal
    assert exchange.payments(["p-1"]).rows[0].status == "reversed"


def test_the_whole_debt_closes_the_contract(exchange, issued):
    (before,), _stream = contracts(exchange, uids=["a-1"])
    exchange.send("payment", dto.Payment(
        uid="p-1", loan_number=issued, amount=before.payoff, paid_at=datetime.now(timezone.utc),
    ))  # fmt: skip
    (closed,), _stream = contracts(exchange, uids=["a-1"])
    assert (closed.status, closed.payoff) == ("closed", Decimal("0.00"))
    assert closed.closed_on and closed.next_payment_on is None


def test_a_full_tour_refund_annuls(exchange, issued):
    exchange.send("tour_refund", dto.TourRefund(
        uid="t-1", application_uid="a-1", amount=Decimal("120000"), full=True, refunded_at=NOW,
    ))  # fmt: skip
    assert exchange.application_states(["a-1"]).rows[0].status == "annulled"
    (contract,), _stream = contracts(exchange, uids=["a-1"])
    assert contract.status == "annulled" and contract.schedule == []


def test_a_part_tour_refund_lowers_the_debt_and_is_no_repayment(exchange, issued):
    exchange.send("tour_refund", dto.TourRefund(
        uid="t-1", application_uid="a-1", amount=Decimal("20000"), full=False, refunded_at=NOW,
        document_numbers=["В-1"],
    ))  # fmt: skip
    (contract,), _stream = contracts(exchange, uids=["a-1"])
    assert contract.principal == Decimal("100000.00") and contract.status == "active"
    assert sum(line.principal for line in contract.schedule) == Decimal("100000.00")


def test_an_unpaid_installment_makes_the_contract_overdue_with_a_penalty(mfo, exchange, issued):
    mfo.control("settings", day_shift=45)
    (contract,), _stream = contracts(exchange, uids=["a-1"])
    assert contract.status == "overdue"
    assert contract.overdue == contract.schedule[0].amount and contract.penalty > 0


def test_changed_applications_come_in_pages_with_the_moment_they_are_true_for(exchange, profile):
    for number in range(5):
        exchange.send("application", application(f"a-{number}"))
    exchange.profile = replace(profile, page_size=2)
    since, found = datetime.now(timezone.utc) - timedelta(minutes=5), []
    for page_number in (1, 2, 3):
        page = exchange.changed_applications(since, page_number)
        found += [row.uid for row in page.rows]
        assert page.more == (page_number < 3)
        assert abs(page.as_of - datetime.now(timezone.utc)) < timedelta(seconds=30)
    assert found == [f"a-{number}" for number in range(5)]
    future = datetime.now(timezone.utc) + timedelta(minutes=5)
    assert exchange.changed_applications(future, 1).rows == []


def test_contracts_come_in_pages(mfo, exchange, profile):
    mfo.control("seed", contracts=5)
    exchange.profile = replace(profile, page_size=3)
    first, stream = contracts(exchange, page=1)
    assert len(first) == 3 and stream.more and stream.as_of
    second, stream = contracts(exchange, page=2)
    assert len(second) == 2 and not stream.more
    assert {len(one.schedule) for one in first + second} == {12}


def test_no_contracts_are_an_empty_list(exchange):
    rows, stream = contracts(exchange, uids=["nobody"])
    assert rows == [] and not stream.more


def test_the_log_text_holds_no_personal_data(exchange):
    exchange.send("application", application())
    for secret in ("Иванова", "Мария", "4510", "123456", "1990", "916"):
        assert secret not in exchange.last_sent
    assert "a-1" in exchange.last_sent and "120000.00" in exchange.last_sent
    assert "OK" in exchange.last_received


def test_the_desk_may_refuse_what_an_agency_asks_for_after_the_commit(mfo, exchange, issued):
    mfo.control("settings", refuse_cancel=True, refuse_refund=True)
    refund = dto.TourRefund(
        uid="t-1", application_uid="a-1", amount=Decimal("120000"), full=True, refunded_at=NOW
    )
    with pytest.raises(errors.BusinessError, match="Возврат не согласован"):
        exchange.send("tour_refund", refund)
    assert not mfo.control("books")["money"]
    cancel = dto.Cancel(uid="a-2", reason="передумали", cancelled_at=NOW)
    exchange.send("application", application(uid="a-2"))
    mfo.control("decide", uid="a-2", decision="approve")
    exchange.send("signature", signature("a-2"))
    exchange.send("commit", commit("a-2"))
    with pytest.raises(errors.BusinessError, match="отмена не согласована"):
        exchange.send("cancel", cancel)
    mfo.control("settings", refuse_cancel=False)
    exchange.send("cancel", cancel)
    (state,) = exchange.application_states(["a-2"]).rows
    assert state.status == "cancelled"


def test_contracts_of_several_are_asked_for_at_once_and_only_those(mfo, exchange, issued):
    for uid in ("a-2", "a-3"):
        exchange.send("application", application(uid, order_number=f"ORD-{uid}"))
        mfo.control("decide", uid=uid, decision="approve", rate="30")
        exchange.send("signature", signature(uid))
        exchange.send("commit", replace(commit(uid), order_number=f"ORD-{uid}"))
        mfo.control("pay", uid=uid)
    found, _stream = contracts(exchange, uids=["a-1", "a-3"])
    assert sorted(row.application_uid for row in found) == ["a-1", "a-3"]


def test_contracts_unchanged_since_do_not_come(exchange, issued):
    now = datetime.now(timezone.utc)
    assert contracts(exchange, since=now - timedelta(hours=1))[0]
    assert not contracts(exchange, since=now + timedelta(hours=1))[0]
