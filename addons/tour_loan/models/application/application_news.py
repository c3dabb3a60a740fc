"""What the borrower is told: the SMS of a move, and how his application ended."""

from odoo import models

from ...rules import sms_text
from ...rules.moves import MOVES
from .history import ACTUALIZE

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
        if last.move == "confirm_cancel" and self.decline_code in ("agency", "borrower"):
            return self.decline_code  # the lender only said yes
        return "tour" if (last.note or "").startswith(ACTUALIZE) else last.actor or ""

    # --- SMS ---

    def _tell_borrower(self, news: str, **values):
        """Queue the SMS that ``news`` owes the borrower, if he has confirmed his phone.

        :param news: a move, ``top_up`` (he may sign now), ``signed`` (a letter goes too),
            ``cancel_refused``, ``tour_refund`` (``amount``) or ``repaid`` (``repayment``)
        """
        russian = self.with_context(lang="ru_RU")
        text = russian._sms_text(news, **values)
        if text and self.phone:
            self.env["tour_loan.sms"].create(
                {
                    "phone": self.phone,
                    "text": f"{sms_text.name(self.agency_id.name)}: {text}",
                    "application_id": self.id,
                    "business_key": f"sms {self.uuid}",
                }
            )
        if news == "signed":
            self.env["tour_loan.mail"]._write_to(russian, *russian._letter_of_signature())

    def _sms_text(self, news: str, **values) -> str:
        """Return what is said after the brand, or nothing."""
        env, url = self.env, self._portal_url()
        match news:
            case "approve" if self.amount > self.offer_amount:
                return env._(
                    "the lender gives %(offered)s instead of %(amount)s. To sign, %(more)s has "
                    "to be added to the advance: %(url)s",
                    offered=self._rubles("offer_amount"),
                    amount=self._rubles("amount"),
                    more=self._shortfall(),
                    url=url,
                )
            case "approve":
                # with the sum, also because a gateway takes the same text twice for one
                return env._(
                    "a loan of %(amount)s is approved. Read the terms and sign before "
                    "%(until)s (Moscow): %(url)s",
                    amount=self._rubles("offer_amount"),
                    until=self._moscow("ends_at"),
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
                    "the lender has declined your application. About the advance please ask "
                    "the agency."
                )
            case "ask_data":
                return self._needs_text(url)
            case "expire":
                return env._(
                    "the time of your loan application is over. Please turn to the agency."
                )
            case "signed":
                return self._signed_text()
            case "fund":
                return env._("the tour is paid for. Schedule and payments: %s", url)
            case "repaid":
                return self._repaid_text(values["repayment"])
            case "annul":
                return env._("the loan is annulled, there is nothing to pay any more: %s", url)
            case "cancel_refused":
                return env._(
                    "the lender could not cancel loan %(number)s. What you can do now: %(url)s",
                    number=sms_text.number(self._contract_number()),
                    url=url,
                )
            case "tour_refund":
                return env._(
                    "the agency has returned %(amount)s for the tour to the lender, you owe "
                    "less. The new schedule: %(url)s",
                    amount=self._format(values["amount"]),
                    url=url,
                )
        return self._cancel_text() if news in CANCELS else ""

    def _needs_text(self, url: str) -> str:
        wanted = ", ".join(map(sms_text.name, self._need_labels()))
        if self._open_questions():
            return self.env._(
                "the lender asks for more data: %(wanted)s. Please complete your application: "
                "%(url)s",
                wanted=wanted,
                url=url,
            )
        return self.env._(
            "the lender asks for: %(wanted)s. How to hand it over: %(url)s", wanted=wanted, url=url
        )

    def _signed_text(self) -> str:
        env, line = self.env, self._schedule_lines()[0]
        told = {
            "number": sms_text.number(self._contract_number()),
            "amount": self._rubles("offer_amount"),
            "due": line["due_on"],
            "payment": line["amount"],
            "url": f"{self.get_base_url()}/my/loans/{self.loan_id.uuid}",
        }
        if self._is_cooling_off():
            return env._(
                "loan contract %(number)s for %(amount)s is signed. First payment %(due)s, "
                "%(payment)s. You may refuse until %(until)s (Moscow) and later, before the "
                "money goes: %(url)s",
                until=self._moscow("cooling_off_until"),
                **told,
            )
        return env._(
            "loan contract %(number)s for %(amount)s is signed. First payment %(due)s, "
            "%(payment)s. You may refuse before the money goes: %(url)s",
            **told,
        )

    def _is_cooling_off(self) -> bool:
        """Return whether the law's pause belongs to this contract."""
        return bool(self.cooling_off_until) and self.cooling_off_until > self.signed_at

    def _letter_of_signature(self) -> tuple[str, str]:
        """Return (subject, text) of the letter that follows the signature."""
        env, company, text = self.env, self.env.company, self._signed_text()
        subject = env._("Loan contract %s is signed", self._contract_number())
        return subject, "\n\n".join(
            (
                env._("Good day, %s!", self.first_name),
                text[:1].upper() + text[1:],
                env._("Please keep this letter. The documents are on the page of the loan."),
                company.name,
            )
        )

    def _repaid_text(self, repayment) -> str:
        """Return the confirmation of a payment: one SMS for one repayment."""
        loan = repayment.loan_id
        said = {
            "amount": self._format(self._exact(repayment.amount)),
            "day": repayment._paid_on(),
            "loan": loan.display_name,
            "url": loan._portal_url(),
        }
        if repayment.surplus:
            return self.env._(
                "%(amount)s came on %(day)s for loan %(loan)s, %(surplus)s look like too much. "
                "We count it towards the next payments or give it back: %(url)s",
                surplus=self._format(self._exact(repayment.surplus)),
                **said,
            )
        return self.env._(
            "%(amount)s came on %(day)s for loan %(loan)s. Thank you: %(url)s", **said
        )

    def _cancel_text(self) -> str:
        env = self.env
        match self._cancelled_by():
            case "tour":
                return env._(
                    "the tour is not available any more, the loan is cancelled. About the "
                    "advance please ask the agency."
                )
            case "agency":
                return env._(
                    "the agency has cancelled the order, there will be no loan. About the "
                    "advance please ask it."
                )
            case "borrower" if self.signed_at:
                return env._(
                    "you have refused the loan, the contract is void and you owe nothing. About "
                    "the advance please ask the agency."
                )
        return env._("your loan application is cancelled. About the advance please ask the agency.")
