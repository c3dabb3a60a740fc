"""Odoo's whole routing map, walked as a visitor, a borrower and an employee."""

import os
import re
from base64 import b64encode
from unittest.mock import patch

from odoo.http import Controller, route
from odoo.tests import new_test_user, tagged
from odoo.tests.common import Opener
from odoo.tools import convert_file, mute_logger

from .. import job_runner
from ..models.web import routes
from .common import TourLoanHttpCommon

CONVERTER = re.compile(r"<(?:(any)\(([^,)]+)[^)]*\)|(\w+)[^:>]*:)?[^>]+>")
SAMPLES = {"int": "1", "model": "1", "path": "x/y", "string": "x"}
NOT_HERE = "Такой страницы нет"


def address(rule: str) -> str:
    """Return an address that fits a route."""
    return CONVERTER.sub(lambda m: m[2] or SAMPLES.get(m[3], "x"), rule)


class RoutesCase(TourLoanHttpCommon):
    def setUp(self):
        super().setUp()
        self.forget()

    def forget(self):
        """Let the server look at its settings anew."""
        self.env.registry.clear_cache("routing")
        self.addCleanup(self.env.registry.clear_cache, "routing")

    def become(self, groups=None):
        """Come as a visitor, or as a user with these groups."""
        self.opener = Opener(self)
        if groups:
            login = groups.replace(".", "_")
            if not self.env["res.users"].search([("login", "=", login)]):
                new_test_user(self.env, login, groups, name="Walker")
            self.authenticate(login, login)

    def rules(self) -> set[str]:
        return {rule.rule for rule in self.env["ir.http"].routing_map().iter_rules()}

    def closed_rules(self, role) -> list[str]:
        """Return the routes no table names, told apart without the code under test."""
        table = self.env["ir.http"]._tour_loan_routes()
        return sorted(
            rule
            for rule in self.rules()
            if role not in table.get(rule, routes.Door(routes.STAFF)).who
            and not rule.startswith(("/tour_loan/", "/my/applications", "/my/loans"))
        )

    def ask(self, path, method="GET", **options):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_http"):
            return self.url_open(path, method=method, allow_redirects=False, **options)

    def assertShut(self, path, method="GET", **options):
        answer = self.ask(path, method, **options)
        self.assertEqual(answer.status_code, 404, f"{method} {path}")
        self.assertNotIn("Set-Cookie", answer.headers, f"{method} {path}")
        return answer


@tagged("post_install", "-at_install")
class TestWalk(RoutesCase):
    """Whatever is installed: a route without a row is not there."""

    def walk(self, role):
        closed = self.closed_rules(role)
        self.assertGreater(len(closed), 200)
        for rule in closed:
            self.assertShut(address(rule))
        # by another verb what stands below /odoo/ is /odoo/<path>, which leads to the login
        closed = [rule for rule in closed if not rule.startswith("/odoo/")]
        for rule in closed:
            self.assertShut(address(rule), "POST", json={"jsonrpc": "2.0", "params": {}})
        for rule in closed[::7]:  # the verbs and a form: decided before all of them matter
            path = address(rule)
            self.assertShut(path, "POST", data={"csrf_token": "x"})
            for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
                self.assertShut(path, method)

    def test_a_visitor_finds_only_what_the_tables_name(self):
        self.become()
        self.walk(routes.PUBLIC)

    def test_a_borrower_finds_only_what_the_tables_name(self):
        self.become("base.group_portal")
        self.walk(routes.BORROWER)

    def test_an_employee_finds_all_but_the_doors_for_programs(self):
        self.become("base.group_system")
        closed = self.closed_rules(routes.INTERNAL)
        self.assertEqual(closed, [])
        shut = [rule for rule in self.rules() if routes.FOR_PROGRAMS.match(rule)]
        self.assertGreater(len(shut), 7)
        for rule in [*shut, routes.RUNJOB]:
            self.assertShut(address(rule))
            self.assertShut(address(rule), "POST", json={"jsonrpc": "2.0", "params": {}})
        self.assertEqual(self.ask("/web/session/modules", "POST", json={}).status_code, 200)

    def test_each_row_names_a_route_that_is_there(self):
        optional = {"/web/login/totp"}
        self.assertEqual(set(routes.ROUTES) - self.rules() - optional, set())

    def test_what_the_tables_name_answers(self):
        self.become()
        for path, status in {
            "/": 303,
            "/my": 303,
            "/odoo": 303,
            "/web/login": 200,
            "/web/health": 200,
            "/tour_loan/login": 200,
            "/web/binary/company_logo": 200,
        }.items():
            self.assertEqual(self.ask(path).status_code, status, path)
        self.become("base.group_portal")
        self.assertShut("/web/login")
        self.assertShut("/odoo/settings")

    def test_a_route_of_an_addon_installed_later_is_not_there(self):
        class Later(Controller):
            @route("/later/x", type="http", auth="public")
            def plain(self):
                return "open"

            @route("/my/loans/x/later", type="http", auth="public", website=True)
            def in_our_rooms(self):
                return "open"

            @route("/payment/later/return", type="http", auth="public", csrf=False)
            def of_a_provider_nobody_enabled(self):
                return "open"

        Later.plain.__module__ = Later.in_our_rooms.__module__ = "odoo.addons.later.main"
        self.addCleanup(Controller.children_classes["tour_loan"].remove, Later)
        self.forget()
        paths = ["/later/x", "/my/loans/x/later", "/payment/later/return"]
        for who in (None, "base.group_portal"):
            self.become(who)
            for path in paths:
                self.assertShut(path)
                self.assertShut(path, "POST")
        self.become("base.group_user")
        self.assertEqual([self.ask(path).text for path in paths], ["open"] * 3)


@tagged("post_install", "-at_install")
class TestDoors(RoutesCase):
    """Nothing in the way a question is asked opens a door."""

    SHUT = (
        "/xmlrpc/2/common",
        "/jsonrpc",
        "/json/2/res.partner/search_read",
        "/json/1/res.partner",
        "/queue_job/runjob?job_uuid=x",
        "/web/database/list",
        "/web/database/manager",
        "/web/signup",
        "/web/reset_password",
        "/web/session/authenticate",
        "/my/account",
        "/my/addresses",
        "/my/security",
        "/my/payment_method",
        "/payment/pay",
        "/payment/transaction",
        "/payment/confirmation",
        "/mail/view",
        "/websocket",
        "/web/content/1",
        "/web/image/1",
        "/web/image/res.partner/1/avatar_128",
        "/web/dataset/call_kw",
    )

    def test_neither_prefix_nor_slashes_nor_case_open_one(self):
        self.env["res.lang"]._activate_lang("en_US")
        for who in (None, "base.group_portal"):
            self.become(who)
            for path in self.SHUT:
                name = path.split("?")[0]
                for other in (
                    path,
                    f"/ru{path}",
                    f"/en{path}",
                    f"/en_US{path}",
                    f"/ru_RU{path}",
                    f"/en/ru{path}",
                    f"//{path[1:]}",
                    f"/en/{path}",
                    f"{name}/",
                    name.upper(),
                    name.replace("/", "%2F", 2).replace("%2F", "/", 1),
                ):
                    self.assertShut(other)
                    self.assertShut(other, "POST", data={})
                    self.assertShut(other, "POST", json={"params": {}})

    def test_a_redirect_for_the_language_counts_by_where_it_ends(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.become()
        self.opener.cookies["frontend_lang"] = "en_US"
        self.assertShut("/my/account")
        self.assertShut("/nothing/there")
        answer = self.ask("/my")
        self.assertEqual((answer.status_code, answer.headers["Location"][-6:]), (303, "/en/my"))
        self.assertEqual(self.url_open("/my").url.rsplit("/", 1)[-1].split("?")[0], "login")

    def test_headers_open_none(self):
        self.become()
        for headers in (
            {"X-HTTP-Method-Override": "GET"},
            {"X-Original-URL": "/web/health"},
            {"X-Rewrite-URL": "/web/health"},
            {"X-Forwarded-Prefix": "/web/health"},
            {"Authorization": "bearer x"},
            {"Authorization": "Basic cnVubmVyOg=="},
            {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"},
            {"Origin": "https://x.example", "Access-Control-Request-Method": "POST"},
        ):
            for path in self.SHUT:
                self.assertShut(path, headers=headers)
                self.assertShut(path, "OPTIONS", headers=headers)

    def test_a_wrong_verb_tells_only_of_what_exists(self):
        self.become()
        self.assertEqual(self.ask("/tour_loan/divisions", "DELETE").status_code, 405)
        self.assertShut("/payment/pay", "DELETE")
        self.assertShut("/my/address/submit", "GET")

    def test_people_read_a_page_of_ours_and_programs_json(self):
        page = self.visitor().get("/my/account")
        self.assertEqual(page.status, 404)
        self.assertIn(NOT_HERE, page.text)
        answer = self.assertShut("/web/dataset/call_kw", "POST", json={})
        self.assertEqual(
            answer.json()["error"]["data"]["name"], "odoo.http.SessionExpiredException"
        )

    def test_a_session_that_is_no_longer_good_is_nobodys(self):
        self.become("base.group_user")
        self.assertEqual(self.ask("/my/account").status_code, 200)
        self.env["res.users"].search([("login", "=", "base_group_user")]).password = "another"
        self.env.flush_all()
        self.assertShut("/my/account")
        self.assertShut("/web/signup")

    def test_attachments_by_their_address_are_for_employees(self):
        self.env["ir.attachment"].create(
            {"name": "x", "raw": b"hush", "url": "/hush.txt", "mimetype": "text/plain"}
        )
        for who, status in ((None, 404), ("base.group_portal", 404), ("base.group_user", 200)):
            self.become(who)
            self.assertEqual(self.ask("/hush.txt").status_code, status)

    def test_only_the_logos_of_payment_methods_are_pictures_of_odoos(self):
        self.become()
        path = "/web/image/{}/1/{}/x"
        self.assertShut(path.format("res.partner", "image_128"))
        self.assertShut(path.format("res.company", "logo"))
        method = self.env.ref("payment.payment_method_card").id
        self.assertEqual(self.ask(f"/web/image/payment.method/{method}/image/x").status_code, 200)

    def test_a_setting_opens_a_route_and_says_so(self):
        self.become()
        opened = {"TOUR_LOAN_OPEN_ROUTES": "/web/version /json/2/*", "TOUR_LOAN_MONITOR_TOKEN": "t"}
        with patch.dict(os.environ, opened):
            self.forget()
            self.assertEqual(self.ask("/web/version").status_code, 200)
            answer = self.ask("/json/2/res.partner/search_read", "POST", json={})
            self.assertEqual(answer.status_code, 401)
            self.assertShut("/json/1/res.partner")
            told = self.ask("/tour_loan/monitor", headers={"X-Token": "t"}).json()
            self.assertEqual(told["open_routes"], ["/web/version", "/json/2/*"])
            with self.assertLogs(
                "odoo.addons.tour_loan.models.web.ir_http_doors", "WARNING"
            ) as log:
                self.env["ir.http"]._register_hook()
            self.assertIn("/json/2/*", log.output[0])
        self.forget()
        self.assertShut("/web/version")

    def test_the_routes_of_a_payment_provider_come_and_go_with_it(self):
        providers = self.env["payment.provider"]
        self.assertNotIn("none", providers._tour_loan_codes())
        provider = providers.create({"name": "Till", "code": "none", "state": "disabled"})
        self.assertNotIn("none", providers._tour_loan_codes())
        provider.state = "test"
        self.assertIn("none", providers._tour_loan_codes())
        provider.state = "disabled"
        self.assertNotIn("none", providers._tour_loan_codes())

    def test_jobs_are_run_for_the_runner_only(self):
        self.become()
        path, secret = "/queue_job/runjob?job_uuid=x", job_runner.secret()

        def named(given):
            return {"Authorization": f"Basic {b64encode(given.encode()).decode()}"}

        for given in ("runner:", "runner:x", f":{secret[:-1]}", f"{secret}:", secret, ":ключ"):
            self.assertShut(path, headers=named(given))
        self.assertShut(path, headers={"Authorization": f"Bearer {secret}"})
        with mute_logger("odoo.addons.queue_job.controllers.main"):
            answer = self.ask(path, headers=named(f"runner:{secret}"))
        self.assertEqual(answer.status_code, 200)
        with patch.dict(os.environ, ODOO_QUEUE_JOB_HTTP_AUTH_PASSWORD="of the proxy"):
            self.assertEqual(job_runner.secret(), "of the proxy")


@tagged("post_install", "-at_install")
class TestWaysIn(RoutesCase):
    """Borrowers come in by phone, staff by their own login; nobody makes himself a user."""

    def test_a_visitor_is_led_to_the_phone_login(self):
        for path in ("/", "/my", "/my/home", "/my/applications", "/my/loans/x"):
            page = self.visitor().get(path)
            self.assertEqual((page.status, page.path.split("?")[0]), (200, "/tour_loan/login"))
            self.assertEqual(page.page.get("lang"), "ru")

    def test_a_borrower_is_led_to_his_cabinet(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        for path in ("/", "/my", "/my/home"):
            self.assertEqual(page.get(path).path, f"/my/applications/{application.uuid}/passport")

    def test_odoos_own_page_after_a_payment_is_for_nobody(self):
        self.assertTrue(self.visitor().get("/payment/status").path.startswith("/tour_loan/login"))
        page = self.come_back(self.opened().borrower_id)
        self.assertTrue(page.get("/payment/status").path.startswith("/my/applications/"))

    def test_staff_are_led_to_theirs(self):
        page = self.visitor().get("/odoo")
        self.assertEqual(page.path.split("?")[0], "/web/login")
        for word in ("/web/signup", "/web/reset_password"):
            self.assertNotIn(word, page.response.text)
        self.become("base.group_user")
        self.assertEqual(self.ask("/").headers["Location"].split("?")[0][-5:], "/odoo")

    def test_sign_up_is_closed_by_data_too(self):
        users = self.env["res.users"]
        self.assertEqual(users._get_signup_invitation_scope(), "b2b")
        parameters = self.env["ir.config_parameter"]
        self.assertFalse(parameters.get_param("auth_signup.reset_password"))
        # a database of before, and its next update
        parameters.set_param("auth_signup.invitation_scope", "b2c")
        convert_file(self.env, "tour_loan", "data/ir_config_parameter_data.xml", {}, mode="update")
        self.assertEqual(users._get_signup_invitation_scope(), "b2b")

    def test_who_logs_out_is_out_and_at_the_phone_login(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        self.assertEqual(page.post("/tour_loan/logout").status, 400)  # no token of the form
        page.get("/my").log_out()
        self.assertEqual(page.path, "/tour_loan/login")
        self.assertTrue(page.get("/my").path.startswith("/tour_loan/login"))

    def test_what_pages_ask_by_themselves_is_kept_by_nobody(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        page.get(f"/my/applications/{application.uuid}/state")
        self.assertIn("no-store", page.response.headers["Cache-Control"])

    def test_the_session_travels_from_our_own_pages_only(self):
        self.become()
        cookie = self.ask("/tour_loan/login").headers["Set-Cookie"]
        for part in ("session_id=", "HttpOnly", "SameSite=Lax"):
            self.assertIn(part, cookie)
