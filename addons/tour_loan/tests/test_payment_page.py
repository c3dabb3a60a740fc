"""One payment is under way per loan, and each of its states has its words."""

from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.payment.utils import generate_access_token

from ..models.loan.payment_page import FORGOTTEN, read_form
from .common import OTHER_PHONE
from .common_loan import LoanCommon, LoanHttpCommon

PAGE = "https://bank.example/pay"


def del_facts(model):
    del model._get_page_facts


@tagged("post_install", "-at_install")
class TestPaymentStatus(LoanCommon):
    def facts(self, **facts):
        """Let the provider's addon say something about its pages."""
        model = self.registry["payment.transaction"]
        model._get_page_facts = lambda payment: facts  # no provider of these tests has it
        self.addCleanup(lambda: model.__dict__.get("_get_page_facts") and del_facts(model))

    def make_page(self, payment):
        """Let the job ask the provider."""
        payment.tour_loan_under_way = True
        payment._tour_loan_make_page("https://lender.example/", "203.0.113.7")

    def redirect_form(self, form):
        self.provider.redirect_form_view_id.arch = f"<t>{form}</t>"

    def test_the_job_keeps_the_address_of_the_providers_page(self):
        self.redirect_form(f'<form action="{PAGE}"><input name="id" value="7&amp;8"/></form>')
        payment = self.transaction(self.active())
        self.assertEqual(payment._tour_loan_status(), "opening")
        self.make_page(payment)
        self.assertEqual(payment._tour_loan_status(), "open")
        self.assertEqual(payment._tour_loan_page_address(), f"{PAGE}?id=7%268")

    def test_a_page_that_takes_a_post_has_no_address(self):
        self.redirect_form(f'<form action="{PAGE}" method="post"><input name="id"/></form>')
        payment = self.transaction(self.active())
        self.make_page(payment)
        self.assertFalse(payment._tour_loan_page_address())
        self.assertEqual(payment.tour_loan_page["fields"], [["id", ""]])

    def test_what_is_no_form_is_no_page(self):
        for markup in (None, "", "<p>away</p>", "<form></form>", "nothing"):
            self.assertIsNone(read_form(markup))

    def test_a_job_that_runs_again_asks_once(self):
        payment = self.opened_page(self.transaction(self.active()))
        self.patch(self.registry["payment.transaction"], "_get_processing_values", self.fail)
        payment._tour_loan_make_page("https://lender.example/")

    def test_the_provider_is_told_the_borrowers_address_and_ours_not_the_job_runners(self):
        seen = {}

        def ask(payment):
            seen["base"] = payment.provider_id.get_base_url()
            seen["payer"] = payment.env.context.get("payment_payer_ip")
            return {}

        self.patch(self.registry["payment.transaction"], "_get_processing_values", ask)
        self.make_page(self.transaction(self.active()))
        self.assertEqual(seen, {"base": "https://lender.example/", "payer": "203.0.113.7"})

    def test_a_provider_that_refuses_or_is_silent_leaves_nothing_under_way(self):
        loan = self.active()
        for change, status in (
            (lambda payment: payment._set_error("The bank is away"), "not_opened"),
            (lambda payment: payment._set_pending(), "not_opened"),
            (lambda payment: None, "not_opened"),
        ):

            def ask(payment, change=change):
                change(payment)
                return {}

            self.patch(self.registry["payment.transaction"], "_get_processing_values", ask)
            payment = self.transaction(loan)
            self.make_page(payment)
            self.assertEqual(payment._tour_loan_status(), status)
            self.assertFalse(payment.tour_loan_under_way)

    def test_a_page_whose_job_was_lost_is_not_waited_for(self):
        payment = self.transaction(self.active())
        payment.tour_loan_under_way = True
        self.assertEqual(payment._tour_loan_status(), "opening")
        self.age(payment, minutes=3)
        self.assertEqual(payment._tour_loan_status(), "not_opened")
        self.assertFalse(payment._tour_loan_current(payment.tour_loan_id))

    def test_every_state_ends_by_itself(self):
        loan = self.active()
        closes_at = Datetime.now() + timedelta(minutes=5)
        self.facts(closes_at=closes_at, is_untouched=True, needs_person=False)
        payment = self.opened_page(self.transaction(loan))
        self.assertEqual(payment._tour_loan_status(), "open")
        payment._set_pending()  # he came back, the provider says: nothing was paid
        self.assertEqual(payment._tour_loan_status(), "open")
        self.facts(closes_at=Datetime.now(), is_untouched=True)
        self.assertEqual(payment._tour_loan_status(), "unknown")
        self.facts(closes_at=Datetime.now() - 2 * FORGOTTEN, is_untouched=True)
        self.assertEqual(payment._tour_loan_status(), "not_paid")
        self.facts(closes_at=closes_at, is_untouched=False)
        self.assertEqual(payment._tour_loan_status(), "processing")
        self.facts(closes_at=closes_at, is_untouched=False, needs_person=True)
        self.assertEqual(payment._tour_loan_status(), "checking")
        self.facts(closes_at=closes_at)
        payment._set_error("Not enough money on the card.")
        self.assertEqual(payment._tour_loan_status(), "declined")
        self.assertTrue(payment.tour_loan_under_way, "its page may be paid on")
        self.facts(closes_at=Datetime.now() - timedelta(minutes=1))
        self.assertFalse(payment._tour_loan_current(loan), "its page is closed")
        payment._set_done()
        payment._post_process()
        self.assertEqual(payment._tour_loan_status(), "paid")
        self.assertFalse(payment.tour_loan_under_way)
        self.refunded(payment.tour_loan_repayment_ids, 35000)
        self.assertEqual(payment._tour_loan_status(), "given_back")

    def test_a_cancelled_payment_is_not_under_way(self):
        payment = self.opened_page(self.transaction(self.active()))
        payment._set_canceled()
        self.assertEqual(payment._tour_loan_status(), "not_paid")
        self.assertFalse(payment.tour_loan_under_way)

    def test_the_database_itself_holds_one_payment_under_way(self):
        loan = self.active()
        self.opened_page(self.transaction(loan))
        self.opened_page(self.transaction(self.active()))  # another loan's is no matter
        self.env.flush_all()
        second = self.transaction(loan)
        with mute_logger("odoo.sql_db"), self.assertRaisesRegex(Exception, "one_under_way"):
            second.tour_loan_under_way = True
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestOnePayment(LoanHttpCommon):
    def choose(self, loan, visitor=None, **typed):
        """Choose a sum; return the browser, which stands at the form or was led on."""
        visitor = visitor or self.logged_in(loan)
        visitor.get(f"/my/loans/{loan.uuid}/pay")
        visitor._request(
            "POST",
            f"/my/loans/{loan.uuid}/pay",
            data={**dict(self.sums(visitor).form_values()), **typed},
            allow_redirects=False,
        )
        to = visitor.response.headers["Location"]
        return visitor.get(to) if "/pay/" in to else visitor

    def sums(self, visitor):
        return visitor.page.xpath("//form[.//input[@name='what']]")[0]

    def click(self, visitor, **changes):
        """Press the button of Odoo's payment form; return the values it answers with."""
        (form,) = visitor.page.xpath("//form[@id='o_payment_form']")
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": form.get("data-landing-route"),
            "is_validation": False,
            "access_token": "",
            **changes,
        }
        return self.make_jsonrpc_request(form.get("data-transaction-route"), values)

    def payments(self, loan):
        return self.env["payment.transaction"].search([("tour_loan_id", "=", loan.id)])

    def test_a_click_makes_a_payment_and_leads_to_its_own_page(self):
        loan = self.active()
        answer = self.click(self.choose(loan, what="next"))
        (payment,) = self.payments(loan)
        self.assertTrue(payment.tour_loan_under_way)
        self.assertIn(payment._tour_loan_url("open"), answer["redirect_form_html"])
        (job,) = [job for job in self.jobs.enqueued_jobs if "make_page" in job.method_name]
        self.assertEqual(job.recordset, payment)
        self.assertEqual(job.channel, "root.tour_loan_payment")

    def test_beginning_again_with_the_same_sum_leads_to_the_same_page(self):
        loan = self.active()
        first, second = self.choose(loan, what="next"), self.choose(loan, what="next")
        self.click(first)
        again = self.click(second)
        self.click(first)
        (payment,) = self.payments(loan)
        self.assertIn(payment._tour_loan_url("open"), again["redirect_form_html"])
        self.opened_page(payment, PAGE)
        third = self.choose(loan, what="next")  # another device, later
        self.assertTrue(third.response.headers["Location"].endswith(payment._tour_loan_url("open")))
        third.get(third.response.headers["Location"])
        self.assertEqual(third.response.headers["Refresh"], f"0; url={PAGE}?id=7")
        self.assertTrue(third.page.xpath(f"//a[@href='{PAGE}?id=7']"))

    def test_another_sum_says_what_is_open_and_offers_to_go_on_or_drop_it(self):
        loan = self.active()
        stale = self.choose(loan, what="other", amount="500")
        self.click(self.choose(loan, what="next"))
        (payment,) = self.payments(loan)
        self.opened_page(payment, PAGE)
        late = self.click(stale)
        self.assertIn(f'"{payment._tour_loan_url()}"', late["redirect_form_html"])
        visitor = self.choose(loan, what="other", amount="600")
        visitor.get(visitor.response.headers["Location"])
        self.assertEqual(visitor.path, payment._tour_loan_url())
        self.assertIn("35 000,00", visitor.text)
        self.assertTrue(
            visitor.page.xpath(f"//a[@href='{payment._tour_loan_url('open')}']"), visitor.text
        )
        visitor.send()
        self.assertEqual(visitor.path, f"/my/loans/{loan.uuid}/pay")
        self.click(self.choose(loan, visitor, what="other", amount="600"))
        self.assertEqual(self.payments(loan).mapped("amount"), [600, 35000])
        self.assertEqual(self.payments(loan).mapped("tour_loan_under_way"), [True, False])

    def test_who_comes_back_from_the_provider_finds_his_payment_not_a_form(self):
        loan = self.active()
        visitor = self.choose(loan, what="next")
        form = visitor.path
        self.click(visitor)
        self.opened_page(self.payments(loan), PAGE)
        self.assertEqual(visitor.get(form).path, self.payments(loan)._tour_loan_url())
        self.assertEqual(visitor.get(form[:-3]).path, f"/my/loans/{loan.uuid}/pay")

    def test_another_way_to_pay_is_another_choice(self):
        loan = self.active()
        other = self.method.copy({"code": "tls_other", "name": "Other"})
        other.provider_ids = self.provider
        self.click(self.choose(loan, what="next"))
        page = self.payments(loan)._tour_loan_url()
        # the form was open before
        self.opened_page(self.payments(loan), PAGE).tour_loan_under_way = False
        visitor = self.choose(loan, what="next")
        self.payments(loan).tour_loan_under_way = True
        answer = self.click(visitor, payment_method_id=other.id)
        self.assertIn(f'"{page}"', answer["redirect_form_html"])

    def test_what_was_dropped_leads_nowhere_any_more(self):
        loan = self.active()
        payment = self.opened_page(self.transaction(loan), PAGE)
        payment._tour_loan_drop()
        visitor = self.logged_in(loan).get(payment._tour_loan_url("open"))
        self.assertEqual(visitor.path, payment._tour_loan_url())
        self.assertIn("не оплачивайте", visitor.text.lower())

    def test_the_way_waits_while_the_page_is_made(self):
        loan = self.active()
        payment = self.transaction(loan)
        payment.tour_loan_under_way = True
        self.age(payment, seconds=0)
        visitor = self.logged_in(loan).get(payment._tour_loan_url("open"))
        self.assertEqual(visitor.response.headers["Refresh"], "1")
        # a provider that takes so long is asked about less often
        self.age(payment, seconds=20)
        visitor.get(payment._tour_loan_url("open"))
        self.assertIn(int(visitor.response.headers["Refresh"]), range(3, 7))
        self.age(payment, minutes=3)
        visitor.get(payment._tour_loan_url("open"))
        self.assertEqual(visitor.path, payment._tour_loan_url())
        self.assertNotIn("Refresh", visitor.response.headers)

    def test_pages_of_a_payment_are_its_borrowers_alone(self):
        loan, other = self.active(), self.opened(phone=OTHER_PHONE)
        payment = self.opened_page(self.transaction(loan), PAGE)
        guest = self.visitor().get(payment._tour_loan_url())
        self.assertTrue(guest.path.startswith("/tour_loan/login"))
        stranger = self.logged_in(other)
        for page in ("", "state", "open"):
            self.assertEqual(stranger.get(payment._tour_loan_url(page)).status, 404)
        own = self.active()
        owner = self.logged_in(own)
        foreign = payment._tour_loan_url().replace(loan.uuid, own.uuid)
        self.assertEqual(owner.get(foreign).status, 404)

    def test_each_state_is_said_with_the_next_step(self):
        loan = self.active()
        payment = self.opened_page(self.transaction(loan), PAGE)
        visitor = self.logged_in(loan)

        def says(*words, button=None):
            visitor.get(payment._tour_loan_url())
            for word in words:
                self.assertIn(word, visitor.text)
            links = visitor.page.xpath("//a[contains(@class, 'tl-button')]/@href")
            self.assertEqual(links, [button] if button else [])

        says("Оплата не завершена", "35 000,00", button=payment._tour_loan_url("open"))
        payment._set_pending()
        says("Оплата обрабатывается", "не платите эту сумму ещё раз")
        payment._set_error("На карте не хватило денег.")
        says("Оплата не прошла", "не хватило денег", button=payment._tour_loan_url("open"))
        payment._set_done()
        payment._post_process()
        says("Оплата получена", button=f"/my/loans/{loan.uuid}")
        self.assertFalse(visitor.page.find_class("tl-status"), "it asks no more")
        self.refunded(payment.tour_loan_repayment_ids, 35000)
        says("Оплата возвращена", button=f"/my/loans/{loan.uuid}")

    def test_the_page_asks_and_books_what_has_come(self):
        loan = self.active()
        payment = self.opened_page(self.transaction(loan), PAGE)
        visitor = self.logged_in(loan).get(payment._tour_loan_url())
        (card,) = visitor.page.find_class("tl-status")
        asked = visitor.get(card.get("data-state-url")).response
        self.assertEqual(asked.json()["sequence"], card.get("data-sequence"))
        self.assertIn("no-store", asked.headers["Cache-Control"])
        payment._set_done()
        moved = visitor.get(card.get("data-state-url")).response.json()["sequence"]
        self.assertNotEqual(moved, card.get("data-sequence"))
        self.assertEqual(loan.repayment_ids.transaction_id, payment)

    def test_the_loans_page_follows_by_itself(self):
        loan = self.active()
        visitor = self.logged_in(loan)

        def version():
            visitor.get(f"/my/loans/{loan.uuid}")
            (card,) = visitor.page.find_class("tl-status")
            asked = visitor.get(card.get("data-state-url")).response.json()
            self.assertEqual(asked["sequence"], card.get("data-sequence"))
            return asked["sequence"]

        seen = [version()]
        payment = self.opened_page(self.transaction(loan), PAGE)
        seen.append(version())
        payment._set_pending()
        seen.append(version())
        payment._set_done()
        payment._post_process()
        seen.append(version())
        loan.repayment_ids._take_booking({"status": "booked"})
        seen.append(version())
        self.assertEqual(len(set(seen)), 5)
        self.assertEqual(version(), seen[-1])

    def test_a_repaid_loan_and_a_left_page_say_nothing_of_processing(self):
        loan = self.active()
        payment = self.opened_page(self.transaction(loan), PAGE)
        loan.state = "closed"
        visitor = self.logged_in(loan).get(f"/my/loans/{loan.uuid}")
        self.assertNotIn("обрабатывается", visitor.text)
        visitor.get(payment._tour_loan_url())
        self.assertIn("больше не нужно", visitor.text)
        payment._set_canceled()
        payment.last_state_change = self.later(days=-2)
        visitor.get(f"/my/loans/{loan.uuid}")
        self.assertFalse(visitor.page.find_class("tl-notice"))

    def test_who_comes_back_by_odoos_status_page_gets_his_own(self):
        loan = self.active()
        payment = self.opened_page(self.transaction(loan), PAGE)
        visitor = self.logged_in(loan)
        token = generate_access_token(payment.reference, env=self.env)
        visitor.get(f"/payment/status?reference={payment.reference}&access_token={token}")
        self.assertEqual(visitor.path, payment._tour_loan_url())
        visitor = self.visitor()
        visitor.get(
            f"/payment/status?reference={payment.reference}&access_token=wrong",
            allow_redirects=False,
        )
        self.assertNotIn(loan.uuid, visitor.response.headers.get("Location", ""))
        visitor.get(f"/payment/status?reference={payment.reference}&access_token={token}")
        self.assertTrue(visitor.path.startswith("/tour_loan/login"))

    @mute_logger("odoo.http")
    def test_a_stranger_drops_nothing(self):
        loan = self.active()
        payment = self.opened_page(self.transaction(loan), PAGE)
        stranger = new_test_user(self.env, "stranger", groups="base.group_portal")
        self.authenticate(stranger.login, stranger.login)
        self.url_open(payment._tour_loan_url("drop"), data={"csrf_token": "no"}, method="POST")
        self.assertTrue(payment.tour_loan_under_way)
