"""Masks write signs between digits and never destroy what somebody types."""

import pytest
from playwright.sync_api import expect

FORM = """<form class="tl-questions" novalidate>
<input name="birth_date" data-mask="date" aria-label="date">
<input name="passport_division_code" data-mask="division" aria-label="code">
<input name="income" data-mask="money" aria-label="money">
<input name="passport_series" data-mask="series" maxlength="14" aria-label="series">
<input name="passport_number" maxlength="8" aria-label="number">
</form>
<form class="sent"><input id="code" name="code" maxlength="7" aria-label="sms"></form>"""
SPACE = "\u00a0"


@pytest.fixture
def page(house):
    return house.open(FORM, "masks.js")


def field(page, name):
    return page.locator(f"[name={name}]")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("01021990", "01.02.1990"),
        ("01.02.1990", "01.02.1990"),
        ("1.1.1990", "1.1.1990"),
        ("1.12.1990", "1.12.1990"),
        ("1990-05-14", "1990-05-14"),
        ("1990.05.14", "1990.05.14"),
        ("14/05/1990", "14/05/1990"),
        ("14 05 1990", "14 05 1990"),
        ("14 мая 1990", "14 мая 1990"),
        ("31.12.1990 г.", "31.12.1990 г."),
        ("19900514", "19900514"),
    ],
)
def test_a_date_stays_what_was_typed(page, typed, shown):
    field(page, "birth_date").press_sequentially(typed)
    expect(field(page, "birth_date")).to_have_value(shown)
    field(page, "birth_date").fill("")
    field(page, "birth_date").evaluate(
        "(input, text) => { input.focus(); document.execCommand('insertText', false, text); }",
        typed,
    )
    expect(field(page, "birth_date")).to_have_value(shown)


@pytest.mark.parametrize(
    ("name", "typed", "shown"),
    [
        ("passport_division_code", "770001", "770-001"),
        ("passport_division_code", "770-001", "770-001"),
        ("passport_division_code", "770 001", "770 001"),
        ("passport_division_code", "7700012", "770-0012"),
        ("income", "60000", f"60{SPACE}000"),
        ("income", "60 000", f"60{SPACE}000"),
        ("income", "1234567,50", f"1{SPACE}234{SPACE}567,50"),
        ("income", "60 000 руб.", f"60{SPACE}000 руб."),
        ("income", "много", "много"),
        ("income", "-5", "-5"),
    ],
)
def test_signs_between_digits_are_written_and_words_stay(page, name, typed, shown):
    field(page, name).press_sequentially(typed)
    expect(field(page, name)).to_have_value(shown)


@pytest.mark.parametrize(
    ("name", "typed", "back", "correction", "shown"),
    [
        ("birth_date", "14.05.1990", 6, "6", "14.06.1990"),
        ("birth_date", "14.05.1990", 9, "3", "13.05.1990"),
        ("passport_division_code", "770-001", 5, "1", "771-001"),
        ("income", "60000", 5, "7", f"67{SPACE}000"),
        ("passport_series", "4511", 3, "6", "4611"),
    ],
)
def test_a_correction_in_the_middle_moves_nothing(page, name, typed, back, correction, shown):
    input = field(page, name)
    input.press_sequentially(typed)
    for _step in range(back - 1):
        input.press("ArrowLeft")
    input.press("Backspace")
    input.press_sequentially(correction)
    expect(input).to_have_value(shown)
    caret = input.evaluate("input => input.value.length - input.selectionStart")
    assert caret == back - 1


def test_everything_can_be_deleted_from_the_end(page):
    for name, typed in (
        ("birth_date", "01021990"),
        ("income", "60000"),
        ("passport_division_code", "770001"),
    ):
        input = field(page, name)
        input.press_sequentially(typed)
        while length := len(input.input_value()):
            input.press("Backspace")
            assert len(input.input_value()) == length - 1


def test_ten_digits_in_the_series_go_on_into_the_number(page):
    field(page, "passport_series").press_sequentially("4511")
    expect(field(page, "passport_series")).to_be_focused()
    page.keyboard.type("123456")
    expect(field(page, "passport_series")).to_have_value("4511")
    expect(field(page, "passport_number")).to_have_value("123456")
    expect(field(page, "passport_number")).to_be_focused()


@pytest.mark.parametrize("pasted", ["4511123456", "4511 123456", "45 11 123456", "45 11 № 123456"])
def test_a_whole_passport_pasted_into_the_series_is_taken_apart(page, pasted):
    paste(page, "[name=passport_series]", pasted)
    expect(field(page, "passport_series")).to_have_value("4511")
    expect(field(page, "passport_number")).to_have_value("123456")


def test_a_digit_too_many_in_the_series_does_not_touch_a_number_that_is_there(page):
    field(page, "passport_number").fill("123456")
    field(page, "passport_series").press_sequentially("45119")
    expect(field(page, "passport_series")).to_have_value("45119")
    expect(field(page, "passport_number")).to_have_value("123456")


@pytest.mark.parametrize(
    "pasted",
    [
        "Код 118204 подписывает договор займа № ТК26-000001 на 100 000,00 ₽. Никому не сообщайте.",
        "118204",
        " 118 204 ",
        "118-204",
        "Север: код 118204",
    ],
)
def test_a_pasted_sms_leaves_its_code(page, pasted):
    paste(page, "#code", pasted)
    expect(page.locator("#code")).to_have_value("118204")


def paste(page, selector, text):
    page.locator(selector).evaluate(
        """(input, text) => {
            input.focus();
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            if (input.dispatchEvent(event)) {
                document.execCommand("insertText", false, text);
            }
        }""",
        text,
    )
