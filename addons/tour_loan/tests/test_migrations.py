"""What a database of 19.0.1.0.0 becomes. ``test_login`` has the migration of logins."""

from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common_loan import LoanHttpCommon


@tagged("post_install", "-at_install")
class TestMigrations(LoanHttpCommon):
    def migrate(self, name, version="19.0.1.1.0"):
        self.env.flush_all()
        script = file_path(f"tour_loan/migrations/{version}/{name}.py")
        load_script(script, name.replace("-", "_")).migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_a_payment_that_was_open_stays_the_only_one_and_ends_by_what_the_provider_says(self):
        loan = self.active()
        given_up, pending, draft = (self.transaction(loan) for _number in range(3))
        given_up._set_error("declined")
        pending._set_pending()
        self.migrate("post-payments")
        current = self.env["payment.transaction"]._tour_loan_current(loan)
        self.assertEqual(current, pending)
        self.assertEqual(pending._tour_loan_status(), "processing")
        self.assertEqual(draft._tour_loan_status(), "unknown", "his page may have been paid on")
        self.assertEqual(given_up._tour_loan_status(), "declined")
        page = self.logged_in(loan).get(f"/my/loans/{loan.uuid}/pay")
        self.assertTrue(page.page.xpath(f"//a[contains(@href, '{pending.reference}')]"))
        begun = self.env["payment.transaction"].search_count([])
        [form] = page.page.xpath("//form[.//input[@name='what']]")
        page.post(page.path, {**dict(form.fields), "what": "next"})
        self.assertEqual(page.path, pending._tour_loan_url(), "what is open, not another one")
        self.assertEqual(self.env["payment.transaction"].search_count([]), begun)
        for payment, words in ((pending, "обрабатывается"), (draft, "Выясняем")):
            page.get(payment._tour_loan_url())
            self.assertIn(words, page.text)
            page.get(payment._tour_loan_url("open"))
            self.assertEqual(page.path, payment._tour_loan_url(), "nowhere to lead him to")
        pending._set_done()
        pending._post_process()
        self.assertIn("Оплата получена", page.get(pending._tour_loan_url()).text)
        self.assertFalse(self.env["payment.transaction"]._tour_loan_current(loan))
        self.age(draft, days=2)
        self.assertEqual(draft._tour_loan_status(), "not_paid")

    def test_a_payment_of_before_that_is_declined_or_cancelled_makes_room(self):
        for state, told in (("error", "declined"), ("cancel", "not_paid")):
            payment = self.transaction(self.active())
            payment._set_pending()
            self.migrate("post-payments")
            self.assertTrue(payment.tour_loan_under_way)
            payment._set_error("no") if state == "error" else payment._set_canceled()
            self.assertFalse(payment.tour_loan_under_way)
            self.assertEqual(payment._tour_loan_status(), told)

    def test_the_borrower_may_give_up_a_payment_of_before(self):
        loan = self.active()
        payment = self.transaction(loan)
        payment._set_pending()
        self.migrate("post-payments")
        page = self.logged_in(loan).get(payment._tour_loan_url())
        [form] = page.page.xpath("//form[contains(@action, '/drop')]")
        page.post(form.get("action"), dict(form.fields))
        self.assertTrue(payment.tour_loan_dropped_at)
        self.assertFalse(self.env["payment.transaction"]._tour_loan_current(loan))

    def test_what_was_paid_before_has_its_page(self):
        loan = self.active()
        payment = self.paid(loan).transaction_id
        self.migrate("post-payments")
        self.assertFalse(payment.tour_loan_page or payment.tour_loan_under_way)
        self.assertIn("Оплата получена", self.logged_in(loan).get(payment._tour_loan_url()).text)

    def test_it_changes_nothing_of_payments_begun_since(self):
        loan = self.active()
        since = self.opened_page(self.transaction(loan))
        before = since.tour_loan_page
        newer = self.transaction(loan)
        for _time in range(2):
            self.migrate("post-payments")
            self.assertEqual(since.tour_loan_page, before)
            self.assertTrue(since.tour_loan_under_way)
            self.assertFalse(newer.tour_loan_under_way)

    def test_an_unlawful_offer_that_was_approved_waits_for_staff(self):
        lawful, unlawful = self.approved(), self.approved()
        unlawful.offer_psk = 398.292
        self.migrate("post-unlawful-offers")
        self.assertFalse(lawful.offer_problem)
        self.assertIn("398,292", unlawful.offer_problem)
        self.assertEqual((unlawful._sign_blocker(), lawful._sign_blocker()), ("law", ""))
        self.assertIsNone(unlawful._offer_object())
        waiting = self.env["tour_loan.attention"].search([]).mapped("what")
        self.assertIn(unlawful.offer_problem, waiting)
        told = [row for row in self.moves(unlawful) if row == ("approve", "accounting", False)]
        self.migrate("post-unlawful-offers")
        self.assertEqual(len(told), 1)

    def test_the_clock_finds_what_has_become_unlawful_since(self):
        application = self.approved()
        cron = self.env.ref("tour_loan.ir_cron_unlawful")
        cron.method_direct_trigger()
        self.assertFalse(application.offer_problem)
        application.offer_psk = 398.292
        cron.method_direct_trigger()
        self.assertTrue(application.offer_problem)

    def test_calls_of_before_still_answer_repeats(self):
        params = self.order("OF-BEFORE")
        answer = self.rpc("application.create", params, webhook_id="before")
        calls = self.env["tour_loan.call"].search([("webhook_id", "=", "before")])
        names = {
            "index": "SELECT relname FROM pg_class WHERE relname ~ '^tour_loan_call_(?!count)'",
            "key": "SELECT name FROM ir_model_constraint WHERE name ~ '^tour_loan_call_(?!count)'",
            "xmlid": "SELECT name FROM ir_model_data WHERE name ~ 'call' AND module = 'tour_loan'",
            "model": "SELECT model FROM ir_model_fields WHERE model ~ '^tour_loan.call'",
        }
        today = {kind: self.rows(query) for kind, query in names.items()}
        self.assertTrue(all(today.values()))
        self.back_to_requests()
        self.assertNotEqual({kind: self.rows(query) for kind, query in names.items()}, today)
        for _time in range(2):
            self.migrate("pre-calls")
            self.assertEqual({kind: self.rows(query) for kind, query in names.items()}, today)
        self.assertTrue(calls.exists())
        self.assertEqual(self.rpc("application.create", params, webhook_id="before"), answer)
        self.assertEqual(self.env.ref("tour_loan.model_tour_loan_call").model, "tour_loan.call")

    def rows(self, query):
        self.env.cr.execute(query)
        return sorted(self.env.cr.fetchall())

    def back_to_requests(self):
        """Name calls as 19.0.1.0.0 did."""
        self.env.flush_all()
        self.env.cr.execute(
            r"""
            ALTER TABLE tour_loan_call RENAME TO tour_loan_request;
            ALTER SEQUENCE tour_loan_call_id_seq RENAME TO tour_loan_request_id_seq;
            ALTER INDEX tour_loan_call_pkey RENAME TO tour_loan_request_pkey;
            ALTER INDEX tour_loan_call_id_uniq RENAME TO tour_loan_request_id_uniq;
            ALTER INDEX tour_loan_call_shown RENAME TO tour_loan_request_shown;
            ALTER INDEX tour_loan_call_age RENAME TO tour_loan_request_age;
            ALTER TABLE tour_loan_request
            RENAME CONSTRAINT tour_loan_call_agency_id_fkey TO tour_loan_request_agency_id_fkey;
            UPDATE ir_model SET model = 'tour_loan.request' WHERE model = 'tour_loan.call';
            UPDATE ir_model_fields SET model = 'tour_loan.request' WHERE model = 'tour_loan.call';
            UPDATE ir_ui_view SET model = 'tour_loan.request' WHERE model = 'tour_loan.call';
            UPDATE ir_act_window SET res_model = 'tour_loan.request'
             WHERE res_model = 'tour_loan.call';
            UPDATE ir_model_constraint
               SET name = regexp_replace(name, '^tour_loan_call_(?!count)', 'tour_loan_request_');
            UPDATE ir_model_data
               SET name = regexp_replace(name, 'tour_loan_call(?!_count|back)', 'tour_loan_request')
             WHERE module = 'tour_loan';
            UPDATE ir_model_data
               SET name = regexp_replace(name, '^(agency_)?call_(view|action)', '\1request_\2')
             WHERE module = 'tour_loan'
               AND name ~ '^(call_view_(list|form|search)|agency_call_action)$';
            """
        )

    def test_the_time_of_a_loans_figures_is_kept(self):
        loan = self.active()
        as_of = loan.as_of
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE tour_loan_loan RENAME COLUMN figures_of TO as_of")
        for _time in range(2):  # an upgrade that is run again finds nothing to do
            self.migrate("pre-loan-figures", "19.0.1.2.0")
            self.assertEqual((loan.figures_of, loan.as_of), (as_of, as_of))
