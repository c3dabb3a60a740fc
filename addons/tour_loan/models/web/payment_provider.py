"""Whose routes exist: providers that take payments, or took some."""

from odoo import api, models, tools


class PaymentProvider(models.Model):
    _name = "payment.provider"
    _inherit = ["payment.provider", "tour_loan.remembered"]

    @api.model
    @tools.ormcache()
    def _tour_loan_codes(self) -> frozenset[str]:
        """Return the codes of the providers whose own routes (webhook, return) exist.

        Of a disabled one too, if it has payments: notices of them still come.
        """
        # sudo: asked while a request is routed, by nobody yet; only codes are read
        providers_sudo = self.sudo().search([("state", "!=", "disabled")])
        used = self.env["payment.transaction"].sudo()._read_group([], ["provider_id"])
        providers_sudo |= providers_sudo.union(*(provider for (provider,) in used))
        return frozenset(providers_sudo.mapped("code"))
