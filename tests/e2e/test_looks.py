"""Every page of the story, measured as a thumb and a narrow screen would."""

import pytest

from .second_half import Customer
from .story import PHONE_SIZE
from .test_second_half import play

TARGETS = "a[href], button, summary, select, input:not([type=hidden])"
LEAST = 44  # px, WCAG 2.5.5
# A box is hit by its label, a way to pay by its row.
SMALL_TARGETS = f"""() => [...document.querySelectorAll("#wrapwrap :is({TARGETS})")]
    .filter((target) => target.checkVisibility() && target.getBoundingClientRect().right > 0)
    .map((target) => target.matches("[type=checkbox], [type=radio]")
        ? target.closest("label, [name=o_payment_option]") : target)
    .filter((target) => target.getBoundingClientRect().height < {LEAST})
    .map((target) => target.outerHTML.slice(0, 200))"""
WIDTH = "document.documentElement.scrollWidth"


class Ruler:
    """Stands where the album of pictures does, and measures; ``seen``: names of pages."""

    def __init__(self, stack):
        self.stack, self.seen = stack, []

    def keep(self, page, name):
        if page.url.startswith(self.stack.url()):
            self.seen.append(name)
            assert page.evaluate(WIDTH) <= PHONE_SIZE["width"], f"{name} is too wide"
            assert page.evaluate(SMALL_TARGETS) == [], f"small targets at {name}"
            assert page.locator("h1:visible").count() >= 1, f"{name} has no heading"


@pytest.fixture
def ruler(stack):
    return Ruler(stack)


def test_every_page_of_the_story_fits_a_phone_and_a_thumb(stack, page, ruler):
    customer = Customer(stack, page, ruler)
    play(customer)
    for path in ("/my/applications", "/my/applications/x/y/z"):
        page.goto(stack.url() + path)
        ruler.keep(page, path)
    page.context.clear_cookies()
    for path in ("/tour_loan/login", "/tour_loan/start/x/y"):
        page.goto(stack.url() + path)
        ruler.keep(page, path)
    assert len(ruler.seen) >= 16, ruler.seen
