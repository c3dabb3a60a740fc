"""What one of the staff changes holds when another has confirmed it."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import TourLoanHttpCommon
from .test_events import Recorded

BIC, ACCOUNT = "044525225", "40702810138250123017"


@tagged("post_install", "-at_install")
class TestFourEyes(Recorded, TourLoanHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("tour_loan.one_person", False)
        manager, operator = (
            "tour_loan.tour_loan_group_manager",
            "tour_loan.tour_loan_group_operator",
        )
        cls.first = new_test_user(cls.env, "first", manager)
        cls.second = new_test_user(cls.env, "second", manager)
        cls.operator = new_test_user(cls.env, "an_operator", operator)
        cls.other_operator = new_test_user(cls.env, "another_operator", operator)

    def proposal(self):
        return self.env["tour_loan.proposal"].search([("state", "=", "waiting")], limit=1)

    def kinds(self):
        """Return {what: (record, its change, has it happened, who proposes, who confirms)}."""
        application = self.application_in("approved")
        agency, product = self.agency, self.product
        return {
            "bank details": (
                agency,
                {"bank_bic": BIC, "bank_account": ACCOUNT, "bank_name": "Банк"},
                lambda: agency.bank_account == ACCOUNT,
                self.first,
                self.second,
            ),
            "product": (
                product,
                {"rate": 17.5},
                lambda: product.rate == 17.5,
                self.first,
                self.second,
            ),
            "identified": (
                application,
                {"identified": True},
                lambda: application.identified,
                self.operator,
                self.other_operator,
            ),
        }

    def test_a_change_holds_when_another_has_confirmed_it(self):
        for what, (record, change, happened, one, another) in self.kinds().items():
            with self.subTest(what):
                since = self.last_event()
                record.with_user(one).write(change)
                self.assertFalse(happened(), "the old value holds")
                proposal = self.proposal()
                self.assertEqual(proposal.proposer_id, one)
                self.assertTrue(record.with_user(one).waits)
                with self.assertRaises(UserError):
                    proposal.with_user(one).action_confirm()
                self.assertFalse(happened())
                proposal.with_user(another).action_confirm()
                record.invalidate_recordset()
                self.assertTrue(happened())
                self.assertFalse(record.with_user(one).waits)
                self.assertEqual(self.happened("proposed", since).login, one.login)
                self.assertEqual(self.happened("confirmed", since).login, another.login)
                with self.assertRaises(UserError):
                    proposal.with_user(another).action_confirm()

    def test_what_waits_stands_where_the_day_begins_for_who_may_decide_it(self):
        for what, (record, change, _happened, one, another) in self.kinds().items():
            with self.subTest(what):
                record.with_user(one).write(change)
                proposal = self.proposal()
                needed = [("kind", "=", "tour_loan.proposal"), ("res_id", "=", proposal.id)]
                attention = self.env["tour_loan.attention"]
                [row] = attention.with_user(another).search(needed)
                self.assertIn(proposal.name, row.what)
                self.assertEqual(row.action_open()["res_id"], proposal.id)
                if record._name == "tour_loan.application":
                    self.assertEqual(row.application_id, record)
                else:  # an operator may not change it, so he is not sent there
                    self.assertFalse(attention.with_user(self.operator).search(needed))
                self.assertFalse(attention.with_user(one).search(needed), "his own")
                proposal.with_user(another).action_confirm()
                self.assertFalse(attention.with_user(another).search(needed))

    def test_a_refused_or_withdrawn_change_never_holds(self):
        for what, (record, change, happened, one, another) in self.kinds().items():
            with self.subTest(what):
                record.with_user(one).write(change)
                self.proposal().with_user(another).action_refuse()
                record.with_user(one).write(change)
                proposal = self.proposal()
                with self.assertRaises(UserError):
                    proposal.with_user(another).action_withdraw()
                proposal.with_user(one).action_withdraw()
                with self.assertRaises(UserError):
                    proposal.with_user(another).action_confirm()
                record.invalidate_recordset()
                self.assertFalse(happened())
                self.assertFalse(self.proposal())

    def test_who_may_not_change_it_confirms_nothing(self):
        self.product.with_user(self.first).write({"rate": 17.5})
        auditor = new_test_user(self.env, "auditor", "tour_loan.tour_loan_group_auditor")
        for stranger in (self.operator, auditor, new_test_user(self.env, "x", "base.group_user")):
            for button in ("action_confirm", "action_refuse"):
                with self.assertRaises(AccessError):
                    getattr(self.proposal().with_user(stranger), button)()
        self.assertNotEqual(self.product.rate, 17.5)

    def test_who_has_left_blocks_nobody(self):
        self.product.with_user(self.first).write({"rate": 17.5})
        self.first.active = False
        self.proposal().with_user(self.second).action_confirm()
        self.assertEqual(self.product.rate, 17.5)

    def test_what_needs_no_second_person_is_written_at_once(self):
        self.agency.with_user(self.first).write(
            {"callback_url": "https://sever.example/new", "bank_name": "Банк"}
        )
        self.assertEqual(self.agency.callback_url, "https://sever.example/new")
        self.assertFalse(self.agency.bank_name)
        self.agency.with_user(self.first).write({"bank_bic": self.agency.bank_bic})
        self.assertEqual(len(self.env["tour_loan.proposal"].search([])), 1)

    def test_the_chatter_is_no_way_around(self):
        application = self.application_in("approved").with_user(self.operator)
        application.write({"identified": True, "message_follower_ids": []})
        self.assertFalse(application.identified)

    def test_the_browser_is_asked_and_sees_what_waits(self):
        self.authenticate("first", "first")
        spec = {"rate": {}, "waits": {}}
        [told] = self.make_jsonrpc_request(
            "/web/dataset/call_kw/tour_loan.product/web_save",
            {
                "model": "tour_loan.product",
                "method": "web_save",
                "args": [self.product.ids, {"rate": 17.5}],
                "kwargs": {"specification": spec},
            },
        )
        self.assertNotEqual(told["rate"], 17.5)
        self.assertIn("17.5", told["waits"])

    def test_a_key_works_when_another_has_confirmed_it(self):
        old = self.agency._secrets("outbound")[0]
        wizard = (
            self.env["tour_loan.agency.key.wizard"]
            .with_user(self.first)
            .create({"agency_id": self.agency.id, "direction": "outbound", "overlap_hours": 0})
        )
        wizard.action_make()
        self.assertEqual(self.agency._secrets("outbound"), [old])
        proposal = self.proposal()
        with self.assertRaises(AccessError):
            proposal.with_user(self.second).read(["values"])
        proposal.with_user(self.second).action_confirm()
        self.assertEqual(self.agency._secrets("outbound"), [wizard.secret])
        self.assertFalse(proposal.values, "the secret is kept in one place")
        told = " ".join(filter(None, self.env["tour_loan.event"].search([]).mapped("note")))
        self.assertNotIn(wizard.secret, told)

    def test_a_key_is_made_ended_or_deleted_in_no_other_way(self):
        key = self.agency.key_ids[0].with_user(self.first)
        with self.assertRaises(UserError):
            key.create({"agency_id": self.agency.id, "direction": "inbound", "secret": "x"})
        key.write({"valid_until": "2020-01-01 00:00:00"})
        key.unlink()
        self.assertTrue(key.exists())
        self.assertFalse(key.valid_until)
        waiting = self.env["tour_loan.proposal"].search([("state", "=", "waiting")], order="id")
        for proposal in waiting:
            proposal.with_user(self.second).action_confirm()
        self.assertFalse(key.exists())

    def test_a_new_product_is_archived_and_a_new_agency_has_no_details(self):
        values = {"name": "Ski", "code": "ski", "amount_min": 1, "amount_max": 9, "months": "3"}
        product = (
            self.env["tour_loan.product"]
            .with_user(self.first)
            .create({**values, "default_months": 3, "rate": 9})
        )
        self.assertFalse(product.active)
        self.proposal().with_user(self.second).action_confirm()
        self.assertTrue(product.active)
        agency = (
            self.env["tour_loan.agency"]
            .with_user(self.first)
            .create({"name": "Юг", "code": "south", "bank_bic": BIC, "bank_account": ACCOUNT})
        )
        self.assertFalse(agency.bank_account)
        self.proposal().with_user(self.second).action_confirm()
        self.assertEqual(agency.bank_account, ACCOUNT)

    def test_a_product_is_not_deleted_by_one(self):
        product = self.product.copy({"code": "other"})
        product.with_user(self.first).unlink()
        self.assertTrue(product.exists())
        self.proposal().with_user(self.second).action_confirm()
        self.assertFalse(product.exists())

    def test_a_later_wish_of_the_same_person_replaces_his_earlier_one(self):
        for rate in (17, 18):
            self.product.with_user(self.first).write({"rate": rate})
        waiting = self.env["tour_loan.proposal"].search([("state", "=", "waiting")])
        self.assertEqual(waiting.mapped("shown")[0].split("→")[1].strip(), "18")
        self.assertEqual(len(waiting), 1)

    def test_the_server_and_its_data_files_are_not_asked(self):
        self.product.write({"rate": 16})
        self.product.with_user(self.first).sudo().write({"rate": 15})
        self.assertEqual(self.product.rate, 15)
        self.assertFalse(self.proposal())

    def test_the_setting_lets_one_person_do_it_and_is_an_event(self):
        since = self.last_event()
        self.env["ir.config_parameter"].set_param("tour_loan.one_person", "True")
        self.assertTrue(self.happened("setting", since))
        self.product.with_user(self.first).write({"rate": 14})
        self.assertEqual(self.product.rate, 14)
