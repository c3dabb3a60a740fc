from odoo.tests import TransactionCase, tagged

ABROAD = (
    "iap",
    "iap_mail",
    "iap_crm",
    "partner_autocomplete",
    "snailmail",
    "snailmail_account",
    "web_unsplash",
    "google_gmail",
    "google_recaptcha",
    "microsoft_outlook",
    "sms",
)


@tagged("post_install", "-at_install")
class TestInstallation(TransactionCase):
    """What an installation must be like."""

    def test_no_module_that_calls_abroad_is_installed(self):
        installed = self.env["ir.module.module"].search(
            [("name", "in", ABROAD), ("state", "in", ("installed", "to install", "to upgrade"))]
        )
        self.assertFalse(installed.mapped("name"))

    def test_the_publisher_is_not_told_of_this_database(self):
        cron = self.env.ref("mail.ir_cron_module_update_notification")
        self.assertFalse(cron.active)

    def test_no_page_an_employee_names_in_a_note_is_fetched(self):
        self.assertFalse(self.env["mail.link.preview"]._is_link_preview_enabled())

    def test_the_server_pushes_to_no_address_an_employees_browser_names(self):
        devices = self.env["mail.push.device"]
        before = devices.search_count([])
        devices.register_devices(
            endpoint="https://10.0.0.1/x",
            keys={"p256dh": "x", "auth": "x"},
            vapid_public_key=devices.get_web_push_vapid_public_key(),
        )
        self.assertEqual(devices.search_count([]), before)

    def test_borrowers_pages_speak_russian(self):
        self.assertTrue(self.env["res.lang"]._lang_get("ru_RU"))
        template = self.env.ref("tour_loan.document_template_conditions")
        self.assertRegex(template.with_context(lang="ru_RU").name, "[а-я]{4}")

    def test_roubles_are_active(self):
        self.assertTrue(self.env.ref("base.RUB").active)

    def test_every_clock_is_on(self):
        crons = (
            self.env["ir.cron"]
            .with_context(active_test=False)
            .search([("model_id.model", "like", "tour_loan.%")])
        )
        self.assertGreaterEqual(len(crons), 4)
        self.assertTrue(all(crons.mapped("active")))

    def test_every_channel_of_ours_is_known_to_the_engine(self):
        channels = self.env["queue.job.channel"].search([]).mapped("complete_name")
        for channel in (
            "tour_loan_callback",
            "tour_loan_callback_retry",
            "tour_loan_sms",
            "tour_loan_mail",
        ):
            self.assertIn(f"root.{channel}", channels)
