"""The first half without a browser, for stories about what comes after it."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.faults.forms import Forms

from . import outcome
from .second_half import Customer

APPROVED = "Заём одобрен"
CODE_FORM = ".tl-code-form"


class QuickCustomer(Customer):
    """His questionnaire goes by forms over HTTP; then the browser has his session."""

    def apply(self, **order):
        """Steps 1 to 3 of the story, in a fraction of the browser's time."""
        forms = Forms(self.stack, self.phone).order(**order)
        self.order_number = forms.order_number
        forms.submit()
        forms.submit(CODE_FORM, code=forms.code())
        forms.fill_in()
        seen = self.sandbox.last_sms_id(self.phone)
        forms.submit()
        forms.submit(CODE_FORM, code=forms.code(seen))
        host = urlsplit(self.stack.url()).hostname
        self.page.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value, "domain": host, "path": "/"}
                for cookie in forms.session.cookies
            ]
        )
        self.home = forms.answer.url
        self.go(self.home)

    def be_approved(self, **order):
        self.apply(**order)
        self.await_heading(APPROVED)

    def be_funded(self, **order):
        """Steps 1 to 7."""
        self.be_approved(**order)
        self.sign()
        if self.status() == "signed":
            self.let_the_pause_pass()
        self.be_booked()
        self.await_status("funded")

    def be_booked(self):
        self.await_status("ready", "signed")
        answer = self.book()
        assert answer["result"]["status"] == "committed", answer

    def call(self, method: str, **form) -> dict:
        """Let the agency's manager act on the order; return the application it answers."""
        answer = self.sandbox.call(self.order_number, f"application.{method}", **form)
        assert "result" in answer, answer
        return answer["result"]

    def lender_says(self) -> dict:
        """Return the application in MoyaMFO's books."""
        (theirs,) = self.sandbox.in_books(outcome.application(self)["uuid"])
        return theirs

    def contract(self) -> dict:
        """Return the contract in MoyaMFO's books."""
        uid = outcome.application(self)["uuid"]
        contracts = self.sandbox.get("moyamfo", "books")["contracts"]
        (contract,) = [row for row in contracts if row["УИДЗаявки"] == uid]
        return contract

    def loan(self) -> tuple:
        """Return (state, principal) of the loan in Odoo."""
        (row,) = self.stack.sql(
            "SELECT l.state, l.principal FROM tour_loan_loan l "
            "JOIN tour_loan_application a ON a.id = l.application_id WHERE a.order_number = %s",
            self.order_number,
        )
        return row

    def payment(self) -> str:
        """Return the reference of his last payment at PayU."""
        return self.stack.sql(
            "SELECT t.reference FROM payment_transaction t "
            "JOIN tour_loan_loan l ON l.id = t.tour_loan_id "
            "JOIN tour_loan_application a ON a.id = l.application_id "
            "WHERE a.order_number = %s ORDER BY t.id DESC",
            self.order_number,
        )[0][0]

    def let_a_minute_pass(self):
        """Make his codes a minute older: an unused one makes wait for the next."""
        self.stack.sql(
            "UPDATE tour_loan_code SET create_date = create_date - interval '1 minute' "
            "WHERE phone = %s",
            self.phone,
        )

    def go_to_sign(self):
        """To the contract's page, up to the button that asks for code 3."""
        self.page.get_by_role("link", name="Перейти к подписанию").click()
        self.accept_documents()

    def sees(self, text: str):
        expect(self.page.get_by_text(text).first).to_be_visible()

    def last_news(self) -> str:
        """Return the last SMS without a code, once nothing is on its way."""
        outcome.settle(self.stack)
        return outcome.texts(self)[-1]
