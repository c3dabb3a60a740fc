import re
from unittest.mock import patch

from odoo.tests import tagged

from .common import TourLoanHttpCommon
from .common_loan import LoanHttpCommon


def sources(page) -> dict[str, set]:
    """Return the policy of a page as {directive: set of sources}."""
    policy = page.response.headers["Content-Security-Policy"]
    return {name: set(rest) for name, *rest in map(str.split, policy.split("; "))}


@tagged("post_install", "-at_install")
class TestPolicy(TourLoanHttpCommon):
    """What the browser is told about a borrower's page, and the page's own frame."""

    def open(self, application):
        return self.visitor().get(application._link().removeprefix(self.base_url()))

    def check(self, page):
        headers, allowed = page.response.headers, sources(page)
        self.assertEqual(allowed["default-src"], {"'none'"})
        self.assertEqual(allowed["script-src"], {"'self'"})
        self.assertEqual(allowed["form-action"], {"'self'"})
        self.assertEqual(allowed["frame-ancestors"], {"'none'"})
        self.assertEqual(headers["Referrer-Policy"], "same-origin")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertFalse(page.page.xpath("//script[not(@src)]|//@style|//@onclick|//@onsubmit"))
        nonces = set(page.page.xpath("//style/@nonce"))
        self.assertLessEqual({f"'nonce-{nonce}'" for nonce in nonces}, allowed["style-src"])
        self.assertEqual(len(page.page.xpath("//style")), len(page.page.xpath("//style/@nonce")))
        self.assertEqual(page.page.xpath("//main//h1")[1:], [])
        title = page.page.findtext(".//title")
        self.assertIn(page.page.xpath("//main//h1")[0].text_content().strip(), title)
        return title

    def test_every_page_has_the_strict_policy_and_a_title_of_its_own(self):
        application = self.application()
        start = self.open(application)
        titles = {self.check(start)}
        titles.add(self.check(self.visitor().get("/tour_loan/login")))
        titles.add(self.check(self.visitor().get("/tour_loan/start/x/y")))
        titles.add(self.check(self.visitor().get("/tour_loan/nothing")))
        titles.add(self.check(start.send()))
        self.assertEqual(len(titles), 5, titles)

    def test_the_nonce_of_the_brand_is_another_each_time(self):
        application = self.application()
        nonces = {self.open(application).page.xpath("//style/@nonce")[0] for _turn in range(3)}
        self.assertEqual(len(nonces), 3)

    def test_what_is_not_a_page_of_ours_tells_nobody_either(self):
        for path in ("/web/login", "/my/applications", "/tour_loan/divisions?query=770"):
            response = self.url_open(path, allow_redirects=False)
            self.assertEqual(response.headers["Referrer-Policy"], "same-origin", path)
            self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff", path)
        login = self.url_open("/web/login")
        policy = login.headers["Content-Security-Policy"]
        for rule in ("frame-ancestors 'self'", "object-src 'none'", "base-uri 'self'"):
            self.assertIn(rule, policy)

    def test_files_are_kept_for_a_year_under_their_version(self):
        page = self.visitor().get("/tour_loan/login")
        addresses = page.page.xpath("//link[@rel='stylesheet']/@href|//script/@src")
        self.assertGreater(len(addresses), 1)
        for address in addresses:
            self.assertRegex(address, r"^/tour_loan/assets/[0-9a-f]{16}/[a-z_]+\.(css|js)$")
            headers = self.url_open(address).headers
            self.assertIn("max-age=31536000", headers["Cache-Control"])
            self.assertIn("immutable", headers["Cache-Control"])
            self.assertIn("public", headers["Cache-Control"])
            kind = "text/css" if address.endswith(".css") else "text/javascript"
            self.assertEqual(headers["Content-Type"], f"{kind}; charset=utf-8")
            self.assertNotIn("session_id", headers.get("Set-Cookie", ""))
        old = self.url_open(re.sub(r"assets/\w+", "assets/0000000000000000", addresses[0]))
        self.assertEqual(old.status_code, 200)
        self.assertNotIn("immutable", old.headers["Cache-Control"])
        for name in ("none.js", "..%2Fmanifest.py", "%00"):
            self.assertEqual(self.url_open(f"/tour_loan/assets/x/{name}").status_code, 404)

    def test_errors_are_summed_up_with_links_to_their_fields(self):
        page = self.visitor().get("/tour_loan/login")
        page.send(phone="123", birth_date="14.03")
        [summary] = page.page.find_class("tl-summary")
        self.assertEqual(summary.xpath(".//a/@href"), ["#phone", "#birth_date"])
        for link in summary.iterfind(".//a"):
            field = page.page.get_element_by_id(link.get("href")[1:])
            error = page.page.get_element_by_id(field.get("aria-describedby"))
            self.assertEqual(field.get("aria-invalid"), "true")
            self.assertTrue(link.text_content().endswith(f": {error.text_content()}"))
        self.assertTrue(page.page.findtext(".//title").startswith("Ошибка: "))

    def test_a_missing_tick_is_named_and_the_others_stay(self):
        page = self.open(self.application()).send()
        first, *others = page.page.xpath("//input[@type='checkbox']/@name")
        page.send(**dict.fromkeys(others, "1"))
        [summary] = page.page.find_class("tl-summary")
        self.assertEqual(summary.xpath(".//a/@href"), [f"#{first}"])
        self.assertEqual(page.page.xpath("//input[@checked]/@name"), others)


@tagged("post_install", "-at_install")
class TestPaymentPolicy(LoanHttpCommon):
    """The page with Odoo's payment form: what that form needs, and not a bit more."""

    def test_the_payment_form_has_a_policy_of_its_own(self):
        loan = self.active()
        page = self.logged_in(loan).get(f"/my/loans/{loan.uuid}/pay")
        self.assertEqual(sources(page)["script-src"], {"'self'"})
        page.send(what="next")
        [form] = page.page.xpath("//form[@id='o_payment_form']")
        self.assertTrue(form.xpath("ancestor::main[@id='content']"))
        allowed = sources(page)
        for inline in page.page.xpath("//script[not(@src)][normalize-space()]"):
            self.assertIn(f"'nonce-{inline.get('nonce')}'", allowed["script-src"])
        self.assertNotIn("'unsafe-inline'", allowed["script-src"])
        self.assertEqual(allowed["default-src"], {"'none'"})
        self.assertEqual(allowed["form-action"], {"'self'", "https:"})
        self.assertEqual(allowed["frame-ancestors"], {"'none'"})
        self.assertIn("Оплата", page.page.findtext(".//title"))
        self.assertEqual(len(page.page.xpath("//main")), 1)

    def test_a_provider_may_say_where_its_form_leads(self):
        origins = ["http://127.0.0.1:8083"]
        self.startPatcher(
            patch.object(
                self.registry["payment.provider"],
                "_get_redirect_origins",
                lambda provider: origins,
                create=True,
            )
        )
        loan = self.active()
        page = self.logged_in(loan).get(f"/my/loans/{loan.uuid}/pay").send(what="next")
        self.assertEqual(sources(page)["form-action"], {"'self'", "https:", *origins})

    def test_a_form_may_be_sent_to_the_providers_page_and_nowhere_else(self):
        form = '<form action="https://bank.example/pay" method="post"><input name="id"/></form>'
        self.provider.redirect_form_view_id.arch = f"<t>{form}</t>"
        loan = self.active()
        payment = self.transaction(loan)
        payment.tour_loan_under_way = True
        payment._tour_loan_make_page("https://lender.example/")
        page = self.logged_in(loan)
        page.get(f"/my/loans/{loan.uuid}/payment/{payment.reference}/open")
        [action] = page.page.xpath("//main//form/@action")
        self.assertEqual(action, "https://bank.example/pay")
        self.assertEqual(sources(page)["form-action"], {"'self'", "https://bank.example"})
        self.assertEqual(sources(page)["script-src"], {"'self'"})
