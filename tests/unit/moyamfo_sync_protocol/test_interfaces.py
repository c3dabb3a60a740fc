"""The story of an application through each shipped profile, over the same books."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from .conftest import (
    ANSWERS,
    PROFILE,
    QUESTIONS,
    application,
    commit,
    connected,
    protocol,
    signature,
)

dto, errors = protocol.dto, protocol.errors
NAMES = ("default", "typed", "flat", "http")
NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


@pytest.fixture(params=NAMES)
def one(request, mfo):
    profile = protocol.profile.load(PROFILE.parent / f"{request.param}.json", QUESTIONS)
    return connected(mfo, profile)


def contracts(exchange, **question):
    with exchange.contracts(**question) as stream:
        return list(stream), stream


def test_an_application_goes_all_the_way_to_a_booked_repayment(mfo, one):
    accepted = one.send("application", application())
    (row,) = mfo.control("books")["applications"]
    assert accepted.number == row["number"]
    assert row["body"]["Сумма"] in ("120000.00", "120000") and row["body"]["Срок"] in (12, "12")
    assert row["body"]["Клиент"]["ДатаРождения"] == "19900517000000"
    assert row["body"]["Клиент"]["Паспорт"] == {"Серия": "4510", "НомерПаспорта": "123456"}
    assert row["body"]["Клиент"]["Занятость"] == "Работает"
    assert one.send("application", application()).repeated
    mfo.control("decide", uid="a-1", decision="approve", rate="30")
    (state,) = one.application_states(["a-1", "nobody"]).rows
    assert (state.status, state.offer.rate, state.offer.months) == ("approved", 30, 12)
    assert sum(line.principal for line in state.offer.schedule) == Decimal(120000)
    one.send("signature", signature())
    one.send("commit", commit())
    mfo.control("pay", uid="a-1")
    (state,) = one.application_states(["a-1"]).rows
    assert state.status == "funded" and state.payout.amount == Decimal(120000)
    (contract,), stream = contracts(one, uids=["a-1"])
    assert contract.number == state.loan_number and contract.status == "active"
    assert contract.principal == Decimal(120000) and len(contract.schedule) == 12
    assert stream.as_of and not stream.more and not stream.unknown_keys and not stream.foreign
    paid = dto.Payment(
        uid="p-1", loan_number=contract.number, amount=contract.schedule[0].amount,
        paid_at=datetime.now(timezone.utc),
    )  # fmt: skip
    assert not one.send("payment", paid).repeated
    assert one.send("payment", paid).repeated
    (booked,) = one.payments(["p-1"]).rows
    assert booked.status == "booked" and booked.amount == paid.amount
    one.send("reversal", dto.Reversal(
        uid="p-1-R", payment_uid="p-1", amount=paid.amount, reversed_at=NOW,
    ))  # fmt: skip
    assert one.payments(["p-1"]).rows[0].status == "reversed"
    refund = dto.TourRefund(
        uid="t-1", application_uid="a-1", amount=Decimal(120000), full=True, refunded_at=NOW
    )
    one.send("tour_refund", refund)
    assert contracts(one, uids=["a-1"])[0][0].status == "annulled"


def test_a_refusal_of_1c_says_its_words_and_a_decline_its_reasons(mfo, one):
    one.send("application", application())
    with pytest.raises(errors.BusinessError, match="подписание невозможно"):
        one.send("signature", signature())
    mfo.control("decide", uid="a-1", decision="decline", decline_code="Самозапрет")
    (state,) = one.application_states(["a-1"]).rows
    assert (state.status, state.decline_code, state.offer) == ("declined", "self_ban", None)
    one.send("application", application("a-2"))
    mfo.control("decide", uid="a-2", decision="needs", needs=["Паспорт", "СНИЛС"])
    assert one.application_states(["a-2"]).rows[0].needs == ["passport", "snils"]
    one.send("cancel", dto.Cancel(uid="a-2", reason="передумал", cancelled_at=NOW))
    assert one.application_states(["a-2"]).rows[0].status == "cancelled"


def test_changes_come_in_pages(one):
    for number in range(5):
        one.send("application", application(f"a-{number}"))
    one.profile = replace(one.profile, page_size=2)
    since, found, cursor = datetime.now(timezone.utc) - timedelta(minutes=5), [], None
    for page_number in (1, 2, 3):
        page = one.changed_applications(since, page_number, cursor)
        found += [row.uid for row in page.rows]
        assert page.more == (page_number < 3) and not page.bad and page.as_of
        cursor = page.cursor
    assert found == [f"a-{number}" for number in range(5)]
    again = one.changed_applications(since, 3)  # another process: it knows no cursor
    assert [row.uid for row in again.rows] == ["a-4"]
    assert one.changed_payments(since, 1).rows == []


def test_contracts_come_in_pages(mfo, one):
    mfo.control("seed", contracts=5)
    one.profile = replace(one.profile, page_size=3)
    since = datetime.now(timezone.utc) - timedelta(days=1)
    first, stream = contracts(one, since=since, page=1)
    assert len(first) == 3 and stream.more
    second, stream = contracts(one, since=since, page=2)
    assert len(second) == 2 and not stream.more
    assert {len(row.schedule) for row in first + second} == {12}


def test_an_operation_the_publication_does_not_have_is_told(mfo):
    for name, operation in (("typed", "НетТакой"), ("http", "no")):
        file = PROFILE.parent / f"{name}.json"
        text = file.read_text().replace('"SignContract"', f'"{operation}"')
        profile = protocol.profile.read(text, QUESTIONS)
        with pytest.raises((errors.FormatError, errors.BusinessError)) as wrong:
            connected(mfo, profile).send("signature", signature())
        assert wrong.value.publication in ("cabinet", "api")


def test_the_log_of_every_interface_holds_no_personal_data(one):
    one.send("application", application())
    for secret in ("Иванова", "Мария", "4510", "123456", "1990", "916", ANSWERS["inn"]):
        assert secret not in one.last_sent, one.last_sent
    assert "a-1" in one.last_sent and one.last_received
