from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TourLoanCommon

GOOD = {
    "inn": ("7707083893", "7700000016", "500100732259", " 7707 083 893 "),
    "kpp": ("773601001", "9909AB001"),
    "ogrn": ("1027700132195", "304500116000157"),
    "support_phone": ("8 800 555-35-35", "+7 (495) 123-45-67", "8 916 123 45 67"),
    "support_email": ("help@sever.example", "Help@Sever.example"),
    "callback_url": ("https://sever.example/callback?x=1", "http://127.0.0.1:8000/"),
    "url_hosts": ("sever.example\nwww.sever.example", "127.0.0.1", "xn--e1aybc.xn--p1ai"),
    "code": ("sever-2", "a1", "x" * 32),
}
BAD = {
    "inn": ("123", "7707083894", "770708389З", "77070838930"),
    "kpp": ("7736", "77360100A", "77360100a"),
    "ogrn": ("1027700132196", "123", "304500116000158"),
    "support_phone": (
        "javascript:alert(1)",
        "tel:+78005553535",
        "8 800 555-35-35;ext=1",
        "123",
        "+7 916",
        "8 800 555-35-35 <b>",
        "0890",
    ),
    "support_email": (
        "javascript:alert(1)",
        "help",
        "help@",
        "a@b.example, c@d.example",
        "<a@b.example>",
    ),
    "callback_url": ("javascript:alert(1)", "sever.example", "file:///etc/passwd", "https://"),
    "actualize_url": ("ftp://sever.example",),
    "url_hosts": ("https://sever.example", "sever.example/pay", "*.sever.example", "a b"),
    "code": ("Проба", "A", "a", "x" * 33, "Sever", "se ver", "se/ver", "север"),
}
BIC, ACCOUNT, CORRESPONDENT = "044525225", "40702810138250123017", "30101810400000000225"


@tagged("post_install", "-at_install")
class TestAgencyDetails(TourLoanCommon):
    """A wrong digit in an agency's card sends money or people astray: it is not saved."""

    def setUp(self):
        super().setUp()
        self.fresh = self.new_agency("fresh", "Новое")

    def test_what_is_right_is_saved(self):
        for name, values in GOOD.items():
            for value in values:
                with self.subTest(name, value=value):
                    self.fresh[name] = value
                    self.assertTrue(self.fresh[name])
        self.fresh.inn = " 7707 083 893 "
        self.assertEqual(self.fresh.inn, "7707083893")

    def test_what_is_wrong_is_refused_and_named(self):
        for name, values in BAD.items():
            for value in values:
                with (
                    self.subTest(name, value=value),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                    mute_logger("odoo.sql_db"),
                ):
                    self.fresh[name] = value
                    self.env.flush_all()

    def test_an_account_fits_its_bank(self):
        right = {
            "bank_bic": BIC,
            "bank_account": ACCOUNT,
            "bank_correspondent_account": CORRESPONDENT,
        }
        self.fresh.write(right)
        for wrong in (
            {"bank_bic": "1"},
            {"bank_bic": "044525974"},
            {"bank_bic": False},
            {"bank_account": "40702810138250123018"},
            {"bank_account": "4070281013825012301"},
            {"bank_correspondent_account": "30101810400000000226"},
            {"bank_correspondent_account": ACCOUNT},
        ):
            with self.subTest(wrong), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.fresh.write(wrong)

    def test_a_code_changes_until_it_is_used(self):
        self.fresh.code = "newer"
        self.fresh._set_key("inbound", "whsec_" + "A" * 44)
        with self.assertRaises(UserError):
            self.fresh.code = "newest"
        self.fresh.write({"code": "newer", "name": "Новее"})
        self.application()
        self.agency.key_ids.unlink()
        with self.assertRaises(UserError):
            self.agency.code = "south"

    def test_bank_details_leave_who_changed_what(self):
        manager = new_test_user(self.env, "a_manager", "tour_loan.tour_loan_group_manager")
        names = ("inn", "kpp", "ogrn", "legal_name", "bank_name", "bank_bic", "bank_account")
        for name in (*names, "bank_correspondent_account", "code", "callback_url", "url_hosts"):
            self.assertTrue(self.fresh._fields[name].tracking, name)
        self.fresh.with_user(manager).write({"bank_bic": BIC, "bank_account": ACCOUNT})
        self.env.flush_all()
        self.env.cr.flush()
        trace = self.fresh.message_ids.sudo().filtered("tracking_value_ids")
        self.assertEqual(trace.author_id, manager.partner_id)
        self.assertEqual(set(trace.tracking_value_ids.mapped("new_value_char")), {BIC, ACCOUNT})

    def test_a_number_of_support_is_a_link_only_if_one_can_call_it(self):
        self.fresh.support_phone = "8 (800) 555-35-35"
        self.assertEqual(self.fresh._support_link(), "tel:+78005553535")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE tour_loan_agency SET support_phone = 'javascript:alert(1)' WHERE id = %s",
            [self.fresh.id],
        )
        self.fresh.invalidate_recordset()
        self.assertEqual(self.fresh._support_link(), "")
