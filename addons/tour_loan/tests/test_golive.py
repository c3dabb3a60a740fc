import os
import secrets
import shutil
import tempfile
from collections import namedtuple
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import config, mute_logger

from ..models.staff import golive
from ..models.staff.golive import GREEN, RED, YELLOW
from ..rules import limits
from .common import TourLoanCommon, TourLoanHttpCommon

# public and by number, so that nobody is asked for a name
PUBLIC, PRIVATE, OWN = "https://8.8.8.8/x", "https://10.1.2.3/x", "https://127.0.0.1/x"
STRONG = "q8Zr4mVtK1xWn7Lb0PfYc3Hd9Sg5Tj2EuQa6RoMiXw"
Disk = namedtuple("Disk", "total used free")


@tagged("post_install", "-at_install")
class TestGoLive(TourLoanCommon):
    """Each check in both colours, and none that breaks another."""

    def colour(self, name) -> str:
        self.env.invalidate_all()
        return self.env["tour_loan.golive"]._find(f"_golive_{name}").colour

    def sentence(self, name) -> str:
        return self.env["tour_loan.golive"]._find(f"_golive_{name}").sentence

    def param(self, key, value):
        self.env["ir.config_parameter"].set_param(key, value)

    @contextmanager
    def server(self, **settings):
        with patch.dict(os.environ, settings):
            yield

    @contextmanager
    def odoo(self, **options):
        """Let odoo.conf and the command line say something else."""
        with patch.dict(config._runtime_options, options):
            yield

    def assertRed(self, name):
        self.assertEqual(self.colour(name), RED, f"{name}: {self.sentence(name)}")

    def assertGreen(self, name):
        self.assertEqual(self.colour(name), GREEN, f"{name}: {self.sentence(name)}")

    # --- all of them ---

    def test_every_check_says_a_sentence_and_every_red_one_leads_somewhere(self):
        findings = self.env["tour_loan.golive"]._findings()
        self.assertGreater(len(findings), 20)
        for name, finding in findings.items():
            self.assertTrue(finding.sentence, name)
            if finding.colour == GREEN:
                continue
            self.assertTrue(finding.link, f"{name}: {finding.sentence}")
            if finding.link.startswith("/odoo/action-"):
                self.assertTrue(self.env.ref(finding.link.removeprefix("/odoo/action-")), name)
            else:
                self.assertTrue(finding.link.startswith("docs/admin.md#"), name)
        colours = [finding.colour for finding in findings.values()]
        self.assertEqual(colours, sorted(colours, key=[RED, YELLOW, GREEN].index))

    def test_a_check_that_breaks_is_red_and_hides_no_other(self):
        def broken(_self):
            self.env.cr.execute("SELECT nothing")

        with (
            patch.object(self.registry["tour_loan.golive"], "_golive_disk", broken),
            mute_logger("odoo.sql_db"),
        ):
            findings = self.env["tour_loan.golive"]._findings()
        self.assertEqual(findings["disk"].colour, RED)
        self.assertIn("UndefinedColumn", findings["disk"].sentence)
        self.assertGreater(len(findings), 20)

    # --- who comes in ---

    def test_a_password_that_is_the_login(self):
        self.env.ref("base.user_admin").password = "admin"
        self.assertRed("passwords")
        self.assertIn("admin/admin", self.sentence("passwords"))
        for user in self.env["res.users"].search([("share", "=", False)]):
            user.password = STRONG
        self.assertGreen("passwords")
        new_test_user(self.env, "olga_operator", "base.group_user", password="olga_operator")
        self.assertRed("passwords")
        self.assertIn("olga_operator", self.sentence("passwords"))
        self.env["res.users"].search([("login", "=", "olga_operator")]).active = False
        self.assertGreen("passwords")

    def test_staff_without_a_second_factor(self):
        staff = self.env["res.users"].search([("share", "=", False)])
        self.param("tour_loan.second_factor", "required")
        self.assertRed("second_factor")
        self.assertIn(staff[0].login, self.sentence("second_factor"))
        for user in staff:
            user.sudo().totp_secret = "ABCDEFGHIJKLMNOP"
        self.assertGreen("second_factor")
        self.param("tour_loan.second_factor", "optional")
        self.assertRed("second_factor")

    def test_who_audits(self):
        auditors = self.env.ref("tour_loan.tour_loan_group_auditor")
        people = auditors.all_user_ids.filtered(lambda user: user._is_internal())
        people.write({"group_ids": [(3, auditors.id)]})
        self.assertEqual(self.colour("auditor"), YELLOW)
        new_test_user(self.env, "an_auditor", "tour_loan.tour_loan_group_auditor")
        self.assertGreen("auditor")
        for login, groups in (
            ("boss", "base.group_system"),
            ("chief", "tour_loan.tour_loan_group_manager"),
        ):
            both = new_test_user(self.env, login, f"{groups},tour_loan.tour_loan_group_auditor")
            self.assertEqual(self.colour("auditor"), YELLOW)
            self.assertIn(login, self.sentence("auditor"))
            self.assertNotIn("an_auditor", self.sentence("auditor"))
            both.active = False
            self.assertGreen("auditor")

    def test_a_new_house_gives_its_administrator_no_auditors_eyes(self):
        admin = self.env.ref("base.user_admin")
        self.assertTrue(admin.has_group("tour_loan.tour_loan_group_manager"))
        self.assertFalse(admin.has_group("tour_loan.tour_loan_group_auditor"))

    def test_one_person_for_two(self):
        self.param("tour_loan.one_person", "True")
        self.assertEqual(self.colour("four_eyes"), YELLOW)
        self.param("tour_loan.one_person", False)
        self.assertGreen("four_eyes")

    def test_the_set_of_leaked_passwords(self):
        with self.server(TOUR_LOAN_LEAKED_PASSWORDS=""):
            self.assertEqual(self.colour("leaked_passwords"), YELLOW)
        with self.server(TOUR_LOAN_LEAKED_PASSWORDS="/no/such/file"):
            self.assertRed("leaked_passwords")
        with tempfile.NamedTemporaryFile("w") as file:
            for text, colour in (("password\n", RED), (f"{'A' * 40}:3\n", GREEN)):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
                with self.server(TOUR_LOAN_LEAKED_PASSWORDS=file.name):
                    self.assertEqual(self.colour("leaked_passwords"), colour, text)

    def test_sign_up(self):
        self.assertGreen("sign_up")
        for key, opened, shut in (
            ("auth_signup.invitation_scope", "b2c", "b2b"),
            ("auth_signup.reset_password", "True", "False"),
        ):
            self.param(key, opened)
            self.assertRed("sign_up")
            self.param(key, shut)
        self.assertGreen("sign_up")
        with self.server(TOUR_LOAN_OPEN_ROUTES="/web/signup"):
            self.assertRed("sign_up")

    def test_routes_opened_by_a_setting(self):
        self.assertGreen("open_routes")
        with self.server(TOUR_LOAN_OPEN_ROUTES="/web/version"):
            self.assertEqual(self.colour("open_routes"), YELLOW)
            self.assertIn("/web/version", self.sentence("open_routes"))

    def test_the_list_of_databases(self):
        with self.odoo(list_db=False, db_name=["tour_loan"]):
            self.assertGreen("database_list")
        with self.odoo(list_db=True, db_name=["tour_loan"]):
            self.assertRed("database_list")
        with self.odoo(list_db=False, db_name=[]):
            self.assertRed("database_list")

    # --- what kind of server ---

    def test_settings_of_a_programmers_machine(self):
        good = {
            "workers": 4,
            "max_cron_threads": 1,
            "dev_mode": [],
            "test_enable": False,
            "log_db": False,
            "server_wide_modules": ["base", "rpc", "web", "queue_job", "tour_loan"],
        }
        with self.odoo(**good):
            self.assertGreen("server")
        for wrong in (
            {"workers": 0},
            {"max_cron_threads": 0},
            {"dev_mode": ["xml"]},
            {"test_enable": True},
            {"log_db": "%d"},
            {"server_wide_modules": ["base", "rpc", "web"]},
        ):
            with self.odoo(**{**good, **wrong}):
                self.assertRed("server")
                self.assertIn(next(iter(wrong)), self.sentence("server"))

    def test_private_callbacks(self):
        with self.server(TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS="1"):
            self.assertRed("private_callbacks")
        with self.server(TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS="0"):
            self.assertGreen("private_callbacks")

    def test_tls_in_front(self):
        for url in ("", "http://8.8.8.8", PRIVATE, OWN, "https://10.0.0.1:8069"):
            self.param("web.base.url", url or "-")
            with self.odoo(proxy_mode=True):
                self.assertRed("tls")
        self.param("web.base.url", "https://8.8.8.8")
        with self.odoo(proxy_mode=False):
            self.assertRed("tls")
            self.assertIn("proxy_mode", self.sentence("tls"))
        with self.odoo(proxy_mode=True):
            self.assertGreen("tls")

    def test_the_frozen_address(self):
        self.param("web.base.url.freeze", "True")
        self.assertGreen("frozen_address")
        self.param("web.base.url.freeze", False)
        self.assertRed("frozen_address")

    def test_the_end_of_the_certificate(self):
        now = datetime.now(UTC)
        for days, colour in ((None, YELLOW), (60, GREEN), (13, RED), (-1, RED)):
            self.param(
                "tour_loan.certificate_ends_at",
                days is not None and (now + timedelta(days=days)).isoformat(),
            )
            self.assertEqual(self.colour("certificate"), colour, days)

    def test_the_last_backup(self):
        now = datetime.now(UTC)
        self.assertRed("backup")
        for moment, colour in (
            ((now - timedelta(hours=2)).isoformat(), GREEN),
            (f"{now - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}", GREEN),
            (f"{now - timedelta(hours=2):%Y-%m-%d %H:%M:%S}", GREEN),
            ((now - timedelta(hours=25)).isoformat(), RED),
            ((now + timedelta(hours=25)).isoformat(), RED),
            ("yesterday", RED),
        ):
            self.param(golive.LAST_BACKUP, moment)
            self.assertEqual(self.colour("backup"), colour, moment)

    def test_the_script_of_the_backup_writes_by_sql_and_is_believed_at_once(self):
        self.assertRed("backup")
        self.env["ir.config_parameter"].get_param(golive.LAST_BACKUP)  # remembered by Odoo
        self.env.cr.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)",
            (golive.LAST_BACKUP, datetime.now(UTC).isoformat()),
        )
        self.assertGreen("backup")

    def test_clocks(self):
        connections = self.env["tour_loan.connection"]
        self.assertEqual(self.colour("clock"), YELLOW)
        sms = connections.create({"kind": "sms", "has_clock": True, "clock_ahead": 3})
        self.assertGreen("clock")
        sms.clock_ahead = 600
        self.assertRed("clock")
        self.assertIn("+600", self.sentence("clock"))
        sms.clock_ahead = 1
        ahead = datetime.now(UTC) + timedelta(seconds=30)
        with patch.object(self.registry["tour_loan.golive"], "_now", lambda _self: ahead):
            self.assertRed("clock")

    def test_the_disk(self):
        gigabyte = 2**30
        for free, colour in ((500, GREEN), (150, YELLOW), (90, RED), (0.5, RED)):
            usage = Disk(1000 * gigabyte, 0, int(free * gigabyte))
            with patch.object(shutil, "disk_usage", lambda _path, usage=usage: usage):
                self.assertEqual(self.colour("disk"), colour, free)
        small = Disk(2 * gigabyte, 0, int(0.9 * gigabyte))  # much of little
        with patch.object(shutil, "disk_usage", lambda _path: small):
            self.assertRed("disk")

    # --- secrets ---

    def test_secrets_of_the_servers_settings(self):
        names = ("TOUR_LOAN_CODE_KEY", "TOUR_LOAN_MONITOR_TOKEN", "TOUR_LOAN_SMS_PASSWORD")
        strong = dict.fromkeys(names, STRONG) | {
            "MOYAMFO_SYNC_PASSWORD": STRONG,
            "MOYAMFO_SYNC_PING_TOKEN": STRONG,
        }
        with self.server(**strong):
            self.assertGreen("server_secrets")
        for name in names:
            for weak in (
                "",
                "q7Zr",
                "a" * 64,
                "0123456789" * 5,
                "changeme" * 8,
                "password-password-password-secret",
            ):
                with self.server(**{**strong, name: weak}):
                    self.assertRed("server_secrets")
                    self.assertIn(name, self.sentence("server_secrets"))
                    if weak:
                        self.assertNotIn(weak, self.sentence("server_secrets"))

    def test_a_key_before_the_one_in_use(self):
        with self.server(TOUR_LOAN_CODE_KEY_BEFORE=""):
            self.assertGreen("keys_before")
        with self.server(TOUR_LOAN_CODE_KEY_BEFORE=STRONG):
            self.assertEqual(self.colour("keys_before"), YELLOW)

    def test_odoos_password_for_databases(self):
        for weak in ("admin", "", "0000000000000000"):
            with self.odoo(admin_passwd=weak):
                self.assertRed("master_password")
        for strong in (STRONG, "$pbkdf2-sha512$600000$abc$def"):
            with self.odoo(admin_passwd=strong):
                self.assertGreen("master_password")

    def only_agency(self):
        (self.env["tour_loan.agency"].search([]) - self.agency).blocked = True
        return self.agency

    def test_keys_of_agencies(self):
        agency = self.only_agency()
        self.assertGreen("agency_keys")
        inbound = agency.sudo().key_ids.filtered(lambda key: key.direction == "inbound")
        for weak in ("whsec_" + "QUFB" * 12, "whsec_c2hvcnQ="):
            inbound.secret = weak
            self.assertRed("agency_keys")
        inbound.valid_until = datetime.now() - timedelta(hours=1)  # it has ended
        agency._set_key("inbound", "whsec_" + secrets.token_hex(24))
        self.assertGreen("agency_keys")
        agency.sudo().key_ids.filtered(lambda key: key.direction == "outbound").unlink()
        self.assertRed("agency_keys")
        self.assertIn(agency.name, self.sentence("agency_keys"))

    # --- addresses ---

    def test_the_address_of_the_sms_gateway(self):
        for url, colour in (
            ("", RED),
            ("http://8.8.8.8", RED),
            (PRIVATE, RED),
            (OWN, RED),
            ("https://[::1]/", RED),
            ("https://169.254.1.1/", RED),
            ("https://no.such.invalid", RED),
            (PUBLIC, GREEN),
        ):
            with self.server(TOUR_LOAN_SMS_URL=url):
                self.assertEqual(self.colour("sms"), colour, url)

    def test_agencies(self):
        agency = self.only_agency()
        agency.write({"callback_url": PUBLIC, "actualize_url": PUBLIC, "test_mode": False})
        self.assertGreen("agencies")
        for wrong in (
            {"test_mode": True},
            {"callback_url": "http://8.8.8.8/x"},
            {"actualize_url": PRIVATE},
            {"callback_url": False, "actualize_url": False},
        ):
            good = {name: agency[name] for name in wrong}
            agency.write(wrong)
            self.assertRed("agencies")
            agency.write(good)
            self.assertGreen("agencies")
        agency.blocked = True
        self.assertRed("agencies")

    # --- money, words, books ---

    def test_payment_providers(self):
        providers = self.env["payment.provider"].search([])
        providers.state = "disabled"
        self.assertRed("providers")
        provider = self.env["payment.provider"].create({"name": "Ours", "code": "none"})
        with patch.object(
            self.registry["tour_loan.golive"], "_expected_providers", lambda _self: {"none"}
        ):
            self.env.cr.execute(
                "UPDATE payment_provider SET state = 'enabled' WHERE id = %s", (provider.id,)
            )
            self.assertGreen("providers")
            self.env.cr.execute(
                "UPDATE payment_provider SET state = 'test' WHERE id = %s", (provider.id,)
            )
            self.assertRed("providers")
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'enabled' WHERE id = %s", (provider.id,)
        )
        with patch.object(
            self.registry["tour_loan.golive"], "_expected_providers", lambda _self: {"another"}
        ):
            self.assertRed("providers")
            self.assertIn("Ours", self.sentence("providers"))

    def test_the_lenders_name(self):
        self.env.company.name = "My Company"
        self.assertRed("lender")
        self.env.company.name = "ООО МКК «Берег»"
        self.assertGreen("lender")

    def test_the_mail_server(self):
        self.env["ir.mail_server"].search([]).active = False
        self.env.company.email = "lender@example.com"
        self.assertRed("mail")
        self.env["ir.mail_server"].create({"name": "Post", "smtp_host": "mail.example"})
        self.assertGreen("mail")
        self.env.company.email = False
        self.assertRed("mail")

    def test_the_book_of_passport_divisions(self):
        self.assertRed("divisions")
        with patch.object(
            self.registry["tour_loan.passport.division"],
            "search_count",
            lambda _self, _domain: 10_000,
        ):
            self.assertGreen("divisions")

    def test_a_virus_scanner(self):
        self.assertEqual(self.colour("scanner"), YELLOW)
        with patch.dict(os.environ, TOUR_LOAN_CLAMD_HOST="127.0.0.1"):
            self.assertGreen("scanner")

    def test_sample_texts(self):
        self.assertRed("texts")
        templates = self.env["tour_loan.document.template"].search([])
        samples = templates.mapped("view_id")
        own = self.env["ir.ui.view"].create(
            {"name": "Own text", "type": "qweb", "arch": "<p>By our lawyer</p>"}
        )
        changed, replaced = templates[0], templates[1:]
        replaced.view_id = own
        self.assertRed("texts")
        self.assertIn(changed.name, self.sentence("texts"))
        changed.view_id.with_context(lang=None).arch_db = "<t><p>By our lawyer</p></t>"
        self.assertGreen("texts")
        self.assertTrue(samples)

    def test_a_text_changed_by_a_view_of_the_lenders_is_no_sample(self):
        view = self.env.ref("tour_loan.document_conditions")
        golive_ = self.env["tour_loan.golive"]
        self.assertTrue(golive_._is_sample(view))
        self.env["ir.ui.view"].create(
            {
                "name": "lender's words",
                "type": "qweb",
                "inherit_id": view.id,
                "mode": "extension",
                "arch": '<data><xpath expr="//p[1]" position="after"><p>More</p></xpath></data>',
            }
        )
        self.assertFalse(golive_._is_sample(view))

    def test_the_market_averages(self):
        self.assertEqual(self.colour("market"), YELLOW)
        today = self.env.cr.now().date()
        first = date(today.year, today.month - (today.month - 1) % 3, 1)
        with patch.object(limits, "MARKET", (limits.Row(first, Decimal("90"), "CBR"),)):
            self.assertGreen("market")
        last = first - timedelta(days=1)
        with patch.object(limits, "MARKET", (limits.Row(last.replace(day=1), Decimal("90"), ""),)):
            self.assertEqual(self.colour("market"), YELLOW)

    def test_demonstration_data(self):
        self.env.cr.execute("UPDATE ir_module_module SET demo = false")
        self.assertGreen("demonstration")
        self.env.cr.execute("UPDATE ir_module_module SET demo = true WHERE name = 'tour_loan'")
        self.assertRed("demonstration")

    def test_a_neutralized_copy(self):
        self.assertGreen("neutralized")
        self.param("database.is_neutralized", "true")
        self.assertRed("neutralized")


@tagged("post_install", "-at_install")
class TestGoLivePage(TourLoanHttpCommon):
    """What the administrator sees, and nobody else."""

    def test_the_administrator_sees_each_finding_and_is_led_to_where_it_is_mended(self):
        admin = self.env.ref("base.user_admin")
        action = self.env["tour_loan.golive.page"].with_user(admin).action_open()
        page = self.env["tour_loan.golive.page"].browse(action["res_id"])
        found = self.env["tour_loan.golive"]._findings()
        self.assertEqual(set(page.finding_ids.mapped("name")), set(found))
        self.assertEqual(page.red_count, sum(one.colour == RED for one in found.values()))
        divisions = page.finding_ids.filtered(lambda one: one.name == "divisions")
        self.assertEqual(
            divisions.action_mend()["url"],
            "/odoo/action-tour_loan.passport_division_import_action",
        )
        before = page.finding_ids
        page.action_look_again()
        self.assertFalse(before & page.finding_ids)
        self.assertEqual(set(page.finding_ids.mapped("name")), set(found))
        self.assertIn("sms", page.connection_ids.mapped("kind"))

    def test_nobody_else_opens_it(self):
        manager = new_test_user(self.env, "golive_manager", "tour_loan.tour_loan_group_manager")
        for model in ("page", "finding"):
            records = self.env[f"tour_loan.golive.{model}"].with_user(manager)
            self.assertFalse(records.has_access("create"))
        self.assertFalse(self.env["tour_loan.connection"].with_user(manager).has_access("create"))


@tagged("post_install", "-at_install")
class TestOpenDoor(TourLoanHttpCommon):
    """Borrowers are not served while admin/admin works, but in a sandbox."""

    PAGES = ("/tour_loan/login", "/my", "/my/applications", "/tour_loan/start/x/y")

    def setUp(self):
        super().setUp()
        self.env.ref("base.user_admin").password = "admin"
        self.env.flush_all()

    def statuses(self, sandbox="0"):
        with patch.dict(os.environ, TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS=sandbox):
            return {
                path: self.url_open(path, allow_redirects=False).status_code for path in self.PAGES
            }

    def test_they_get_the_page_of_an_absence_and_the_log_says_why(self):
        with self.assertLogs("odoo.addons.tour_loan.models.web.ir_http_open_door", "ERROR") as log:
            self.assertEqual(self.statuses(), dict.fromkeys(self.PAGES, 503))
        self.assertEqual(len(log.output), 1, "once is enough")
        self.assertIn("admin/admin works, so borrowers are not served", log.output[0])
        with patch.dict(os.environ, TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS="0"):
            answer = self.url_open("/tour_loan/login")
        self.assertIn("Кабинет ненадолго недоступен", answer.text)
        self.assertNotIn("admin", answer.text)

    def test_they_are_served_again_when_the_password_is_another(self):
        with mute_logger("odoo.addons.tour_loan.models.web.ir_http_open_door"):
            self.assertEqual(set(self.statuses().values()), {503})
        self.env.ref("base.user_admin").password = STRONG
        self.env.flush_all()
        self.assertNotIn(503, self.statuses().values())

    def test_a_sandbox_serves_them_and_agencies_are_answered_anyway(self):
        self.assertNotIn(503, self.statuses(sandbox="1").values())
        with patch.dict(os.environ, TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS="0"):
            self.assertEqual(
                self.url_open(
                    "/tour_loan/v1/rpc", data="{}", headers={"Content-Type": "application/json"}
                ).status_code,
                401,
            )
            self.assertEqual(self.url_open("/web/login").status_code, 200)
