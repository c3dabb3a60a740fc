"""Payments of loans: whatever provider took the money, it becomes a repayment once."""

import re

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

# The references of loans; whoever pays by one of them means a loan.
LOAN_REFERENCE = re.compile(r"LOAN-\d", re.IGNORECASE)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    tour_loan_id = fields.Many2one("tour_loan.loan", readonly=True, index="btree_not_null")
    tour_loan_repayment_ids = fields.One2many("tour_loan.repayment", "transaction_id")
    # Declared by providers' addons as well, which know no loans: the payer's bank takes the
    # money back, and why.
    dispute_reason = fields.Char(readonly=True, copy=False)
    tour_loan_attention = fields.Char(
        "Money without a loan",
        readonly=True,
        copy=False,
        help="Money of a borrower that belongs to no loan here: a person has to settle it.",
    )

    # the few that were not post-processed yet, whatever number of payments is kept
    _tour_loan_unprocessed = models.Index(
        "(id) WHERE state = 'done' AND is_post_processed IS NOT TRUE"
    )
    _tour_loan_attended = models.Index("(id) WHERE tour_loan_attention IS NOT NULL")

    def write(self, vals):
        """A dispute of a loan's payment waits for a person, with its reason."""
        result = super().write(vals)
        if vals.get("dispute_reason"):
            for payment in self.filtered(lambda one: one.tour_loan_id and one.state == "done"):
                payment._tour_loan_repayment()._payment_disputed()
        return result

    @api.model
    def _compute_reference_prefix(self, separator, **values):
        loan = self.env["tour_loan.loan"].browse(values.get("tour_loan_id"))
        if loan:
            return f"LOAN-{loan.id}"
        return super()._compute_reference_prefix(separator, **values)

    def _payment_purpose(self):
        """Return what the payer reads on the provider's page: the contract's number."""
        if self.tour_loan_id:
            number = self.tour_loan_id._contract_number()
            return self.env._("Loan contract %s", number)
        known = getattr(super(), "_payment_purpose", None)
        return known() if known else ""

    def _post_process(self):
        """Money that came is a repayment, money that went back may be its reversal."""
        # before the repayment's lock, as the provider's notice does
        self.env["tour_loan.lock"]._take_rows(self.source_transaction_id | self)
        result = super()._post_process()
        for transaction in self.filtered(lambda transaction: transaction.state == "done"):
            if transaction.operation == "refund":
                payment = transaction.source_transaction_id
                if payment.tour_loan_id:
                    payment._tour_loan_repayment()._payment_refunded()
            elif transaction.tour_loan_id:
                transaction._tour_loan_repayment()
            else:
                transaction._tour_loan_note_stray()
        return result

    def _tour_loan_note_stray(self):
        """Raise attention for money that means a loan and was paid past its page."""
        borrower_sudo = self.env["tour_loan.borrower"].sudo()  # only asked whether he is one
        is_borrowers = borrower_sudo.search_count(
            [("user_id.partner_id", "=", self.partner_id.id)], limit=1
        )
        # a part of a capture belongs to its source
        if self.operation == "validation" or self.source_transaction_id:
            return
        if is_borrowers or LOAN_REFERENCE.match(self.reference):
            env = self.with_context(lang="ru_RU").env
            self.tour_loan_attention = env._(
                "%(amount)s came from %(payer)s past the pages of loans, it is in no loan's "
                "books. Find out which loan is meant, or give the money back.",
                amount=self.currency_id.format(self.amount),
                payer=self.partner_name or self.partner_id.name,
            )

    @api.model
    def _needs_person(self) -> list:
        """Money without a loan (see ``tour_loan.attention``)."""
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, last_state_change AS since, tour_loan_attention AS what, "
                "NULL::integer AS application_id FROM payment_transaction "
                "WHERE tour_loan_attention IS NOT NULL"
            ),
        ]

    def action_tour_loan_settled(self):
        """Staff: somebody has settled money that came without a loan."""
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_operator"):
            raise AccessError(self.env._("Only the lender's staff settle payments."))
        self.sudo().tour_loan_attention = False  # staff read payments, they do not write them

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
            repayment_sudo._note_surplus()
            if self.dispute_reason:  # the bank's news may overtake the payment's
                repayment_sudo._payment_disputed()
            repayment_sudo._notify_accounting("payment")
            repayment_sudo._tell_borrower()
        return repayment_sudo

    def _tour_loan_given_back(self, states=("done",)) -> float:
        """Return what went back to the payer of this payment; refunds are negative."""
        refunds = self.child_transaction_ids.filtered(
            lambda child: child.operation == "refund" and child.state in states
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
