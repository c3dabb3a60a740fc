"""Staff at the login: passwords, codes of an app, passkeys, and a clean count of attempts."""

import base64
import json
import os
import secrets
import time
from unittest.mock import patch

from odoo.http import root
from odoo.tests import new_test_user

from odoo.addons.auth_totp.models.totp import TIMESTEP, hotp

from ..hot_path import ask_aside
from ..models.staff.second_factor import PAGE, PARAMETER
from .authenticator import Authenticator
from .common import TourLoanHttpCommon

PASSWORD = "лодка гвоздь апрель"


class StaffHttpCommon(TourLoanHttpCommon):
    """``required`` says whether staff need a second factor."""

    required = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            PARAMETER, "required" if cls.required else "optional"
        )
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.base_url())
        cls.operator = cls.employee("operator")

    @classmethod
    def employee(cls, name="operator", groups="tour_loan.tour_loan_group_operator"):
        """Return an employee with a login of his own, so that no test counts for another."""
        login = f"{name}-{secrets.token_hex(4)}@veter.example"
        return new_test_user(cls.env, login, groups, name=name, password=PASSWORD, lang="ru_RU")

    def setUp(self):
        super().setUp()
        self.forget_attempts()
        self.addCleanup(self.forget_attempts)

    def forget_attempts(self):
        """They are counted outside of the test's transaction, which takes them back."""
        ask_aside(self.env.cr.dbname, "DELETE FROM tour_loan_attempt")

    def open_doors(self, *routes):
        """Open Odoo's doors for programs, as the server's setting does."""
        patched = patch.dict(os.environ, {"TOUR_LOAN_OPEN_ROUTES": " ".join(routes)})
        patched.start()
        self.addCleanup(self.env.registry.clear_cache, "routing")
        self.addCleanup(patched.stop)
        self.env.registry.clear_cache("routing")

    # --- what somebody does at the login ---

    def log_in(self, user, password=PASSWORD, visitor=None):
        """Return the browser after the form with login and password."""
        page = (visitor or self.visitor()).get("/web/login")
        return page.send(login=user.login, password=password)

    def type_code(self, page, code):
        """Send the form of the code, Odoo's or that of the page that sets one up."""
        [form] = [form for form in page.page.forms if "totp_token" in form.fields]
        values = {**dict(form.form_values()), "totp_token": code}
        return page.post(form.get("action") or page.path, values)

    def is_in(self, page) -> bool:
        """Return whether this browser reaches the backend."""
        page.get("/odoo", allow_redirects=False)
        return page.status == 200

    def alert(self, page) -> str:
        return " ".join(
            " ".join(found.text_content().split())
            for found in page.page.xpath("//*[@role='alert'][not(contains(@class, 'd-none'))]")
        )

    def set_up_totp(self, user) -> bytes:
        """Give the user an app with codes; return its key."""
        key = secrets.token_bytes(20)
        user.sudo().totp_secret = base64.b32encode(key).decode()
        self.env.flush_all()
        return key

    def code(self, key, steps=0) -> str:
        """Return what the app shows; ``steps``: that many half minutes later."""
        return f"{hotp(key, int(time.time()) // TIMESTEP + steps):06d}"

    def set_up_passkey(self, user) -> Authenticator:
        """Let the user make a passkey at the page after his password."""
        page = self.log_in(user)
        self.assertEqual(page.path.split("?")[0], PAGE)
        device = Authenticator(self.base_url())
        page.post(PAGE, {**self.form(page), "webauthn_response": device.register(self.asked(page))})
        self.assertTrue(self.is_in(page), page.text)
        self.env.invalidate_all()
        return device

    def asked(self, page) -> dict:
        """Return what the page lets the browser ask of the device."""
        [form] = page.page.find_class("o_tour_loan_passkey")
        return json.loads(form.get("data-options"))

    def form(self, page) -> dict:
        [form] = page.page.find_class("o_tour_loan_passkey")
        return dict(form.form_values())

    # --- the session's file ---

    def session(self, page):
        return root.session_store.get(page.opener.cookies["session_id"])

    def change_session(self, page, **values):
        session = self.session(page)
        session.update(values)
        root.session_store.save(session)
