"""The accounting system's side of an application."""

from datetime import UTC, timedelta
from decimal import Decimal

from odoo import fields, models

from ...rules import money
from ...rules.moves import MOVES
from ...rules.psk import full_cost
from ...rules.questionnaire import STORED
from ...rules.schedule import annuity

# In which of the lender's words which move answers.
MOVE_OF_STATUS = {
    "needs_data": "ask_data",
    "approved": "approve",
    "declined": "decline",
    "funded": "fund",
    "annulled": "annul",
}


class Application(models.Model):
    _inherit = "tour_loan.application"

    def _accounting_update(self, update: dict) -> bool:
        """Take over what the accounting system says; return whether anything changed.

        :param update: ``status`` (in_review, needs_data, approved, declined, funded,
            annulled, cancelled), ``number``, ``needs`` (list of codes), ``needs_words``
            ({code: the lender's word}),
            ``decline_code``, ``offer`` {amount, months, rate, psk, psk_amount,
            monthly_payment: Decimal; valid_until: aware UTC; schedule: list of
            {due_on, amount, principal, interest, rest}}, ``payout`` {amount, paid_on,
            payment_order}. A repeat of what is known changes nothing.
        """
        self.ensure_one()
        changed = moved = False
        number = update.get("number")
        if number and number != self.accounting_number:
            self.accounting_number = number
            changed = True
        loan_number = update.get("loan_number")
        named = bool(loan_number) and loan_number != self.loan_number
        if named:
            self.loan_number = loan_number
        status = update.get("status")
        cancels = self.claim_ids._of("cancel")
        if status in ("cancelled", "annulled"):
            cancels._answered("accepted")
        elif status == "funded":
            cancels._answered("refused")  # he paid instead
        if status == "cancelled":
            name = "confirm_cancel" if self.state == "committed" else "cancel"
        else:
            name = MOVE_OF_STATUS.get(status)
        values = self._accounting_values(update)
        if status == "in_review" and self.state == "needs_data":
            name = "resume"  # elsewhere the word is no news
            values |= {"needs": False, "needs_words": False, "needs_before": False}
        if status == "needs_data" and not update.get("needs"):
            name = None  # nobody could tell the borrower what to do
            if self.state == "submitted":
                self._ask_staff(self._wants_the_unknown())
        accepted = cancels.filtered(lambda claim: claim.state == "accepted")
        if status == "cancelled" and accepted:
            values["decline_code"] = accepted[-1:].asked_by
        if name and not self._is_known(name, values):
            moved = self._move(name, "accounting", **values)
        if named and not moved:
            self._note("loan_number", "accounting")
        return changed or named or moved

    def _told_answers(self) -> dict:
        """Return {neutral name: answer or None} of what was asked, for an accounting system.

        Sums are Decimal, dates ``date``; the parts of an address are one text.
        """
        told, answers = self._told(), {}
        for question in STORED:
            name, answer = question.neutral, told.get(question.name)
            if question.part_of:
                answers[name] = self._address(name.removesuffix("_address")) or None
            elif name and question.kind == "check":
                answers[name] = answer  # no is an answer too
            elif name and question.kind == "money":
                answers[name] = self._exact(answer) if answer else None
            elif name:
                answers[name] = answer or None
        return answers

    def _accounting_values(self, update) -> dict:
        values = {}
        if update.get("needs"):
            values["needs"] = list(update["needs"])
            values["needs_words"] = update.get("needs_words") or False
        if update.get("status") == "declined":
            values["decline_code"] = update.get("decline_code") or "lender"
        if offer := update.get("offer"):
            values |= {
                f"offer_{name}": float(offer[name])
                for name in ("amount", "rate", "psk", "psk_amount", "monthly_payment")
            }
            values["offer_months"] = offer["months"]
            values["offer_valid_until"] = offer["valid_until"].astimezone(UTC).replace(tzinfo=None)
            values["offer_schedule"] = [
                {
                    "due_on": line["due_on"].isoformat(),
                    **{
                        name: str(line[name])
                        for name in ("amount", "principal", "interest", "rest")
                    },
                }
                for line in offer["schedule"]
            ]
        if payout := update.get("payout"):
            values |= {
                "payout_amount": float(payout["amount"]),
                "payout_on": payout["paid_on"],
                "payout_order": payout["payment_order"],
            }
        return values

    def _is_known(self, name, values) -> bool:
        """Return whether this event repeats what the application already tells."""
        if self.state != MOVES[name].target:
            return False
        for field, value in values.items():
            if self._fields[field].type == "monetary":
                if self._exact(self[field]) != self._exact(value):
                    return False
            elif self._fields[field].type == "float":
                if round(self[field], 3) != round(value, 3):
                    return False
            elif self[field] != value:
                return False
        return True

    def _wants_the_unknown(self) -> str:
        """Return what staff read when the lender wants data and does not say which."""
        return self.with_context(lang="ru_RU").env._(
            "The lender wants more data and does not name them: find out which, the borrower "
            "has not been asked."
        )

    # --- applications in test mode ---

    def _play_accounting(self, kind: str):
        """Job: play the lender for an application that never reaches him.

        A loan whose kopecks are .01 is declined, .02 asks for data, .03 gets half; what
        is booked is paid, what the agency asks for afterwards is granted.
        """
        claims = self.claim_ids
        if kind in ("application", "change") and self.state == "submitted":
            self._accounting_update(self._test_decision())
        elif kind == "commit" and self.state == "committed" and not claims._of("cancel", "waiting"):
            payout = {
                "amount": self._exact(self.offer_amount),
                "paid_on": fields.Date.context_today(self),
                "payment_order": "TEST",
            }
            self._accounting_update({"status": "funded", "loan_number": "TEST", "payout": payout})
        elif kind == "cancel" and self.state == "committed":
            self._accounting_update({"status": "cancelled"})
        elif kind == "tour_refund":
            claims._of("tour_refund", "waiting")._answered("accepted")

    def _test_decision(self) -> dict:
        kopecks = int(self._exact(self.amount) * 100 % 100)
        if kopecks == 1:
            return {"status": "declined"}
        if kopecks == 2:
            return {"status": "needs_data", "needs": ["passport"]}
        amount = self._exact(self.amount) / (2 if kopecks == 3 else 1)
        return {"status": "approved", "number": "TEST", "offer": self._test_offer(amount)}

    def _test_offer(self, amount: Decimal) -> dict:
        rate = Decimal(str(self.product_id.rate))
        schedule = annuity(
            money.kopecks(amount),
            rate,
            self.months,
            fields.Date.context_today(self),
            self.product_id._conventions(),
        )
        return {
            "amount": schedule.loan,
            "months": self.months,
            "rate": rate,
            "psk": full_cost(schedule.flows).percent,
            "psk_amount": schedule.overpayment,
            "monthly_payment": schedule.monthly_payment,
            "valid_until": fields.Datetime.now().replace(tzinfo=UTC) + timedelta(days=5),
            "schedule": [
                {
                    name: getattr(line, name)
                    for name in ("due_on", "amount", "principal", "interest", "rest")
                }
                for line in schedule.installments
            ],
        }
