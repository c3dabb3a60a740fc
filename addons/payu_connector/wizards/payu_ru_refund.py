from odoo import api, fields, models


class PayuRefund(models.TransientModel):
    """How much of a payment goes back; core asks for it only where there are invoices."""

    _name = "payu_ru.refund"
    _description = "Giving a PayU Payment Back"

    transaction_id = fields.Many2one(
        string="Payment", comodel_name="payment.transaction", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="transaction_id.currency_id")
    rest = fields.Monetary(string="Left of the Payment", compute="_compute_rest")
    amount = fields.Monetary(
        string="To Give Back", compute="_compute_amount", store=True, readonly=False
    )

    @api.depends("transaction_id")
    def _compute_rest(self):
        for wizard in self:
            # In sudo mode to read the refunds made already.
            payment_sudo = wizard.transaction_id.sudo()
            wizard.rest = float(payment_sudo._payu_ru_refundable(payment_sudo.browse()))

    @api.depends("rest")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.rest

    def action_give_back(self):
        """Give back what was asked for.

        :return: A notification.
        :rtype: dict
        """
        self.ensure_one()
        return self.transaction_id.action_payu_ru_refund(self.amount)
