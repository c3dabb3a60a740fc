"""What the borrower is told: the SMS of a move, and how his application ended."""

from odoo import models

from ..rules.moves import MOVES
from .application_signing import ACTUALIZE

CANCELS = ("cancel", "confirm_cancel")


class Application(models.Model):
    _inherit = "tour_loan.application"

    # --- what pages ask ---

    def _last_move(self) -> str:
        """Return the name of the last move that was made; a trace of staff is none."""
        made = self.history_ids.filtered(lambda row: row.made and row.move in MOVES)
        return made[-1:].move or ""

    def _cancelled_by(self) -> str:
        """Return who cancelled: an actor of the history, or ``tour`` if it was gone."""
        last = self.history_ids.filtered(lambda row: row.made and row.move in CANCELS)[-1:]
        if last.move == "confirm_cancel" and self.decline_code == "agency":
            return "agency"  # the lender only said yes
        return "tour" if (last.note or "").startswith(ACTUALIZE) else last.actor or ""

    def _waits_for_cancel(self) -> bool:
        """Return whether the lender has to say yes or no to a cancel after the commit."""
        return ("cancel", "waiting") in [(claim.kind, claim.state) for claim in self.claim_ids]

    def _tour_refunds(self):
        """Return the claims by which the agency gave the tour's price back."""
        return self.claim_ids.filtered(
            lambda claim: claim.kind == "tour_refund" and claim.state == "accepted"
        )

    # --- SMS ---

    def _tell_borrower(self, news: str, **values):
        """Queue the SMS that ``news`` owes the borrower, if he has confirmed his phone.

        :param news: a move, ``top_up`` (he may sign now) or ``tour_refund`` (``amount``)
        """
        text = self.with_context(lang="ru_RU")._sms_text(news, **values)
        if text and self.phone:
            self.env["tour_loan.sms"].create(
                {
                    "phone": self.phone,
                    "text": f"{self.agency_id.name}: {text}",
                    "application_id": self.id,
                    "business_key": f"sms {self.uuid}",
                }
            )

    def _sms_text(self, news: str, **values) -> str:
        """Return what is said after the brand, or nothing."""
        env, url = self.env, self._portal_url()
        match news:
            case "approve" if self.amount > self.offer_amount:
                return env._(
                    "the lender gives %(offered)s instead of %(amount)s. The agency will offer "
                    "to pay the difference in advance or cancel: %(url)s",
                    offered=self._rubles("offer_amount"),
                    amount=self._rubles("amount"),
                    url=url,
                )
            case "approve":
                # with the sum, also because a gateway takes the same text twice for one
                return env._(
                    "a loan of %(amount)s is approved. Read the terms and sign: %(url)s",
                    amount=self._rubles("offer_amount"),
                    url=url,
                )
            case "top_up":
                return env._("the agency has settled the difference, you may sign: %s", url)
            case "change":
                return env._(
                    "the order has changed, the loan is now %(amount)s. The lender decides "
                    "anew: %(url)s",
                    amount=self._rubles("amount"),
                    url=url,
                )
            case "decline":
                return env._(
                    "the lender has declined your application. The agency will tell you how to "
                    "get the advance back."
                )
            case "ask_data":
                return env._(
                    "the lender asks for more data. Please complete your application: %s", url
                )
            case "expire":
                return env._(
                    "the time of your loan application is over. Please turn to the agency."
                )
            case "sign" if self.cooling_off_until and self.cooling_off_until > self.signed_at:
                return env._(
                    "the contract is signed. Until %s (Moscow) you may still refuse.",
                    self._moscow("cooling_off_until"),
                )
            case "fund":
                return env._("the tour is paid for. Schedule and payments: %s", url)
            case "annul":
                return env._("the loan is annulled, there is nothing to pay any more: %s", url)
            case "tour_refund":
                return env._(
                    "the agency has returned %(amount)s for the tour to the lender, you owe "
                    "less. The new schedule: %(url)s",
                    amount=self._format(values["amount"]),
                    url=url,
                )
        return self._cancel_text() if news in CANCELS else ""

    def _cancel_text(self) -> str:
        env = self.env
        match self._cancelled_by():
            case "tour":
                return env._(
                    "the tour is not available any more, the loan is cancelled. The agency "
                    "returns the advance."
                )
            case "agency":
                return env._(
                    "the agency has cancelled the order, there will be no loan. It returns the "
                    "advance."
                )
            case "borrower" if self.signed_at:
                return env._(
                    "you have refused the loan, the contract is void and you owe nothing. The "
                    "agency returns the advance."
                )
        return env._("your loan application is cancelled. The agency returns the advance.")
