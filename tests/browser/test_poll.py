"""The page shows itself anew when what it shows has moved."""

import pytest
from playwright.sync_api import expect

STATE = "GET /my/state"
PAGE = "GET /my/page"


@pytest.fixture
def waiting(house):
    """A page of sequence 7, and what the server says then."""
    house.sequence = 7
    house.answers["/my/state"] = lambda: house.sequence and {"sequence": house.sequence}
    house.open('<p data-sequence="7" data-state-url="/my/state">waits</p>', "poll.js")
    return house


def pass_time(house, milliseconds):
    """Move the page's clock; what it asks meanwhile is answered, and it waits again."""
    page, rings = house.page, house.page.evaluate("rings")
    page.clock.run_for(milliseconds)
    if page.evaluate("rings") > rings:
        page.wait_for_function("waits > rings")


def test_it_asks_every_three_seconds_and_shows_the_page_anew(waiting):
    pass_time(waiting, 2900)
    assert waiting.take() == []
    pass_time(waiting, 100)
    assert waiting.take() == [STATE]
    waiting.sequence = 8
    with waiting.page.expect_navigation():
        waiting.page.clock.run_for(3000)
    assert waiting.take() == [STATE, PAGE]


def test_after_five_minutes_it_asks_seldom(waiting):
    for _turn in range(100):
        pass_time(waiting, 3000)
    assert waiting.take() == [STATE] * 100
    pass_time(waiting, 14_900)
    assert waiting.take() == []
    pass_time(waiting, 100)
    assert waiting.take() == [STATE]


def test_a_failure_of_the_network_is_waited_out(waiting):
    waiting.sequence = None
    pass_time(waiting, 3000)
    pass_time(waiting, 3000)
    assert waiting.take() == [STATE, STATE]
    waiting.sequence = 8
    with waiting.page.expect_navigation():
        waiting.page.clock.run_for(3000)
    assert waiting.take() == [STATE, PAGE]


def test_the_answer_to_a_form_is_not_sent_again(waiting):
    page = waiting.page
    page.evaluate("document.body.innerHTML = '<form method=post action=/my/page><button>'")
    with page.expect_navigation():
        page.locator("button").click()
    assert waiting.take() == ["POST /my/page"]
    waiting.sequence = 8
    with page.expect_navigation():
        page.clock.run_for(3000)
    assert waiting.take() == [STATE, PAGE]
    expect(page.get_by_text("waits")).to_be_visible()
