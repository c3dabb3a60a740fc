"""Whoever is logged in and asks for what he may not leaves one event, by whichever door."""

import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from unittest.mock import patch
from xmlrpc.client import Fault

from odoo import http
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .. import counters
from ..rules import events
from .common import TourLoanHttpCommon
from .common_loan import LoanHttpCommon
from .test_events import Recorded

EVENT, APPLICATION = "tour_loan.event", "tour_loan.application"
SECOND = "+79161234568"
LOUD = ("odoo.http", "odoo.addons.web.controllers.export", "odoo.addons.rpc.controllers.xmlrpc")
LOUD += ("odoo.addons.rpc.controllers.jsonrpc",)


class Doors:
    """The doors of Odoo, each knocked at for what an operator may not."""

    def kw(self, model, method, *args, **kwargs):
        # the refusal is an answer here; assertRaises would roll its event back
        with suppress(JsonRpcException):
            return self.make_jsonrpc_request(
                f"/web/dataset/call_kw/{model}/{method}",
                {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
            )
        return None

    def post(self, path, data):
        return self.url_open(path, {**data, "csrf_token": http.Request.csrf_token(self)})

    def rights_of_a_model(self):
        self.kw(EVENT, "web_search_read", [], {"kind": {}})
        return EVENT, None, "read"

    def rights_to_write(self):
        self.kw("tour_loan.agency", "write", self.agency.ids, {"name": "Другое"})
        return "tour_loan.agency", self.agency.ids, "write"

    def record_rule(self):
        self.kw("res.partner", "read", self.hidden.ids, ["name"])
        return "res.partner", self.hidden.ids, "read"

    def field(self):
        self.kw("tour_loan.agency.key", "read", self.agency.sudo().key_ids.ids, ["secret"])
        return "tour_loan.agency.key", None, None

    def button(self):
        self.kw(APPLICATION, "_move", self.one.ids, "cancel")  # no call of the outside world
        return APPLICATION, self.one.ids, "_move"

    def masked_by_groups(self):
        self.kw(APPLICATION, "formatted_read_group", [], ["passport_number"], ["__count"])
        return APPLICATION, None, None

    def form_door(self):
        answer = self.url_open("/web/tour_loan/events/jsonl?since=2020-01-01&until=2099-01-01")
        self.assertEqual(answer.status_code, 403)
        return EVENT, None, "read"

    def export(self):
        fields = [{"name": "order_number", "label": "x", "type": "char", "store": True}]
        asked = {"model": APPLICATION, "fields": fields, "ids": self.one.ids, "domain": []}
        asked |= {"import_compat": False, "groupby": []}
        answer = self.post("/web/export/csv", {"data": json.dumps(asked)})
        self.assertNotEqual(answer.status_code, 200)
        return APPLICATION, self.one.ids, "export"

    def export_data(self):
        self.kw(APPLICATION, "export_data", self.one.ids, ["order_number"])
        return APPLICATION, self.one.ids, "export"

    def file(self):
        answer = self.url_open(f"/web/content/ir.attachment/{self.paper.id}/raw")
        self.assertNotEqual(answer.status_code, 200)
        return "ir.attachment", self.paper.ids, None

    def picture(self):
        answer = self.url_open(f"/web/image/{self.paper.id}")
        self.assertEqual(answer.status_code, 200, "an empty picture")
        return "ir.attachment", self.paper.ids, None

    def json_2(self):
        with self.opened_to_programs("/json/2/*"):
            answer = self.url_open(
                f"/json/2/{EVENT}/search_read",
                json={"domain": [], "fields": ["kind"]},
                headers={"Authorization": f"bearer {self.key}"},
            )
        self.assertEqual(answer.status_code, 403, answer.text[:300])
        return EVENT, None, "read"

    def xml_rpc(self):
        with self.opened_to_programs("/xmlrpc/*"):
            asked = (self.env.cr.dbname, self.operator.id, self.key, EVENT, "read", [[1]])
            with suppress(Fault):
                self.xmlrpc_object.execute_kw(*asked)
        return EVENT, None, "read"

    def json_rpc(self):
        self.authenticate(None, None)  # the key alone
        with self.opened_to_programs("/jsonrpc"), suppress(JsonRpcException):
            asked = [self.env.cr.dbname, self.operator.id, self.key]
            self.make_jsonrpc_request(
                "/jsonrpc",
                {
                    "service": "object",
                    "method": "execute_kw",
                    "args": [*asked, "tour_loan.agency", "unlink", [self.agency.ids]],
                },
            )
        return "tour_loan.agency", self.agency.ids, "unlink"


HELPERS = {"kw", "post"}
DOORS = [name for name in vars(Doors) if not name.startswith("_") and name not in HELPERS]


@tagged("post_install", "-at_install")
class TestRefused(Recorded, Doors, TourLoanHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")
        cls.key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.operator)
            ._generate("rpc", "program", datetime.now() + timedelta(days=7))
        )
        cls.hidden = cls.env["res.partner"].create({"name": "Скрытая Мария", "phone": SECOND})
        cls.env["ir.rule"].create(
            {
                "name": "hidden",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {cls.hidden.id})]",
            }
        )
        files = cls.env["ir.attachment"]
        cls.paper = files.create(
            {"name": "x.png", "raw": b"x", "res_model": "res.partner", "res_id": cls.hidden.id}
        )

    def setUp(self):
        super().setUp()
        self.one = self.opened()
        self.env.flush_all()
        self.startPatcher(patch.object(events, "REFUSED_A_MINUTE", 1000))
        self.enterContext(mute_logger(*LOUD))

    def opened_to_programs(self, routes):
        self.addCleanup(self.env.registry.clear_cache, "routing")
        self.env.registry.clear_cache("routing")
        return patch.dict(os.environ, {"TOUR_LOAN_OPEN_ROUTES": routes})

    def refused(self, since):
        return self.happened("access_refused", since)

    def come(self, login="an_operator"):
        self.authenticate(login, login)
        return self.last_event()

    def test_every_door_leaves_one_event_and_says_who_what_and_from_where(self):
        self.authenticate("an_operator", "an_operator")
        for door in DOORS:
            with self.subTest(door=door):
                since = self.last_event()
                model, ids, names = getattr(self, door)()
                rows = self.refused(since)
                self.assertEqual(len(rows), 1)
                self.assertEqual((rows.uid, rows.login), (self.operator.id, "an_operator"))
                self.assertEqual(rows.model, model)
                self.assertEqual(rows.address, "127.0.0.1")
                self.assertRegex(rows.door, r"^(GET|POST) /")
                if ids is not None:
                    self.assertEqual(rows.records, ", ".join(map(str, ids)))
                if names:
                    self.assertEqual(rows.names, names)

    def test_what_was_sent_is_not_in_it(self):
        since = self.come()
        name, phone = "Мария Иванова", "+79161234567"
        self.kw(EVENT, "web_search_read", [["note", "ilike", f"{name} {phone}"]], {"note": {}})
        self.kw(APPLICATION, name, self.one.ids)
        self.kw(APPLICATION, "_erase", [name, phone])
        self.kw("res.partner", "read", self.hidden.ids, ["name"])
        self.url_open(f"/web/content/res.partner/{self.hidden.id}/image_1920/{name}{phone}.png")
        rows = self.refused(since)
        self.assertGreaterEqual(len(rows), 4)
        told = " ".join(str(value) for row in rows.read() for value in row.values())
        for personal in ("Мария", "Иванова", "9161234567", SECOND):
            self.assertNotIn(personal, told)

    def test_what_he_may_leaves_none(self):
        since = self.come()
        self.kw(APPLICATION, "web_search_read", [], {"order_number": {}, "agency_id": {}})
        self.kw(APPLICATION, "web_read", self.one.ids, {"state": {}, "borrower_id": {}})
        self.kw("tour_loan.attention", "web_search_read", [], {"what": {}})
        self.kw(EVENT, "has_access", "read")
        self.url_open("/odoo")
        self.assertFalse(self.refused(since))

    def test_a_mistake_is_no_refusal(self):
        since = self.come()
        self.kw(APPLICATION, "read", [10**9], ["state"])
        self.kw(APPLICATION, "action_show", self.one.ids, "gossip")
        self.kw(APPLICATION, "no_such_method", self.one.ids)
        self.url_open("/web/content/999999999")
        self.assertFalse(self.refused(since))

    def test_of_one_person_a_bounded_number_a_minute_is_written_and_all_are_counted(self):
        other = new_test_user(self.env, "another", "tour_loan.tour_loan_group_operator")
        with (
            patch.object(events, "REFUSED_A_MINUTE", 3),
            patch.object(counters, "count_attack_now") as counted,
        ):
            since = self.come()
            for _number in range(7):
                self.rights_of_a_model()
            self.come("another")
            self.rights_of_a_model()
        rows = self.refused(since)
        self.assertEqual(rows.mapped("uid"), [self.operator.id] * 3 + [other.id])
        self.assertEqual([bool(row.note) for row in rows], [False, False, True, False])
        self.assertEqual([c.args for c in counted.mock_calls].count(("access_refused",)), 8)

    def test_the_auditor_finds_it_and_takes_it_away(self):
        new_test_user(self.env, "an_auditor", "tour_loan.tour_loan_group_auditor")
        self.come()
        self.rights_of_a_model()
        self.come("an_auditor")
        domain = [["kind", "=", "access_refused"]]
        found = self.kw(EVENT, "search_read", domain, ["login", "model"])
        self.assertEqual((found[0]["login"], found[0]["model"]), ("an_operator", EVENT))
        span = "since=2020-01-01T00:00:00&until=2099-01-01T00:00:00"
        lines = self.url_open(f"/web/tour_loan/events/cef?{span}").text.splitlines()
        self.assertTrue([line for line in lines if "|access_refused|Access refused|6|" in line])

    # --- borrowers ---

    def stranger(self):
        other = self.opened(SECOND, customer__phone=SECOND)
        return other, self.come_back(other.borrower_id)

    def test_a_borrower_at_anothers_pages_leaves_one_event_each(self):
        other, visitor = self.stranger()
        mine = f"/my/applications/{other.uuid}"
        paper = self.env["tour_loan.document"]._make(
            self.env["tour_loan.document.template"]._of_stage("questionnaire")[0],
            self.agency,
            self.one,
        )
        pages = {
            f"/my/applications/{self.one.uuid}": self.one,
            f"/my/applications/{self.one.uuid}/review": self.one,
            f"{mine}/documents/{paper.id}": paper,
            f"{mine}/documents/{paper.id}/text": paper,
        }
        for path, record in pages.items():
            with self.subTest(path=path):
                since = self.last_event()
                self.assertEqual(visitor.get(path).status, 404)
                [row] = self.refused(since)
                user = other.borrower_id.user_id
                self.assertEqual((row.uid, row.login), (user.id, user.login))
                self.assertEqual((row.model, row.records), (record._name, str(record.id)))
                self.assertEqual(row.application, self.one.id)
                self.assertFalse(row.who)

    def test_a_borrower_at_the_staffs_doors_leaves_one_too(self):
        other, visitor = self.stranger()
        since = self.last_event()
        for path in ("/odoo", f"/web/content/{self.paper.id}", "/web/export/csv"):
            visitor.post(path, {}) if "export" in path else visitor.get(path)
        self.assertEqual(set(self.refused(since).mapped("uid")), {other.borrower_id.user_id.id})

    def test_his_own_pages_and_addresses_of_nothing_leave_none(self):
        other, visitor = self.stranger()
        since = self.last_event()
        visitor.get(f"/my/applications/{other.uuid}")
        visitor.get("/my/applications")
        visitor.get("/my/applications/no-such-thing")
        visitor.get("/no/such/page")
        self.assertFalse(self.refused(since))

    def test_a_visitor_who_is_nobody_leaves_none(self):
        since = self.last_event()
        visitor = self.visitor()
        visitor.get(f"/my/applications/{self.one.uuid}")
        visitor.get(f"/web/content/{self.paper.id}")
        self.assertFalse(self.refused(since))


@tagged("post_install", "-at_install")
class TestRefusedLoans(Recorded, LoanHttpCommon):
    def test_a_borrower_at_anothers_loan_or_payment_leaves_one_event_each(self):
        loan = self.active()
        payment = self.transaction(loan)
        other = self.opened(SECOND, customer__phone=SECOND)
        visitor = self.come_back(other.borrower_id)
        since = self.last_event()
        self.assertEqual(visitor.get(f"/my/loans/{loan.uuid}").status, 404)
        self.assertEqual(visitor.get(f"/my/loans/{loan.uuid}/pay").status, 404)
        own = f"/my/loans/{loan.uuid}/payment/{payment.reference}"
        self.assertEqual(visitor.get(own).status, 404)
        rows = self.happened("access_refused", since)
        self.assertEqual(rows.mapped("model"), ["tour_loan.loan"] * 3)
        self.assertEqual(rows.mapped("records"), [str(loan.id)] * 3)
        self.assertEqual(set(rows.mapped("uid")), {other.borrower_id.user_id.id})
        self.assertEqual(set(rows.mapped("borrower")), {loan.borrower_id.id})
