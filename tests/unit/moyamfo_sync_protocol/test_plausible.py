"""Which offers and payouts cannot be true."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.unit.rooms import room

protocol = room("moyamfo_sync", "protocol")
dto, plausible = protocol.dto, protocol.plausible
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = date(2026, 11, 26)


def line(days, amount, principal, rest="0"):
    amount, principal = Decimal(amount), Decimal(principal)
    return dto.OfferLine(
        due_on=TODAY + timedelta(days=days),
        amount=amount,
        principal=principal,
        interest=amount - principal,
        rest=Decimal(rest),
    )


OFFER = dto.Offer(
    amount=Decimal(120000),
    months=2,
    rate=Decimal(30),
    psk=Decimal("29.999"),
    psk_amount=Decimal("4450.00"),
    monthly_payment=Decimal("62225.00"),
    valid_until=NOW + timedelta(days=5),
    schedule=[line(30, "62225", "60000", "60000"), line(60, "62225", "60000")],
)


def codes(offer, **options):
    found = plausible.doubts_of_offer(offer, Decimal(120000), NOW, TODAY, **options)
    return [doubt.code for doubt in found]


def test_what_a_lender_offers_is_believed():
    assert codes(OFFER) == []
    assert codes(replace(OFFER, amount=Decimal("119999.50"))) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": Decimal(500000)}, "offer_much"),
        ({"amount": Decimal(0)}, "offer_amount"),
        ({"months": 0}, "months"),
        ({"months": 361}, "months"),
        ({"months": 24}, "schedule_short"),
        ({"rate": Decimal(0)}, "rate"),
        ({"rate": Decimal(367)}, "rate"),
        ({"psk": Decimal(-1)}, "psk"),
        ({"psk_amount": Decimal(-1)}, "psk_amount"),
        ({"valid_until": NOW}, "offer_over"),
        ({"schedule": []}, "schedule_none"),
        ({"schedule": [line(30, "5", "5"), line(60, "0", "0")]}, "schedule_sum"),
        ({"schedule": [line(60, "62225", "60000"), line(30, "62225", "60000")]}, "schedule_days"),
        ({"schedule": [line(30, "62225", "60000")] * 2}, "schedule_days"),
        ({"schedule": [line(-9, "62225", "60000"), line(30, "62225", "60000")]}, "schedule_days"),
        ({"schedule": [line(30, "-5", "-5"), line(60, "120005", "120005")]}, "schedule_negative"),
        ({"schedule": [line(30, "900000", "60000"), line(60, "62225", "60000")]}, "schedule_total"),
    ],
)
def test_what_cannot_be_is_doubted(values, code):
    assert code in codes(replace(OFFER, **values))


def test_an_offer_that_was_taken_may_grow_old():
    assert codes(replace(OFFER, valid_until=NOW), is_known=True) == []


@pytest.mark.parametrize(
    ("amount", "days", "found"),
    [
        ("120000", 0, []),
        ("120000", 1, []),
        ("5", 0, ["payout_amount"]),
        ("0", 0, ["payout_amount"]),
        ("240000", 0, ["payout_amount"]),
        ("120000", 2, ["payout_day"]),
        ("120000", -20000, ["payout_day"]),
    ],
)
def test_a_payout_is_of_the_loan_and_of_no_day_to_come(amount, days, found):
    payout = dto.Payout(amount=Decimal(amount), paid_on=TODAY + timedelta(days=days))
    doubts = plausible.doubts_of_payout(payout, Decimal(120000), TODAY)
    assert [doubt.code for doubt in doubts] == found
