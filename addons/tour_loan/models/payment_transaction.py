"""Payments of loans: whatever provider took the money, it becomes a repayment once."""

from odoo import api, fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    tour_loan_id = fields.Many2one("tour_loan.loan", readonly=True, index="btree_not_null")
    tour_loan_repayment_ids = fields.One2many("tour_loan.repayment", "transaction_id")

    # the few that were not post-processed yet, whatever number of payments is kept
    _tour_loan_unprocessed = models.Index(
        "(id) WHERE state = 'done' AND is_post_processed IS NOT TRUE"
    )

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        loan = self.env["tour_loan.loan"].browse(values.get("tour_loan_id"))
        if loan:
            return f"LOAN-{loan.id}"
        return super()._compute_reference_prefix(separator, **values)

    def _payment_purpose(self):
        """Return what the payer reads on the provider's page: the contract's number."""
        if self.tour_loan_id:
            number = self.tour_loan_id.application_id._contract_number()
            return self.env._("Loan contract %s", number)
        known = getattr(super(), "_payment_purpose", None)
        return known() if known else ""

    def _post_process(self):
        """Money that came is a repayment, money that went back may be its reversal."""
        result = super()._post_process()
        for transaction in self.filtered(lambda transaction: transaction.state == "done"):
            if transaction.operation == "refund":
                payment = transaction.source_transaction_id
                if payment.tour_loan_id:
                    payment._tour_loan_repayment()._payment_refunded()
            elif transaction.tour_loan_id:
                transaction._tour_loan_repayment()
        return result

    def _tour_loan_repayment(self):
        """Return the repayment of a paid transaction, made if there is none yet."""
        # a rival run waits here, fails to serialize, and then sees this one's row
        self.env["tour_loan.lock"]._take(f"repayment:{self.id}")
        # sudo: whoever starts the post-processing, the money has come
        repayment_sudo = self.sudo().tour_loan_repayment_ids
        if not repayment_sudo:
            repayment_sudo = repayment_sudo.create(
                {
                    "loan_id": self.tour_loan_id.id,
                    "transaction_id": self.id,
                    "amount": self.amount,
                    "paid_at": self.last_state_change or fields.Datetime.now(),
                }
            )
            repayment_sudo._notify_accounting("payment")
        return repayment_sudo

    def _tour_loan_given_back(self) -> float:
        """Return what went back to the payer of this payment; refunds are negative."""
        refunds = self.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child.state == "done"
        )
        return self.currency_id.round(sum(abs(refund.amount) for refund in refunds))

    @api.model
    def _cron_tour_loan_forgotten(self):
        """Post-process payments and refunds of loans that core has given up.

        Core forgets a transaction it could not post-process within four days. Its mark
        and our repayment, or its reversal, are written together or not at all.
        """
        unprocessed = self.search(
            [("state", "=", "done"), ("is_post_processed", "=", False)], order="id"
        )
        of_loans = unprocessed.filtered(lambda one: (one.source_transaction_id or one).tour_loan_id)
        of_loans[:100]._cron_post_process()
