"""Where a person is led when something has to be put right."""

from playwright.sync_api import expect


def test_the_focus_goes_to_the_first_field_in_error(house):
    page = house.open(
        """<section class="tl-summary"><a href="#b">b</a></section>
        <input id="a"><input id="b" aria-invalid="true"><input id="c" aria-invalid="true">""",
        "errors.js",
    )
    expect(page.locator("#b")).to_be_focused()


def test_an_error_of_no_field_gets_the_focus_itself(house):
    page = house.open('<p class="tl-error" role="alert">Too many codes</p>', "errors.js")
    expect(page.locator(".tl-error")).to_be_focused()


def test_a_page_without_errors_keeps_its_focus(house):
    page = house.open('<input id="code" autofocus><p class="tl-error">late</p>', "errors.js")
    expect(page.locator("#code")).to_be_focused()


def test_of_a_group_in_error_the_first_answer_gets_the_focus(house):
    page = house.open(
        """<div role="radiogroup" aria-invalid="true">
        <input type="radio" name="months" id="a"><input type="radio" name="months" id="b"></div>""",
        "errors.js",
    )
    expect(page.locator("#a")).to_be_focused()
