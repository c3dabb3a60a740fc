"""Masks while typing; questions an answer calls for; issuers of a division code."""

import pytest
from playwright.sync_api import expect

PAGE = """
    <form class="tl-questions">
        <input name="birth_date" data-mask="date">
        <input name="passport_issued_on" data-mask="date">
        <input name="passport_division_code" data-mask="division">
        <input name="passport_issued_by" data-mask="issuer">
        <p class="tl-issuers-none" hidden>Write it yourself</p>
        <div class="tl-issuers"></div>
        <input type="checkbox" name="residence_same" checked>
        <div class="residence" data-needed-field="residence_same" data-needed-values="False">
            <input name="residence_city">
        </div>
        <select name="employment">
            <option value="">Choose</option>
            <option value="employee">Employee</option>
            <option value="pensioner">Pensioner</option>
        </select>
        <div class="employer" data-needed-field="employment" data-needed-values="employee">
            <input name="employer_name">
        </div>
        <input name="income" data-mask="money">
    </form>"""


@pytest.fixture
def page(house):
    return house.open(PAGE, "masks.js", "questionnaire.js")


def field(page, name):
    return page.locator(f"[name={name}]")


def knows(house, *names):
    """Let the server know these issuers of every division."""
    house.answers["/tour_loan/divisions"] = lambda: {
        "suggestions": [{"value": name} for name in names]
    }


def test_masks_write_the_signs_between_digits(page):
    for name, typed, text in (
        ("birth_date", "14031990", "14.03.1990"),
        ("income", "95000", "95\u00a0000"),
        ("passport_issued_by", "ОВД 12", "ОВД 12"),
    ):
        field(page, name).press_sequentially(typed)
        expect(field(page, name)).to_have_value(text)


def test_in_the_middle_of_a_text_nothing_is_moved(page):
    date = field(page, "birth_date")
    date.press_sequentially("14031990")
    date.evaluate("(input) => input.setSelectionRange(1, 1)")
    date.press("5")
    expect(date).to_have_value("154.03.1990")


def test_questions_appear_with_the_answer_that_calls_for_them(page):
    residence, employer = page.locator(".residence"), page.locator(".employer")
    expect(residence).to_be_hidden()
    expect(employer).to_be_hidden()
    field(page, "residence_same").uncheck()
    expect(residence).to_be_visible()
    field(page, "residence_same").check()
    expect(residence).to_be_hidden()
    field(page, "employment").select_option("employee")
    expect(employer).to_be_visible()
    field(page, "employment").select_option("pensioner")
    expect(employer).to_be_hidden()


def test_a_whole_division_code_brings_its_issuers_to_choose_from(house, page):
    knows(house, "ГУ МВД", "УФМС")
    field(page, "passport_issued_on").press_sequentially("20042011")
    field(page, "passport_division_code").press_sequentially("77000")
    assert house.take() == []
    field(page, "passport_division_code").press("1")
    expect(page.locator(".tl-issuer")).to_have_text(["ГУ МВД", "УФМС"])
    assert house.take() == ["GET /tour_loan/divisions?query=770-001&issued_on=2011-04-20"]
    expect(field(page, "passport_issued_by")).to_have_value("")
    page.locator(".tl-issuer").last.click()
    expect(field(page, "passport_issued_by")).to_have_value("УФМС")
    expect(page.locator(".tl-issuer.is-chosen")).to_have_text("УФМС")


def test_the_only_issuer_is_filled_in_but_never_over_what_was_typed(house, page):
    knows(house, "МВД ПО РЕСП. АДЫГЕЯ")
    code, issuer = field(page, "passport_division_code"), field(page, "passport_issued_by")
    code.press_sequentially("010001")
    expect(issuer).to_have_value("МВД ПО РЕСП. АДЫГЕЯ")
    issuer.fill("мой ОВД")
    knows(house, "УФМС ПО РЕСП. АДЫГЕЯ")
    code.fill("010-002")
    expect(page.locator(".tl-issuer")).to_have_text("УФМС ПО РЕСП. АДЫГЕЯ")
    expect(issuer).to_have_value("мой ОВД")


def test_an_unknown_code_says_to_write_the_issuer_oneself(house, page):
    knows(house)
    expect(page.locator(".tl-issuers-none")).to_be_hidden()
    field(page, "passport_division_code").press_sequentially("123456")
    expect(page.locator(".tl-issuers-none")).to_be_visible()
    knows(house, "УФМС")
    field(page, "passport_division_code").fill("770-001")
    expect(page.locator(".tl-issuers-none")).to_be_hidden()


def test_without_a_network_the_issuer_can_still_be_typed(house, page):
    house.answers["/tour_loan/divisions"] = lambda: None
    with page.expect_event("requestfailed"):
        field(page, "passport_division_code").press_sequentially("770001")
    field(page, "passport_issued_by").fill("мой ОВД")
    expect(field(page, "passport_issued_by")).to_have_value("мой ОВД")
