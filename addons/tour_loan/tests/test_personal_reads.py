"""Every way personal data take to the staff leaves one event for each person they are of."""

import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import http
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TourLoanHttpCommon
from .test_events import Recorded

PEOPLE = (
    ("+79161230001", "Первая"),
    ("+79161230002", "Вторая"),
    ("+79161230003", "Третья"),
)
APPLICATION = "tour_loan.application"
NAMES = {"last_name": {}, "phone": {}, "birth_date": {}, "order_number": {}}


class Doors:
    """The ways out of Odoo, each as a browser or a program takes it."""

    def kw(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def named(self):
        return [["id", "in", self.ids]]

    def form(self):
        for one in self.ids:
            self.kw(APPLICATION, "web_read", [one], specification=NAMES)

    def rows(self):
        self.kw(APPLICATION, "web_search_read", domain=self.named(), specification=NAMES)

    def read_some(self):
        self.kw(APPLICATION, "read", self.ids, ["last_name", "phone"])

    def read_everything(self):
        self.kw(APPLICATION, "read", self.ids)

    def search_read(self):
        self.kw(APPLICATION, "search_read", self.named(), ["email"])

    def order_of_the_agency(self):
        self.kw(APPLICATION, "read", self.ids, ["content"])

    def onchange(self):
        for one in self.applications:
            given = {"signature_ids": [[4, one.signature_ids[:1].id, 0]]}
            spec = {"signature_ids": {"fields": {"phone": {}}}}
            self.kw(APPLICATION, "onchange", one.ids, given, [], spec)

    def copy_data(self):
        self.kw(APPLICATION, "copy_data", self.ids)

    def groups(self):
        self.kw(APPLICATION, "formatted_read_group", self.named(), ["last_name"], ["__count"])

    def groups_with_rows(self):
        self.kw(
            APPLICATION,
            "web_read_group",
            self.named(),
            ["phone"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=NAMES,
        )

    def groups_at_once(self):
        sets = [["state"], ["email"]]
        self.kw(APPLICATION, "formatted_read_grouping_sets", self.named(), sets, ["__count"])

    def aggregates(self):
        self.kw(APPLICATION, "formatted_read_group", self.named(), [], ["birth_date:array_agg"])

    def old_groups(self):
        with mute_logger("py.warnings"):  # Odoo calls it old, and programs still call it
            self.kw(APPLICATION, "read_group", self.named(), ["id"], ["last_name"])

    def progress_bar(self):
        bar = {"field": "state", "colors": {"filling": "success"}}
        self.kw(APPLICATION, "read_progress_bar", self.named(), "last_name", bar)

    def borrower_by_name(self):
        borrowers = self.applications.borrower_id.ids
        self.kw("tour_loan.borrower", "name_search", "", [["id", "in", borrowers]])

    def borrower_for_a_field(self):
        domain = [["id", "in", self.applications.borrower_id.ids]]
        spec = {"display_name": {}}
        self.kw("tour_loan.borrower", "web_name_search", "", spec, domain)

    def borrower_as_a_link(self):
        spec = {"borrower_id": {"fields": {"display_name": {}}}}
        self.kw(APPLICATION, "web_search_read", domain=self.named(), specification=spec)

    def borrower_behind_another_record(self):
        spec = {"application_id": {"fields": {"last_name": {}}}}
        domain = [["application_id", "in", self.ids], ["purpose", "=", "acquaintance"]]
        self.kw("tour_loan.code", "web_search_read", domain=domain, specification=spec)

    def rows_in_a_form(self):
        for one in self.ids:
            spec = {"signature_ids": {"fields": {"phone": {}, "evidence": {}}}}
            self.kw(APPLICATION, "web_read", [one], specification=spec)

    def evidence(self):
        domain = [["application_id", "in", self.ids]]
        self.kw("tour_loan.signature", "search_read", domain, ["evidence"])

    def sms(self):
        messages = (
            self.env["tour_loan.sms"]
            .search([])
            .filtered(lambda sms: sms.about_id in self.applications)
        )
        self.kw("tour_loan.sms", "read", messages.ids, ["phone", "text"])

    def partner(self):
        self.kw("res.partner", "read", self.partners.ids, ["name", "phone"])

    def user(self):
        self.kw("res.users", "read", self.applications.borrower_id.user_id.ids, ["name"])

    def export(self, kind, names, **options):
        asked = {
            "model": APPLICATION,
            "fields": [{"name": n, "label": n, "type": "char", "store": True} for n in names],
            "ids": self.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
            **options,
        }
        data = {"data": json.dumps(asked), "csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(f"/web/export/{kind}", data=data)
        self.assertEqual(answer.status_code, 200)

    def export_csv(self):
        self.export("csv", ["last_name", "phone"])

    def export_xlsx(self):
        self.export("xlsx", ["order_number", "borrower_id/display_name"])

    def export_links(self):
        self.export("csv", ["borrower_id"])

    def export_for_import(self):
        self.export("csv", ["email"], import_compat=True)

    def export_groups(self):
        self.export("xlsx", ["last_name"], groupby=["last_name"], ids=False, domain=self.named())

    def export_data(self):
        self.kw(APPLICATION, "export_data", self.ids, ["order_number", "last_name"])

    def program(self):
        with patch.dict(os.environ, {"TOUR_LOAN_OPEN_ROUTES": "/json/2/*"}):
            self.env.registry.clear_cache("routing")
            answer = self.url_open(
                f"/json/2/{APPLICATION}/read",
                json={"ids": self.ids, "fields": ["last_name"]},
                headers={"Authorization": f"bearer {self.key}"},
            )
            self.assertEqual(answer.status_code, 200, answer.text[:300])
        self.env.registry.clear_cache("routing")

    def documents(self):
        for one in self.applications:
            document = one.document_ids[:1] or self.a_document(one)
            answer = self.url_open(f"/web/content/tour_loan.document/{document.id}/content")
            self.assertEqual(answer.status_code, 200)

    def text_of_documents(self):
        documents = self.env["tour_loan.document"]
        for one in self.applications:
            documents |= one.document_ids[:1] or self.a_document(one)
        self.kw("tour_loan.document", "read", documents.ids, ["text"])

    def a_document(self, application):
        template = self.env["tour_loan.document.template"]._of_stage("questionnaire")[0]
        return self.env["tour_loan.document"]._make(template, self.agency, application)


DOORS = [name for name in vars(Doors) if not name.startswith("_")]
HELPERS = {"kw", "named", "export", "a_document"}
# Who may not go through a door at all leaves no event there.
NEEDS_EXPORT = {name for name in DOORS if name.startswith("export")}
ROLES = {
    "operator": "tour_loan.tour_loan_group_operator",
    "manager": "tour_loan.tour_loan_group_manager",
    "administrator": "tour_loan.tour_loan_group_manager,base.group_system",
}


@tagged("post_install", "-at_install")
class TestReads(Recorded, Doors, TourLoanHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = {role: new_test_user(cls.env, role, groups) for role, groups in ROLES.items()}
        for role in ("accountant", "auditor"):
            new_test_user(cls.env, role, f"tour_loan.tour_loan_group_{role}")

    def setUp(self):
        super().setUp()
        self.applications = self.env[APPLICATION]
        for phone, name in PEOPLE:
            one = self.opened(phone, customer__phone=phone, customer__email=f"{phone[2:]}@x.ru")
            one.write({"last_name": name})
            one.borrower_id.write({"last_name": name, "first_name": "Анна"})
            one.borrower_id._keep(one)
            self.applications |= one
        self.ids = self.applications.ids
        self.partners = self.applications.borrower_id.user_id.partner_id
        self.env.flush_all()

    def as_role(self, role):
        self.authenticate(role, role)
        self.key = (
            self.env["res.users.apikeys"]
            .with_user(self.staff[role])
            ._generate("rpc", "program", datetime.now() + timedelta(days=7))
        )

    def test_every_kind_of_read_by_every_role_is_one_event_a_person(self):
        people = sorted(self.applications.borrower_id.ids)
        for role in ROLES:
            self.as_role(role)
            for one in self.applications:
                one.with_user(self.staff[role]).action_show("work")
            for door in DOORS:
                if door in HELPERS or (role == "operator" and door in NEEDS_EXPORT):
                    continue
                with self.subTest(role=role, door=door):
                    since = self.last_event()
                    getattr(self, door)()
                    seen = self.happened("read", since)
                    self.assertEqual(sorted(seen.mapped("borrower")), people)
                    self.assertEqual(set(seen.mapped("login")), {role})
                    self.assertTrue(all(seen.mapped("address")))
                    self.assertTrue(all(seen.mapped("way")))

    def test_what_the_other_roles_read_leaves_events_too(self):
        people = sorted(self.applications.borrower_id.ids)
        named = [["application_id", "in", self.ids]]
        codes = self.applications.signature_ids.code_id
        for role, model, domain, names in (
            ("accountant", APPLICATION, self.named(), ["borrower_id", "amount"]),
            ("accountant", APPLICATION, self.named(), ["customer_phone"]),
            ("auditor", "tour_loan.signature", named, ["phone", "evidence"]),
            ("auditor", "tour_loan.code", [["id", "in", codes.ids]], ["ip", "phone"]),
            ("auditor", "tour_loan.document", [["id", "in", self.documents_of_all()]], ["text"]),
        ):
            with self.subTest(role=role, model=model):
                self.authenticate(role, role)
                since = self.last_event()
                self.kw(model, "search_read", domain, names)
                seen = self.happened("read", since)
                self.assertEqual(sorted(seen.mapped("borrower")), people)
                self.assertEqual(set(seen.mapped("login")), {role})

    def documents_of_all(self):
        return [self.a_document(one).id for one in self.applications]

    def test_what_is_not_personal_leaves_no_event(self):
        self.as_role("manager")
        since = self.last_event()
        self.kw(APPLICATION, "read", self.ids, ["order_number", "amount", "state"])
        self.kw(APPLICATION, "web_read_group", self.named(), ["state"], ["amount:sum"])
        self.export("csv", ["order_number", "price"])
        self.kw("res.partner", "read", self.staff["operator"].partner_id.ids, ["name", "phone"])
        self.assertFalse(self.happened("read", since))

    def test_a_list_of_the_same_person_twice_is_one_event_and_names_both(self):
        phone = PEOPLE[0][0]
        second = self.opened(phone, customer__phone=phone)
        first = self.applications[0]
        self.assertEqual(second.borrower_id, first.borrower_id)
        self.as_role("operator")
        since = self.last_event()
        self.kw(APPLICATION, "read", [first.id, second.id], ["last_name", "phone"])
        [seen] = self.happened("read", since)
        self.assertEqual(seen.records, f"{first.id}, {second.id}")
        self.assertEqual(seen.names, "last_name, phone")

    def test_an_application_of_nobody_known_yet_is_a_person_too(self):
        alone = self.application()
        self.as_role("operator")
        since = self.last_event()
        self.kw(APPLICATION, "read", alone.ids, ["customer_phone"])
        [seen] = self.happened("read", since)
        self.assertEqual((seen.borrower, seen.application), (0, alone.id))

    def test_a_read_is_kept_when_its_request_fails_afterwards(self):
        self.as_role("operator")
        since = self.last_event()
        read = type(self.env[APPLICATION])._read_format

        def read_and_fail(records, *args, **kwargs):
            read(records, *args, **kwargs)
            raise ValueError("after the values were read")

        with patch.object(type(self.env[APPLICATION]), "_read_format", read_and_fail):
            # assertRaises would roll the event back with all else
            with self.assertLogs("odoo.http", "ERROR") as log, suppress(JsonRpcException):
                self.read_some()
        self.assertIn("after the values were read", log.output[0])
        self.assertEqual(len(self.happened("read", since)), 3)

    def test_what_the_server_itself_reads_leaves_no_event(self):
        since = self.last_event()
        self.applications.read()
        self.applications.with_user(self.staff["operator"]).sudo().read(["last_name"])
        self.applications.with_user(self.staff["operator"]).mapped("last_name")
        self.assertFalse(self.happened("read", since))

    def test_a_borrower_reads_his_own_without_an_event(self):
        since = self.last_event()
        visitor = self.come_back(self.applications[0].borrower_id)
        visitor.get(f"/my/applications/{self.applications[0].uuid}")
        self.assertFalse(self.happened("read", since))

    def test_a_file_is_not_opened_by_the_attachments_own_door(self):
        document = self.a_document(self.applications[0])
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "tour_loan.document"), ("res_id", "=", document.id)]
            + [("res_field", "=", "content")]
        )
        token = attachment.generate_access_token()[0]
        for role in ROLES:
            self.as_role(role)
            since = self.last_event()
            for path in (
                f"/web/content/{attachment.id}",
                f"/web/content/{attachment.id}?access_token={token}",
                f"/web/image/{attachment.id}?download=1",
            ):
                answer = self.url_open(path)
                self.assertNotIn(b"%PDF", answer.content, path)
            with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                self.kw("ir.attachment", "read", attachment.ids, ["raw", "index_content"])
            self.assertFalse(self.happened("read", since))

    # --- search ---

    def searched(self, domain, model=APPLICATION):
        since = self.last_event()
        spec = {"order_number": {}} if model == APPLICATION else {}
        self.kw(model, "web_search_read", domain=domain, specification=spec)
        return self.happened("search", since)

    def test_a_search_by_personal_data_leaves_an_event_with_the_masked_term(self):
        self.as_role("operator")
        phone = PEOPLE[1][0]
        for domain, model, found in (
            ([["anything", "ilike", phone[2:]]], APPLICATION, 1),
            ([["anything", "ilike", "Втор"]], APPLICATION, 1),
            ([["last_name", "ilike", "Вторая"]], APPLICATION, 1),
            ([["phone", "=", phone]], APPLICATION, 1),
            ([["borrower_id.last_name", "=", "Вторая"]], APPLICATION, 1),
            ([["borrower_id", "ilike", "Вторая"]], APPLICATION, 1),
            ([["borrower_id", "any", [["phone", "=", phone]]]], APPLICATION, 1),
            ([["phone", "=", phone]], "tour_loan.borrower", 1),
            ([["phone", "=", "+79990000000"]], "tour_loan.borrower", 0),
        ):
            with self.subTest(domain=domain, model=model):
                [event] = self.searched(domain, model)
                self.assertEqual(event.count, found)
                self.assertIn("*", event.note)
                for told in (phone[2:], "Вторая", "9990000000"):
                    self.assertNotIn(told, event.note)

    def test_a_search_by_what_is_not_personal_leaves_none(self):
        self.as_role("operator")
        for domain in ([], [["state", "=", "filling"]], [["borrower_id", "!=", False]]):
            self.assertFalse(self.searched(domain))
