"""Before going live: payments by PayU."""

from odoo import api, models

from odoo.addons.payu_connector import const
from odoo.addons.tour_loan.models.staff.connection import Checked
from odoo.addons.tour_loan.models.staff.golive import GREEN, RED, Finding
from odoo.addons.tour_loan.models.staff.golive_lender import TOKEN


class GoLive(models.AbstractModel):
    _inherit = "tour_loan.golive"

    @api.model
    def _expected_providers(self):
        return super()._expected_providers() | {"payu_ru"}

    def _payu(self):
        # sudo: the provider's addresses and secret; the page is the administrator's
        providers_sudo = self.env["payment.provider"].sudo()
        return providers_sudo.search([("code", "=", "payu_ru"), ("state", "!=", "disabled")])

    def _golive_payu_address(self) -> Finding:
        """Live payments go to PayU's own address; none of testing is left."""
        link = self._action("payment.action_payment_provider")
        payu_sudo = self._payu()
        used = payu_sudo.filtered("payu_ru_api_url").mapped("payu_ru_address_used")
        left = payu_sudo.filtered("payu_ru_api_url").mapped("payu_ru_api_url")
        if left and set(left) != {const.PRODUCTION_URL}:
            return Finding(
                RED,
                self.env._(
                    "An address of testing is left at PayU's settings: %(left)s. "
                    "Payments go to %(used)s.",
                    left=", ".join(left),
                    used=", ".join(used),
                ),
                link,
            )
        return Finding(GREEN, self.env._("Payments go to PayU's own address."), link)

    def _golive_payu_secret(self) -> Finding:
        payu_sudo = self._payu()
        weak = self._weak(
            {provider.name: (provider.payu_ru_secret_key or "", TOKEN) for provider in payu_sudo}
        )
        if weak:
            return Finding(
                RED,
                self.env._("PayU's secret key. %s", "; ".join(weak)),
                self._action("payment.action_payment_provider"),
            )
        return Finding(GREEN, self.env._("PayU's secret key is strong."))


class Connection(models.TransientModel):
    _inherit = "tour_loan.connection"

    @api.model
    def _counterparties(self):
        return super()._counterparties() | {"payu": "PayU"}

    def _connect_payu(self) -> Checked:
        # sudo: the provider's secret signs the question; the page is the administrator's
        payu_sudo = self.env["payment.provider"].sudo().search([("code", "=", "payu_ru")], limit=1)
        if not payu_sudo or payu_sudo.state == "disabled":
            return Checked(False, self.env._("PayU is not enabled."))
        return Checked(*payu_sudo._payu_ru_check_connection())
