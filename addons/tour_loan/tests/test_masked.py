"""Passport, INN, SNILS and income: masked in every way out, until somebody says why."""

import json

from freezegun import freeze_time

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models.application.masked import Masked
from .common import TourLoanHttpCommon
from .test_events import Recorded

APPLICATION = "tour_loan.application"
SECRET = {
    "passport_series": "4511",
    "passport_number": "908172",
    "inn": "500100732259",
    "snils": "11223344595",
    "income": 98765.0,
    "expenses": 43210.0,
}
TOLD = ("4511", "908172", "500100732259", "11223344595", "98765", "43210")


@tagged("post_install", "-at_install")
class TestMasked(Recorded, TourLoanHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        roles = {
            "operator": "tour_loan.tour_loan_group_operator",
            "manager": "tour_loan.tour_loan_group_manager",
            "auditor": "tour_loan.tour_loan_group_auditor",
        }
        cls.staff = {login: new_test_user(cls.env, login, group) for login, group in roles.items()}

    def setUp(self):
        super().setUp()
        self.one = self.submitted()
        self.one.write(SECRET)
        self.one.borrower_id.write(SECRET)
        self.env.flush_all()
        self.records = self.one.with_user(self.staff["operator"])

    def kw(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def exported(self, names):
        asked = {
            "model": APPLICATION,
            "fields": [{"name": n, "label": n, "type": "char", "store": True} for n in names],
            "ids": self.one.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
        }
        data = {"data": json.dumps(asked), "csrf_token": http.Request.csrf_token(self)}
        return self.url_open("/web/export/csv", data=data).text

    def ways_out(self):
        """Return {way: what comes out of it}."""
        one, names = self.one.ids, list(SECRET)
        spec = dict.fromkeys(names, {})
        behind = {"borrower_id": {"fields": spec}}
        document = self.one.document_ids.filtered("application_id")
        return {
            "web_read": self.kw(APPLICATION, "web_read", one, specification=spec),
            "behind a link": self.kw(APPLICATION, "web_read", one, specification=behind),
            "list": self.kw(
                APPLICATION, "web_search_read", domain=[["id", "in", one]], specification=spec
            ),
            "read": self.kw(APPLICATION, "read", one, names),
            "everything": self.kw(APPLICATION, "read", one),
            "order": self.kw(APPLICATION, "read", one, ["content"]),
            "search_read": self.kw(APPLICATION, "search_read", [["id", "in", one]], names),
            "copy_data": self.kw(APPLICATION, "copy_data", one),
            "borrower": self.kw("tour_loan.borrower", "read", self.one.borrower_id.ids, names),
            "text": self.kw("tour_loan.document", "read", document.ids, ["text"]),
            "content": self.kw("tour_loan.document", "read", document.ids, ["content"]),
            "export": self.exported([*names, "borrower_id/passport_number", "content"]),
        }

    def test_nothing_leaves_unmasked_by_any_way(self):
        for role in ("operator", "manager"):
            self.authenticate(role, role)
            if role == "operator":
                self.staff[role].group_ids += self.env.ref("base.group_allow_export")
            for way, told in self.ways_out().items():
                text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
                for secret in TOLD:
                    with self.subTest(role=role, way=way, secret=secret):
                        self.assertNotIn(secret, text)

    def test_what_is_masked_still_tells_that_something_is_there(self):
        [told] = self.records.read(list(SECRET))
        self.assertEqual((told["passport_number"], told["inn"]), ("****72", "**********59"))
        self.assertFalse(told["income"])

    def test_the_server_itself_works_with_what_is_true(self):
        self.assertEqual(self.records.passport_number, "908172")
        self.assertEqual(self.one.read(["income"])[0]["income"], 98765)

    def test_it_is_shown_to_who_says_why_and_that_is_an_event(self):
        self.authenticate("operator", "operator")
        since = self.last_event()
        self.kw(APPLICATION, "action_show", self.one.ids, "asked")
        [event] = self.happened("shown", since)
        self.assertEqual((event.login, event.reason), ("operator", "asked"))
        self.assertEqual(event.borrower, self.one.borrower_id.id)
        self.staff["operator"].group_ids += self.env.ref("base.group_allow_export")
        told = self.ways_out()
        for way in ("web_read", "read", "behind a link", "borrower", "copy_data", "export"):
            self.assertIn("908172", json.dumps(told[way]), way)
        self.assertIn("98765", json.dumps(told["web_read"]))
        self.assertTrue(told["content"][0]["content"])
        self.kw(APPLICATION, "action_show", self.one.ids, "work")
        self.assertEqual(len(self.happened("shown", since)), 1, "once a day")
        seen = self.happened("read", since)[-1]
        self.assertEqual(seen.reason, "asked", "a read tells the reason in force")

    def test_it_is_shown_to_him_alone_for_this_application_and_day(self):
        other = self.submitted(customer__phone="+79160000077")
        other.write(SECRET)
        self.records.action_show("work")
        self.assertEqual(self.records.read(["passport_number"])[0]["passport_number"], "908172")
        for record in (
            other.with_user(self.staff["operator"]),
            self.one.with_user(self.staff["manager"]),
        ):
            self.assertEqual(record.read(["passport_number"])[0]["passport_number"], "****72")
        self.env.cr.execute(
            SQL("UPDATE tour_loan_shown SET day = day - %s", 1)  # it is the next day
        )
        self.env.cr.cache.pop("tour_loan_shown", None)
        self.assertEqual(self.records.read(["passport_number"])[0]["passport_number"], "****72")

    def test_the_day_is_moscows(self):
        shown = self.env["tour_loan.shown"]
        for moment, day in (
            ("2026-12-01 20:59:00", "2026-12-01"),
            ("2026-12-01 21:00:00", "2026-12-02"),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.assertEqual(str(shown._today()), day)

    def test_no_reason_or_another_shows_nothing(self):
        for reason in ("", "curious", False, None, "Work on the application"):
            with self.assertRaises(UserError):
                self.records.action_show(reason)

    def test_who_has_not_the_role_is_shown_nothing(self):
        with self.assertRaises(AccessError):
            self.one.with_user(self.staff["auditor"]).action_show("work")

    def test_a_masked_value_is_not_guessed(self):
        rows = self.env[APPLICATION].with_user(self.staff["operator"])
        borrowers = self.env["tour_loan.borrower"].with_user(self.staff["operator"])
        codes = self.env["tour_loan.code"].with_user(self.staff["operator"])
        for guess in (
            lambda: rows.search([("passport_number", "=like", "12%")]),
            lambda: rows.search([("passport_number", ">", "1")]),
            lambda: rows.search([("income", ">", 90000)]),
            lambda: rows.search([("income", "=", 98765)]),
            lambda: rows.search([("borrower_id.income", ">", 90000)]),
            lambda: rows.search([("borrower_id", "any", [("inn", "ilike", "5")])]),
            lambda: codes.search([("application_id.snils", "ilike", "1")]),
            lambda: rows.search([], order="income desc"),
            lambda: rows.formatted_read_group([], ["passport_number"], ["__count"]),
            lambda: rows.formatted_read_group([], ["state"], ["income:sum"]),
            lambda: rows.formatted_read_group([], ["borrower_id.income"], ["__count"]),
            lambda: borrowers.formatted_read_group([], [], ["inn:array_agg"]),
            lambda: rows.formatted_read_grouping_sets([], [["inn"]], ["__count"]),
            lambda: rows.search_count([("snils", "not ilike", "1")]),
        ):
            with self.assertRaises(AccessError):
                guess()
        found = rows.search([("passport_number", "=", "908172"), ("id", "=", self.one.id)])
        self.assertEqual(found.ids, self.one.ids, "who knows it whole finds it")
        self.assertTrue(rows.search([("inn", "!=", False), ("id", "=", self.one.id)]))

    def test_documents_are_closed_until_then(self):
        document = self.one.document_ids.filtered("application_id")[:1]
        path = f"/web/content/tour_loan.document/{document.id}/content"
        self.authenticate("operator", "operator")
        with mute_logger("odoo.http"):
            self.assertNotIn(b"%PDF", self.url_open(path).content)
        self.kw(APPLICATION, "action_show", self.one.ids, "work")
        self.assertIn(b"%PDF", self.url_open(path).content)
        general = self.env["tour_loan.document"].search([("application_id", "=", False)], limit=1)
        path = f"/web/content/tour_loan.document/{general.id}/content"
        self.assertIn(b"%PDF", self.url_open(path).content, "a text for everybody is open")

    def test_no_field_repeats_a_masked_one(self):
        for name, model in self.env.registry.items():
            for field in model._fields.values():
                if field.related:
                    comodel, path = self.env[name], field.related.split(".")
                    for link in path[:-1]:
                        comodel = comodel[link]
                    if isinstance(comodel._fields[path[-1]], Masked):
                        self.fail(f"{field} shows {path} unmasked")

    def test_the_form_shows_and_the_wizard_asks(self):
        arch = self.records.get_view(view_type="form")["arch"]
        self.assertIn("is_shown", arch)
        wizard = self.env["tour_loan.show"].with_user(self.staff["operator"])
        wizard.create({"application_id": self.one.id, "reason": "law"}).action_show()
        self.assertTrue(self.records.is_shown)
        with self.assertRaises(AccessError):
            wizard.with_user(self.staff["auditor"]).create(
                {"application_id": self.one.id, "reason": "law"}
            )
