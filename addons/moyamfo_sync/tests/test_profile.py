"""Profiles are versions in the database: loaded, tried, switched, and seen to the letter."""

import json
import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .. import connection
from .common import MoyamfoCase, approved, page

INTEGRATOR = "tour_loan.tour_loan_group_integrator"


class ProfileCase(MoyamfoCase):
    def setUp(self):
        super().setUp()
        unnamed = patch.dict(os.environ, {"MOYAMFO_SYNC_PROFILE": ""})
        unnamed.start()
        self.addCleanup(unnamed.stop)
        self.integrator = new_test_user(self.env, "integrator", INTEGRATOR)
        self.profiles = self.env["moyamfo.profile"].with_user(self.integrator)
        self.shipped = json.loads((connection.PROFILES / "default.json").read_text())
        self.publication.answers["GetApplications"] = lambda _question: page()

    def version(self, **changes):
        return self.profiles.create({"content": json.dumps({**self.shipped, **changes})})


@tagged("post_install", "-at_install")
class TestProfile(ProfileCase):
    def test_a_version_begins_as_what_is_in_use(self):
        draft = Form(self.profiles).save()
        self.assertEqual(json.loads(draft.content), self.shipped)
        self.assertEqual((draft.name, draft.problem, draft.difference), ("default", False, ""))

    def test_what_is_wrong_is_said_with_its_line_and_cannot_be_used(self):
        text = json.dumps({**self.shipped, "colour": "red"}, indent=1)
        draft = self.profiles.create({"content": text})
        self.assertIn("colour", draft.problem)
        line = text.split('"colour"')[0].count("\n") + 1
        self.assertIn(str(line), draft.problem)
        for action in (draft.action_try, draft.action_use):
            with self.assertRaisesRegex(UserError, "colour"):
                action()
        draft.content = "{"
        self.assertTrue(draft.problem)

    def test_a_tried_one_is_used_from_then_on_and_what_was_is_kept(self):
        first, second = self.version(name="first"), self.version(name="second")
        first.action_try()
        self.assertEqual(
            (first.state, len(self.publication.called("GetApplications"))), ("tried", 1)
        )
        first.action_use()
        self.assertEqual(connection.exchange(self.env).profile.name, "first")
        second.action_try()
        self.assertIn('"name": "second"', second.difference)
        second.action_use()
        self.assertEqual((first.state, second.state), ("replaced", "used"))
        self.assertEqual(second.used_by_id, self.integrator)
        self.assertEqual(connection.exchange(self.env).profile.name, "second")
        self.env.flush_all()
        notes = self.env["tour_loan.event"].search([("model", "=", "moyamfo.profile")])
        self.assertEqual(set(notes.mapped("login")), {"integrator"})
        first.action_use()  # the way back
        self.assertEqual(connection.exchange(self.env).profile.name, "first")

    def test_without_a_try_a_second_person_switches(self):
        draft = self.version(name="first")
        with self.assertRaises(UserError):
            draft.action_use()
        other = new_test_user(self.env, "other", INTEGRATOR)
        text = draft.content
        draft.with_user(other).content = text
        with self.assertRaises(UserError, msg="who changed it is no second person"):
            draft.with_user(other).action_use()
        draft.content = text
        draft.with_user(other).action_use()
        self.assertEqual(draft.state, "used")

    def test_what_does_not_answer_as_it_says_stays_a_draft(self):
        draft = self.version()
        for answer in ((500, b"<html>"), "no JSON", (401, b"")):
            self.publication.answers["GetApplications"] = lambda _question, said=answer: said
            with self.assertRaises(UserError):
                draft.action_try()
        self.assertEqual(draft.state, "draft")

    def test_a_changed_one_is_tried_again_and_a_used_one_is_not_changed(self):
        draft = self.version(name="first")
        draft.action_try()
        draft.content = json.dumps({**self.shipped, "name": "other"})
        self.assertEqual((draft.state, draft.tried_at), ("draft", False))
        draft.action_try()
        draft.action_use()
        with self.assertRaises(UserError):
            draft.content = "{}"
        with self.assertRaises(UserError):
            draft.unlink()
        action = draft.action_new_version()
        copy = self.profiles.browse(action["res_id"])
        self.assertEqual((copy.content, copy.state), (draft.content, "draft"))
        copy.unlink()

    def test_a_file_in_the_settings_wins(self):
        draft = self.version(name="first")
        draft.action_try()
        draft.action_use()
        with patch.dict(os.environ, {"MOYAMFO_SYNC_PROFILE": "default"}):
            draft.invalidate_recordset()
            self.assertEqual(draft.file, "default")
            self.assertEqual(connection.exchange(self.env).profile.name, "default")
        self.assertEqual(connection.exchange(self.env).profile.name, "first")

    def test_who_may(self):
        manager = new_test_user(self.env, "manager", "tour_loan.tour_loan_group_manager")
        operator = new_test_user(self.env, "operator", "tour_loan.tour_loan_group_operator")
        draft = self.version()
        self.assertTrue(draft.with_user(manager).content)
        for user in (manager, operator):
            for action in ("action_try", "action_use"):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(draft.with_user(user), action)()
        with self.assertRaises(AccessError):
            draft.with_user(operator).read(["content"])


@tagged("post_install", "-at_install")
class TestTryout(ProfileCase):
    def tryout(self, **values):
        return self.env["moyamfo.tryout"].with_user(self.integrator).create(values)

    def test_the_request_of_every_operation_is_seen_whole(self):
        # the publication of this test has the WSDL of the first
        for name in ("default", "http"):
            text = (connection.PROFILES / f"{name}.json").read_text()
            profile = self.profiles.create({"content": text})
            self.assertFalse(profile.problem)
            for operation in profile._parsed().operations:
                one = self.tryout(profile_id=profile.id, operation=operation)
                with self.subTest(profile=name, operation=operation):
                    self.assertRegex(one.request, "^\\w+: (POST|GET) /")
                    self.assertNotIn("пароль", one.request)

    def test_the_sample_has_an_answer_to_every_question(self):
        request = self.tryout(operation="load_application").request
        for key in ("Фамилия", "ДатаРождения", "НомерПаспорта", "Занятость", "Доход"):
            self.assertRegex(request, f'"{key}": \\S')

    def test_a_publication_that_gives_no_wsdl_is_told(self):
        with self.environment_without_url():
            self.assertTrue(self.tryout(operation="load_application").request)
        other = self.profiles.create({"content": (connection.PROFILES / "flat.json").read_text()})
        self.assertTrue(self.tryout(profile_id=other.id).request)

    def test_an_answer_is_read_row_by_row_with_what_is_left_over(self):
        answer = page({**approved("uid-1"), "Новое": "поле"}, {"УИД": "uid-2"})
        envelope = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            '<m:R xmlns:m="http://www.mfo1c.ru/TourCabinet"><m:return>%s</m:return></m:R>'
            "</soap:Body></soap:Envelope>"
        )
        one = self.tryout(
            operation="get_applications",
            answer=envelope % json.dumps(answer, ensure_ascii=False),
        )
        found = json.loads(one.found)
        self.assertEqual(found["rows"][0]["uid"], "uid-1")
        self.assertEqual(found["bad"][0]["key"], "uid-2")
        self.assertEqual(found["left_over"], ["Новое"])

    def test_nothing_breaks_the_page(self):
        for answer in ("", "no answer", "<html>", "{"):
            one = self.tryout(operation="get_applications", answer=answer)
            self.assertEqual(bool(one.found), bool(answer))
        self.assertIn("offer", self.tryout(step=7).request)
        self.assertFalse(self.tryout().found)
