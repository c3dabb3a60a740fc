"""A new ``code_key`` while codes, links and browsers made with the old one are about."""

import os
from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from .. import links
from ..rules import browsers, codes
from ..tools import code_key, code_keys
from .common import ORIGIN, PHONE, SETTINGS, TourLoanCommon

OLD = SETTINGS["TOUR_LOAN_CODE_KEY"]
NEW = "the key that takes its place, forty bytes long"
BORN = date(1990, 3, 14)


def rotated(before=OLD):
    return patch.dict(os.environ, TOUR_LOAN_CODE_KEY=NEW, TOUR_LOAN_CODE_KEY_BEFORE=before)


@tagged("post_install", "-at_install")
class TestCodeKey(TourLoanCommon):
    def asked(self):
        code, refusal = self.application()._request_code("acquaintance", PHONE, ORIGIN)
        self.assertFalse(refusal)
        return code

    def test_a_code_on_its_way_stays_good(self):
        code = self.asked()
        typed = code._plain()
        with rotated():
            self.assertIsNone(code._check(typed, ORIGIN))

    def test_a_key_that_leaked_takes_its_codes_with_it(self):
        code = self.asked()
        typed = code._plain()
        with rotated(before=""):
            self.assertEqual(code._check(typed, ORIGIN)["error"], "wrong")

    def test_new_codes_are_of_the_new_key(self):
        with rotated():
            code = self.asked()
            typed = code._plain()
            self.assertEqual(code.key_name, codes.key_name(NEW.encode()))
        with rotated(before=""):  # a day later the old one is gone
            self.assertIsNone(code._check(typed, ORIGIN))

    def test_a_login_on_its_way_knows_its_birth_date(self):
        challenge, refusal = self.env["tour_loan.code"]._request_login(PHONE, BORN, ORIGIN, False)
        self.assertFalse(refusal)
        with rotated():
            self.assertTrue(challenge._fits_date(BORN))
            self.assertFalse(challenge._fits_date(date(1990, 3, 15)))
        with rotated(before=""):
            self.assertFalse(challenge._fits_date(BORN))

    def test_a_link_not_used_yet_stays_good_and_the_next_is_of_the_new_key(self):
        application = self.application()
        uuid, generation = application.uuid, application.link_generation
        old = links.secret(uuid, generation)
        with rotated():
            self.assertEqual(application._link_state(old), "good")
            new = links.secret(uuid, generation)
            self.assertNotEqual(new, old)
            self.assertEqual(application._link_state(new), "good")
        with rotated(before=""):
            self.assertEqual(application._link_state(old), "wrong")
            self.assertEqual(application._link_state(new), "good")

    def test_a_browser_is_known_by_either_key(self):
        cookie = browsers.marked(code_key(), "", PHONE)
        with rotated():
            self.assertTrue(any(browsers.is_marked(key, cookie, PHONE) for key in code_keys()))
            self.assertFalse(browsers.is_marked(code_key(), cookie, PHONE))

    def test_a_short_key_is_refused_behind_the_current_one_too(self):
        with rotated(before="short"), self.assertRaises(ValueError):
            code_key()
