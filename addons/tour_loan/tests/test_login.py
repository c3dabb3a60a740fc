import logging
import time

from odoo.exceptions import AccessDenied
from odoo.modules.module import load_script
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path, mute_logger

from .common import BORN, ORIGIN, OTHER_PHONE, PHONE, TYPED, TourLoanHttpCommon


class Listener(logging.Handler):
    """Keeps what is logged."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@tagged("post_install", "-at_install")
class TestLogin(TourLoanHttpCommon):
    """Back into the cabinet by a code."""

    def setUp(self):
        super().setUp()
        self.application_ = self.opened()
        self.borrower = self.application_.borrower_id

    def code_of(self, phone) -> str:
        self.send_logins()
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
        self.send_logins()
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
        page.send("confirm", code=self.code_of(OTHER_PHONE))
        self.assertNotIn("/my/", page.path)
        self.assertFalse(self.env["tour_loan.borrower"]._of_phone(OTHER_PHONE))

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

    def test_a_birth_date_that_is_none_costs_no_attempt(self):
        page = self.ask()
        right = self.code_of(PHONE)
        form = dict(page.form("confirm").fields)
        for nonsense in ("31.02.1990", "14 марта", "1" * 50):
            page.post("/tour_loan/login", {**form, "code": right, "birth_date": nonsense})
            self.assertTrue(page.errors(), nonsense)
        code = self.env["tour_loan.code"].search([("phone", "=", PHONE)], limit=1)
        self.assertEqual((code.state, code.attempts), ("active", 0))
        page.post("/tour_loan/login", {**form, "code": right})
        self.assertTrue(page.path.startswith("/my/"))

    def test_one_right_code_tries_one_birth_date(self):
        page = self.ask()
        right = self.code_of(PHONE)
        form = dict(page.form("confirm").fields)
        page.post("/tour_loan/login", {**form, "code": right, "birth_date": "15.03.1990"})
        self.assertIn("с другой датой рождения", page.errors()[0])
        self.assertTrue({"phone", "birth_date"} <= set(page.form("send").fields.keys()))
        page.post("/tour_loan/login", {**form, "code": right})
        self.assertFalse(page.path.startswith("/my/"))
        self.assertIn("с другой датой рождения", page.errors()[0])
        # he may ask anew in a minute, and is told so
        page.send("send", phone=PHONE, birth_date=BORN)
        self.assertIn("отправлен только что", page.errors()[0])
        self.age(self.env["tour_loan.code"].search([]), seconds=61)
        page.send("send", phone=PHONE, birth_date=BORN)
        page.send("confirm", code=self.code_of(PHONE))
        self.assertTrue(page.path.startswith("/my/"))
        page = self.visitor()
        self.assertTrue(page.get("/my/applications").path.startswith("/tour_loan/login"))

    def test_a_code_logs_in_only_the_browser_that_asked(self):
        page = self.ask()
        form = dict(page.form("confirm").fields)
        other = self.visitor().get("/tour_loan/login")
        form["csrf_token"] = other.form().fields["csrf_token"]
        other.post("/tour_loan/login", {**form, "code": self.code_of(PHONE)})
        self.assertIn("Код ещё не отправлен", other.errors()[0])
        self.assertEqual(page.send("confirm", code=self.code_of(PHONE)).path[:4], "/my/")

    def test_the_browser_of_a_borrower_is_known_by_its_cookie(self):
        page = self.log_in()
        [cookie] = [c for c in page.opener.cookies if c.name == "tour_loan_browser"]
        self.assertTrue(cookie.has_nonstandard_attr("HttpOnly"))
        self.assertEqual(cookie.get_nonstandard_attr("SameSite"), "Lax")
        self.assertGreater(cookie.expires, time.time() + 300 * 86400)
        self.assertNotIn("7916", cookie.value)
        codes = self.env["tour_loan.code"]
        page.get("/web/session/logout?redirect=/tour_loan/login")
        for phone, budget in ((PHONE, "known_login"), (OTHER_PHONE, "login")):
            page.get("/tour_loan/login").send(phone=phone, birth_date=BORN)
            self.assertEqual(codes.search([], limit=1).budget, budget)
        page.opener.cookies.set("tour_loan_browser", f"{cookie.value}x", path="/")
        self.age(codes.search([]), seconds=61)
        page.get("/tour_loan/login").send(phone=PHONE, birth_date=BORN)
        self.assertEqual(codes.search([], limit=1).budget, "login")

    # --- the borrower's user ---

    def test_a_users_login_bars_nobody_and_is_adopted_by_nobody(self):
        taken = new_test_user(self.env, OTHER_PHONE, "base.group_portal")
        application = self.opened(phone=OTHER_PHONE, customer={"phone": OTHER_PHONE})
        user = application.borrower_id.user_id
        self.assertNotEqual(user, taken)
        self.assertRegex(user.login, r"^borrower-[0-9a-f-]{36}$")
        page = self.ask(OTHER_PHONE, birth_date="")
        page.send("confirm", code=self.code_of(OTHER_PHONE))
        self.assertTrue(page.path.startswith(f"/my/applications/{application.uuid}"))

    def test_phones_of_todays_databases_are_logins_no_more(self):
        staff = new_test_user(self.env, OTHER_PHONE, "base.group_user")
        user = self.borrower.user_id
        user.with_context(mail_notrack=True).login = PHONE
        of_staff = self.env["tour_loan.borrower"].create(
            {"phone": OTHER_PHONE, "user_id": staff.id}
        )
        mails = self.env["mail.mail"].search_count([])
        self.env.flush_all()
        script = file_path("tour_loan/migrations/19.0.1.1.0/post-borrower-logins.py")
        load_script(script, "post_borrower_logins").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertRegex(user.login, r"^borrower-[0-9a-f-]{36}$")
        self.assertEqual(of_staff.user_id.login, OTHER_PHONE)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertTrue(self.log_in().path.startswith("/my/"))

    def test_odoos_log_tells_no_phone(self):
        heard = Listener()
        logging.getLogger().addHandler(heard)
        self.addCleanup(logging.getLogger().removeHandler, heard)
        page = self.log_in()
        page.get("/web/session/logout?redirect=/tour_loan/login")
        self.ask(OTHER_PHONE).send("confirm", code="000000")
        # at Odoo's own door, where he does not belong
        for typed in (PHONE, "8 (916) 987-65-43", "9161234567"):
            page = self.visitor().get("/web/login")
            page.post("/web/login", {**page.form().fields, "login": typed, "password": "x"})
        told = "\n".join(heard.lines)
        self.assertIn("Login successful for login:borrower-", told)
        self.assertIn("Login failed for login:", told)
        for phone in (PHONE[2:], OTHER_PHONE[2:], "987-65-43"):
            self.assertNotIn(phone, told)

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
        born = self.application_.birth_date
        code, _refusal = self.env["tour_loan.code"]._request_login(PHONE, born, ORIGIN)
        code._send_login()
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
        typed = {
            **page.form().fields,
            "login": self.borrower.user_id.login,
            "type": "tour_loan_code",
        }
        typed |= {"password": "x", "challenge": self.challenge()}
        with mute_logger("odoo.addons.base.models.res_users"):
            page.post("/web/login", typed)
        self.assertEqual(page.path, "/web/login")
        self.assertTrue(page.get("/my/applications").path.startswith("/tour_loan/login"))
