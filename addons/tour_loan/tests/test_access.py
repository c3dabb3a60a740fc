from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import PHONE, TourLoanCommon

OPERATIONS = ("read", "write", "create", "unlink")
NOTHING, READ, WRITE, ALL = 0, 1, 2, 4
# What (operator, manager, accountant, auditor, integrator) may; portal users and the public
# may nothing of it.
MATRIX = {
    "tour_loan.agency": (READ, ALL, READ, NOTHING, READ),
    "tour_loan.agency.key": (NOTHING, ALL, NOTHING, NOTHING, NOTHING),
    "tour_loan.agency.key.wizard": (NOTHING, ALL, NOTHING, NOTHING, NOTHING),
    "tour_loan.application": (WRITE, WRITE, READ, NOTHING, NOTHING),
    "tour_loan.attention": (READ, READ, NOTHING, NOTHING, NOTHING),
    "tour_loan.borrower": (READ, READ, NOTHING, NOTHING, NOTHING),
    "tour_loan.call.count": (NOTHING, READ, NOTHING, NOTHING, READ),
    "tour_loan.callback": (READ, READ, NOTHING, NOTHING, READ),
    "tour_loan.claim": (READ, READ, READ, NOTHING, NOTHING),
    "tour_loan.code": (READ, READ, NOTHING, READ, NOTHING),
    "tour_loan.code.attempt": (READ, READ, NOTHING, READ, NOTHING),
    "tour_loan.document": (READ, READ, NOTHING, READ, NOTHING),
    "tour_loan.document.failure": (READ, READ, NOTHING, NOTHING, READ),
    "tour_loan.document.template": (READ, 3, NOTHING, READ, NOTHING),
    "tour_loan.attempt": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "tour_loan.factor.ask": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "tour_loan.factor.reset": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "tour_loan.event": (NOTHING, NOTHING, NOTHING, READ, NOTHING),
    "tour_loan.event.export": (NOTHING, NOTHING, NOTHING, ALL, NOTHING),
    "tour_loan.history": (READ, READ, NOTHING, READ, NOTHING),
    "tour_loan.installment": (READ, READ, READ, NOTHING, NOTHING),
    "tour_loan.loan": (READ, READ, READ, NOTHING, NOTHING),
    "tour_loan.lock": (NOTHING, READ, NOTHING, NOTHING, READ),
    "tour_loan.pause": (READ, READ, NOTHING, NOTHING, READ),
    "tour_loan.reading": (NOTHING, READ, NOTHING, NOTHING, READ),
    "tour_loan.passport.division": (READ, ALL, NOTHING, READ, NOTHING),
    "tour_loan.passport.division.import": (NOTHING, ALL, NOTHING, NOTHING, NOTHING),
    "tour_loan.product": (READ, ALL, READ, NOTHING, READ),
    "tour_loan.proposal": (READ, READ, NOTHING, READ, NOTHING),
    "tour_loan.repayment": (READ, READ, READ, NOTHING, NOTHING),
    "tour_loan.call": (NOTHING, READ, NOTHING, NOTHING, READ),
    "tour_loan.show": (ALL, ALL, NOTHING, NOTHING, NOTHING),
    "tour_loan.shown": (NOTHING, NOTHING, NOTHING, READ, NOTHING),
    "tour_loan.signature": (READ, READ, NOTHING, READ, NOTHING),
    "tour_loan.sms": (READ, READ, NOTHING, NOTHING, NOTHING),
    "tour_loan.mail": (READ, READ, NOTHING, NOTHING, NOTHING),
    "tour_loan.connection": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "tour_loan.golive.finding": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "tour_loan.golive.page": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "tour_loan.incident": (NOTHING, READ, NOTHING, NOTHING, NOTHING),
    "tour_loan.incident.count": (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
}
ROLES = ("operator", "manager", "accountant", "auditor", "integrator")


@tagged("post_install", "-at_install")
class TestAccess(TourLoanCommon):
    """Who may do what with the records, whatever the pages offer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")
        cls.manager = new_test_user(cls.env, "a_manager", "tour_loan.tour_loan_group_manager")
        cls.staff = {
            role: new_test_user(cls.env, f"the_{role}", f"tour_loan.tour_loan_group_{role}")
            for role in ROLES
        }
        cls.portal = new_test_user(cls.env, "a_portal_user", "base.group_portal")
        cls.employee = new_test_user(cls.env, "an_employee", "base.group_user")
        cls.public = cls.env.ref("base.public_user")

    def allowed(self, model, user) -> int:
        """Return how many of read, write, create, unlink ``user`` may."""
        rights = [self.env[model].with_user(user).has_access(name) for name in OPERATIONS]
        self.assertEqual(rights, sorted(rights, reverse=True), "a right without a lesser one")
        return sum(rights)

    def test_the_matrix_of_rights(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("tour_loan.") and not model._abstract
        }
        self.assertEqual(ours, set(MATRIX), "a model without its row in the matrix")
        for model, rights in MATRIX.items():
            with self.subTest(model):
                for role, right in zip(ROLES, rights, strict=True):
                    self.assertEqual(self.allowed(model, self.staff[role]), right, role)
                for stranger in (self.portal, self.employee, self.public):
                    self.assertEqual(self.allowed(model, stranger), NOTHING)

    def test_a_borrower_reads_no_record_not_even_his_own(self):
        application = self.opened()
        user = application.borrower_id.user_id
        document = application.signature_ids.document_ids[0]
        for record in (application, application.borrower_id, document):
            with self.assertRaises(AccessError):
                record.with_user(user).read(["display_name"])

    def test_nobody_reads_a_key(self):
        key = self.agency.key_ids[0]
        for user in (self.manager, self.env.ref("base.user_admin"), self.operator):
            key_as = key.with_user(user)
            with self.assertRaises(AccessError):
                key_as.read(["secret"])
            with self.assertRaises(AccessError):
                key_as.search([("secret", "like", "whsec")])
        names = self.env["tour_loan.agency.key"].with_user(self.manager).fields_get()
        self.assertNotIn("secret", names)
        self.assertNotIn("secret", key.with_user(self.manager).read()[0])

    def test_a_manager_makes_a_key_and_sees_it_once(self):
        wizard = (
            self.env["tour_loan.agency.key.wizard"]
            .with_user(self.manager)
            .create({"agency_id": self.agency.id, "direction": "outbound"})
        )
        wizard.action_make()
        self.assertEqual(self.agency._secrets("outbound")[0], wizard.secret)
        self.assertIn("a_manager", str(self.agency.message_ids.mapped("body")))
        self.assertNotIn(wizard.secret, str(self.agency.message_ids.mapped("body")))

    # --- what staff may do with an application ---

    def test_staff_write_the_flag_of_identification_and_nothing_else(self):
        application = self.application_in("approved").with_user(self.operator)
        application.identified = True
        self.assertTrue(application.identified)
        for change in (
            {"state": "funded"},
            {"offer_amount": 1},
            {"price": 1},
            {"phone": PHONE},
            {"borrower_id": False},
            {"identified": True, "held_until": "2099-01-01"},
            {"last_name": "Другая"},
        ):
            for user in (self.operator, self.manager):
                with self.assertRaises(AccessError):
                    application.with_user(user).write(change)

    def test_an_operator_cancels_an_application(self):
        application = self.application_in("submitted", phone=PHONE)
        application.with_user(self.operator).action_cancel()
        self.assertEqual(application.state, "cancelled")
        [row] = application.history_ids.filtered(lambda row: row.move == "cancel")
        self.assertEqual((row.actor, row.note), ("staff", "an_operator"))
        self.assertTrue(self.messages_to(PHONE))
        with self.assertRaises(UserError):
            application.with_user(self.operator).action_cancel()

    def test_an_operator_notes_and_plans(self):
        application = self.application_in("submitted").with_user(self.operator)
        application.message_post(body="Позвонил, ждёт решения")
        application.activity_schedule("mail.mail_activity_data_todo", note="Перезвонить")
        self.assertEqual(len(application.activity_ids), 1)

    def test_an_operator_sends_a_stuck_message_again_but_cannot_change_it(self):
        sms = self.env["tour_loan.sms"].create({"phone": PHONE, "text": "Привет"})
        sms.state = "stuck"
        as_operator = sms.with_user(self.operator)
        as_operator.action_send_again()
        self.assertEqual(sms.state, "pending")
        for change in ({"text": "Пришлите денег"}, {"phone": "+79990000000"}, {"state": "sent"}):
            with self.assertRaises(AccessError):
                as_operator.write(change)

    def test_strangers_press_no_buttons(self):
        application = self.application_in("submitted")
        sms = self.env["tour_loan.sms"].create({"phone": PHONE, "text": "Привет"})
        sms.state = "stuck"
        for user in (self.portal, self.employee, self.public):
            for button in (
                application.with_user(user).action_cancel,
                sms.with_user(user).action_send_again,
                self.agency.with_user(user).action_test_callback,
            ):
                with self.assertRaises(AccessError):
                    button()
        self.assertEqual((application.state, sms.state), ("submitted", "stuck"))

    def test_an_operator_checks_the_evidence(self):
        rows = self.opened().signature_ids
        action = rows.with_user(self.operator).action_check()
        self.assertEqual(action["params"]["type"], "success")

    # --- roles ---

    def test_only_operators_read_the_questionnaire(self):
        application = self.submitted()
        borrower = application.borrower_id
        for role in ("accountant", "auditor", "integrator"):
            for record in (application, borrower):
                for name in ("passport_number", "income", "last_name", "birth_date"):
                    with self.subTest(role, field=name), self.assertRaises(AccessError):
                        record.with_user(self.staff[role]).read([name])
            with self.assertRaises(AccessError):
                application.with_user(self.staff[role]).action_show("work")
            with self.assertRaises(AccessError):
                application.with_user(self.staff[role]).write({"identified": True})

    def test_an_accountant_sees_money_and_changes_none(self):
        loan = self.signed().loan_id.with_user(self.staff["accountant"])
        self.assertTrue(loan.read(["number", "state", "borrower_id"]))
        for action in ("loan_action", "settlement_action", "repayment_action", "payment_action"):
            opened = self.env.ref(f"tour_loan.{action}")
            rows = self.env[opened.res_model].with_user(self.staff["accountant"])
            for mode in opened.view_mode.split(","):
                arch = etree.fromstring(rows.get_view(view_type=mode)["arch"])
                names = list(arch.xpath("//field[not(ancestor::field)]/@name"))
                rows.search([], limit=3).read(names)

    def test_an_auditor_checks_evidence_he_cannot_open(self):
        row = self.signed().signature_ids[:1].with_user(self.staff["auditor"])
        self.assertEqual(row.action_check()["params"]["type"], "success")
        for document in row.sudo().application_id.document_ids.with_user(self.staff["auditor"]):
            told = document.read(["text", "content", "sha256"])[0]
            self.assertTrue(told["sha256"])
            if document.application_id:
                self.assertEqual((told["text"], told["content"]), ("***", False))

    # --- menus ---

    def test_everybody_sees_his_menus(self):
        def visible(user):
            ids = self.env["ir.ui.menu"].with_user(user).load_menus(debug=False)
            names = (
                "menu_root",
                "application_menu",
                "agency_menu",
                "menu_settings",
                "product_menu",
            )
            return [self.env.ref(f"tour_loan.{name}").id in ids for name in names]

        self.assertEqual(visible(self.operator), [True, True, True, False, False])
        self.assertEqual(visible(self.manager), [True] * 5)
        self.assertEqual(visible(self.employee), [False] * 5)
        self.assertEqual(visible(self.staff["accountant"]), [True, False, True, False, False])
        self.assertEqual(visible(self.staff["auditor"]), [True, False, False, False, False])
        self.assertEqual(visible(self.staff["integrator"]), [True, False, True, False, False])

    def test_every_view_of_staff_opens(self):
        self.signed()
        actions = self.env["ir.actions.act_window"].search([("res_model", "like", "tour_loan.%")])
        self.assertGreater(len(actions), 10)
        for user in self.staff.values():
            for action in actions:
                model = self.env[action.res_model].with_user(user)
                if not model.has_access("read"):
                    continue
                modes = [(False, mode) for mode in action.view_mode.split(",")]
                views = model.get_views(modes, {"toolbar": True, "load_filters": True})["views"]
                for mode, view in views.items():
                    with self.subTest(action=action.display_name, mode=mode, user=user.login):
                        self.assertTrue(view["arch"])

    def test_colours_that_cannot_be_read_are_refused(self):
        manager = self.agency.with_user(self.manager)
        manager.write({"color_accent": "#000000", "color_on_accent": "#ffffff"})
        for accent, on_accent in (("#ffffff", "#eeeeee"), ("red", "#ffffff"), ("#fff", "#000000")):
            with self.assertRaises(UserError), mute_logger("odoo.sql_db"):
                manager.write({"color_accent": accent, "color_on_accent": on_accent})

    def test_old_traces_are_swept(self):
        self.env["tour_loan.lock"]._take("old")
        self.env.cr.execute(
            "UPDATE tour_loan_lock SET touched_at = %s WHERE key = 'old'",
            [fields.Datetime.now() - timedelta(days=8)],
        )
        self.env["tour_loan.lock"]._take("fresh")
        self.env["tour_loan.lock"]._gc_ended()
        keys = self.env["tour_loan.lock"].search([("key", "in", ("old", "fresh"))])
        self.assertEqual(keys.mapped("key"), ["fresh"])
