from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestLink(TourLoanHttpCommon):
    """The one-time link from the agency to the questionnaire."""

    def setUp(self):
        super().setUp()
        self.params = self.order("LINK-1")
        self.created = self.rpc("application.create", self.params)["result"]
        self.link = self.created["redirect_url"].removeprefix(self.base_url())
        self.application_ = self.agency._application_of_order("LINK-1")

    def test_looking_at_it_consumes_nothing(self):
        for _preview in range(3):
            page = self.visitor().get(self.link)
            self.assertEqual(page.status, 200)
            self.assertIn("Анталья", page.text)
        self.assertEqual(self.visitor().case.url_open(self.link, method="HEAD").status_code, 200)
        self.assertFalse(self.application_.link_used_at)

    def test_its_page_tells_the_order_and_no_personal_data(self):
        page = self.visitor().get(self.link)
        held_until = self.application_._moscow("held_until")
        for told in ("Север", "LINK-1", "120", "100", f"держит тур по этой цене до {held_until}"):
            self.assertIn(told, page.text)
        for secret in ("Иванова", "123-45-67", "9161234567", "123456"):
            self.assertNotIn(secret, page.text)
        self.assertEqual(page.response.headers["Cache-Control"], "no-store")

    def test_the_button_uses_it_up_and_leads_to_the_documents(self):
        page = self.visitor().get(self.link).send()
        self.assertEqual(page.path, f"/my/applications/{self.application_.uuid}/documents")
        self.assertTrue(self.application_.link_used_at)
        # he who pressed may press «back»
        self.assertEqual(
            page.get(self.link).path, f"/my/applications/{self.application_.uuid}/documents"
        )

    def test_using_it_gives_the_session_another_id(self):
        page = self.visitor().get(self.link)
        before = page.opener.cookies.get("session_id")
        page.send()
        self.assertTrue(before)
        self.assertNotEqual(page.opener.cookies.get("session_id"), before)

    def test_a_second_visitor_sees_that_it_was_used(self):
        self.visitor().get(self.link).send()
        second = self.visitor().get(self.link)
        self.assertIn("Ссылка уже использована", second.text)
        self.assertNotIn("LINK-1", second.text)
        pages = second.get(f"/my/applications/{self.application_.uuid}/documents")
        self.assertTrue(pages.path.startswith("/tour_loan/login"))

    def test_two_who_opened_it_together_do_not_both_get_in(self):
        first, second = self.visitor().get(self.link), self.visitor().get(self.link)
        first.send()
        self.assertIn("Ссылка уже использована", second.send().text)

    def test_a_late_link_says_so(self):
        self.application_.link_made_at = fields.Datetime.now() - timedelta(hours=24)
        self.assertIn("больше не действует", self.visitor().get(self.link).text)
        self.application_.write(
            {
                "link_made_at": fields.Datetime.now(),
                "held_until": fields.Datetime.now() - timedelta(seconds=1),
            }
        )
        self.assertIn("больше не действует", self.visitor().get(self.link).text)

    def test_a_wrong_secret_shows_nothing_of_the_order(self):
        right = self.link.rpartition("/")[2]
        wrong = self.link.replace(right, right[:-1] + ("A" if right[-1] != "A" else "B"))
        strange = self.link.replace(self.application_.uuid, "0" * 8)
        for link in (wrong, strange, self.link.replace(right, "ключ")):
            page = self.visitor().get(link)
            self.assertIn("Ссылка неверна", page.text)
            self.assertNotIn("LINK-1", page.text)
            self.assertNotIn("Север", page.text)

    def test_a_repeated_create_keeps_a_live_link(self):
        again = self.rpc("application.create", self.params)["result"]
        self.assertEqual(again["redirect_url"], self.created["redirect_url"])

    def test_a_repeated_create_after_use_gives_a_new_link(self):
        self.visitor().get(self.link).send()
        got = self.rpc("application.get", {"order_number": "LINK-1"})["result"]
        self.assertIsNone(got["redirect_url"])
        again = self.rpc("application.create", self.params)["result"]
        self.assertNotEqual(again["redirect_url"], self.created["redirect_url"])
        self.assertIn("Ссылка неверна", self.visitor().get(self.link).text)
        new = again["redirect_url"].removeprefix(self.base_url())
        self.assertTrue(self.visitor().get(new).send().path.endswith("/documents"))

    def test_a_repeated_create_replaces_a_late_link(self):
        self.application_.link_made_at = fields.Datetime.now() - timedelta(hours=25)
        again = self.rpc("application.create", self.params)["result"]
        self.assertNotEqual(again["redirect_url"], self.created["redirect_url"])

    def test_after_the_first_code_there_is_no_link_any_more(self):
        self.confirm(self.application_, "acquaintance", self.application_.customer_phone)
        again = self.rpc("application.create", self.params)["result"]
        self.assertEqual((again["status"], again["redirect_url"]), ("filling", None))

    def test_the_database_holds_no_key_to_it(self):
        self.assertNotIn(self.link.rpartition("/")[2], str(self.application_.read()))
