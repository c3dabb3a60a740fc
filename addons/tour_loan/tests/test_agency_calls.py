import json
import os
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.agency import call
from .common import CUSTOMER, PHONE, TourLoanCommon, later, rub

PERSONAL = (
    PHONE,
    PHONE[2:],
    CUSTOMER["last_name"],
    CUSTOMER["first_name"],
    CUSTOMER["middle_name"],
    CUSTOMER["email"],
    CUSTOMER["birth_date"],
    CUSTOMER["passport"]["number"],
    CUSTOMER["passport"]["issued_by"],
    CUSTOMER["registration_address"],
    CUSTOMER["consent"]["ip"],
    "IVANOVA",
    "MARIIA",
)


@tagged("post_install", "-at_install")
class TestCalls(TourLoanCommon):
    """What is kept of an agency's calls, and what of it staff see."""

    def row(self):
        return self.env["tour_loan.call"].search([], limit=1)

    def stored(self) -> str:
        """Return all that the database holds of calls and callbacks."""
        self.env.flush_all()
        self.env.cr.execute("SELECT r::text FROM tour_loan_call r")
        calls = self.env.cr.fetchall()
        self.env.cr.execute("SELECT c::text FROM tour_loan_callback c")
        return str(calls + self.env.cr.fetchall())

    def raw(self, method, params=None, webhook_id="once", **members) -> bytes:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}, **members}
        return self.agency._rpc(webhook_id, json.dumps(message).encode())

    # --- the link ---

    def test_the_database_holds_no_live_link_but_a_repeat_brings_it(self):
        params = self.order("L-1")
        first = self.raw("application.create", params)
        url = json.loads(first)["result"]["redirect_url"]
        mac = url.rpartition(".")[2]
        self.assertGreater(len(mac), 20)
        self.assertNotIn(mac, self.stored())
        self.assertEqual(self.raw("application.create", params), first)
        # the link has moved on: the stored answer stays what it was
        self.agency._application_of_order("L-1").link_generation = 2
        self.assertEqual(self.raw("application.create", params), first)
        with patch.dict(
            os.environ, TOUR_LOAN_CODE_KEY="another key of codes, also forty bytes long"
        ):
            self.assertNotEqual(self.raw("application.create", params), first)

    def test_a_callback_is_sent_with_the_link_and_stored_without(self):
        self.agency.callback_url = "https://sever.example/callbacks"
        self.raw("application.create", self.order("L-2"))
        change = {"order_number": "L-2", "order": {"held_until": later(days=4)}}
        answer = self.rpc("application.change", change)["result"]
        mac = answer["redirect_url"].rpartition(".")[2]
        self.assertNotIn(mac, self.stored())
        sent = []
        Agency = self.env.registry["tour_loan.agency"]

        def post(agency, url, body, *_more, **_options):
            sent.append(json.loads(body))
            raise KeyboardInterrupt

        with patch.object(Agency, "_post_signed", post), self.assertRaises(KeyboardInterrupt):
            self.env["tour_loan.callback"].search([], limit=1)._send()
        self.assertEqual(sent[0]["data"]["redirect_url"], answer["redirect_url"])

    def test_what_an_agency_makes_us_echo_opens_no_other_link(self):
        victim = self.application()
        params = self.order("L-3")
        mine = json.loads(self.raw("application.create", params))["result"]["redirect_url"]
        mac = mine.rpartition(".")[2]
        lure = f"/tour_loan/start/{victim.uuid}/1.{mac} \t {mac}"
        first = self.raw("application.create", params, "lure", id=lure)
        self.assertEqual(self.raw("application.create", params, "lure", id=lure), first)
        self.assertNotIn(victim._link().rpartition(".")[2], first.decode())

    # --- the trace ---

    def test_a_call_leaves_its_trace_masked(self):
        params = self.order("T-1", extra={"note": "Иванова звонила"})
        answer = json.loads(self.raw("application.create", params))["result"]
        row = self.row()
        self.assertEqual(
            (row.method, row.outcome, row.order_number, row.application_uuid, row.webhook_id),
            ("application.create", "ok", "T-1", answer["application_id"], "once"),
        )
        self.assertGreaterEqual(row.milliseconds, 0)
        self.assertEqual(row.application_id.uuid, answer["application_id"])
        shown = row.shown_params + row.shown_answer
        for secret in (*PERSONAL, answer["redirect_url"].rpartition(".")[2], "\t"):
            self.assertNotIn(secret, shown)
        self.assertIn("+7 916 ***-**-67", row.shown_params)
        for told in ("120000.00", "Анталья", "https://sever.example/good"):
            self.assertIn(told, row.shown_params)
        self.assertIn('"status": "new"', row.shown_answer)
        # the database itself holds the parameters masked, not only the page
        for secret in PERSONAL:
            self.assertNotIn(secret, row.params)

    def test_a_call_that_names_anothers_application_shows_staff_the_name_alone(self):
        application = self.application()
        stranger = self.new_agency("yug", "Юг")
        params = {"application_id": application.uuid, "reason": "чужая"}
        self.assertIn("error", self.rpc("application.cancel", params, agency=stranger))
        row = self.row()
        self.assertEqual((row.agency_id, row.application_uuid), (stranger, application.uuid))
        self.assertFalse(row.application_id)
        self.rpc("application.cancel", params)
        self.assertEqual(
            (self.row().agency_id, self.row().application_id), (self.agency, application)
        )

    def test_a_mistake_is_told_by_its_code_and_personal_data_in_the_wrong_place_is_masked(self):
        params = self.order("T-2")
        params["customer"]["name"] = "Мария Иванова"
        params["customer"]["note"] = {"any": ["Иванова"]}
        params["fio"] = "Иванова Мария Петровна"
        params["comment"] = f"звонить {PHONE}, maria@example.com"
        self.raw("application.create", params)
        row = self.row()
        self.assertEqual((row.outcome, row.order_number), ("-32602 invalid_params", "T-2"))
        for secret in PERSONAL:
            self.assertNotIn(secret, row.shown_params + row.shown_answer)
        self.assertIn("unknown_field", row.shown_answer)

    def test_an_incident_is_shown_and_lets_the_call_be_repeated(self):
        Agency = self.env.registry["tour_loan.agency"]

        def breaks(agency, params):
            raise RuntimeError("?")

        params = self.order("T-3")
        with (
            patch.object(Agency, "_rpc_application_create", breaks),
            mute_logger("odoo.addons.tour_loan.models.agency.agency_rpc"),
        ):
            answer = json.loads(self.raw("application.create", params))
        row = self.row()
        self.assertEqual(row.outcome, "-32603 internal_error")
        self.assertEqual(row.incident, answer["error"]["data"]["incident"])
        self.assertIn("result", json.loads(self.raw("application.create", params)))
        self.assertEqual(self.env["tour_loan.call"].search_count([]), 2)

    def test_reads_are_recorded_only_while_staff_want_it(self):
        self.raw("application.create", self.order("T-4"), "made")
        reference = {"order_number": "T-4"}
        self.rpc("application.get", reference)
        self.assertEqual(self.row().webhook_id, "made")
        self.agency.action_record_calls()
        # also under an id that a changing call uses: that one is still answered
        read = json.loads(self.raw("application.get", reference, "made"))["result"]
        row = self.row()
        self.assertEqual((row.method, row.outcome), ("application.get", "ok"))
        self.assertEqual(row.application_uuid, read["application_id"])
        self.assertNotIn(read["redirect_url"].rpartition(".")[2], row.shown_answer)
        self.rpc("application.list")
        self.assertEqual(self.row().method, "application.list")
        self.agency._rpc("nonsense", b"{")
        self.assertEqual((self.row().method, self.row().outcome), ("", "-32700 parse_error"))
        self.rpc("no.such.method", {"phone": PHONE})
        self.assertEqual(self.row().outcome, "-32601 method_not_found")
        repeated = json.loads(self.raw("application.create", self.order("T-5"), "made"))
        self.assertEqual(repeated["error"]["code"], -32600)
        self.assertEqual(self.row().outcome, "-32600 invalid_request")
        for recorded in self.env["tour_loan.call"].search([("only_shown", "=", True)]):
            for secret in PERSONAL:
                self.assertNotIn(secret, f"{recorded.params} {recorded.answer}")
        count = self.env["tour_loan.call"].search_count([])
        self.agency.record_calls_until = fields.Datetime.now() - timedelta(seconds=1)
        self.rpc("application.get", reference)
        self.assertEqual(self.env["tour_loan.call"].search_count([]), count)

    def test_recorded_reads_are_bounded_and_make_room_for_the_next_recording(self):
        self.agency.action_record_calls()
        with patch.object(call, "RECORDED_LIMIT", 3):
            for _read in range(5):
                self.rpc("application.list")
            made = self.rpc("application.create", self.order("T-6"))
        self.assertIn("result", made)
        rows = self.env["tour_loan.call"].search([])
        self.assertEqual(rows.mapped("method"), ["application.create"] + ["application.list"] * 3)
        self.agency.action_record_calls()
        self.assertEqual(
            self.env["tour_loan.call"].search([]).mapped("method"), ["application.create"]
        )

    def test_a_long_answer_is_cut(self):
        self.agency.action_record_calls()
        for _number in range(3):
            self.application()
        self.env.flush_all()
        self.env.cr.execute("UPDATE tour_loan_application SET change_transaction = 1")
        with patch.object(call, "SHOWN_LIMIT", 500):
            self.rpc("application.list")
        self.assertEqual(len(self.row().shown_answer), 500)

    def test_nonsense_is_recorded_without_harm(self):
        self.agency.action_record_calls()
        for nonsense in (
            "a" * 200_000,
            "[" * 100_000,
            '{"a":' * 400 + "1" + "}" * 400,
            "7 " * 50_000,
            "a@" * 50_000,
            "x\x00y",
        ):
            started = time.thread_time()
            for method in ("application.create", "application.get", f"no.{nonsense}"):
                params = {**self.order(nonsense), "comment": nonsense, nonsense[:500]: nonsense}
                answer = self.rpc(method, params)
                self.assertIn(answer["error"]["code"], (-32601, -32602))
                self.env.flush_all()
            # masking takes milliseconds; what grows by the square would take minutes, of
            # this thread's own time: a machine that is busy with others costs nothing here
            self.assertLess(time.thread_time() - started, 20)
            for row in self.env["tour_loan.call"].search([], limit=3):
                self.assertLessEqual(len(row.params), call.SHOWN_LIMIT)

    def test_a_notification_is_told_as_204(self):
        body = {"jsonrpc": "2.0", "method": "application.create", "params": self.order("T-7")}
        self.assertIsNone(self.agency._rpc("quiet", json.dumps(body).encode()))
        self.assertEqual((self.row().outcome, self.row().order_number), ("204", "T-7"))
        self.assertFalse(self.row().shown_answer)

    # --- who sees it ---

    def test_nobody_reads_an_answer_unmasked_and_operators_nothing(self):
        self.rpc("application.create", self.order("W-1", order__price=rub("130000.00")))
        row = self.row()
        manager = new_test_user(self.env, "calls_manager", "tour_loan.tour_loan_group_manager")
        operator = new_test_user(self.env, "calls_operator", "tour_loan.tour_loan_group_operator")
        seen = row.with_user(manager).read()[0]
        self.assertIn("130000.00", seen["shown_params"])
        self.assertFalse({"answer", "params"} & seen.keys())
        for secret in PERSONAL:
            self.assertNotIn(secret, str(seen))
        for user in (manager, operator, self.env.ref("base.user_admin")):
            for name in ("answer", "params"):
                with self.assertRaises(AccessError):
                    row.with_user(user).read([name])
                with self.assertRaises(AccessError):
                    row.with_user(user).search([(name, "like", "Иванова")])
        with self.assertRaises(AccessError):
            row.with_user(operator).read(["shown_params"])
        with self.assertRaises(AccessError):
            self.agency.with_user(operator).action_record_calls()
        self.agency.with_user(manager).action_record_calls()
        self.assertGreater(self.agency.record_calls_until, fields.Datetime.now())
