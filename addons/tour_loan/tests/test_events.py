"""What an auditor asks of the record of events itself."""

import io
import json
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..models.audit import event_chain
from ..rules import events
from .common import TourLoanCommon, TourLoanHttpCommon

KEEP = "tour_loan.keep_events_days"


class Recorded:
    """Reads what a test caused to be recorded."""

    def happened(self, kind, since=0):
        rows = self.env["tour_loan.event"].search([("kind", "=", kind), ("id", ">", since)])
        return rows.sorted("id")

    def last_event(self) -> int:
        return self.env["tour_loan.event"].search([], limit=1).id


@tagged("post_install", "-at_install")
class TestEvents(Recorded, TourLoanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "a_manager", "tour_loan.tour_loan_group_manager")
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")
        cls.auditor = new_test_user(cls.env, "an_auditor", "tour_loan.tour_loan_group_auditor")
        cls.events = cls.env["tour_loan.event"]

    # --- a row ---

    def test_an_event_tells_who_did_what_and_why(self):
        events_of = self.events.with_user(self.manager)
        events_of._record("setting", self.agency, reason="asked", note={"was": 1, "is": 2})
        [row] = self.happened("setting")[-1]
        self.assertEqual((row.uid, row.login), (self.manager.id, "a_manager"))
        self.assertEqual((row.model, row.records), ("tour_loan.agency", str(self.agency.id)))
        self.assertEqual(json.loads(row.note), {"was": 1, "is": 2})
        self.assertEqual(row.reason, "asked")
        self.assertTrue(row.at)

    def test_an_event_is_called_by_its_words(self):
        self.events._record("setting")
        row = self.happened("setting")[-1].with_user(self.auditor)
        self.assertEqual(row.with_context(lang="ru_RU").display_name, "Настройка изменена")

    def test_a_kind_nobody_declared_is_refused(self):
        with self.assertRaises(ValueError):
            self.events._record("gossip")

    def test_what_cannot_be_stored_is_cleaned_and_not_lost(self):
        self.events._record("setting", note="a\0b\ud800c" + "x" * 9000)
        [row] = self.happened("setting")[-1]
        self.assertTrue(row.note.startswith("ab?c"))
        self.assertLessEqual(len(row.note), 2000)

    # --- it stays ---

    def test_nobody_makes_changes_or_deletes_a_row(self):
        self.events._record("setting", note="x")
        row = self.happened("setting")[-1]
        for user in (self.env.user, self.env.ref("base.user_admin"), self.auditor, self.manager):
            for attempt in (
                lambda user=user: row.with_user(user).write({"note": "y"}),
                lambda user=user: row.with_user(user).unlink(),
                lambda user=user: self.events.with_user(user).create({"kind": "login"}),
            ):
                with self.assertRaises(UserError):
                    attempt()

    def test_the_database_refuses_it_too(self):
        self.events._record("setting", note="x")
        self.events._cron_chain()
        for statement in (
            "UPDATE tour_loan_event SET note = 'y'",
            "UPDATE tour_loan_event SET hash = 'y', number = 999999",
            "DELETE FROM tour_loan_event",
            "TRUNCATE tour_loan_event",
        ):
            with self.subTest(statement), mute_logger("odoo.sql_db"):
                with self.assertRaises(RaiseException), self.env.cr.savepoint():
                    self.env.cr.execute(SQL(statement))

    def test_a_row_that_waits_for_its_place_is_changed_in_nothing_else(self):
        self.events._record("setting", note="x")
        forged = SQL("UPDATE tour_loan_event SET hash = 'y', note = 'z' WHERE number IS NULL")
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException):
            self.env.cr.execute(forged)

    def test_only_auditors_read_events(self):
        self.events._record("setting", note="x")
        self.assertTrue(self.events.with_user(self.auditor).search([]).read(["kind", "note"]))
        for user in (self.operator, self.manager):
            with self.assertRaises(AccessError):
                self.events.with_user(user).search([])

    # --- the chain ---

    def forge(self, statement, *values):
        """What somebody with the database's password can do."""
        self.env.cr.execute("ALTER TABLE tour_loan_event DISABLE TRIGGER USER")
        self.env.cr.execute(SQL(statement, *values))
        self.env.cr.execute("ALTER TABLE tour_loan_event ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def three_in_the_chain(self):
        for word in ("first", "second", "third"):
            self.events._record("setting", note=word)
        self.events._cron_chain()
        self.assertIsNone(self.events._broken_at())
        return self.happened("setting")[-3:]

    def test_a_changed_row_breaks_the_chain_where_it_stands(self):
        _first, second, _third = self.three_in_the_chain()
        for column, value in (("note", "another"), ("login", "x"), ("at", "2020-01-01")):
            with self.subTest(column), self.env.cr.savepoint() as undone:
                self.forge(
                    f"UPDATE tour_loan_event SET {column} = %s WHERE id = %s", value, second.id
                )
                self.assertEqual(self.events._broken_at(), second.number)
                undone.rollback()

    def test_a_row_that_is_gone_breaks_the_chain(self):
        _first, second, _third = self.three_in_the_chain()
        place = second.number
        self.forge("DELETE FROM tour_loan_event WHERE id = %s", second.id)
        self.assertEqual(self.events._broken_at(), place)

    def test_rows_get_their_place_once_and_in_order(self):
        rows = self.three_in_the_chain()
        places = rows.mapped("number")
        self.assertEqual(places, sorted(places))
        self.events._record("setting", note="fourth")
        self.events._cron_chain()
        self.assertEqual(rows.mapped("number"), places)
        self.assertIsNone(self.events._broken_at())

    def test_the_button_says_whether_the_chain_is_whole(self):
        _first, second, _third = self.three_in_the_chain()
        as_auditor = self.events.with_user(self.auditor)
        self.assertEqual(as_auditor.action_check()["params"]["type"], "success")
        self.forge("UPDATE tour_loan_event SET who = 'x' WHERE id = %s", second.id)
        self.assertEqual(as_auditor.action_check()["params"]["type"], "danger")
        with self.assertRaises(AccessError):
            self.events.with_user(self.manager).action_check()

    # --- the end ---

    def test_old_rows_end_by_the_setting_and_the_rest_stays_a_chain(self):
        first, second, third = self.three_in_the_chain()
        self.forge(
            "UPDATE tour_loan_event SET at = now() - interval '500 days' WHERE id <= %s", second.id
        )
        self.forge("UPDATE tour_loan_event SET number = NULL, hash = NULL")
        self.events._cron_chain()
        self.events._gc_ended()
        self.assertTrue(first.exists(), "five years, unless an administrator says less")
        self.env["ir.config_parameter"].set_param(KEEP, "400")
        self.events._gc_ended()
        self.assertFalse((first | second).exists())
        self.assertTrue(third.exists())
        self.events._cron_chain()
        self.assertIsNone(self.events._broken_at())
        self.assertTrue(self.happened("ended"))
        self.forge("DELETE FROM tour_loan_event WHERE id = %s", third.id)
        self.assertIsNotNone(self.events._broken_at())

    def test_less_than_a_year_has_no_effect(self):
        row = self.three_in_the_chain()[0]
        self.forge("UPDATE tour_loan_event SET at = now() - interval '300 days'")
        self.env["ir.config_parameter"].set_param(KEEP, "1")
        self.events._gc_ended()
        self.assertTrue(row.exists())

    # --- what is changed ---

    def changed(self, kind, change):
        since = self.last_event()
        change()
        self.env.flush_all()
        found = self.happened(kind, since)
        self.assertTrue(found, kind)
        return found

    def test_rights_keys_rules_details_texts_and_settings_leave_events(self):
        as_manager = self.env(user=self.manager)
        operators = self.env.ref("tour_loan.tour_loan_group_operator")
        template = self.env["tour_loan.document.template"].search([], limit=1)
        agency, product = self.agency.with_env(as_manager), self.product.with_env(as_manager)
        wizard = as_manager["tour_loan.agency.key.wizard"].create(
            {"agency_id": agency.id, "direction": "outbound"}
        )
        newcomer = new_test_user(self.env, "a_newcomer", "base.group_user")
        arch = template.view_id.arch_db
        for kind, change in (
            ("rights", lambda: newcomer.write({"group_ids": [(4, operators.id)]})),
            ("rights", lambda: operators.write({"user_ids": [(3, newcomer.id)]})),
            ("rights", lambda: self.env["ir.rule"].search([], limit=1).write({"name": "other"})),
            ("user", lambda: newcomer.write({"active": False})),
            ("agency_key", wizard.action_make),
            ("bank_details", lambda: agency.write({"legal_name": "ООО «Другой»"})),
            ("agency", lambda: agency.write({"callback_url": "https://other.example/"})),
            ("product", lambda: product.write({"rate": 29})),
            ("setting", lambda: self.env["ir.config_parameter"].set_param(KEEP, "700")),
            ("text", lambda: template.with_env(as_manager).write({"version": "77"})),
            ("text", lambda: template.view_id.write({"arch_db": arch.replace("</", " </", 1)})),
        ):
            with self.subTest(kind):
                self.changed(kind, change)
        key = self.happened("agency_key")[-1]
        self.assertEqual(key.login, "a_manager")
        secret = self.agency._secrets("outbound")[0]
        self.assertNotIn(secret, " ".join(filter(None, self.events.search([]).mapped("note"))))

    def test_a_key_for_programs_leaves_an_event_when_it_comes_and_goes(self):
        keys = self.env["res.users.apikeys"].with_user(self.manager)
        in_a_week = datetime.now() + timedelta(days=7)
        self.changed("api_key", lambda: keys._generate("rpc", "a program", in_a_week))
        key = keys.search([("name", "=", "a program")])
        self.changed("api_key", key._remove)

    def test_what_is_written_but_not_changed_leaves_none(self):
        since = self.last_event()
        self.agency.write({"legal_name": self.agency.legal_name, "bank_bic": self.agency.bank_bic})
        self.assertFalse(self.happened("bank_details", since))


@tagged("post_install", "-at_install")
class TestLoginEvents(Recorded, TourLoanHttpCommon):
    def come(self, password):
        self.visitor().get("/web/login").send(login="an_operator", password=password)

    def test_a_login_and_a_refused_one_leave_an_event_with_the_address(self):
        operator = new_test_user(self.env, "an_operator", "tour_loan.tour_loan_group_operator")
        since = self.last_event()
        with mute_logger("odoo.addons.base.models.res_users"):
            self.come("wrong")
        [refused] = self.happened("login_refused", since)
        self.assertEqual((refused.login, refused.uid), ("an_operator", 0))
        self.assertEqual(refused.address, "127.0.0.1")
        self.come("an_operator")
        [let_in] = self.happened("login", since)
        self.assertEqual((let_in.uid, let_in.door), (operator.id, "POST /web/login"))


@tagged("post_install", "-at_install")
class TestShipping(Recorded, TourLoanCommon):
    """What a SIEM gets by the command ``events``, call by call."""

    def setUp(self):
        super().setUp()
        self.records = self.env["tour_loan.event"]
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory())) / "place"

    def shipped(self, layout="jsonl") -> list[str]:
        out = io.StringIO()
        self.records._ship(layout, self.place, out)
        return out.getvalue().splitlines()

    def chained(self, *notes):
        for note in notes:
            self.records._record("setting", note=note)
        self.records._cron_chain()

    def test_each_call_gives_what_was_chained_since_the_last_one(self):
        self.chained("first", "second")
        before = [json.loads(line) for line in self.shipped()]
        self.assertEqual([row["note"] for row in before[-2:]], ["first", "second"])
        numbers = [row["number"] for row in before]
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(self.shipped(), [])
        self.records._record("setting", note="not chained yet")
        self.assertEqual(self.shipped(), [])
        self.chained("third")
        after = [json.loads(line) for line in self.shipped()]
        self.assertEqual([row["note"] for row in after], ["not chained yet", "third"])
        self.assertEqual(after[0]["number"], numbers[-1] + 1)

    def test_it_goes_on_by_batches_and_in_either_layout(self):
        self.chained()
        self.shipped()
        with patch.object(event_chain, "BATCH", 2):
            self.chained("one", "two", "three", "four", "five")
            self.records._cron_chain()
            self.records._cron_chain()
            self.assertEqual(len(self.shipped("cef")), 5)
        self.assertEqual(self.shipped("cef"), [])

    def test_a_call_that_is_cut_off_is_repeated_from_where_it_was(self):
        self.chained("first")
        self.shipped()
        self.chained("second")

        class Full(io.StringIO):
            def flush(self):
                raise OSError("no space")

        with self.assertRaises(OSError):
            self.records._ship("cef", self.place, Full())
        self.assertEqual(len(self.shipped()), 1)


class TestEventLines(TourLoanCommon):
    """How events leave the house is tried without Odoo, in tests/unit."""

    def test_every_kind_has_its_words(self):
        shown = dict(self.env["tour_loan.event"]._fields["kind"].selection)
        self.assertEqual(set(shown), set(events.KINDS))


@tagged("post_install", "-at_install")
class TestEventExport(Recorded, TourLoanHttpCommon):
    """What an auditor takes with him."""

    def test_a_time_of_events_leaves_as_json_lines_and_cef_and_that_is_an_event(self):
        new_test_user(self.env, "an_auditor", "tour_loan.tour_loan_group_auditor")
        new_test_user(self.env, "an_operator", "tour_loan.tour_loan_group_operator")
        records = self.env["tour_loan.event"]
        records._record("setting", note="first\nline", reason="x=y")
        span = "since=2020-01-01T00:00:00&until=2099-01-01T00:00:00"
        self.authenticate("an_auditor", "an_auditor")
        since = self.last_event()
        told = self.url_open(f"/web/tour_loan/events/jsonl?{span}")
        rows = [json.loads(line) for line in told.text.splitlines()]
        self.assertEqual(rows[-1]["kind"], "exported", "it tells of itself")
        self.assertIn("first\nline", [row.get("note") for row in rows])
        self.assertIn("attachment", told.headers["Content-Disposition"])
        self.assertEqual(len(self.happened("exported", since)), 1)
        lines = self.url_open(f"/web/tour_loan/events/cef?{span}").text.splitlines()
        self.assertTrue(all(line.startswith("CEF:0|") for line in lines))
        none = self.url_open("/web/tour_loan/events/cef?since=2020-01-01&until=2020-01-02")
        self.assertEqual(none.text, "")
        self.assertEqual(self.url_open(f"/web/tour_loan/events/xml?{span}").status_code, 404)
        self.authenticate("an_operator", "an_operator")
        with mute_logger("odoo.http"):
            refused = self.url_open(f"/web/tour_loan/events/jsonl?{span}")
        self.assertEqual(refused.status_code, 403)
        self.assertNotIn("first", refused.text)
