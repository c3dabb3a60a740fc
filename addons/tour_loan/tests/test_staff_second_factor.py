import base64
import os
import xmlrpc.client
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.staff.second_factor import PAGE, PARAMETER
from ..models.web.session import PENDING
from .authenticator import Authenticator
from .common_staff import PASSWORD, StaffHttpCommon

XML, JSON = "/xmlrpc/2/<service>", "/json/2/*"


@tagged("post_install", "-at_install")
class TestSettingUp(StaffHttpCommon):
    """Who has no second factor gets as far as setting one up, at whatever door."""

    def assertOut(self, page):
        self.assertFalse(self.is_in(page))
        self.assertIsNone(self.session(page).uid)
        asked = page.post("/web/dataset/call_kw/res.users/read", json={"params": {}})
        self.assertEqual(asked.status, 404)
        self.assertEqual(page.post("/web/session/modules", json={}).status, 404)
        self.assertEqual(page.get("/web/webclient/load_menus").status, 404)

    def test_the_password_leads_to_setting_one_up_and_nowhere_else(self):
        page = self.log_in(self.operator)
        self.assertEqual(page.path.split("?")[0], PAGE)
        self.assertIn("no-store", page.response.headers["Cache-Control"])
        self.assertOut(page)
        page.get("/web/login/totp")
        self.assertOut(page)

    def test_the_page_speaks_the_language_of_who_comes(self):
        page = self.visitor()
        page.opener.headers["Accept-Language"] = "ru"
        self.log_in(self.operator, visitor=page)
        self.assertIn("Второй фактор", page.text)

    def test_the_code_of_an_app_lets_him_in_and_is_asked_for_ever_after(self):
        page = self.log_in(self.operator)
        secret = page.page.xpath("//code")[0].text_content()
        key = base64.b32decode(secret.replace(" ", ""))
        self.assertTrue(page.page.xpath("//img[starts-with(@src, 'data:image/png;base64,i')]"))
        self.type_code(page, self.code(key))
        self.assertTrue(self.is_in(page))
        set_up = self.env["tour_loan.event"].search([("kind", "=", "second_factor_set")])
        self.assertEqual(set_up.mapped("records"), [str(self.operator.id)])
        again = self.log_in(self.operator)
        self.assertEqual(again.path.split("?")[0], "/web/login/totp")
        self.assertFalse(self.is_in(again))
        self.type_code(again.get("/web/login/totp"), self.code(key, 1))
        self.assertTrue(self.is_in(again))

    def test_a_wrong_code_sets_nothing_up(self):
        page = self.log_in(self.operator)
        for wrong in ("000000", "12", "", "шесть", "9" * 40):
            self.type_code(page.get(PAGE), wrong)
            self.assertTrue(self.alert(page), wrong)
        self.assertOut(page)
        self.assertFalse(self.operator.totp_enabled)

    def test_a_passkey_is_a_second_factor(self):
        device = self.set_up_passkey(self.operator)
        self.assertTrue(self.operator._tour_loan_has_factor())
        page = self.log_in(self.operator)
        self.assertEqual(page.path.split("?")[0], PAGE)
        self.assertFalse(self.is_in(page))
        page.get(PAGE)
        answer = device.authenticate(self.asked(page))
        page.post(PAGE, {**self.form(page), "webauthn_response": answer})
        self.assertTrue(self.is_in(page))
        page = self.visitor().get("/web/login")  # and without the password, as Odoo has it
        [form] = page.page.find_class("oe_login_form")
        options = page.opener.post(
            f"{self.base_url()}/auth/passkey/start-auth", json={"params": {}}
        ).json()["result"]
        values = {**dict(form.form_values()), "type": "webauthn", "password": ""}
        page.post("/web/login", {**values, "webauthn_response": device.authenticate(options)})
        self.assertTrue(self.is_in(page))

    def test_another_key_or_an_old_answer_or_nonsense_is_no_passkey(self):
        device = self.set_up_passkey(self.operator)
        page = self.log_in(self.operator)
        stranger = Authenticator(self.base_url())
        other = Authenticator(self.base_url())
        other.id = device.id
        old = device.authenticate(self.asked(page))
        for answer in ("", "{}", "[1]", "null", '{"id": 5}', old[:-9]):
            page.get(PAGE).post(PAGE, {**self.form(page), "webauthn_response": answer})
            self.assertTrue(self.alert(page), answer)
        for sender in (stranger, other):
            page.get(PAGE)
            answer = sender.authenticate(self.asked(page))
            page.post(PAGE, {**self.form(page), "webauthn_response": answer})
            self.assertTrue(self.alert(page))
        page.get(PAGE).post(PAGE, {**self.form(page), "webauthn_response": old})
        self.assertTrue(self.alert(page))
        self.assertFalse(self.is_in(page))

    def test_what_waits_for_a_factor_does_not_wait_long(self):
        page = self.log_in(self.operator)
        _began, token = self.session(page)[PENDING]
        self.change_session(page, **{PENDING: [0, token]})
        self.assertEqual(page.get(PAGE).path, "/web/login")

    def test_nor_when_password_or_user_have_changed(self):
        key = self.set_up_totp(self.operator)
        for change in ({"password": "другие слова вместо тех"}, {"active": False}):
            page = self.log_in(self.operator)
            self.assertEqual(page.path.split("?")[0], "/web/login/totp")
            self.operator.write(change)
            self.env.flush_all()
            self.type_code(page, self.code(key))
            self.assertEqual(page.path, "/web/login")
            self.assertFalse(self.is_in(page))
            self.operator.write({"password": PASSWORD, "active": True})
            self.env.flush_all()

    def test_sessions_from_before_it_was_required_are_over(self):
        self.env["ir.config_parameter"].set_param(PARAMETER, "optional")
        page = self.log_in(self.operator)
        self.assertTrue(self.is_in(page))
        self.env["ir.config_parameter"].set_param(PARAMETER, "required")
        self.assertFalse(self.is_in(page))
        self.assertEqual(page.post("/web/session/modules", json={}).status, 404)

    def test_borrowers_know_nothing_of_it(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        self.assertTrue(page.path.startswith(f"/my/applications/{application.uuid}"))
        user = application.borrower_id.user_id
        self.assertFalse(user._mfa_url() or user._tour_loan_is_barred())
        self.assertEqual(page.get(PAGE).status, 404)
        self.assertEqual(page.get("/web/login/totp").status, 404)


@tagged("post_install", "-at_install")
class TestPrograms(StaffHttpCommon):
    """XML-RPC, JSON-RPC, JSON-2, once a server opens them."""

    def setUp(self):
        super().setUp()
        self.open_doors(XML, "/jsonrpc", JSON, "/web/session/authenticate")

    def authenticate_by_xml(self, user, secret):
        body = xmlrpc.client.dumps((self.env.cr.dbname, user.login, secret, {}), "authenticate")
        return self._xml("common", body)

    def read_by_xml(self, user, secret):
        params = (self.env.cr.dbname, user.id, secret, "res.users", "read", [[user.id], ["login"]])
        return self._xml("object", xmlrpc.client.dumps(params, "execute_kw"))

    def _xml(self, service, body):
        loggers = ("odoo.addons.rpc.controllers.xmlrpc", "odoo.http", "odoo.sql_db")
        with mute_logger(*loggers):
            answer = self.url_open(
                f"/xmlrpc/2/{service}", data=body.encode(), headers={"Content-Type": "text/xml"}
            )
        try:
            return xmlrpc.client.loads(answer.content)[0][0]
        except xmlrpc.client.Fault as fault:
            return fault

    def read_by_json(self, key):
        with mute_logger("odoo.http"):
            return self.url_open(
                "/json/2/res.users/context_get",
                method="POST",
                json={},
                headers={"Authorization": f"bearer {key}"},
            )

    def a_key(self, user) -> str:
        key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "program", fields.Datetime.add(fields.Datetime.now(), days=1))
        )
        self.env.flush_all()
        return key

    def test_without_a_factor_neither_password_nor_key_open_one(self):
        key = self.a_key(self.operator)
        for secret in (PASSWORD, key):
            self.assertIs(self.authenticate_by_xml(self.operator, secret), False)
            self.assertIsInstance(self.read_by_xml(self.operator, secret), xmlrpc.client.Fault)
        self.assertEqual(self.read_by_json(key).status_code, 401)
        params = {"db": self.env.cr.dbname, "login": self.operator.login, "password": PASSWORD}
        answer = self.make_jsonrpc_request("/web/session/authenticate", params)
        self.assertEqual(answer, {"uid": None})

    def test_with_one_keys_do_and_the_password_alone_does_not(self):
        key = self.a_key(self.operator)
        self.set_up_passkey(self.operator)
        self.assertEqual(self.authenticate_by_xml(self.operator, key), self.operator.id)
        self.assertEqual(self.read_by_xml(self.operator, key)[0]["login"], self.operator.login)
        self.assertEqual(self.read_by_json(key).status_code, 200)
        self.assertIs(self.authenticate_by_xml(self.operator, PASSWORD), False)
        self.assertIsInstance(self.read_by_xml(self.operator, PASSWORD), xmlrpc.client.Fault)

    def test_what_odoo_remembers_of_a_key_ends_with_the_factor(self):
        key = self.a_key(self.operator)
        self.set_up_totp(self.operator)
        self.assertEqual(self.read_by_xml(self.operator, key)[0]["login"], self.operator.login)
        self.operator.sudo().totp_secret = False
        self.env.flush_all()
        self.assertIsInstance(self.read_by_xml(self.operator, key), xmlrpc.client.Fault)

    def test_passwords_tried_by_a_program_are_counted_with_those_of_the_form(self):
        key = self.a_key(self.operator)
        self.set_up_totp(self.operator)
        for number in range(5):
            by_uid, secret = number % 2, f"wrong {number}"
            ask = self.read_by_xml if by_uid else self.authenticate_by_xml
            ask(self.operator, secret)
        self.assertIs(self.authenticate_by_xml(self.operator, key), False)
        events = self.env["tour_loan.event"].search([("kind", "=", "login_refused")])
        self.assertEqual(set(events.mapped("address")), {"127.0.0.1"})
        page = self.log_in(self.operator)  # the right password, and no step after it
        self.assertEqual(page.path.split("?")[0], "/web/login")
        self.assertTrue(self.alert(page))

    def test_a_program_may_set_no_password_a_person_may_not(self):
        key = self.a_key(self.operator)
        self.set_up_totp(self.operator)
        params = (self.env.cr.dbname, self.operator.id, key, "res.users", "change_password")
        body = xmlrpc.client.dumps((*params, [PASSWORD, "qwerty12345"]), "execute_kw")
        self.assertIsInstance(self._xml("object", body), xmlrpc.client.Fault)
        self.assertTrue(self.log_in(self.operator).path.startswith("/web/login/totp"))

    def test_keys_that_are_none_are_refused_after_a_while(self):
        answers = [self.read_by_json(f"{number:040x}") for number in range(21)]
        self.assertEqual({answer.status_code for answer in answers[:20]}, {401})
        self.assertEqual(answers[20].status_code, 429)
        self.assertGreater(int(answers[20].headers["Retry-After"]), 0)

    def test_a_key_that_is_good_is_never_counted(self):
        key = self.a_key(self.operator)
        self.set_up_totp(self.operator)
        answers = [self.read_by_json(key) for _number in range(25)]
        self.assertEqual({answer.status_code for answer in answers}, {200}, answers[0].text)


@tagged("post_install", "-at_install")
class TestKeeping(StaffHttpCommon):
    """Nobody takes a factor away alone, not his own last one either."""

    def test_an_administrator_takes_nobodys_factor_away_alone(self):
        self.set_up_totp(self.operator)
        admin = self.employee("admin", "base.group_system")
        as_admin = self.operator.with_user(admin)
        with patch.object(Request, "session", {"identity-check-last": 1e12}, create=True):
            with self.assertRaises(UserError):
                as_admin._tour_loan_check_may_lose(True, True)
        page = self.log_in(self.operator)
        self.assertIn("/web/login/totp", page.path)

    def test_nor_by_deleting_a_passkey(self):
        self.set_up_passkey(self.operator)
        admin = self.employee("admin", "base.group_system")
        keys = self.operator.auth_passkey_key_ids
        with self.assertRaises(UserError):
            keys.with_user(admin).unlink()
        with self.assertRaises(UserError):
            self.operator.with_user(admin).write({"auth_passkey_key_ids": [(2, keys.id)]})
        self.assertTrue(keys.exists())

    def test_ones_own_last_factor_stays_while_it_is_required(self):
        self.set_up_passkey(self.operator)
        mine = self.operator.with_user(self.operator)
        keys = mine.sudo().auth_passkey_key_ids
        with self.assertRaises(UserError):
            keys.unlink()
        self.set_up_totp(self.operator)
        keys.unlink()
        with self.assertRaises(UserError):
            mine._tour_loan_check_may_lose(True, False)
        self.env["ir.config_parameter"].set_param(PARAMETER, "optional")
        mine._tour_loan_check_may_lose(True, False)

    def test_who_says_whether_it_is_required(self):
        users, parameters = self.env["res.users"], self.env["ir.config_parameter"]
        settings = self.env["res.config.settings"]
        parameters.set_param(PARAMETER, False)
        self.assertFalse(users._tour_loan_factor_is_required())
        with patch.dict(os.environ, {"TOUR_LOAN_SECOND_FACTOR": "1"}):
            self.assertTrue(users._tour_loan_factor_is_required())
            self.assertTrue(settings.create({}).second_factor_required)
            settings.create({"second_factor_required": False}).execute()
            self.assertFalse(users._tour_loan_factor_is_required())
        settings.create({"second_factor_required": True}).execute()
        self.assertTrue(users._tour_loan_factor_is_required())
        parameters.set_param(PARAMETER, "nonsense")
        self.assertTrue(users._tour_loan_factor_is_required())
