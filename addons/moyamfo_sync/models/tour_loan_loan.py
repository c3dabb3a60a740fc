"""Loans and repayments: payments out, contracts and bookings in."""

from datetime import UTC

from odoo import models

from ..protocol import dto
from ..protocol.codecs import Unknown


class Loan(models.Model):
    _inherit = "tour_loan.loan"

    def _ask_for_figures(self):
        """Ask MoyaMFO how this loan stands today; its answer comes by a job."""
        if not self.application_id.test:
            self.env["moyamfo.run"].sudo()._enqueue_loan(self.application_id.uuid)
        return super()._ask_for_figures()

    def _moyamfo_apply(self, contract, problems) -> bool:
        """Take over a ``dto.Contract``; an unknown status keeps the state and is shown."""
        unknown = isinstance(contract.status, Unknown)
        if unknown:
            problems.append(f"{contract.number}: {contract.status}")
        update = {
            **vars(contract),
            "application_uuid": contract.application_uid,
            "status": None if unknown else contract.status,
            "unknown_status": str(contract.status) if unknown else False,
            "as_of": contract.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0),
            "schedule": [vars(line) for line in contract.schedule],
        }
        loan = self._of_contract(update)
        known = loan.unlike_signed
        changed = self._take_contract(update)
        if loan.unlike_signed != known:
            problems += [f"{contract.number}: {line}" for line in loan.unlike_signed.splitlines()]
        return changed


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
        update = {
            name: getattr(booked, name) for name in ("principal", "interest", "penalty", "overpaid")
        }
        at = booked.booked_at
        return self._take_booking(
            {
                **update,
                "status": booked.status,
                "booked_at": at and at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
            }
        )
