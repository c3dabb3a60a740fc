"""Every page of the story, measured as a thumb, a narrow screen and a screen reader would.

The scenes are those of the album (``tests/screenshots``): a page that gets a picture is
measured here too.
"""

import pytest

from tests.screenshots import borrower as scenes
from tests.screenshots import payments
from tests.screenshots.album import MAIN_ROAD, OTHER_BRAND, PAYMENTS, SIDE_ROADS

from .inspector import Inspector, watch
from .story import PATIENCE, PHONE_SIZE

NOT_OURS = {"shop", "tours", "tour", "customer", "checkout", "travel-order"}
NOT_OURS |= {"desk-application", "travel-callbacks", "payu"}


@pytest.fixture
def inspector(stack):
    inspector = Inspector(stack)
    yield inspector
    assert inspector.seen
    assert not inspector.faults, "\n".join(inspector.faults)


@pytest.fixture
def new_page(chromium, stack):
    """Return a function that opens a page in a browser of its own."""
    contexts, broken = [], []

    def opened(_size="phone"):
        context = chromium.new_context(viewport=PHONE_SIZE, locale="ru-RU")
        context.set_default_timeout(PATIENCE)
        contexts.append((context, watch(context, stack.url())))
        return context.new_page()

    yield opened
    for context, found in contexts:
        broken += found
        context.close()
    assert not broken, "\n".join(broken)


def test_every_page_of_the_main_road_is_well_made(stack, new_page, inspector, figure):
    customer = scenes.main_road(stack, new_page, inspector)
    scenes.second_application(customer)
    assert set(MAIN_ROAD) - set(inspector.seen) == NOT_OURS & set(MAIN_ROAD)
    for name, (code, everything) in inspector.weights.items():
        figure(f"{name}: {code / 1024:.1f} KiB of style and scripts, {everything / 1024:.1f} all")


@pytest.mark.parametrize(
    "scene", [scenes.decisions, scenes.mistakes, scenes.links, scenes.waits, scenes.absences]
)
def test_every_page_beside_the_road_is_well_made(stack, new_page, inspector, scene):
    scene(stack, new_page, inspector)
    assert set(inspector.seen) <= set(SIDE_ROADS)


def test_every_page_of_a_payment_is_well_made(stack, new_page, inspector):
    payments.outcomes(stack, new_page, inspector)
    assert set(inspector.seen) == set(PAYMENTS)


def test_the_pages_of_another_agency_are_well_made(stack, new_page, inspector):
    scenes.other_brand(stack, new_page, inspector)
    assert set(inspector.seen) == set(OTHER_BRAND)
