from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.bus.models import ir_websocket

from .common import PHONE, TourLoanCommon


@tagged("post_install", "-at_install")
class TestPrivacy(TourLoanCommon):
    """What Odoo itself shows of a borrower to others, and what it writes to him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = new_test_user(
            cls.env, "an_employee", "base.group_user,base.group_allow_export"
        )
        cls.contacts = new_test_user(
            cls.env, "contacts", "base.group_user,base.group_partner_manager"
        )
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")

    def setUp(self):
        super().setUp()
        application = self.submitted()
        self.borrower = application.borrower_id
        self.user, self.partner = self.borrower.user_id, self.borrower.user_id.partner_id
        self.partner.email = "anna@example.com"

    def test_staff_of_the_loans_find_the_partner(self):
        found = self.env["res.partner"].with_user(self.operator).search([("phone", "=", PHONE)])
        self.assertEqual(found, self.partner)
        self.assertTrue(self.partner.with_user(self.operator).name)

    def test_other_employees_do_not_by_search_name_read_or_export(self):
        for stranger in (self.employee, self.contacts):
            partners = self.env["res.partner"].with_user(stranger)
            users = self.env["res.users"].with_user(stranger)
            for word in (PHONE, PHONE[2:], self.partner.name, "anna@example.com"):
                self.assertFalse(partners.name_search(word), word)
                self.assertFalse(users.name_search(word), word)
                for name in ("name", "phone", "email", "complete_name"):
                    self.assertFalse(partners.search([(name, "ilike", word)]), (name, word))
            for record in (self.partner, self.user):
                with self.assertRaises(AccessError):
                    record.with_user(stranger).read(["display_name"])
            self.assertNotIn(self.user, users.with_context(active_test=False).search([]))
            suggestions = partners.get_mention_suggestions(self.partner.name)
            self.assertNotIn(f"'id': {self.partner.id},", str(suggestions))
        with self.assertRaises(AccessError):
            self.partner.with_user(self.employee).export_data(["name", "phone"])

    def test_no_record_an_employee_may_read_leads_to_a_borrower(self):
        """Every stored link to a partner or a user in every model."""
        other = self.env["res.partner"].create({"name": "Склад"})
        other.message_subscribe(self.partner.ids)
        self.env.flush_all()
        targets = {"res.partner": self.partner, "res.users": self.user}
        looked_at = 0
        for name, model in self.env.items():
            if model._abstract or model._transient or not model._auto or not model._table:
                continue
            seen_by = model.with_user(self.employee)
            if not seen_by.has_access("read"):
                continue
            for field in model._fields.values():
                target = targets.get(field.comodel_name)
                if not target or not field.store or field.type not in ("many2one", "many2many"):
                    continue
                if not seen_by._has_field_access(field, "read"):
                    continue
                looked_at += 1
                every = seen_by.with_context(active_test=False)
                if field.type == "many2many":  # shown as far as he may read the other end
                    shown = every.search([])[field.name].ids
                else:
                    shown = every.search([(field.name, "in", target.ids)])[field.name].ids
                self.assertFalse(set(shown) & set(target.ids), f"{name}.{field.name}")
        self.assertGreater(looked_at, 30)

    def test_a_borrower_still_reads_himself(self):
        self.assertEqual(self.partner.with_user(self.user).phone, PHONE)
        self.assertEqual(self.env["res.partner"].with_user(self.user).search([]), self.partner)

    def test_reading_partners_costs_an_employee_no_query_more(self):
        partners = self.env["res.partner"].create([{"name": f"P{i}"} for i in range(5)])
        reader = partners.with_user(self.employee)

        def queries() -> int:
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            reader.read(["name", "email"])
            return self.env.cr.sql_log_count - before

        queries()  # rules are remembered from here on
        with_rule = queries()
        rule = self.env.ref("tour_loan.res_partner_rule_borrower")
        rule.active = False
        queries()
        self.assertEqual(with_rule, queries())

    # --- mail ---

    def mails(self):
        return self.env["mail.mail"].sudo().search([], order="id")

    def test_odoo_writes_a_borrower_nothing_by_itself(self):
        before = self.mails()
        self.user.write({"login": "another", "password": "never used", "email": "b@example.com"})
        self.user.action_reset_password()
        record = self.env["res.partner"].create({"name": "Склад"})
        record.message_subscribe(self.partner.ids)
        record.with_user(self.env.ref("base.user_admin")).message_post(
            body="for followers", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self.mails(), before)
        notified = self.env["mail.notification"].search([("res_partner_id", "=", self.partner.id)])
        self.assertFalse(notified)

    def test_whoever_names_him_reaches_him(self):
        record = self.env["res.partner"].create({"name": "Склад"})
        record.message_post(body="meant", message_type="comment", partner_ids=self.partner.ids)
        notified = self.env["mail.notification"].search([("res_partner_id", "=", self.partner.id)])
        self.assertEqual(len(notified), 1)

    def test_he_cannot_be_invited_to_set_a_password(self):
        wizard = self.env["portal.wizard"].create({"partner_ids": self.partner.ids})
        with self.assertRaisesRegex(UserError, "phone"):
            wizard.user_ids._send_email()

    # --- bus ---

    def test_a_borrowers_websocket_hears_his_own_channel_only(self):
        socket = self.env["ir.websocket"].with_user(self.user)
        asked = ["broadcast", "res.partner_1", "payment_1", f"discuss.channel_{1}"]
        self.patch_request(socket)
        self.assertEqual(list(socket._prepare_subscribe_data(asked, 0)["channels"]), [self.partner])

    def patch_request(self, socket):
        """Let Odoo believe that a websocket of this user asks."""

        class Request:
            session = type("Session", (), {"uid": socket.env.uid, "get": dict().get})()
            env = socket.env
            cookies = {}
            httprequest = None

        self.startPatcher(patch.object(ir_websocket, "request", None))
        self.startPatcher(patch.object(ir_websocket, "wsrequest", Request()))
