"""The whole story over each of the other interfaces of accounting systems.

Nothing of the product differs but a setting: the profile. MoyaMFO's books are the same.
"""

import time

import pytest

from scripts import sandbox as counterparties
from scripts.stack import Stack

from . import outcome
from .quick import QuickCustomer


@pytest.fixture(scope="module", params=["typed", "flat", "http"])
def house(request):
    """A house of its own, whose lender speaks so."""
    settings = {
        "MOYAMFO_SYNC_PROFILE": request.param,
        "MOYAMFO_SYNC_TOKEN": counterparties.generated_secrets()["moyamfo_password"],
    }
    with Stack(f"profile{request.param}", settings=settings) as running:
        yield running


def test_a_tour_is_signed_for_booked_paid_and_repaid(house, stack, page, figure):
    began = time.monotonic()
    customer = QuickCustomer(stack, page)
    customer.be_funded(tour="kazan")
    customer.open_loan()
    customer.pay()
    customer.await_booked(1)
    outcome.check_callbacks(customer, outcome.application(customer))
    outcome.check_three_books(customer, 1)
    figure(f"the story over {house.name}: {time.monotonic() - began:.0f} s (aim: 60)")
