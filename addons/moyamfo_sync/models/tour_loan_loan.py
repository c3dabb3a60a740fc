"""Loans and repayments: payments out, contracts and bookings in."""

from datetime import UTC, timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..protocol import dto
from ..protocol.codecs import Unknown


class Loan(models.Model):
    _inherit = "tour_loan.loan"

    def _moyamfo_key(self) -> str:
        """Return the id 1C knows this loan by when it is asked for it, or nothing."""
        return self.application_id.uuid or self.books_uid or ""

    def _ask_for_figures(self):
        """Ask MoyaMFO how this loan stands today; its answer comes by a job."""
        key = self._moyamfo_key()
        if key and not self.application_id.test:
            self.env["moyamfo.run"].sudo()._enqueue_loan(key)
        return super()._ask_for_figures()

    def action_read_anew(self):
        """Staff: ask 1C about this loan now, and believe it whatever we had."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_operator"):
            raise AccessError(self.env._("Only the lender's staff ask 1C."))
        key = self._moyamfo_key()
        if not key or self.application_id.test:
            raise UserError(self.env._("1C cannot be asked for this loan alone."))
        # sudo: a job; staff only read pulls
        self.env["moyamfo.run"].sudo()._enqueue_loan(key, anew=True)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("1C is being asked. Load the page anew in a minute.")},
        }

    @api.model
    def _moyamfo_apply(self, contract, update, problems) -> bool | None:
        """Take over one contract; None if it is none of ours.

        An unknown status keeps the state and is shown.

        :param update: of it, as ``_take_contract`` has it
        """
        loan = self._of_contract(update) or self._moyamfo_take_over(update)
        if not loan:
            return None
        update["loan"] = loan
        if not update["status"]:
            problems.append(f"{contract.number}: {contract.status}")
        known = loan.unlike_signed
        changed = self._take_contract(update)
        if loan.unlike_signed != known:
            problems += [f"{contract.number}: {line}" for line in loan.unlike_signed.splitlines()]
        return changed

    def _moyamfo_twin(self, booked):
        """Return a payment of ours that a booking under another id may be, or none."""
        amount, day = float(booked.amount), timedelta(days=3)
        at = booked.booked_at and booked.booked_at.astimezone(UTC).replace(tzinfo=None)
        return self.repayment_ids.filtered(
            lambda one: (
                one.origin == "here"
                and one.state in ("to_send", "sent")
                and not self.currency_id.compare_amounts(one.amount, amount)
                and (not at or abs(one.paid_at - at) <= day)
            )
        )[:1]

    def _moyamfo_take_payment(self, booked) -> bool:
        """Take over a ``dto.BookedPayment`` nobody made here: at a bank, at the cash desk."""
        update = booking_of(booked)
        update |= {"uid": booked.uid, "loan": self, "amount": booked.amount}
        return bool(self.env["tour_loan.repayment"]._take_elsewhere(update))

    @api.model
    def _moyamfo_take_over(self, update):
        """Return the loan of a contract that did not begin here; none, if it cannot be ours.

        Why it was not taken over stands in the list of what was kept aside.
        """
        ours = [("uuid", "=", update["application_uuid"] or "")]
        if not update["takes_over"]:
            return self.browse()
        if update["status"] == "annulled" or self.env["tour_loan.application"].search_count(ours):
            return self.browse()  # nothing to show; or an application nobody has signed
        try:
            return self._taken_over(update)
        except ValueError as refusal:
            aside = self.env["moyamfo.aside"]
            aside._keep("elsewhere", update["number"], [aside._why_not(str(refusal))])
            return self.browse()


class Repayment(models.Model):
    _inherit = "tour_loan.repayment"

    def _notify_accounting(self, kind):
        """Write the message for MoyaMFO; loans of test applications never go out."""
        application, payoff = self.loan_id.application_id, self.loan_id.payoff
        if not application.test:
            # sudo: a payment notice came, the outbox is the server's own
            self.env["moyamfo.message"].sudo().create(
                {
                    "kind": kind,
                    "application_id": application.id,
                    "repayment_id": self.id,
                    # now: 1C names another sum tomorrow, a repeat must say the same
                    "early": kind == "payment"
                    and payoff > 0
                    and application._exact(self.amount) >= application._exact(payoff),
                    "business_key": f"loan {self.loan_id.uuid}",
                    "endpoint": self.env["moyamfo.message"]._doors(kind)[0],
                }
            )
        return super()._notify_accounting(kind)

    def _moyamfo_uid(self, kind) -> str:
        """Return the id 1C knows the payment, or its reversal, by."""
        return self.uid if kind == "payment" else f"{self.uid}-R"

    def _moyamfo_record(self, message):
        exact = self.loan_id.application_id._exact
        if message.kind == "reversal":
            return dto.Reversal(
                uid=self._moyamfo_uid("reversal"),
                payment_uid=self.uid,
                amount=exact(self.amount),
                reversed_at=message.create_date.replace(tzinfo=UTC),
            )
        return dto.Payment(
            uid=self.uid,
            loan_number=self.loan_id.number,
            amount=exact(self.amount),
            paid_at=self.paid_at.replace(tzinfo=UTC),
            order_id=self.transaction_id.reference,
            operation_id=self.transaction_id.provider_reference or None,
            early=message.early or None,
        )

    def _moyamfo_apply(self, booked, problems) -> bool:
        """Take over a ``dto.BookedPayment``."""
        if isinstance(booked.status, Unknown):
            problems.append(f"{booked.uid}: {booked.status}")
            return False
        if booked.status == "waiting":
            return False
        return self._take_booking(booking_of(booked))


def booking_of(booked) -> dict:
    """Return what ``_take_booking`` takes, of a ``dto.BookedPayment``."""
    at = booked.booked_at
    parts = ("principal", "interest", "penalty", "overpaid")
    return {
        **{name: getattr(booked, name) for name in parts},
        "status": booked.status,
        "booked_at": at and at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
    }
