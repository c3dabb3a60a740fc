from unittest.mock import patch
from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_PHONE, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestErrorPages(TourLoanHttpCommon):
    """An address that leads nowhere gets a page of ours, in Russian, with a way on."""

    def check(self, page, status, told):
        self.assertEqual(page.status, status, page.path)
        self.assertIn(told, page.text)
        self.assertEqual(page.page.get("lang"), "ru")
        self.assertEqual(page.page.xpath("//body[contains(@class, 'o_tour_loan')]//h1")[1:], [])
        for theirs in ("Odoo", "Not Found", "Powered"):
            self.assertNotIn(theirs, page.text)
        (button,) = page.page.find_class("tl-button")
        self.assertTrue(button.get("href").startswith(("/my/applications", "/tour_loan/login")))

    def test_a_malformed_start_link(self):
        for path in ("nonsense/x", "%00/x", "nonsense/%00", f"{'0' * 36}/%D0%BA"):
            page = self.visitor().get(f"/tour_loan/start/{path}")
            self.check(page, 200, "Ссылка неверна")
            self.assertIn("вернитесь к заказу на сайте турагентства", page.text.lower())

    def test_a_start_link_that_lost_its_end(self):
        for path in ("/tour_loan/start", "/tour_loan/start/nonsense", "/tour_loan/nothing"):
            self.check(self.visitor().get(path), 404, "Такой страницы нет")

    def test_a_strange_page_of_the_cabinet(self):
        for path in ("x/y/z", "x/documents/nonsense"):
            page = self.visitor().get(f"/my/applications/{path}")
            self.check(page, 404, "Такой страницы нет")
        self.check(self.visitor().get("/my/loans"), 404, "Такой страницы нет")

    def test_who_is_logged_in_sees_it_too(self):
        application = self.opened()
        other = self.opened(phone=OTHER_PHONE)
        page = self.come_back(application.borrower_id)
        for path in (other.uuid, "nonsense", "%00", f"{application.uuid}/nonsense"):
            self.check(page.get(f"/my/applications/{path}"), 404, "Такой страницы нет")
        self.check(page.get("/my/loans/nonsense"), 404, "Такой страницы нет")

    @mute_logger("odoo.http")  # it warns of the lost token, as it should
    def test_a_form_that_was_open_for_too_long(self):
        application = self.opened()
        page = self.come_back(application.borrower_id)
        address = f"/my/applications/{application.uuid}/passport"
        page.post(address, {"last_name": "Иванова", "csrf_token": "old"})
        self.check(page, 400, "Страница устарела")

    def test_a_question_of_a_script_gets_no_page(self):
        response = self.url_open("/my/loans/nonsense/transaction/x", json={"params": {}})
        self.assertEqual(response.headers["Content-Type"], "application/json; charset=utf-8")

    @mute_logger("odoo.http")  # it logs the traceback, as it should
    def test_a_script_of_a_visitor_is_told_nothing_of_the_inside(self):
        loans = type(self.env["tour_loan.loan"])
        with patch.object(loans, "search", side_effect=KeyError("inside of the server")):
            response = self.url_open(f"/my/loans/{uuid4()}/transaction/x", json={"params": {}})
        data = response.json()["error"]["data"]
        self.assertEqual((data["message"], data["debug"]), ("Server error", ""))
        self.assertNotIn("inside of the server", response.text)
        self.assertNotIn("Traceback", response.text)

    @mute_logger("odoo.http")  # it warns of what people are told
    def test_a_script_is_told_what_is_meant_for_people(self):
        loans = type(self.env["tour_loan.loan"])
        with patch.object(loans, "search", side_effect=UserError("Попробуйте позже")):
            response = self.url_open(f"/my/loans/{uuid4()}/transaction/x", json={"params": {}})
        data = response.json()["error"]["data"]
        self.assertEqual((data["message"], data["debug"]), ("Попробуйте позже", ""))
