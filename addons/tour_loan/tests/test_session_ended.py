from urllib.parse import parse_qs, urlsplit

from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import ways
from .common import BORN, PHONE, TYPED
from .common_loan import LoanHttpCommon

LOST = "не отправлено"


@tagged("post_install", "-at_install")
class TestSessionEnded(LoanHttpCommon):
    """Whose session is over comes in by phone, and is back where he was."""

    def forget(self, page):
        """The session is gone; the page in the browser stays as it is."""
        page.opener.cookies.clear()

    def led_to(self, page) -> dict:
        """Return the query of the login the visitor was led to."""
        self.assertEqual(page.status, 200)
        parts = urlsplit(page.path)
        self.assertEqual(parts.path, ways.LOGIN)
        return {name: values[0] for name, values in parse_qs(parts.query).items()}

    def page_of(self, form, address):
        """Return where he was: what a form without an address of its own stands on."""
        return ways.page_of(form.get("action")) if form.get("action") else address

    def log_in(self, page):
        codes = self.env["tour_loan.code"]
        codes.search([("phone", "=", PHONE), ("purpose", "=", "login")]).state = "used"
        page.send("send", phone=PHONE, birth_date=BORN)
        self.send_logins()
        code = codes.search([("phone", "=", PHONE), ("purpose", "=", "login")], limit=1)
        return page.send("confirm", code=code._plain())

    def pages(self):
        """Yield (address, browser) of every page of a borrower that has a form or asks."""
        for made, paths in (
            (self.opened, ("passport", "address?back=review", "work")),
            (self.filled, ("review",)),
            (self.submitted, ("",)),
            (self.approved, ("sign", "")),
        ):
            application = made()
            page = self.come_back(application.borrower_id)
            for path in paths:
                yield f"/my/applications/{application.uuid}/{path}".rstrip("/"), page
                page = self.come_back(application.borrower_id)
        loan = self.active()
        payment = self.opened_page(self.transaction(loan))
        for path in ("", "/pay", f"/payment/{payment.reference}"):
            yield f"/my/loans/{loan.uuid}{path}", self.logged_in(loan)

    @mute_logger("odoo.http")  # it warns of the lost token, as it should
    def test_from_any_page_he_comes_back_to_it(self):
        for address, page in self.pages():
            with self.subTest(address):
                self.assertEqual(page.get(address).path, address)
                forms = [
                    form
                    for form in page.page.forms
                    if form.get("method") == "post" and form.get("action") != "/tour_loan/logout"
                ]
                script = page.page.xpath("//@data-state-url | //@data-news-url")
                self.forget(page)
                self.assertEqual(self.led_to(page.get(address)), {"next": address})
                for form in forms:
                    self.forget(page)
                    page.post(form.get("action") or address, dict(form.form_values()))
                    asked = self.led_to(page)
                    self.assertTrue(asked.pop("lost"))
                    # of an address with a query the form is sent to that very address
                    self.assertEqual(asked, {"next": self.page_of(form, address)})
                    self.assertIn(LOST, page.text)
                for url in script:  # the script sees that it was led elsewhere
                    self.forget(page)
                    self.assertEqual(self.led_to(page.get(url)), {"next": address.split("?")[0]})
                self.forget(page)
                page.get(address)
                self.assertEqual(self.log_in(page).path, address)

    @mute_logger("odoo.http")
    def test_what_was_kept_before_is_there_again_and_the_rest_is_said_to_be_lost(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        page.get(f"/my/applications/{application.uuid}/passport").send(**TYPED["passport"])
        typed = {**dict(page.form().form_values()), "registration_city": "Тверь"}
        self.forget(page)
        page.post(page.path, typed)
        self.assertIn(LOST, page.text)
        self.log_in(page)
        self.assertTrue(page.path.endswith("/address"))
        self.assertFalse(application.registration_city)
        page.get(f"/my/applications/{application.uuid}/passport")
        self.assertEqual(page.form().fields["birth_place"], TYPED["passport"]["birth_place"])

    @mute_logger("odoo.http")
    def test_a_stale_page_of_who_is_logged_in_leads_back_to_itself(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        address = f"/my/applications/{application.uuid}/passport"
        page.post(address, {**TYPED["passport"], "csrf_token": "old"})
        self.assertEqual(page.status, 400)
        self.assertIn("не отправлено", page.text)
        [button] = page.page.find_class("tl-button")
        self.assertEqual(button.get("href"), address)

    @mute_logger("odoo.http")
    def test_a_stale_login_and_a_stale_link_are_shown_anew(self):
        application = self.application()
        after = f"/my/applications/{application.uuid}/passport"
        page = self.visitor().get(f"{ways.LOGIN}?next={after}")
        form = dict(page.form().form_values())
        self.forget(page)
        page.post(ways.LOGIN, {**form, "phone": PHONE})
        self.assertEqual(self.led_to(page), {"next": after, "lost": "1"})
        link = application._link().removeprefix(self.base_url())
        page = self.visitor().get(link)
        form = dict(page.form().form_values())
        self.forget(page)
        page.post(link, form)
        self.assertEqual((page.status, page.path), (200, link))
        self.assertTrue(page.send().path.endswith("/documents"))

    def test_odoos_payment_form_reads_in_russian_that_the_session_is_over(self):
        loan = self.active()
        address = f"/my/loans/{loan.uuid}/transaction/x"
        error = self.url_open(address, json={"params": {"flow": "redirect"}}).json()["error"]
        self.assertEqual(error["code"], 100)
        self.assertIn("ничего не оплачено", error["data"]["message"])
        self.assertFalse(self.env["payment.transaction"].search([("tour_loan_id", "=", loan.id)]))

    def test_a_login_leads_to_nothing_but_the_cabinets_pages(self):
        uuid = "0" * 36
        for path in (
            *("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"),
            *("/web", "/odoo", "/my", "", "/my/applications", "/my/security", "\r\nSet-Cookie: a"),
            *("/my/applications/../../odoo", "/my/loans/%2e%2e/%2E%2e/odoo", "/my/loans/..%2fx"),
            *("/my/loans/.%2e/odoo", "/my/loans//evil.example/%5c..", "/my/loans/x?next=//e"),
            *("/my/loans/x\0", "/my/loans/x#y", "/my/loans/x\\..\\..", "/my/loans/x y"),
        ):
            self.assertEqual(ways.own_path(path), ways.CABINET, path)
        for path in (
            f"/my/applications/{uuid}",
            f"/my/loans/{uuid}/payment/LOAN-1-2",
            "/my/loans/x",
        ):
            self.assertEqual(ways.own_path(path), path)
        application = self.opened()
        page = self.visitor().get(ways.LOGIN, params={"next": "//evil.example"})
        self.assertEqual(self.log_in(page).path, f"/my/applications/{application.uuid}/passport")

    def test_what_is_no_page_leads_to_the_page_it_belongs_to(self):
        home = f"/my/applications/{'0' * 36}"
        loan = f"/my/loans/{'0' * 36}"
        for below in ("cancel", "handed_over", "state", "code/contract"):
            self.assertEqual(ways.page_of(f"{home}/{below}"), home)
        for below in ("payment/L-1/drop", "payment/L-1/open", "payment/L-1/state"):
            self.assertEqual(ways.page_of(f"{loan}/{below}"), f"{loan}/payment/L-1")
        self.assertEqual(ways.page_of(f"{loan}/transaction/x.y"), loan)
        self.assertEqual(
            ways.page_of(f"{home}/passport?back=review"), f"{home}/passport?back=review"
        )

    def test_logging_out_clears_what_the_browser_kept(self):
        page = self.come_back(self.opened().borrower_id).get("/my/applications")
        [form] = [one for one in page.page.forms if one.get("action") == "/tour_loan/logout"]
        left = self.url_open(
            "/tour_loan/logout", dict(form.form_values()), allow_redirects=False, method="POST"
        )
        self.assertEqual(left.headers["Clear-Site-Data"], '"cache", "storage"')
