from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import PayuCommon
from .standin import DROP


@tagged("post_install", "-at_install")
class TestConnection(PayuCommon):
    """*Check connection* asks about a payment that does not exist, and says what came."""

    NOT_KNOWN = (404, {"code": 404, "status": "NOT_FOUND", "message": "not known"})

    def _checked(self):
        self.env.invalidate_all()
        return self.provider._payu_ru_check_connection()

    def test_not_found_means_that_payu_knows_the_key(self):
        self.payu.replies = [self.NOT_KNOWN]
        self.assertTrue(self._checked()[0])
        method, path = self.payu.last[:2]
        self.assertEqual(method, "GET")
        self.assertRegex(path, "^/api/v4/payments/status/check-[0-9a-f-]{36}$")

    def test_a_wrong_key_is_said_to_be_wrong(self):
        self.provider.payu_ru_secret_key = "another"
        self.payu.replies = [self.NOT_KNOWN]
        is_good, words = self._checked()
        self.assertFalse(is_good)
        self.assertIn("refuses the merchant code or the key", words)

    def test_what_is_no_answer_of_payus_is_not_good(self):
        for reply in (DROP, (404, b"<html>nothing here</html>"), (500, {}), (200, {})):
            self.payu.replies = [reply]
            is_good, words = self._checked()
            self.assertFalse(is_good, reply)
            self.assertTrue(words)

    def test_nobody_there(self):
        self.provider.payu_ru_api_url = "http://127.0.0.1:1"
        self.assertEqual(self._checked(), (False, "There is no connection to PayU."))

    def test_a_neutralized_copy_asks_nobody(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertFalse(self._checked()[0])
        self.assertFalse(self.payu.requests)

    def test_the_button_is_the_administrators(self):
        self.payu.replies = [self.NOT_KNOWN]
        told = self.provider.action_payu_ru_check_connection()
        self.assertEqual(told["params"]["type"], "success")
        somebody = new_test_user(
            self.env, "payu_nobody", "payu_connector.payu_connector_group_manager"
        )
        with self.assertRaises(AccessError):
            self.provider.with_user(somebody).action_payu_ru_check_connection()
