"""An attacker and his victim side by side: what strangers ask for costs nobody anything."""

from odoo.tests import tagged

from .common import BORN, ORIGIN, OTHER_PHONE, PHONE, TourLoanCommon, TourLoanHttpCommon

THEIR_PHONE = "+79031112233"


@tagged("post_install", "-at_install")
class TestCodeStrangers(TourLoanCommon):
    """The counting, without pages. The attacker has links of his own, as many as he likes."""

    def setUp(self):
        super().setUp()
        self.codes = self.env["tour_loan.code"]

    def theirs(self, named=THEIR_PHONE):
        return self.application(customer={"phone": named})

    def attack(self, count=12, phone=PHONE):
        """Let strangers type the victim's number, each in an application of his own."""
        refusals = []
        for number in range(count):
            origin = {**ORIGIN, "session": f"stranger {number}", "ip": f"198.51.100.{number}"}
            _code, refusal = self.theirs()._request_code("acquaintance", phone, origin)
            refusals.append((refusal or {}).get("error"))
        return refusals

    def victim_at(self, stage):
        """Return the victim's application that waits for the code of ``stage``."""
        made = {"acquaintance": self.application, "questionnaire": self.filled}
        return made.get(stage, self.approved)()

    def test_a_live_code_outlives_what_strangers_ask_for(self):
        for stage in ("acquaintance", "questionnaire", "contract"):
            victim = self.victim_at(stage)
            code, refusal = victim._request_code(stage, PHONE, ORIGIN)
            self.assertFalse(refusal, stage)
            self.attack()
            self.assertEqual(code.state, "active", stage)
            self.assertIsNone(code._standing(victim._documents(stage)._digest()), stage)
            self.assertIsNone(code._check(code._plain(), ORIGIN), stage)

    def test_strangers_make_nobody_wait_and_use_up_no_hour(self):
        for stage in ("acquaintance", "questionnaire", "contract"):
            victim = self.victim_at(stage)
            self.attack()
            for _number in range(5):
                code, refusal = victim._request_code(stage, PHONE, ORIGIN)
                self.assertFalse(refusal, stage)
                self.age(code, seconds=61)
            self.assertEqual(victim._request_code(stage, PHONE, ORIGIN)[1]["error"], "limit")

    def test_neighbours_behind_one_address_take_nothing_from_an_own_application(self):
        victim = self.filled()
        for number in range(200):
            self.codes.create(
                {
                    "purpose": "login",
                    "phone": f"+7916000{number:04}",
                    "expires_at": "2026-01-01",
                    "ip": ORIGIN["ip"],
                    "session": f"neighbour {number}",
                }
            )
        origin = {**ORIGIN, "session": "new"}
        self.assertEqual(self.codes._request_login(PHONE, None, origin)[1]["error"], "limit")
        self.assertFalse(self.codes._request_login(PHONE, None, origin, known=True)[1])
        self.assertFalse(victim._request_code("questionnaire", PHONE, ORIGIN)[1])

    def test_five_applications_where_a_number_was_typed_send_to_it_in_a_day(self):
        self.assertEqual(self.attack(9), [None] * 5 + ["limit"] * 4)
        self.assertEqual(len(self.messages_to(PHONE)), 5)
        self.age(self.codes.search([]), hours=25)
        self.assertEqual(self.attack(1), [None])

    def test_eight_applications_whose_agency_named_a_phone_send_to_it_in_a_day(self):
        sent = [
            not self.theirs(PHONE)._request_code("acquaintance", PHONE, {**ORIGIN, "session": s})[1]
            for s in map(str, range(11))
        ]
        self.assertEqual(sent, [True] * 8 + [False] * 3)
        origin = {**ORIGIN, "session": "his"}
        code, refusal = self.theirs(PHONE)._request_code("acquaintance", PHONE, origin, known=True)
        self.assertFalse(refusal, "in a browser this phone was confirmed in")
        self.assertEqual(code.budget, "own")

    def ask_again_and_again(self, application, phone=PHONE, times=12):
        """Ask as often as it may be; return how many codes were sent."""
        sent = self.codes
        for number in range(times):
            origin = {**ORIGIN, "session": f"again {application.id} {number}"}
            code, _refusal = application._request_code("acquaintance", phone, origin)
            sent |= code
            if sent:  # past the minute and the hour of its line
                self.age(sent, hours=2, minutes=number)
        return len(sent)

    def test_two_applications_cannot_use_up_what_the_owner_has_not_asked_for_yet(self):
        for phone, named in ((PHONE, PHONE), (OTHER_PHONE, THEIR_PHONE)):
            for _stranger in range(2):
                self.ask_again_and_again(self.theirs(named), phone)
            _code, refusal = self.theirs(named)._request_code("acquaintance", phone, ORIGIN)
            self.assertFalse(refusal)

    def test_whatever_strangers_do_the_sms_of_a_day_are_bounded(self):
        for phone, named, most in ((PHONE, PHONE, 20), (OTHER_PHONE, THEIR_PHONE, 10)):
            applications = [self.theirs(named) for _number in range(9)]
            sent = [self.ask_again_and_again(one, phone) for one in applications]
            sent += [self.ask_again_and_again(one, phone) for one in applications]
            self.assertLessEqual(sum(sent), most, sent)
            self.assertGreater(sum(sent), most / 2)

    def test_a_number_typed_in_a_confirmed_application_is_a_strangers(self):
        application = self.opened()
        code, _refusal = application._request_code("acquaintance", OTHER_PHONE, ORIGIN)
        self.assertEqual(code.budget, "typed")

    def test_a_phone_confirmed_once_is_its_owners_in_that_application_only(self):
        mine, theirs = self.opened(), self.theirs()
        budgets = [
            application._request_code("acquaintance", PHONE, {**ORIGIN, "session": str(n)})[0]
            for n, application in enumerate((mine, theirs))
        ]
        self.assertEqual([code.budget for code in budgets], ["own", "typed"])

    def test_a_clock_set_back_voids_no_limit(self):
        self.attack(5)
        victim = self.filled()
        code, _refusal = victim._request_code("questionnaire", PHONE, ORIGIN)
        # all of it was made later than now
        self.age(self.codes.search([]), hours=-5)
        self.assertEqual(self.attack(1), ["limit"])
        refusal = victim._request_code("questionnaire", PHONE, ORIGIN)[1]
        self.assertEqual(refusal, {"error": "wait", "seconds": 60})
        self.assertEqual(code.state, "active")


@tagged("post_install", "-at_install")
class TestStrangersAtPages(TourLoanHttpCommon):
    """The same at real pages: the victim's page is the same before and after."""

    def start(self, application):
        """Return a browser that used the application's link."""
        return self.visitor().get(application._link().removeprefix(self.base_url())).send()

    def attack(self):
        """Type the victim's number in an application of the attacker's; ask for its login."""
        page = self.start(self.application(customer={"phone": THEIR_PHONE}))
        page.send("send", tick=True, phone=PHONE)
        self.assertIsNotNone(page.form("confirm"))
        for code in ("000000", "000001", "000002", "000003", "000004"):
            page.send("confirm", code=code)
        for _number in range(11):
            login = self.visitor().get("/tour_loan/login").send(phone=PHONE, birth_date="")
            login.send("confirm", code="000000")
        self.send_logins()

    def code(self, purpose, application=None):
        self.send_logins()
        codes = self.env["tour_loan.code"].search([("purpose", "=", purpose)])
        return codes.filtered(
            lambda code: code.sms_id and code.application_id == (application or code.application_id)
        )[:1]

    def test_the_first_code(self):
        mine = self.application()
        page = self.start(mine).send("send", tick=True)
        self.attack()
        self.assertEqual(page.get(f"/my/applications/{mine.uuid}/documents").errors(), [])
        page.send("confirm", code=self.code("acquaintance", mine)._plain())
        self.assertEqual(page.path, f"/my/applications/{mine.uuid}/passport")

    def test_the_questionnaire_and_the_contract(self):
        mine = self.filled()
        page = self.come_back(mine.borrower_id)
        for stage, at in (("questionnaire", "review"), ("contract", "sign")):
            address = f"/my/applications/{mine.uuid}/{at}"
            page.get(f"/my/applications/{mine.uuid}").get(address).send("send", tick=True)
            self.attack()
            self.assertEqual(page.get(address).errors(), [], stage)
            page.send("confirm", code=self.code(stage, mine)._plain())
            self.assertEqual(page.path, f"/my/applications/{mine.uuid}", stage)
            if stage == "questionnaire":
                self.approve(mine)
        self.assertEqual(mine.state, "signed")

    def test_the_login(self):
        self.opened()
        page = self.visitor().get("/tour_loan/login").send(phone=PHONE, birth_date=BORN)
        self.attack()
        page.send("confirm", code=self.code("login")._plain())
        self.assertTrue(page.path.startswith("/my/applications/"))
        # and begun after the attack, in a browser nobody knows
        late = self.visitor().get("/tour_loan/login").send(phone=PHONE, birth_date=BORN)
        late.send("confirm", code=self.code("login")._plain())
        self.assertTrue(late.path.startswith("/my/applications/"))

    def test_whoever_had_the_link_before_it_was_renewed_is_out(self):
        params = self.order("LINK-2")
        first = self.rpc("application.create", params)["result"]["redirect_url"]
        former = self.visitor().get(first.removeprefix(self.base_url())).send()
        former.send("send", tick=True, phone=THEIR_PHONE)
        stale = dict(former.form("confirm").fields)
        mine = self.agency._application_of_order("LINK-2")
        known = self.code("acquaintance", mine)._plain()
        self.rpc("application.create", params)
        for try_it in (
            lambda: former.get(f"/my/applications/{mine.uuid}/documents"),
            lambda: former.post(
                f"/my/applications/{mine.uuid}/documents", {**stale, "code": known}
            ),
            lambda: former.get(f"/my/applications/{mine.uuid}/code/acquaintance"),
        ):
            self.assertTrue(try_it().path.startswith("/tour_loan/login"))
        self.assertFalse(mine.borrower_id)
        # the new holder sees nothing of the former's code, and ticks for himself
        page = self.start(mine)
        self.assertEqual(page.errors(), [])
        self.assertIsNotNone(page.form("send"))
        page.post(page.path, {**dict(page.form("send").fields), "action": "resend"})
        self.assertFalse(self.code("acquaintance", mine).state == "active")
        page.send("send", tick=True).send("confirm", code=self.code("acquaintance", mine)._plain())
        self.assertEqual(page.path, f"/my/applications/{mine.uuid}/passport")
        self.assertEqual(mine.phone, PHONE)
