"""The form of an SMS code: countdown, and six digits that send themselves."""

from playwright.sync_api import expect


def form(house, seconds=0, typed="", until="load"):
    hidden = "" if seconds else "hidden"
    return house.open(
        f"""<section class="tl-code" data-wait-seconds="{seconds}">
            <form method="post" action="/confirm">
                <input class="tl-code-input" name="code" value="{typed}" pattern="[0-9 ]*">
                <button type="submit">Confirm</button>
            </form>
            <form method="post" action="/resend" class="tl-resend">
                <p class="tl-countdown" {hidden}>
                    <span class="tl-countdown-seconds">{seconds}</span>
                </p>
                <button type="submit" {"disabled" if seconds else ""}>Send a new code</button>
            </form>
        </section>""",
        "code_form.js",
        until=until,
    )


def test_it_counts_down_and_then_lets_a_new_code_be_asked_for(house):
    page = form(house, seconds=3)
    again = page.get_by_role("button", name="Send a new code")
    expect(again).to_be_disabled()
    page.clock.run_for(1000)
    expect(page.locator(".tl-countdown-seconds")).to_have_text("2")
    page.clock.run_for(2000)
    expect(page.locator(".tl-countdown")).to_be_hidden()
    expect(again).to_be_enabled()
    again.click()
    page.wait_for_url("**/resend")
    assert house.take() == ["POST /resend"]


def test_without_a_wait_a_new_code_may_be_asked_for_at_once(house):
    page = form(house)
    expect(page.locator(".tl-countdown")).to_be_hidden()
    expect(page.get_by_role("button", name="Send a new code")).to_be_enabled()


def test_the_sixth_digit_sends_the_form(house):
    page = form(house)
    code = page.locator(".tl-code-input")
    code.press_sequentially("12345")
    assert house.take() == []
    code.press("6")
    page.wait_for_url("**/confirm")
    assert house.take() == ["POST /confirm"]


def test_digits_with_a_space_are_six_and_are_sent_once(house):
    page = form(house)
    sent = "() => { window.sent = 0; document.addEventListener('submit', (event) => {"
    page.evaluate(f"{sent} event.preventDefault(); window.sent += 1; }}); }}")
    page.locator(".tl-code-input").fill("123 456")
    page.locator(".tl-code-input").fill("123457")
    assert page.evaluate("window.sent") == 1


def test_a_code_that_was_there_before_the_script_is_sent(house):
    page = form(house, typed="654321", until="commit")
    page.wait_for_url("**/confirm")
