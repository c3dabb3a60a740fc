from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .. import const
from .common import PayuCommon


@tagged("post_install", "-at_install")
class TestEndings(PayuCommon):
    """The ledger of notices ends as well, but for what a person has to look at."""

    def _notice(self, reference, state="processed", days=const.NOTICES_KEPT_DAYS + 1, **values):
        """Return a notice so many days old."""
        notices = self.env["payu_ru.notice"]
        notice = notices._receive(self.provider, self._body(merchantPaymentReference=reference))
        notice.write({"state": state, **values})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payu_ru_notice SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=days), notice.id],
        )
        notice.invalidate_recordset()
        return notice

    def test_what_was_done_with_goes_and_what_needs_a_person_stays(self):
        states = [state for state, _ in self.env["payu_ru.notice"]._fields["state"].selection]
        notices = {state: self._notice(f"OLD-{state}", state) for state in states}
        self.env["payu_ru.notice"]._gc_notices()
        self.assertEqual(
            {state for state, notice in notices.items() if not notice.exists()},
            {"processed", "attention"},
        )

    def test_a_notice_of_a_payment_that_needs_a_person_stays(self):
        transaction = self._payment("done", reference="LOOK", payu_ru_attention="!")
        notice = self._notice("LOOK", "attention", transaction_id=transaction.id)
        self.env["payu_ru.notice"]._gc_notices()
        self.assertTrue(notice.exists())
        transaction.payu_ru_attention = False
        self.env["payu_ru.notice"]._gc_notices()
        self.assertFalse(notice.exists())
        self.assertTrue(transaction.exists())

    def test_the_settings_say_how_long(self):
        notice = self._notice("YOUNG", days=100)
        self.env["payu_ru.notice"]._gc_bodies()
        self.env["payu_ru.notice"]._gc_notices()
        self.assertTrue(notice.body)
        settings = self.env["res.config.settings"]
        settings.create({"payu_ru_keep_bodies_days": 99}).execute()
        self.env["payu_ru.notice"]._gc_bodies()
        self.assertFalse(notice.body)
        settings.create({"payu_ru_keep_notices_days": 99}).execute()
        self.env["payu_ru.notice"]._gc_notices()
        self.assertFalse(notice.exists())

    def test_as_long_as_payu_repeats_notices_stay_whatever_was_chosen(self):
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create({"payu_ru_keep_notices_days": 10}).execute()
        self.env["ir.config_parameter"].set_param(const.KEEP_NOTICES, "1")
        notice = self._notice("REPEATED", days=const.ASK_FOR.days + 1)
        self.env["payu_ru.notice"]._gc_notices()
        self.assertTrue(notice.exists())
        self.env["payu_ru.notice"]._receive(
            self.provider, self._body(merchantPaymentReference="REPEATED")
        )
        self.assertEqual(notice.repeats, 1)

    def test_a_night_s_work_is_done_in_batches(self):
        for number in range(5):
            self._notice(f"OLD-{number}")
        with patch.object(const, "VACUUM_BATCH", 3):
            notices = self.env["payu_ru.notice"]
            self.assertEqual(notices._gc_bodies(), (3, True))
            self.assertEqual(notices._gc_bodies(), (2, False))
            self.assertEqual(notices._gc_notices(), (3, True))
            self.assertEqual(notices._gc_notices(), (2, False))
