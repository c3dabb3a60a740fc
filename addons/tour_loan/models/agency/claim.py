"""What is asked for after the commit; the lender has the last word."""

from uuid import uuid4

from odoo import fields, models

from ...hot_path import Rubles


class Claim(models.Model):
    """A cancel of a committed application, or a return of the tour's price.

    The agency asks for either, the borrower for a cancel. A tour refund is a merchant refund: never a repayment of the borrower's.
    """

    _name = "tour_loan.claim"
    _description = "Claim after the commit"
    _order = "id"
    _rec_name = "kind"

    uid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    application_id = fields.Many2one(
        "tour_loan.application",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    agency_id = fields.Many2one(related="application_id.agency_id", store=True)
    kind = fields.Selection(
        [("cancel", "Cancel"), ("tour_refund", "Tour refund")],
        required=True,
        readonly=True,
    )
    asked_by = fields.Selection(
        [("agency", "Agency"), ("borrower", "Borrower")],
        required=True,
        default="agency",
        readonly=True,
    )
    amount = Rubles(readonly=True)
    currency_id = fields.Many2one(related="application_id.currency_id")
    document_numbers = fields.Json(readonly=True)
    reason = fields.Char(readonly=True)
    state = fields.Selection(
        [("waiting", "With the lender"), ("accepted", "Accepted"), ("refused", "Refused")],
        required=True,
        default="waiting",
        readonly=True,
    )

    _uid_uniq = models.UniqueIndex("(uid)")

    def _of(self, kind: str, *states: str):
        """Return the claims of one kind; if states are named, in one of them."""
        return self.filtered(
            lambda claim: claim.kind == kind and (not states or claim.state in states)
        )

    def _answered(self, state: str):
        """Take over the lender's word (accepted, refused) and tell the agency."""
        self.env["tour_loan.lock"]._take_rows(self.application_id)
        for claim in self:
            if claim.state == "waiting":
                claim.state = state
                application = claim.application_id
                application._note(f"{claim.kind}_{state}", "accounting")
                if claim.kind == "cancel" and state == "refused" and claim.asked_by == "borrower":
                    application._tell_borrower("cancel_refused")
                if claim.kind == "tour_refund" and state == "accepted" and not claim._is_full():
                    # of a full one the annulment tells him
                    amount = application._exact(claim.amount)
                    application._tell_borrower("tour_refund", amount=amount)

    def _is_full(self) -> bool:
        """Return whether a tour refund returns all that was paid to the agency."""
        application = self.application_id
        return application._exact(self.amount) == application._exact(application.payout_amount)

    def _agency_object(self) -> dict:
        application = self.application_id
        return {
            "kind": self.kind,
            "amount": application._exact(self.amount) if self.amount else None,
            "requested_at": self.create_date.replace(microsecond=0),
            "state": self.state,
        }
