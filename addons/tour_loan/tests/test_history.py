from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.application.history import EVENTS
from ..rules.moves import MOVES
from .common import PHONE, TourLoanCommon, rub


@tagged("post_install", "-at_install")
class TestHistory(TourLoanCommon):
    """What a person did to an application stays, in words, whoever would rather not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(
            cls.env, "an_operator", "tour_loan.tour_loan_group_operator", name="Ольга"
        )
        cls.manager = new_test_user(cls.env, "a_manager", "tour_loan.tour_loan_group_manager")

    def last(self, application):
        return application.history_ids.sorted("id")[-1]

    def test_the_flag_of_identification_leaves_who_when_and_from_what_to_what(self):
        application = self.application_in("approved")
        application.with_user(self.operator).identified = True
        row = self.last(application).with_context(lang="ru_RU")
        self.assertEqual((row.actor, row.who), ("staff", "Ольга (an_operator)"))
        self.assertTrue(row.create_date)
        self.assertEqual((row.source_word, row.target_word), ("not_identified", "identified"))
        application.with_user(self.manager).identified = False
        row = self.last(application)
        self.assertEqual((row.who.split()[-1], row.target), ("(a_manager)", "not_identified"))
        count = len(application.history_ids)
        application.with_user(self.manager).identified = False
        self.assertEqual(len(application.history_ids), count, "nothing changed")

    def test_the_trace_does_not_hang_on_a_message_that_can_be_taken_back(self):
        application = self.application_in("approved").with_user(self.operator)
        application.identified = True
        self.env.cr.flush()
        application.message_ids.filtered(lambda one: one.message_type == "comment").unlink()
        self.assertEqual(self.last(application).move, "identified")

    def test_a_stranger_leaves_no_trace_because_he_changes_nothing(self):
        application = self.application_in("approved")
        count = len(application.history_ids)
        employee = new_test_user(self.env, "an_employee", "base.group_user")
        with self.assertRaises(AccessError):
            application.with_user(employee).identified = True
        self.assertEqual(len(application.history_ids), count)

    def test_nobody_changes_or_deletes_a_row_through_odoo(self):
        application = self.application_in("approved")
        application.with_user(self.operator).identified = True
        row = self.last(application)
        for user in (self.operator, self.manager, self.env.ref("base.user_admin")):
            for act in (row.with_user(user).unlink, lambda row=row: row.write({"note": "x"})):
                with self.assertRaises(UserError):
                    act()
        with self.assertRaises(UserError):
            row.sudo().unlink()
        with self.assertRaises(UserError):
            row.sudo().write({"who": "Никто"})

    def test_the_database_itself_refuses_to_change_or_delete_a_row(self):
        application = self.application_in("approved")
        application.with_user(self.operator).identified = True
        self.env.flush_all()
        for statement in (
            "UPDATE tour_loan_history SET who = 'Никто'",
            "DELETE FROM tour_loan_history",
            "TRUNCATE tour_loan_history",
            f"DELETE FROM tour_loan_application WHERE id = {application.id}",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(Exception) as refused,
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(statement)
            self.assertTrue(
                isinstance(refused.exception, RaiseException)
                or "tour_loan_history" in str(refused.exception)
            )
        self.assertEqual(self.last(application).who, "Ольга (an_operator)")

    def test_the_law_erases_and_leaves_a_trace_of_that(self):
        application = self.application_in("approved")
        other = self.application_in("approved")
        for one in (application, other):
            one.with_user(self.operator).identified = True
        with self.assertLogs(
            "odoo.addons.tour_loan.models.application.history", "WARNING"
        ) as logged:
            application.history_ids._erase("требование № 7")
        self.assertIn("требование № 7", logged.output[0])
        [row] = application.history_ids
        self.assertEqual(row.move, "erased")
        self.assertIn("требование № 7", row.note)
        self.assertGreater(len(other.history_ids), 1)
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException):
            with self.env.cr.savepoint():
                self.env.cr.execute("DELETE FROM tour_loan_history")

    def test_every_event_has_its_words_in_russian(self):
        known = dict(EVENTS)
        self.assertLessEqual(set(MOVES), set(known))
        rows = self.env["tour_loan.history"].with_context(lang="ru_RU")
        words = dict(rows._fields["event"]._description_selection(rows.env))
        for code, english in EVENTS:
            self.assertNotEqual(words[code], english, code)
            self.assertNotIn(code, words[code])

    def test_a_story_writes_no_event_without_words(self):
        application = self.signed()
        application.with_user(self.operator).identified = True
        sms = self.env["tour_loan.sms"].create(
            {"phone": PHONE, "text": "x", "application_id": application.id}
        )
        sms.state = "stuck"
        sms.with_user(self.operator).action_send_again()
        self.assertEqual(self.last(application).move, "send_again")
        self.assertEqual(self.last(application).who, "Ольга (an_operator)")
        self.assertNotIn("other", application.history_ids.mapped("event"))
        for row in application.history_ids:
            self.assertTrue(row.target_word, row.move)

    # --- traces of Odoo's own ---

    def test_the_trace_of_changed_bank_details_stays(self):
        agency = self.agency.with_user(self.manager)
        agency.write({"bank_bic": "044525225", "bank_account": "40702810138250123017"})
        self.flush_tracking()
        [trace] = agency.message_ids.filtered(lambda one: one.sudo().tracking_value_ids)
        told = trace.sudo().tracking_value_ids.mapped("new_value_char")
        self.assertIn("40702810138250123017", told)
        with self.assertRaises(UserError):
            trace.unlink()
        with self.assertRaises(UserError):
            trace.write({"body": "", "model": False})
        note = agency.message_post(body="Звонил бухгалтер", message_type="comment")
        note.unlink()

    def test_what_staff_write_goes_to_nobody_outside(self):
        application = self.opened()
        borrower = application.borrower_id.user_id.partner_id
        borrower.email = "maria@example.com"
        application.message_subscribe([borrower.id])
        as_operator = application.with_user(self.operator)
        message = as_operator.message_post(
            body="Не платит?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=borrower.ids,
        )
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
        self.assertFalse(message.sudo().notified_partner_ids)
        self.assertFalse(self.env["mail.mail"].search([("mail_message_id", "=", message.id)]))

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.flush()

    def test_a_note_names_no_method_of_the_agency_api(self):
        application = self.application()
        number = {"order_number": application.order_number}
        self.rpc("application.change", {**number, "order": {"price": rub("121000.00")}})
        self.assertEqual(self.last(application).note, "application.change")
        self.assertFalse(self.last(application).note_words)
        application._trace("cancel", application._tour_gone())
        words = self.last(application).with_context(lang="ru_RU").note_words
        self.assertRegex(words, "^[А-Яа-я ,]+$")
