"""Odoo's backend as the lender's staff see it, in Russian."""

from playwright.sync_api import expect

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
    "staff-events": ("tour_loan.event_action", "staff-event"),
    "staff-proposals": ("tour_loan.proposal_action", None),
    "staff-payments": ("tour_loan.payment_action", None),
    "staff-payu-payments": ("payu_connector.payment_transaction_action", None),
    "staff-payu-notices": ("payu_connector.payu_ru_notice_action", "staff-payu-notice"),
}
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

    keep(page, "staff-home")  # where one is after the login
    page.goto(f"{stack.url()}/odoo/action-tour_loan.application_action")
    keep(page, "staff-applications")
    page.locator(".o_kanban_record", has_text=number).first.click()
    page.locator(".o_form_view").wait_for()
    keep(page, "staff-application")
    page.goto(f"{stack.url()}/odoo/action-tour_loan.application_action?view_type=list")
    keep(page, "staff-applications-list")
    keep_lists(page, stack, keep, LISTS)
    page = new_page("desktop")
    stack.sql("UPDATE res_partner SET lang = 'ru_RU' WHERE name = 'Administrator'")
    log_in(page, stack.url(), "admin")  # PayU's own menu is for who keeps the accounts
    keep_lists(page, stack, keep, PAYU_LISTS)


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
