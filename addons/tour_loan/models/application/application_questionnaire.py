"""The borrower's side of an application: link, questionnaire, what his codes confirm."""

from decimal import Decimal

from odoo import fields, models

from ...rules import money, quote
from ...rules.questionnaire import STORED, called_for
from .application_needs import NEEDS


class Application(models.Model):
    _inherit = "tour_loan.application"

    def _open(self, code):
        """SMS code 1 was right: the gate is open to who has this phone."""
        borrower = self.env["tour_loan.borrower"]._of_phone(code.phone, create=True)
        self.write({"borrower_id": borrower.id, "phone": code.phone})
        self._prefill(borrower)
        self.env["tour_loan.signature"]._record(self, code)
        self._move("open", "borrower")

    def _prefill(self, borrower):
        """Fill in what is known of the person who confirmed this phone.

        What the agency told belongs to the phone it told: with another phone it may be
        another person, who must not see it. So may the phone's earlier owner be, unless
        the agency names his birth date.
        """
        if borrower.phone != self.customer_phone:
            self.write(dict.fromkeys(self._prefilled_fields(), False))
        if self.birth_date and self.birth_date == borrower.birth_date:
            known = borrower._person_values()
            asked = called_for(known) & known.keys()
            self.write({name: known[name] for name in asked if not self[name]})

    def _known_birth_dates(self) -> set:
        """Return the birth date that code 2 confirmed; before it, the agency's and the typed."""
        dates = {self.birth_date}
        if not self.submitted_at and self.phone == self.customer_phone:
            dates.add(fields.Date.to_date(self.content["customer"].get("birth_date") or False))
        return dates - {False, None}

    def _prefilled_fields(self):
        return [question.name for question in STORED if not question.default]

    def _use_link(self):
        """The button behind the agency's link: from now on the link is used up."""
        self.link_used_at = fields.Datetime.now()

    def _term_previews(self):
        """Return a preview for every allowed term, to choose from (our estimate)."""
        return quote.previews(
            self._exact(self.amount),
            self.product_id._conditions().terms,
            self.product_id._conditions().rate,
            fields.Date.context_today(self),
            self.product_id._conditions().conventions,
        )

    def _return_urls(self) -> dict:
        """Return the agency's addresses the borrower may go back to."""
        return (self.content or {}).get("urls") or {}

    # --- what pages show ---

    def _percent(self, name: str) -> str:
        return money.format_percent(Decimal(str(self[name])))

    # QWeb reaches no functions, so pages format through the record
    def _format(self, amount: Decimal) -> str:
        return money.format_amount(amount)

    def _format_percent(self, rate: Decimal) -> str:
        return money.format_percent(rate, 1)

    # --- submit ---

    def _submit(self, code):
        """SMS code 2 was right: the questionnaire is signed and goes to the lender."""
        self.env["tour_loan.signature"]._record(self, code)
        self.borrower_id._keep(self)
        self._move(
            "submit",
            "borrower",
            submitted_at=fields.Datetime.now(),
            needs=[need for need in self.needs or [] if need not in NEEDS] or False,
            needs_before=False,
        )
