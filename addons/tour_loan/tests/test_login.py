from odoo.exceptions import AccessDenied
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import BORN, ORIGIN, OTHER_PHONE, PHONE, TYPED, TourLoanHttpCommon


@tagged("post_install", "-at_install")
class TestLogin(TourLoanHttpCommon):
    """Back into the cabinet by a code."""

    def setUp(self):
        super().setUp()
        self.application_ = self.opened()
        self.borrower = self.application_.borrower_id

    def code_of(self, phone) -> str:
        return self.env["tour_loan.code"].search([("phone", "=", phone)], limit=1)._plain()

    def ask(self, phone=PHONE, next="", birth_date=BORN):
        page = self.visitor().get("/tour_loan/login", params={"next": next})
        return page.send(phone=phone, birth_date=birth_date)

    def log_in(self, phone=PHONE, next="", **options):
        return self.ask(phone, next, **options).send("confirm", code=self.code_of(phone))

    def test_the_borrower_comes_back_by_a_code(self):
        page = self.log_in()
        self.assertEqual(page.path, f"/my/applications/{self.application_.uuid}/passport")
        self.assertEqual(page.get("/my").path, page.path)

    def test_an_unknown_phone_looks_the_same_and_gets_nothing(self):
        known, unknown = self.ask(), self.ask(OTHER_PHONE)
        self.assertEqual(unknown.status, known.status)
        self.assertEqual(known.text.replace("67", "43"), unknown.text)
        self.assertEqual(known.form("resend").fields.keys(), unknown.form("resend").fields.keys())
        self.assertTrue(self.messages_to(PHONE))
        self.assertFalse(self.messages_to(OTHER_PHONE))
        # asking again, and typing wrong, look the same too
        for page in (known, unknown):
            self.assertEqual(page.send("resend").errors(), [])
            self.assertIn("Осталось попыток: 4", page.send("confirm", code="000000").text)

    def test_a_phone_may_be_written_as_people_do(self):
        page = self.ask("8 (916) 123-45-67")
        self.assertEqual(page.send("confirm", code=self.code_of(PHONE)).status, 200)
        self.assertTrue(page.path.startswith("/my/"))

    def test_an_unknown_phone_is_not_let_in_by_the_right_code(self):
        page = self.ask(OTHER_PHONE)
        with mute_logger("odoo.http"):
            page.send("confirm", code=self.code_of(OTHER_PHONE))
        self.assertNotIn("/my/", page.path)
        self.assertFalse(self.env["res.users"].search([("login", "=", OTHER_PHONE)]))

    def test_a_new_owner_of_the_number_sees_nothing_of_the_old_one(self):
        for stranger in ("", "15.03.1990"):
            page = self.log_in(birth_date=stranger)
            self.assertIn("Осталось попыток: 4", page.text)
            self.assertTrue(page.get("/my/applications").path.startswith("/tour_loan/login"))
            self.age(self.env["tour_loan.code"].search([]), seconds=61)
        # his own application lets him in, and shows him nothing but itself
        self.env["tour_loan.code"].search([]).state = "used"
        own = self.application(customer={"phone": PHONE})
        page = self.visitor().get(own._link().removeprefix(own.get_base_url())).send()
        page.send("send", tick=True).send("confirm", code=self.code_of(PHONE))
        self.assertEqual(page.path, f"/my/applications/{own.uuid}/passport")
        self.assertFalse(own.passport_number or own.last_name)
        self.assertEqual(own.borrower_id, self.borrower)
        old = f"/my/applications/{self.application_.uuid}"
        self.assertTrue(page.get(old).path.startswith("/tour_loan/login"))
        self.assertEqual(page.get("/my/applications").path, f"/my/applications/{own.uuid}/passport")

    def test_the_same_person_is_recognised_by_his_birth_date(self):
        self.submitted()
        again = self.opened()
        self.assertEqual(again.passport_number, "123456")
        self.assertEqual(again.birth_place, self.borrower.birth_place)

    def test_what_the_agency_mistyped_locks_nobody_out(self):
        """Until code 2 confirms one, both its date and the one he typed are his."""
        self.application_._save_step("passport", {**TYPED["passport"], "birth_date": "15.03.1990"})
        for born in ("15.03.1990", BORN):
            page = self.log_in(birth_date=born)
            self.assertTrue(
                page.path.startswith(f"/my/applications/{self.application_.uuid}"), born
            )
        submitted = self.submitted(phone=OTHER_PHONE)
        submitted.birth_date = "1990-03-15"
        self.assertTrue(submitted.borrower_id._is_born(submitted.birth_date))
        self.assertFalse(submitted.borrower_id._is_born(self.borrower.birth_date or None))

    def test_a_birth_date_that_is_none_is_told(self):
        page = self.ask(birth_date="31.02.1990")
        self.assertTrue(page.errors())
        self.assertFalse(self.env["tour_loan.code"].search([("purpose", "=", "login")]))

    def test_wrong_codes_survive_and_lock(self):
        page = self.ask()
        wrong = str((int(self.code_of(PHONE)) + 1) % 10**6).zfill(6)
        for left in (4, 3, 2, 1):
            self.assertIn(f"Осталось попыток: {left}", page.send("confirm", code=wrong).text)
        self.assertIn("неверно пять раз", page.send("confirm", code=wrong).text)
        right = self.code_of(PHONE)
        self.assertIn("неверно пять раз", page.send("confirm", code=right).text)
        self.assertTrue(page.get("/my/applications").path.startswith("/tour_loan/login"))

    def test_a_phone_that_is_none_is_told(self):
        for phone in ("123", "+7 495 123-45-67", "+375 29 123-45-67", "abc"):
            page = self.ask(phone)
            self.assertTrue(page.errors(), phone)
        self.assertFalse(self.env["tour_loan.code"].search([("purpose", "=", "login")]))

    def test_the_way_back_leads_only_inside(self):
        home = f"/my/applications/{self.application_.uuid}"
        self.assertEqual(self.log_in(next=f"{home}/address").path, f"{home}/address")
        for outside in (
            "https://evil.example/",
            "//evil.example/my/applications/",
            "/\\evil.example",
            "/web",
            "javascript:alert(1)",
            "/my/applicationsx.evil.example",
        ):
            self.assertEqual(self.log_in(next=outside).path, f"{home}/passport", outside)

    def test_a_public_visitor_is_led_to_the_login_with_the_way_back(self):
        home = f"/my/applications/{self.application_.uuid}"
        page = self.visitor().get(f"{home}/address")
        self.assertEqual(page.path.partition("?")[0], "/tour_loan/login")
        self.assertEqual(page.form().fields["next"], f"{home}/address")

    # --- Odoo's own doors ---

    def credential(self, user, challenge):
        return {"type": "tour_loan_code", "login": user.login, "challenge": challenge}

    def challenge(self):
        code, _refusal = self.env["tour_loan.code"]._request("login", PHONE, ORIGIN, text="{code}")
        code._check(code._plain(), ORIGIN)
        return code.uid

    def test_a_challenge_lets_in_once(self):
        users = self.env["res.users"]
        challenge = self.challenge()
        credential = self.credential(self.borrower.user_id, challenge)
        info = users.authenticate(credential, {"interactive": False})
        self.assertEqual(info["uid"], self.borrower.user_id.id)
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.res_users"):
            users.authenticate(credential, {"interactive": False})

    def test_staff_never_log_in_by_a_code(self):
        staff = new_test_user(self.env, "clerk", "tour_loan.tour_loan_group_operator")
        self.borrower.user_id = staff
        credential = self.credential(staff, self.challenge())
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.res_users"):
            self.env["res.users"].authenticate(credential, {"interactive": False})

    def test_a_portal_user_who_is_no_borrower_does_not_either(self):
        portal = new_test_user(self.env, "portal_user", "base.group_portal")
        credential = self.credential(portal, self.challenge())
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.res_users"):
            self.env["res.users"].authenticate(credential, {"interactive": False})

    def test_a_borrower_gets_no_password_by_mail(self):
        user = self.borrower.user_id
        user.partner_id.email = "maria@example.com"
        before = self.env["mail.mail"].search_count([])
        user.action_reset_password()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertFalse(user.partner_id.signup_type)
        # nor would one let him in
        user.password = password = "correct horse battery staple"
        credential = {"type": "password", "login": user.login, "password": password}
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base.models.res_users"):
            self.env["res.users"].authenticate(credential, {"interactive": False})

    def test_odoos_own_login_takes_no_code(self):
        page = self.visitor().get("/web/login")
        typed = {**page.form().fields, "login": PHONE, "type": "tour_loan_code"}
        typed |= {"password": "x", "challenge": self.challenge()}
        with mute_logger("odoo.addons.base.models.res_users"):
            page.post("/web/login", typed)
        self.assertEqual(page.path, "/web/login")
        self.assertTrue(page.get("/my/applications").path.startswith("/tour_loan/login"))
