"""The page of a code says by itself what is wrong with the code on its way."""

import pytest
from playwright.sync_api import expect

from .test_poll import pass_time

NEWS = "GET /my/news"
REFUSED = "The operator has not taken our SMS"


@pytest.fixture
def waiting(house):
    house.text = ""
    house.answers["/my/news"] = lambda: {"text": house.text}
    return house


def open_page(house, said=""):
    error = "tl-error" if said else ""
    return house.open(
        f"""<section class="tl-code" data-news-url="/my/news">
            <p class="tl-code-news {error}" role="alert">{said}</p>
        </section>""",
        "code_news.js",
    ).locator(".tl-code-news")


def test_a_refused_sms_is_said_at_the_next_question(waiting):
    news = open_page(waiting)
    pass_time(waiting, 2000)
    assert waiting.take() == [NEWS]
    expect(news).to_have_text("")
    waiting.text = REFUSED
    pass_time(waiting, 2000)
    expect(news).to_have_text(REFUSED)
    expect(news).to_have_class("tl-code-news tl-error")
    waiting.text = ""
    pass_time(waiting, 2000)
    expect(news).to_have_text("")
    expect(news).to_have_class("tl-code-news")


def test_what_came_of_the_last_attempt_stays_while_there_is_no_news(waiting):
    news = open_page(waiting, "The code is wrong")
    pass_time(waiting, 2000)
    pass_time(waiting, 2000)
    expect(news).to_have_text("The code is wrong")


def test_it_asks_as_long_as_a_code_may_live(waiting):
    open_page(waiting)
    for _turn in range(30):
        pass_time(waiting, 2000)
    assert waiting.take() == [NEWS] * 30
    for _turn in range(29):
        pass_time(waiting, 10_000)
    with waiting.page.expect_response("**/my/news"):  # the last: it waits no more
        waiting.page.clock.run_for(10_000)
    assert waiting.take() == [NEWS] * 30
    pass_time(waiting, 60_000)
    assert waiting.take() == []
