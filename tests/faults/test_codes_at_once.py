"""Codes on the real server with its several workers: what comes many times counts once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.e2e import outcome
from tests.e2e.story import wait_until

from .deaths import assert_no_deadlock, locked, request_hangs
from .forms import Forms, at_once

RIVALS = 10  # as many as Odoo has workers here
CODE_FORM, RESEND_FORM = ".tl-code-form", ".tl-resend"


@pytest.fixture
def forms(stack):
    return Forms(stack).order()


def codes_of(forms) -> list[tuple]:
    return forms.stack.sql(
        "SELECT purpose, state, attempts FROM tour_loan_code WHERE phone = %s ORDER BY id",
        forms.phone,
    )


def wrong(code: str, step: int = 1) -> str:
    return f"{(int(code) + step) % 10**6:06d}"


def test_a_double_click_sends_one_sms(borrower, stack):
    borrower.order()
    borrower.buy_on_credit()
    borrower.accept_documents()
    borrower.page.get_by_role("button", name="Получить код").dblclick()
    borrower.page.locator("#code").wait_for()
    borrower.type_code()
    outcome.check(borrower, "filling", submitted=False)
    assert len(borrower.sandbox.sms(borrower.phone)) == 1
    assert [state for _purpose, state, _attempts in codes_of(borrower)] == ["used"]


def test_one_form_asked_for_a_code_many_times_at_once_sends_one_sms(forms):
    answers = forms.at_once(RIVALS)
    assert {answer.status_code for answer in answers} == {200}
    outcome.settle(forms.stack)
    assert codes_of(forms) == [("acquaintance", "active", None)]
    assert len(forms.sandbox.sms(forms.phone)) == 1
    forms.open(answers[0].url)
    refused = forms.at_once(RIVALS, RESEND_FORM)
    assert {answer.status_code for answer in refused} == {200}
    assert codes_of(forms) == [("acquaintance", "active", None)]


def test_parallel_wrong_codes_never_give_more_than_five_tries(forms):
    forms.submit()
    right = forms.code()
    address, fields = forms.form(CODE_FORM)
    answers = forms.at_once(RIVALS, CODE_FORM, code=wrong(right))
    assert {answer.status_code for answer in answers} == {200}
    tries = forms.stack.sql(
        'SELECT count(*), bool_or("right") FROM tour_loan_code_attempt a '
        "JOIN tour_loan_code c ON c.id = a.code_id WHERE c.phone = %s",
        forms.phone,
    )
    assert tries == [(5, False)]
    assert codes_of(forms) == [("acquaintance", "locked", 5)]
    late = forms.post(address, {**fields, "code": right})
    assert late.url.endswith("/documents")
    assert codes_of(forms) == [("acquaintance", "locked", 5)]


def test_the_right_code_sent_many_times_at_once_opens_one_application(forms):
    forms.submit()
    answers = forms.at_once(RIVALS, CODE_FORM, code=forms.code())
    assert {answer.status_code for answer in answers} == {200}
    outcome.check(forms, "filling", submitted=False)
    assert codes_of(forms) == [("acquaintance", "used", 1)]
    assert made_moves(forms) == [("open", 1)]


def test_a_conflict_in_the_middle_of_the_login_is_run_again(forms):
    """The job that sent the SMS commits while its code is being confirmed."""
    forms.submit()
    code = forms.code()
    outcome.settle(forms.stack)
    address, fields = forms.form(CODE_FORM, code=code)
    with ThreadPoolExecutor(1) as pool:
        with locked(forms.stack, "LOCK TABLE tour_loan_borrower IN EXCLUSIVE MODE"):
            answer = pool.submit(forms.post, address, fields)
            request_hangs(forms.stack)
            forms.stack.sql(
                "UPDATE tour_loan_sms SET response = 'late' WHERE phone = %s", forms.phone
            )
    assert answer.result().url.endswith("/passport")


def test_code_2_sent_many_times_at_once_submits_once(forms):
    forms.submit()
    forms.submit(CODE_FORM, code=forms.code())
    forms.fill_in()
    seen = forms.sandbox.last_sms_id(forms.phone)
    forms.submit()
    answers = forms.at_once(RIVALS, CODE_FORM, code=forms.code(seen))
    assert {answer.status_code for answer in answers} == {200}
    # whichever answer a browser shows last, it leads to the status page
    home = {answer.url for answer in answers}
    assert len(home) == 1 and not home.pop().endswith("/review")
    wait_until(lambda: "approved" in outcome.told(forms), 90)
    outcome.check(forms, "approved")
    assert made_moves(forms) == [("approve", 1), ("open", 1), ("submit", 1)]
    assert forms.stack.sql(
        "SELECT purpose, count(*) FROM tour_loan_signature s "
        "JOIN tour_loan_application a ON a.id = s.application_id "
        "WHERE a.order_number = %s GROUP BY 1 ORDER BY 1",
        forms.order_number,
    ) == [("acquaintance", 1), ("questionnaire", 1)]


def test_strangers_at_once_send_five_sms_and_touch_no_code_of_the_owner(forms):
    forms.submit()
    mine = forms.code()
    strangers = [Forms(forms.stack).order() for _number in range(RIVALS + 2)]
    for stranger in strangers:
        assert stranger.phone != forms.phone

    def type_my_number(index):
        address, fields = strangers[index].form(phone=forms.phone)
        return strangers[index].post(address, fields)

    answers = at_once(len(strangers), type_my_number)
    assert {answer.status_code for answer in answers} == {200}
    outcome.settle(forms.stack)
    states = [state for _purpose, state, _attempts in codes_of(forms)]
    assert states == ["active"] * 6, "one of his own, five of all strangers"
    assert len(forms.sandbox.sms(forms.phone)) == 6
    refused = sum("Слишком много запросов" in answer.text for answer in answers)
    assert refused == len(strangers) - 5
    forms.submit(CODE_FORM, code=mine)
    assert forms.answer.url.endswith("/passport")


def test_strangers_at_once_at_the_login_keep_nobody_out(forms):
    forms.submit()
    forms.submit(CODE_FORM, code=forms.code())
    seen = forms.sandbox.last_sms_id(forms.phone)
    owner, *strangers = [Forms(forms.stack, forms.phone) for _number in range(RIVALS + 1)]
    for visitor in (owner, *strangers):
        visitor.open(f"{forms.stack.url()}/tour_loan/login")
    owner.submit(phone=forms.phone, birth_date="14.05.1990")
    mine = owner.code(seen)

    def ask_and_guess(index):
        stranger = strangers[index]
        stranger.submit(phone=forms.phone, birth_date=f"{index + 1:02}.01.1970")
        address, fields = stranger.form(CODE_FORM, code=wrong(mine))
        return [stranger.post(address, fields) for _attempt in range(5)]

    for answers in at_once(len(strangers), ask_and_guess):
        assert {answer.status_code for answer in answers} == {200}
        assert "неверно пять раз" in answers[-1].text
    owner.submit(CODE_FORM, code=mine)
    assert owner.answer.url.endswith("/passport")


def test_a_link_renewed_while_its_former_holder_confirms_lets_him_not_in(forms):
    """The agency's call has locked the application and waits for the row of its code."""
    forms.submit()
    address, fields = forms.form(CODE_FORM, code=forms.code())
    with ThreadPoolExecutor(2) as pool:
        with locked(
            forms.stack, "SELECT FROM tour_loan_code WHERE phone = %s FOR UPDATE", forms.phone
        ):
            renewed = pool.submit(renew, forms)
            waits_behind(forms, 1)
            answer = pool.submit(forms.post, address, fields)
            waits_behind(forms, 2)
    created = renewed.result()
    assert "/tour_loan/login" in answer.result().url
    [(borrower,)] = forms.stack.sql(
        "SELECT borrower_id FROM tour_loan_application WHERE order_number = %s", forms.order_number
    )
    assert borrower is None
    owner = Forms(forms.stack, forms.phone)
    owner.open(created["result"]["redirect_url"])
    owner.submit()
    assert owner.answer.url.endswith("/documents") and not owner.page.cssselect(CODE_FORM)
    assert_no_deadlock(forms.stack)


def test_a_link_renewed_after_its_holder_began_to_confirm_waits_for_him(forms):
    """His request has locked application and code, and waits further on."""
    forms.submit()
    address, fields = forms.form(CODE_FORM, code=forms.code())
    with ThreadPoolExecutor(2) as pool:
        with locked(forms.stack, "LOCK TABLE tour_loan_borrower IN EXCLUSIVE MODE"):
            answer = pool.submit(forms.post, address, fields)
            waits_behind(forms, 1)
            renewed = pool.submit(renew, forms)
            waits_behind(forms, 2)
    assert answer.result().url.endswith("/passport")
    assert renewed.result()["result"]["redirect_url"] is None
    assert codes_of(forms) == [("acquaintance", "used", 1)]
    assert_no_deadlock(forms.stack)


def test_links_renewed_and_codes_confirmed_at_once_never_lock_each_other_out(stack):
    for _round in range(8):
        forms = Forms(stack).order()
        forms.submit()
        address, fields = forms.form(CODE_FORM, code=forms.code())
        acts = (partial(forms.post, address, fields), partial(renew, forms))
        answer, renewed = at_once(2, lambda index, acts=acts: acts[index]())
        came_in = answer.url.endswith("/passport")
        assert came_in or "/tour_loan/login" in answer.url
        # one of both came first, and the other one saw it
        assert (renewed["result"]["redirect_url"] is None) == came_in
    assert_no_deadlock(stack)


def renew(forms) -> dict:
    """Let the agency send its order again, as it does for a customer who lost the link."""
    return forms.sandbox.call(forms.order_number, "application.create")


def waits_behind(forms, count: int):
    """Wait until so many requests wait for a lock."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    wait_until(lambda: forms.stack.sql(waiting)[0][0] >= count)


def made_moves(forms) -> list[tuple]:
    """Return (move, how often it was made), the create left out."""
    return forms.stack.sql(
        "SELECT move, count(*) FROM tour_loan_history h "
        "JOIN tour_loan_application a ON a.id = h.application_id "
        "WHERE a.order_number = %s AND made AND move != 'create' GROUP BY 1 ORDER BY 1",
        forms.order_number,
    )
