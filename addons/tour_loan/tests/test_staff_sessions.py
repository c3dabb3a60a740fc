import os
import time
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.http import request, root
from odoo.service import security
from odoo.tests import tagged

from odoo.addons.bus import websocket

from .. import session_age
from ..rules.session_age import DEFAULTS
from ..session_age import BEGAN, SEEN
from .common_staff import StaffHttpCommon

POLL = "/web/dataset/call_kw/tour_loan.attention/search_count"


@tagged("post_install", "-at_install")
class TestSessionAge(StaffHttpCommon):
    """Sessions end at the server: of staff and of borrowers by limits of their own."""

    required = False

    def age(self, page, began=0, seen=0):
        """Let a session be older by so many seconds."""
        session = self.session(page)
        values = {BEGAN: session[BEGAN] - began, SEEN: session[SEEN] - seen}
        self.change_session(page, **values)

    def set_limit(self, name, value):
        self.env["ir.config_parameter"].set_param(f"tour_loan.{name}", value)

    def borrower(self):
        application = self.opened()
        return application, self.come_back(application.borrower_id)

    def poll(self, page):
        kwargs = {"domain": []}
        params = {"model": "tour_loan.attention", "method": "search_count", "args": []}
        return page.post(POLL, json={"params": {**params, "kwargs": kwargs}})

    def test_who_does_nothing_for_a_while_is_out(self):
        page = self.log_in(self.operator)
        self.assertTrue(self.is_in(page))
        self.age(page, seen=DEFAULTS["staff"].idle - 5)
        self.assertTrue(self.is_in(page))
        self.age(page, seen=DEFAULTS["staff"].idle)
        self.assertEqual(self.poll(page).status, 404)
        self.assertIn("SessionExpired", page.response.text)
        self.assertFalse(self.is_in(page))
        self.assertTrue(page.response.headers["Location"].split("?")[0].endswith("/web/login"))

    def test_nothing_wakes_a_session_that_is_over(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.age(page, seen=DEFAULTS["staff"].idle)
        for path in ("/web/health", "/robots.txt", "/tour_loan/login", "/web/login", "/my"):
            page.get(path, allow_redirects=False)
        self.assertFalse(self.is_in(page))

    def test_so_is_who_came_in_too_long_ago_whatever_he_does(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.age(page, began=DEFAULTS["staff"].whole - 5)
        self.assertTrue(self.is_in(page))
        self.age(page, began=5)
        self.assertFalse(self.is_in(page))

    def test_odoos_new_id_for_a_session_makes_it_no_younger(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        began = self.session(page)[BEGAN]
        before = page.opener.cookies["session_id"]
        self.change_session(page, create_time=time.time() - 4 * 3600)
        page.get("/odoo")
        self.assertNotEqual(page.opener.cookies["session_id"], before)
        self.assertEqual(self.session(page)[BEGAN], began)

    def test_a_new_login_begins_anew(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.age(page, began=DEFAULTS["staff"].whole - 60)
        began = self.session(page)[BEGAN]
        self.change_session(page, uid=None)
        self.log_in(self.operator, visitor=page)
        page.get("/odoo")
        self.assertGreater(self.session(page)[BEGAN], began + 3600)

    def test_what_the_page_asks_by_itself_keeps_no_session_alive(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.age(page, seen=600)
        seen = self.session(page)[SEEN]
        self.assertEqual(self.poll(page).status, 200)
        self.assertEqual(self.session(page)[SEEN], seen)
        page.post("/web/session/get_session_info", json={})
        self.assertGreater(self.session(page)[SEEN], seen)

    def test_borrowers_have_limits_of_their_own(self):
        application, page = self.borrower()
        address = f"/my/applications/{application.uuid}/passport"
        self.set_limit("staff_idle_minutes", "1")
        self.set_limit("staff_session_hours", "1")
        self.assertEqual(page.get(address).path, address)
        self.age(page, began=7200, seen=3600)
        self.assertEqual(page.get(address).path, address)
        self.set_limit("borrower_idle_minutes", "5")
        self.age(page, seen=300)
        page.send(**{"last_name": "Иванова"})
        self.assertTrue(page.path.startswith("/tour_loan/login?next="))
        self.assertIn("lost", page.path)
        self.assertIn("не отправлено", page.text)

    def test_settings_are_the_administrators(self):
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.staff_idle_minutes, DEFAULTS["staff"].idle // 60)
        self.assertEqual(settings.borrower_session_hours, DEFAULTS["borrower"].whole // 3600)
        settings.staff_idle_minutes = 1
        settings.execute()
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.age(page, seen=60)
        self.assertFalse(self.is_in(page))
        with self.assertRaises(ValidationError):
            settings.create({"staff_idle_minutes": 0})

    def test_the_websocket_asks_the_same_question(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.assertIs(websocket.check_session, security.check_session)
        session = root.session_store.get(page.opener.cookies["session_id"])
        self.assertTrue(websocket.check_session(session, self.env))
        self.age(page, seen=DEFAULTS["staff"].idle)
        session = root.session_store.get(page.opener.cookies["session_id"])
        self.assertFalse(websocket.check_session(session, self.env))

    def test_what_may_lie_in_a_cache_bears_no_cookie(self):
        page = self.log_in(self.operator)
        page.get("/odoo")
        self.age(page, seen=600)
        page.get("/tour_loan/login")
        style = page.page.xpath("//link[@rel='stylesheet']/@href")[0]
        self.age(page, seen=300)
        self.assertNotIn("Set-Cookie", page.get(style).response.headers)

    def test_a_request_under_way_does_not_bring_back_a_session_that_ended(self):
        page = self.log_in(self.operator)
        ended = self.session(page)
        file = root.session_store.get_session_filename(ended.sid)

        def logs_out_meanwhile():
            request.session.touch()
            root.session_store.delete(request.session)

        with patch.object(session_age, "note", logs_out_meanwhile):
            self.poll(page)
        self.assertFalse(os.path.exists(file))
        self.assertFalse(self.is_in(page))
