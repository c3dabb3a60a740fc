from datetime import date
from decimal import Decimal

from tests.unit.rooms import room

rules = room("tour_loan", "rules")
quote, psk = rules.quote, rules.psk


def test_a_preview_shows_payment_psk_and_overpayment():
    (preview,) = quote.previews(Decimal(90000), [6], Decimal(30), date(2026, 11, 24))
    assert preview == quote.Preview(
        months=6,
        monthly_payment=Decimal("16339.50"),
        psk=Decimal("29.827"),
        overpayment=Decimal("7986.55"),
        total=Decimal("97986.55"),
    )


def test_every_allowed_term_has_its_preview_in_the_given_order():
    found = quote.previews(Decimal(90000), [12, 3, 6], Decimal(30), date(2026, 11, 24))
    assert [preview.months for preview in found] == [12, 3, 6]
    by_term = {preview.months: preview for preview in found}
    assert by_term[3].monthly_payment > by_term[6].monthly_payment
    assert by_term[3].overpayment < by_term[6].overpayment < by_term[12].overpayment


def test_one_month_is_a_single_payment_at_the_simple_daily_rate():
    (preview,) = quote.previews(Decimal(10000), [1], Decimal("292"), date(2026, 1, 10))
    assert preview.psk == 292
    assert preview.monthly_payment == preview.total == Decimal("12480.00")


def test_an_interest_free_product_costs_nothing():
    (preview,) = quote.previews(Decimal(90000), [6], Decimal(0), date(2026, 11, 24))
    assert (preview.psk, preview.overpayment) == (0, 0)
    assert preview.monthly_payment == Decimal("15000.00")


def test_a_preview_takes_few_steps_to_its_root(monkeypatch):
    steps = []
    balance = psk.balance
    monkeypatch.setattr(psk, "balance", lambda *given: steps.append(1) or balance(*given))
    quote.preview(Decimal("145000"), 36, Decimal("79.9"), date(2026, 11, 24))
    assert 0 < len(steps) <= 20
