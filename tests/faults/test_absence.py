"""A counterparty is away for a while in the middle; the borrower notices nothing but time."""

from playwright.sync_api import expect

from tests.e2e import outcome
from tests.e2e.story import hurry, wait_until


def test_everybody_is_away_for_a_while(borrower, sandbox, stack):
    borrower.order()
    borrower.buy_on_credit()

    # the gateway: the code comes when it is back
    borrower.accept_documents()
    stack.stop_sandbox("phone")
    borrower.button("Получить код")
    expect(borrower.page.locator("#code")).to_be_visible()
    wait_until(lambda: tried(stack, "tour_loan_sms"))
    stack.start_sandbox("phone")

    # the travel site: the borrower goes on, it learns everything later, in order
    code = sandbox.code(borrower.phone)
    stack.stop_sandbox("travel")
    borrower.type_code(code)
    borrower.fill_passport()
    borrower.fill_address()
    borrower.fill_work()

    # the lender, too, when the application is sent to him
    stack.stop_sandbox("moyamfo")
    borrower.sign_questionnaire()
    wait_until(lambda: tried(stack, "tour_loan_callback") and tried(stack, "moyamfo_message"))
    stack.start_sandbox("travel")
    sandbox.stack.start_sandbox("moyamfo")
    hurry(stack)
    borrower.await_heading("Заём одобрен")
    outcome.check(borrower, "approved")
    assert outcome.told(borrower) == ["filling", "submitted", "approved"]
    assert len(sandbox.sms(borrower.phone)) == 3


def test_the_lender_leaves_before_he_decides(borrower, sandbox, stack):
    sandbox.lender(rule="off")
    borrower.apply()
    wait_until(lambda: outcome.application(borrower)["accounting_number"])
    stack.stop_sandbox("moyamfo")
    wait_until(lambda: stack.sql("SELECT 1 FROM moyamfo_run WHERE error IS NOT NULL"))
    stack.start_sandbox("moyamfo")
    uid = outcome.application(borrower)["uuid"]
    sandbox.post("moyamfo", "decide", uid=uid, decision="approve")
    borrower.await_heading("Заём одобрен")
    outcome.check(borrower, "approved")


def test_answers_that_are_none(borrower, sandbox):
    """500, a page of HTML and cut connections before the work, from everybody at once."""
    sandbox.fault("phone", "send", "500")
    sandbox.fault("moyamfo", "LoadApplication", "html")
    sandbox.fault("moyamfo", "GetApplications", "drop_before")
    sandbox.fault("travel", "callback", "500")
    sandbox.fault("travel", "application.create", "drop_after")
    borrower.order()
    assert "away" in sandbox.call(borrower.order_number, "application.create")
    borrower.buy_on_credit()
    borrower.confirm_documents()
    borrower.fill_passport()
    borrower.fill_address()
    borrower.fill_work()
    borrower.sign_questionnaire()
    borrower.await_heading("Заём одобрен")
    outcome.check(borrower, "approved")


def tried(stack, table: str) -> list[tuple]:
    """Return the messages of an outbox that were tried in vain and wait."""
    return stack.sql(f"SELECT id FROM {table} WHERE state = 'pending' AND attempts > 0")
