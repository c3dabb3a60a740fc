from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models.application.application import STAFF_WRITES
from .common import PHONE, TourLoanCommon, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestStaff(TourLoanCommon):
    """What the lender's people find on their pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")

    def waiting(self):
        return self.env["tour_loan.attention"].with_user(self.operator).search([])

    def stuck_sms(self, application=None):
        sms = self.env["tour_loan.sms"].create(
            {"phone": PHONE, "text": "x", "application_id": application and application.id}
        )
        sms.write({"state": "stuck", "last_error": "no money"})
        return sms

    # --- what needs a person ---

    def test_the_list_has_what_stands_still_and_nothing_else(self):
        before = self.waiting()
        application = self.signed()
        sms = self.stuck_sms(application)
        self.env["tour_loan.sms"].create({"phone": PHONE, "text": "goes"})
        callback = application.callback_ids[:1]
        if not callback:
            self.agency.callback_url = "https://sever.example/callback"
            callback = self.env["tour_loan.callback"]._queue(application, "application.updated")
        callback.write({"state": "stuck", "last_error": "HTTP 500"})
        application.loan_id.unknown_status = "Закрыт досрочно"
        rows = self.waiting() - before
        self.assertEqual(
            {row.kind: row.what for row in rows},
            {
                "tour_loan.sms": "no money",
                "tour_loan.callback": "HTTP 500",
                "tour_loan.loan": "Закрыт досрочно",
            },
        )
        self.assertEqual(rows.application_id, application)
        self.assertEqual(rows.loan_id, application.loan_id)
        [row] = rows.filtered(lambda row: row.kind == "tour_loan.sms")
        action = row.action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("tour_loan.sms", sms.id))
        row.action_send_again()
        self.assertEqual(sms.state, "pending")
        self.assertNotIn(row, self.waiting())

    def test_a_record_with_two_things_to_say_is_one_row(self):
        models = [
            name
            for name, model in self.env.registry.items()
            if hasattr(model, "_needs_person") and not model._abstract
        ]
        self.assertIn("payment.transaction", models)
        for name in models:
            for source in self.env[name]._needs_person():
                self.env.execute_query(source)  # each of them is a SELECT of its own
        application = self.signed()
        application.loan_id.write({"unknown_status": "Закрыт", "unlike_signed": "Ставка"})
        rows = self.waiting().filtered(lambda row: row.application_id == application)
        self.assertEqual(rows.mapped("what"), ["Закрыт; Ставка"])
        self.assertEqual(len(set(rows.ids)), len(rows))

    def test_its_kinds_are_named_in_russian(self):
        kinds = self.env["tour_loan.attention"].with_context(lang="ru_RU").fields_get(["kind"])
        for model, name in kinds["kind"]["selection"]:
            self.assertRegex(name, "[А-Яа-я]|SMS", model)

    def test_strangers_see_no_list(self):
        for group in ("base.group_user", "base.group_portal"):
            user = new_test_user(self.env, f"a_{group[-6:]}", group)
            with self.assertRaises(AccessError):
                self.env["tour_loan.attention"].with_user(user).search([])

    # --- forms ---

    def test_only_what_may_be_changed_looks_as_if_it_may(self):
        records = self.env["tour_loan.application"].with_user(self.operator)
        views = records.get_views([(False, "form"), (False, "list"), (False, "kanban")])
        described = views["models"]["tour_loan.application"]["fields"]
        open_fields = {name for name, field in described.items() if not field.get("readonly")}
        chatter = {name for name in open_fields if name.startswith(("message_", "activity_"))}
        self.assertEqual(open_fields - chatter, STAFF_WRITES)
        arch = etree.fromstring(views["views"]["form"]["arch"])
        self.assertFalse(arch.xpath("//field[@readonly='0']"))

    def test_an_application_leads_to_all_that_belongs_to_it(self):
        application = self.signed().with_user(self.operator)
        self.stuck_sms(application.sudo())
        self.assertGreaterEqual(application.sms_count, 1)
        self.assertEqual(application.document_count, len(application.document_ids))
        self.assertEqual(application.payment_count, 0)
        self.assertEqual(application.action_open_loan()["res_id"], application.loan_id.id)
        for action, model in (
            (application.action_open_documents(), "tour_loan.document"),
            (application.action_open_sms(), "tour_loan.sms"),
            (application.action_open_callbacks(), "tour_loan.callback"),
            (application.action_open_payments(), "payment.transaction"),
        ):
            self.assertEqual(action["res_model"], model)
            self.env[model].with_user(self.operator).search(action["domain"])
        arch = self.env["tour_loan.application"].get_view(view_type="form")["arch"]
        for name in ("loan", "documents", "sms", "callbacks", "payments"):
            self.assertIn(f'name="action_open_{name}"', arch)

    def test_the_card_names_what_is_wanted_and_why_it_was_declined(self):
        arch = etree.fromstring(
            self.env["tour_loan.application"].get_view(view_type="form")["arch"]
        )
        for name in ("needs_text", "decline_code"):
            self.assertTrue(arch.xpath(f"//div[@role='alert']/field[@name='{name}']"), name)

    def test_the_button_that_cancels_says_what_it_cancels(self):
        records = self.env["tour_loan.application"].with_context(lang="ru_RU")
        arch = etree.fromstring(records.get_view(view_type="form")["arch"])
        [button] = arch.xpath("//button[@name='action_cancel']")
        self.assertEqual(button.get("string"), "Отменить заявку")
        self.assertTrue(button.get("confirm"))
        self.assertEqual(button.get("confirm-label"), "Отменить заявку")

    def test_lists_of_messages_show_which_application(self):
        for model in ("tour_loan.sms", "tour_loan.callback"):
            arch = etree.fromstring(self.env[model].get_view(view_type="list")["arch"])
            names = arch.xpath("//field/@name")
            self.assertTrue({"application_id", "about_id"} & set(names), model)
        application = self.opened()
        codes = self.messages_to(application.phone).filtered("code_id")
        self.assertEqual(codes.about_id, application)
        self.assertEqual(application.sms_count, len(codes))
        codes[:1].state = "stuck"
        row = self.waiting().filtered(lambda row: row.application_id == application)
        self.assertEqual(row.kind, "tour_loan.sms")

    # --- time ---

    def test_staff_see_moscow_time_and_borrowers_too(self):
        self.assertEqual(self.operator.tz, "Europe/Moscow")
        chosen = new_test_user(self.env, "far_away", "base.group_user", tz="Asia/Vladivostok")
        self.assertEqual(chosen.tz, "Asia/Vladivostok")
        self.assertEqual(self.env.ref("base.user_admin").tz, "Europe/Moscow")

    def test_employees_of_today_get_moscow_time_unless_they_chose_another(self):
        self.operator.tz = False
        chosen = new_test_user(self.env, "far_away", "base.group_user", tz="Asia/Vladivostok")
        self.env["res.users"]._tour_loan_set_moscow_time()
        self.assertEqual((self.operator.tz, chosen.tz), ("Europe/Moscow", "Asia/Vladivostok"))


@tagged("post_install", "-at_install")
class TestHome(TourLoanHttpCommon):
    def home(self, login) -> int:
        self.authenticate(login, login)
        return self.make_jsonrpc_request("/web/session/get_session_info")["home_action_id"]

    def test_staff_begin_with_what_needs_a_person(self):
        ours = self.env.ref("tour_loan.attention_action").id
        operator = new_test_user(self.env, "an_operator", "tour_loan.tour_loan_group_operator")
        new_test_user(self.env, "an_employee", "base.group_user")
        self.assertEqual(self.home("an_operator"), ours)
        self.assertFalse(self.home("an_employee"))
        chosen = self.env.ref("tour_loan.application_action")
        operator.action_id = chosen.id
        self.assertEqual(self.home("an_operator"), chosen.id)


@tagged("post_install", "-at_install")
class TestStaffLogin(TourLoanHttpCommon):
    def test_the_browsers_time_zone_is_not_taken_over_at_the_first_login(self):
        operator = new_test_user(self.env, "an_operator", "tour_loan.tour_loan_group_operator")
        page = self.visitor().get("/web/login")
        self.opener.cookies.set("tz", "Asia/Vladivostok")
        page.send(login="an_operator", password="an_operator")
        self.assertTrue(operator.login_date)
        self.assertEqual(operator.tz, "Europe/Moscow")
