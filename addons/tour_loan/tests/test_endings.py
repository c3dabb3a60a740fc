import inspect
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_autovacuum import is_autovacuum

from ..models.outbox import ending
from ..rules import codes
from .common import ORIGIN, OTHER_PHONE, PHONE, TourLoanCommon


@tagged("post_install", "-at_install")
class TestEndings(TourLoanCommon):
    """Rows nobody needs any more are deleted; all others stay."""

    def vacuum(self, model):
        """Do what Odoo's vacuum does with one model: again and again while rows remain."""
        rounds, remaining = 0, True
        while remaining:
            _gone, remaining = self.env[model]._gc_ended()
            rounds += 1
        return rounds

    def chosen(self, **days):
        """Choose periods as the administrator does."""
        self.env["res.config.settings"].create(days).execute()

    def sms(self, **values):
        return self.env["tour_loan.sms"].create({"phone": PHONE, "text": "Привет", **values})

    def code(self, application, stage="acquaintance", phone=PHONE, state="sent"):
        """Return a code that was asked for, its SMS in ``state``."""
        code, refusal = application._request_code(stage, phone, ORIGIN)
        self.assertFalse(refusal)
        code.sms_id.state = state
        return code

    def logins(self, number):
        """Return codes of logins that were asked for, each by another browser."""
        made = self.env["tour_loan.code"]
        for index in range(number):
            origin = {**ORIGIN, "session": f"session {index}", "ip": f"192.0.2.{index}"}
            code, refusal = made._request_login(OTHER_PHONE, None, origin)
            self.assertFalse(refusal)
            made |= code
        return made

    # --- messages ---

    def test_done_messages_end_and_what_waits_or_needs_a_person_never_does(self):
        application = self.application()
        kinds = {
            "tour_loan.sms": {"phone": PHONE, "text": "Привет"},
            "tour_loan.mail": {"email": "m@example.com", "subject": "!", "text": "!"},
            "tour_loan.callback": {"agency_id": self.agency.id, "event": "application.ready"},
        }
        for model, values in kinds.items():
            with self.subTest(model):
                old = self.env[model].create(
                    [
                        {**values, "application_id": application.id, "state": state}
                        for state in ("sent", "dropped", "pending", "stuck")
                    ]
                )
                self.age(old, days=4000)
                young = self.env[model].create({**values, "state": "sent"})
                self.vacuum(model)
                self.assertEqual((old | young).exists(), old[2:] | young)

    def test_a_message_that_was_sent_again_lately_is_young(self):
        sms = self.sms(state="sent", last_attempt_at=fields.Datetime.now())
        self.age(sms, days=4000)
        self.vacuum("tour_loan.sms")
        self.assertTrue(sms.exists())

    def test_the_settings_say_how_long(self):
        sms = self.sms(state="sent")
        self.age(sms, days=100)
        self.vacuum("tour_loan.sms")
        self.assertTrue(sms.exists(), "a year by default")
        self.chosen(keep_sms_days=99)
        self.vacuum("tour_loan.sms")
        self.assertFalse(sms.exists())

    def test_nonsense_in_a_parameter_is_the_default(self):
        sms = self.sms(state="sent")
        self.age(sms, days=100)
        for said in ("soon", "-5", "0", "1.5", ""):
            self.env["ir.config_parameter"].set_param("tour_loan.keep_sms_days", said)
            self.vacuum("tour_loan.sms")
            self.assertTrue(sms.exists(), said)

    def test_the_settings_refuse_what_would_delete_too_much(self):
        for name, days in {"keep_codes_days": 1, "keep_calls_days": 0, "keep_sms_days": -1}.items():
            with self.subTest(name), self.assertRaises(ValidationError):
                self.chosen(**{name: days})

    def test_only_an_administrator_chooses(self):
        manager = new_test_user(self.env, "a_manager", "tour_loan.tour_loan_group_manager")
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            self.env["res.config.settings"].with_user(manager).create({"keep_sms_days": 1})

    def test_a_night_s_work_is_done_in_batches(self):
        self.age(self.env["tour_loan.sms"].create([{"phone": "1", "text": "!"}] * 7), days=4000)
        self.env["tour_loan.sms"].search([("phone", "=", "1")]).state = "sent"
        with patch.object(ending, "BATCH", 3):
            self.assertEqual(self.env["tour_loan.sms"]._gc_ended(), (3, True))
            self.assertEqual(self.vacuum("tour_loan.sms"), 2)
        self.assertFalse(self.env["tour_loan.sms"].search([("phone", "=", "1")]))

    def test_what_another_row_holds_stays_and_the_rest_of_the_batch_goes(self):
        rows = self.sms(state="sent") | self.sms(state="sent") | self.sms(state="sent")
        self.age(rows, days=4000)
        code = self.code(self.application())
        # as an addon of tomorrow might: nothing of ours points to a message without a code
        code.sms_id, rows[1].code_id = rows[1], False
        self.env.flush_all()
        self.assertEqual(self.env["tour_loan.sms"]._gc_ended(), (2, False))
        self.assertEqual(rows.exists(), rows[1])
        behind = self.sms(state="sent")
        self.age(behind, days=4000)
        with patch.object(ending, "BATCH", 1):
            self.assertEqual(self.env["tour_loan.sms"]._gc_ended(), (1, True), "what stands behind")
        self.assertFalse(behind.exists())

    def test_odoo_s_own_vacuum_comes_by(self):
        sms = self.sms(state="sent")
        self.age(sms, days=4000)
        # as ir.autovacuum finds them; the abstract ones it calls as well
        found = {
            model._name: func(model)
            for model in self.env.values()
            for name, func in inspect.getmembers(model.__class__, is_autovacuum)
            if name == "_gc_ended"
        }
        self.assertFalse(sms.exists())
        self.assertEqual(found["tour_loan.sms"], (1, False))
        self.assertEqual(found["tour_loan.ending"], (0, False))
        self.assertLess(set(self.env["tour_loan.message"]._outboxes().values()), set(found))

    # --- codes ---

    def test_codes_nobody_typed_end_with_their_sms_and_attempts(self):
        application = self.application()
        code = self.code(application)
        code._check("000000", ORIGIN)
        sms, attempts = code.sms_id, code.attempt_ids
        self.assertTrue(attempts)
        self.age(code | self.env["tour_loan.code"], days=181)
        self.age(sms, days=4000)
        self.vacuum("tour_loan.sms")
        self.assertTrue(sms.exists(), "as long as its code")
        self.vacuum("tour_loan.code")
        self.assertFalse(code.exists() or sms.exists() or attempts.exists())

    def test_what_belongs_to_a_signature_stays_for_ever(self):
        application = self.filled()
        lost = self.code(application, "questionnaire")
        self.age(lost, minutes=2)
        self.confirm(application, "questionnaire")
        rows = application.signature_ids
        confirmed = rows.code_id
        confirmed.sms_id.state = "sent"
        self.age(self.env["tour_loan.code"].search([]), days=4000)
        self.age(self.env["tour_loan.sms"].search([]), days=4000)
        for model in ("tour_loan.code", "tour_loan.sms", "tour_loan.document"):
            self.vacuum(model)
        self.assertEqual(len(confirmed.exists().sms_id), 2)
        self.assertFalse(lost.exists(), "confirmed by none")
        self.assertTrue(application._evidence_is_intact())

    def test_of_a_signed_application_the_codes_nobody_typed_stay_too(self):
        application = self.approved()
        lost = self.code(application, "contract")
        self.age(lost, minutes=2)
        self.confirm(application, "contract")
        self.age(self.env["tour_loan.code"].search([]), days=4000)
        self.vacuum("tour_loan.code")
        self.assertTrue(lost.exists())

    def test_a_code_whose_sms_needs_a_person_stays(self):
        stuck = self.code(self.application(), state="stuck")
        self.age(stuck, days=4000)
        self.vacuum("tour_loan.code")
        self.assertTrue(stuck.exists())

    def test_codes_that_are_counted_stay_whatever_the_settings_say(self):
        self.env["ir.config_parameter"].set_param("tour_loan.keep_codes_days", "1")
        counted = self.logins(1)
        self.age(counted, seconds=codes.DAY_SECONDS + 3600)
        self.vacuum("tour_loan.code")
        self.assertTrue(counted.exists())
        longest = max(window for window, _limit in codes.LINE_LIMITS)
        self.assertLess(longest, 2 * codes.DAY_SECONDS)

    def test_logins_end_confirmed_or_not(self):
        used, asked = self.logins(2)
        used.state = "used"
        self.age(used | asked, days=181)
        self.vacuum("tour_loan.code")
        self.assertFalse((used | asked).exists())

    # --- calls ---

    def test_a_call_an_agency_may_repeat_stays(self):
        self.env["ir.config_parameter"].set_param("tour_loan.keep_calls_days", "0")
        answer = self.rpc("application.create", self.order("R-1"), webhook_id="call")
        calls = self.env["tour_loan.call"]
        self.age(calls.search([("webhook_id", "=", "call")]), hours=23)
        self.vacuum("tour_loan.call")
        self.assertEqual(calls.search_count([("webhook_id", "=", "call")]), 1)
        self.age(calls.search([("webhook_id", "=", "call")]), hours=25)
        self.vacuum("tour_loan.call")
        self.assertFalse(calls.search([("webhook_id", "=", "call")]))
        again = self.rpc("application.create", self.order("R-2"), webhook_id="call")
        self.assertNotEqual(again["result"], answer["result"])

    def test_counters_of_a_former_day_go(self):
        now = int(fields.Datetime.now().timestamp()) // 60
        counters = self.env["tour_loan.call.count"].create(
            [{"agency_id": 1, "minute": now - age, "count": 5} for age in (0, 60 * 23, 60 * 25)]
        )
        self.vacuum("tour_loan.call.count")
        self.assertEqual(counters.exists(), counters[:2])

    # --- documents ---

    def test_previews_of_what_came_to_nothing_end(self):
        asked, ended, alive, signed = (self.filled() for _number in range(4))
        previews = {}
        for application in (asked, ended, alive, signed):
            previews[application] = application._documents("questionnaire")
            self.assertTrue(previews[application])
        code = self.code(asked, "questionnaire", asked.phone)
        signed.signed_at = fields.Datetime.now()
        long_ago = fields.Datetime.now() - timedelta(days=31)
        (asked | ended | signed).write({"state": "expired", "state_changed_at": long_ago})
        alive.state_changed_at = long_ago
        common = self.env["tour_loan.document"].search([("application_id", "=", False)])
        documents = self.env["tour_loan.document"].search([])
        self.age(documents, days=31)
        self.vacuum("tour_loan.document")
        self.assertEqual(documents - documents.exists(), previews[ended])
        self.assertTrue(common and common <= documents.exists())
        self.age(code, days=181)
        self.vacuum("tour_loan.code")
        self.vacuum("tour_loan.document")
        self.assertFalse(previews[asked].exists(), "its code has ended, nothing was signed")

    def test_a_preview_stays_while_its_application_has_just_ended(self):
        application = self.filled()
        preview = application._documents("questionnaire")
        self.age(preview, days=31)
        application.write({"state": "expired", "state_changed_at": fields.Datetime.now()})
        self.vacuum("tour_loan.document")
        self.assertTrue(preview.exists())

    # --- all of them ---

    def test_every_outbox_has_its_period(self):
        for name in self.env["tour_loan.message"]._outboxes().values():
            self.assertTrue(self.env[name]._period, name)

    def test_every_period_that_may_be_chosen_stands_in_the_settings(self):
        shown = {
            field.config_parameter: (field.default(None), field.at_least)
            for field in self.env["res.config.settings"]._fields.values()
            if hasattr(field, "at_least") and field.config_parameter.endswith("_days")
        }
        periods = {
            model._period
            for model in self.env.values()
            if getattr(model, "_period", None) and not model._abstract
        }
        self.assertEqual(shown, {p.parameter: (p.days, p.at_least) for p in periods if p.parameter})
        form = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        for name, field in self.env["res.config.settings"]._fields.items():
            if hasattr(field, "at_least"):
                self.assertIn(f'name="{name}"', form)
