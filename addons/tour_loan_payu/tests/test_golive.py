from odoo.tests import TransactionCase, tagged

KEY = "q8Zr4mVtK1xWn7Lb0PfYc3Hd"


@tagged("post_install", "-at_install")
class TestGoLive(TransactionCase):
    """What of PayU must not be so in production."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["payment.provider"].search([]).state = "disabled"
        cls.payu = cls.env["payment.provider"].search([("code", "=", "payu_ru")], limit=1)
        cls.payu.write(
            {
                "payu_ru_merchant_code": "shop",
                "payu_ru_secret_key": KEY,
                "payu_ru_api_url": False,
                "state": "enabled",
            }
        )

    def colour(self, name):
        return self.env["tour_loan.golive"]._find(f"_golive_{name}").colour

    def test_payu_for_real_money_is_what_is_expected(self):
        self.assertEqual(self.colour("providers"), "green")
        self.payu.state = "test"
        self.assertEqual(self.colour("providers"), "red")

    def test_another_provider_is_left_over(self):
        other = self.env["payment.provider"].create({"name": "Play money", "code": "none"})
        self.env.cr.execute(
            "UPDATE payment_provider SET state = 'enabled' WHERE id = %s", (other.id,)
        )
        self.env.invalidate_all()
        self.assertEqual(self.colour("providers"), "red")

    def test_an_address_of_testing(self):
        self.assertEqual(self.colour("payu_address"), "green")
        self.payu.payu_ru_api_url = "https://sandbox.ypmn.ru"
        self.assertEqual(self.colour("payu_address"), "red")
        self.payu.payu_ru_api_url = "https://secure.ypmn.ru"
        self.assertEqual(self.colour("payu_address"), "green")

    def test_the_key(self):
        self.assertEqual(self.colour("payu_secret"), "green")
        for weak in ("SECRET_KEY", "aaaaaaaaaaaaaaaaaaaaaaaa"):
            self.payu.payu_ru_secret_key = weak
            self.assertEqual(self.colour("payu_secret"), "red")

    def test_the_connection_can_be_checked(self):
        self.payu.state = "disabled"
        row = self.env["tour_loan.connection"].create({"kind": "payu"})
        row.action_check()
        self.assertEqual((row.state, row.words), ("bad", "PayU is not enabled."))
