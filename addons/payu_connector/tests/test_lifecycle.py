import importlib.util
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import file_open, file_path

from .. import const, uninstall_hook
from .common import PayuCommon


@tagged("post_install", "-at_install")
class TestLifecycle(PayuCommon):
    def test_every_company_has_a_provider_of_its_own(self):
        company = self.env["res.company"].create({"name": "B"})
        self.env["payment.provider"]._setup_provider("payu_ru")
        provider = self.env["payment.provider"].search(
            [("code", "=", "payu_ru"), ("company_id", "=", company.id)]
        )
        self.assertEqual(len(provider), 1)
        self.assertFalse(provider.payu_ru_secret_key)

    def test_a_neutralized_database_cannot_reach_payu(self):
        self.provider.payu_ru_notice_url = "https://shop.example/payment/payu_ru/webhook"
        self.env.flush_all()
        with file_open("payu_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        for name in ("merchant_code", "secret_key", "api_url", "notice_url"):
            self.assertFalse(self.provider[f"payu_ru_{name}"])

    def test_payments_of_before_are_looked_at_at_night_and_chargebacks_are_disputes(self):
        """Whenever it is: the night the payments are planned for begins in the evening."""
        today = fields.Datetime.now()
        begins = const.REVIEW_FROM_HOUR_UTC
        for moment in ((0, 0), (begins - 1, 59, 59), (begins, 0), (begins, 0, 1), (23, 59, 59)):
            now = datetime(today.year, today.month, today.day, *moment)
            with self.subTest(now), freeze_time(now):
                self._upgrade_at(now)

    def _upgrade_at(self, now):
        """Upgrade while the clock stands: what is due, or later, is so by one moment."""
        name = f"{now:%H%M%S}"
        paid = self._payment("done", reference=f"PAID-{name}")
        old = self._payment("done", reference=f"OLD-{name}")
        old.last_state_change = now - const.REVIEW_FOR - timedelta(days=1)
        disputed = self._payment("done", reference=f"DISPUTED-{name}", payu_ru_chargeback=True)
        planned = self._payment("pending", reference=f"PLANNED-{name}")
        forgotten = self._payment(
            "pending", reference=f"FORGOTTEN-{name}", payu_ru_next_check_at=False
        )
        planned_at = planned.payu_ru_next_check_at
        spec = importlib.util.spec_from_file_location(
            "post_migrate", file_path("payu_connector/migrations/19.0.1.1.0/post-migrate.py")
        )
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertGreater(paid.payu_ru_review_at, now)
        self.assertFalse(old.payu_ru_review_at)
        self.assertTrue(disputed.dispute_reason)
        self.assertEqual(planned.payu_ru_next_check_at, planned_at)
        self.assertEqual(forgotten.payu_ru_next_check_at, now, "is due")
        self.payu.replies = [self._status("CANCELED")]
        forgotten._payu_ru_ask()
        self.assertEqual(forgotten.state, "cancel")

    def test_uninstalling_disables_the_provider(self):
        uninstall_hook(self.env)
        self.assertEqual((self.provider.code, self.provider.state), ("none", "disabled"))
        self.assertFalse(self.provider.redirect_form_view_id)
