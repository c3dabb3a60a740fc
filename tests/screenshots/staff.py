"""Odoo's backend as the lender's staff see it, in Russian."""

from playwright.sync_api import expect

from tests.e2e import test_second_factor

from .album import Album

# name -> (action, under which name one of its rows is kept too)
LISTS = {
    "staff-payments": ("tour_loan.payment_action", None),
    "staff-borrowers": ("tour_loan.borrower_action", None),
    "staff-loans": ("tour_loan.loan_action", "staff-loan"),
    "staff-installments": ("tour_loan.installment_action", None),
    "staff-repayments": ("tour_loan.repayment_action", None),
    "staff-agencies": ("tour_loan.agency_action", "staff-agency"),
    "staff-settlements": ("tour_loan.settlement_action", None),
    "staff-callbacks": ("tour_loan.callback_action", "staff-callback"),
    "staff-sms": ("tour_loan.sms_action", None),
    "staff-moyamfo-messages": ("moyamfo_sync.moyamfo_message_action", "staff-moyamfo-message"),
    "staff-moyamfo-runs": ("moyamfo_sync.moyamfo_run_action", None),
    "staff-signatures": ("tour_loan.signature_action", "staff-signature"),
    "staff-documents": ("tour_loan.document_action", None),
    "staff-products": ("tour_loan.product_action", None),
}
PAYU_LISTS = {
    "staff-payu-payments": ("payu_connector.payment_transaction_action", None),
    "staff-payu-notices": ("payu_connector.payu_ru_notice_action", "staff-payu-notice"),
}
AUDIT_LISTS = {"staff-events": ("tour_loan.event_action", "staff-event")}
SOMETHING = (
    ".o_data_row, .o_group_header, .o_kanban_record, .o_form_view .o_field_widget, "
    ".o_view_nocontent"
)


def pages(stack, new_page, album: Album, number: str):
    """Every list, and one row of those worth opening; ``number``: the order of the story."""
    page = new_page("desktop")
    log_in(page, stack.url())

    def keep(page, name):
        settle(page)
        album.keep(page, name, ["desktop"], full=False)

    daily(stack, page, keep, number)
    page = new_page("desktop")
    stack.sql("UPDATE res_partner SET lang = 'ru_RU' WHERE name = 'Administrator'")
    log_in(page, stack.url(), "admin")  # PayU's own menu is for who keeps the accounts
    keep_lists(page, stack, keep, PAYU_LISTS)
    page.goto(f"{stack.url()}/odoo/action-tour_loan.golive_action")
    keep(page, "staff-golive")
    watched(stack, new_page, keep)
    second_factor(stack, new_page, album)


def watched(stack, new_page, keep):
    """A change that waits for a second person, and what the auditor reads of it all."""
    stack.sql("DELETE FROM ir_config_parameter WHERE key = 'tour_loan.one_person'")
    stack.sql("INSERT INTO orm_signaling_stable DEFAULT VALUES")
    manager, admin, auditor = (new_page("desktop") for _person in range(3))
    log_in(manager, stack.url())
    manager.goto(f"{stack.url()}/odoo/action-tour_loan.product_action")
    manager.locator(".o_data_row .o_data_cell").nth(1).click()
    manager.locator("[name=rate] input").fill("25")
    manager.locator(".o_form_button_save").click()
    expect(manager.locator(".o_form_view .alert-warning")).to_be_visible()
    log_in(admin, stack.url(), "admin")
    admin.goto(f"{stack.url()}/odoo/action-tour_loan.proposal_action")
    keep(admin, "staff-proposals")
    log_in(auditor, stack.url(), "auditor")
    keep_lists(auditor, stack, keep, AUDIT_LISTS)


def second_factor(stack, new_page, album):
    """Set up, lost, asked for anew. The last thing: nobody comes in by password after it."""
    test_second_factor.change(stack, "required")

    def keep(page, name):
        page.wait_for_load_state()
        expect(page.locator(".o_loading_indicator, .o_blockUI")).to_have_count(0)
        album.keep(page, name, ["desktop"], full=False)

    def person():
        return test_second_factor.with_device(new_page("desktop"))

    test_second_factor.walk(stack, person, keep)


def daily(stack, page, keep, number):
    """What an operator or a manager has before him all day."""
    keep(page, "staff-home")  # where one is after the login
    page.goto(f"{stack.url()}/odoo/action-tour_loan.application_action")
    keep(page, "staff-applications")
    page.locator(".o_kanban_record", has_text=number).first.click()
    page.locator(".o_form_view").wait_for()
    keep(page, "staff-application")
    page.goto(f"{stack.url()}/odoo/action-tour_loan.application_action?view_type=list")
    keep(page, "staff-applications-list")
    keep_lists(page, stack, keep, LISTS)


def keep_lists(page, stack, keep, lists):
    """Keep each list, and the last of its rows that is of our agency, if one is wanted."""
    for name, (action, row_name) in lists.items():
        page.goto(f"{stack.url()}/odoo/action-{action}")
        keep(page, name)
        if row_name:
            ours = page.locator(".o_data_row", has_text="Слон Тур")
            rows = ours if ours.count() else page.locator(".o_data_row")
            rows.first.locator(".o_data_cell").nth(1).click()
            page.locator(".o_form_view").wait_for()
            keep(page, row_name)


def log_in(page, url: str, login: str = "manager"):
    page.goto(f"{url}/web/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", login)
    page.locator("form.oe_login_form button[type=submit]").click()
    page.wait_for_url("**/odoo**")


def settle(page):
    """Wait until the view stands, with what it shows, and nothing is being fetched."""
    page.locator(SOMETHING).first.wait_for()
    expect(page.locator(".o_loading_indicator, .o_blockUI")).to_have_count(0)
