"""Money that goes back, is held, or is taken back by the payer's bank."""

from dataclasses import replace
from decimal import Decimal

import pytest

from .shop import AMOUNT, ORDER, Meaning, answers, begin, capture, control, give_back, press, report


def test_money_goes_back_in_parts_and_never_more_than_was_paid(url, shop):
    page = begin(url)
    press(page, "pay")
    first = give_back(url, page, Decimal(500), "R-1")
    event = shop.wait(2)[1]
    assert (event.amount, event.refund.amount) == (AMOUNT, Decimal(500))
    assert (event.refund.reference, event.refund.request_id) == ("R-1", first)
    with pytest.raises(answers.Refused, match="INVALID_AMOUNT"):
        give_back(url, page, Decimal("1000.51"), "R-2")
    give_back(url, page, Decimal("1000.50"), "R-2")
    shop.wait(3)
    with pytest.raises(answers.Unclear, match="ALREADY_CANCELLED"):
        give_back(url, page, Decimal(1), "R-3")
    refunds = report(url).refunds
    assert [(refund.reference, refund.amount, refund.done) for refund in refunds] == [
        ("R-1", Decimal(500), True),
        ("R-2", Decimal("1000.50"), True),
    ]


def test_what_was_not_paid_is_not_given_back(url):
    with pytest.raises(answers.Refused, match="INVALID_ORDER_STATE"):
        give_back(url, begin(url), Decimal(1), "R-1")


def test_a_chargeback_is_told_as_a_text_with_its_reason(url, shop):
    press(begin(url), "pay")
    control(url, "payments/LOAN-42", action="chargeback", reason="Товар не получен")
    event = shop.wait(2)[1]
    assert event.chargeback == "Товар не получен"
    assert event.refund.amount == AMOUNT
    assert not report(url).refunds[0].chargeback  # the answer has no place for it


def test_a_refund_has_a_text_id_and_a_status_of_its_own(url, shop):
    control(url, "settings", refund_pending_told="1")
    page = begin(url)
    press(page, "pay")
    number = give_back(url, page, Decimal(500), "R-1")
    assert len(number) == 36
    pending, done = (event.refund for event in shop.wait(3)[1:])
    assert (pending.done, done.done) == (False, True)
    assert {pending.request_id, done.request_id, report(url).refunds[0].request_id} == {number}


def test_a_whole_refund_of_the_same_day_is_a_bare_reversal_that_the_answer_explains(url, shop):
    control(url, "settings", same_day="1")
    page = begin(url)
    press(page, "pay")
    give_back(url, page, AMOUNT, "R-1")
    event = shop.wait(2)[1]
    assert (event.meaning, event.refund) == (Meaning.REVERSED, None)
    answer = report(url)
    assert answer.payment.status == "REVERSED"
    assert [(refund.done, refund.amount) for refund in answer.refunds] == [(True, AMOUNT)]


def test_a_held_payment_is_captured_by_the_shop_or_released(url, shop):
    control(url, "settings", manual_capture="1")
    page = begin(url)
    assert capture(url, page).json()["status"] == "ERROR_CONFIRMING_ORDER"
    press(page, "pay")
    assert capture(url, page, amount="1.00").json()["status"] == "PARTIAL_AMOUNT_NOT_SUPPORTED"
    assert capture(url, page, original="1.00").json()["status"] == "INVALID_ORIGINAL_AMOUNT"
    # The Go client can name the currency only as a number.
    assert capture(url, page, currency=0).json()["status"] == "SUCCESS"
    assert [event.meaning for event in shop.wait(2)] == [Meaning.AUTHORIZED, Meaning.PAID]
    assert capture(url, page).status_code == 202
    held = begin(url, replace(ORDER, reference="LOAN-43"))
    press(held, "pay")
    give_back(url, held, AMOUNT, "R-1")
    assert shop.wait(4)[3].meaning is Meaning.REVERSED
