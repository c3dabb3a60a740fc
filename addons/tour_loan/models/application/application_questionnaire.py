"""The borrower's side of an application: link, codes, questionnaire."""

from decimal import Decimal

from odoo import fields, models

from ...rules import money, quote, sms_text
from .application_needs import NEEDS
from .questionnaire import called_for


class Application(models.Model):
    _inherit = "tour_loan.application"

    # --- documents and codes ---

    def _documents(self, stage: str):
        """Return the documents of ``stage`` for this application as its texts are now.

        None at all while one of them is not laid out: that is a job's work, which this
        orders; the page waits. Texts of the first step name nobody and are shared by all
        borrowers of the agency; those of later stages bear the borrower's name and passport.
        """
        person = None if stage == "acquaintance" else self
        documents = self.env["tour_loan.document"]
        known = documents._of_stage(stage, self.agency_id, person)
        return known or documents._have_made(stage, self.agency_id, person)

    def _request_code(self, stage: str, phone: str, origin: dict, known: bool = False):
        """Send the code that confirms ``stage``; return (code, refusal).

        ``known``: the phone was confirmed in the visitor's browser before.
        """
        documents = self._documents(stage)
        if not documents:  # changed this moment: nobody signs what he was not shown
            return self.env["tour_loan.code"], {"error": "wait", "seconds": 2}
        return self.env["tour_loan.code"]._request(
            stage, phone, origin, self, documents, self._code_text(stage), known
        )

    def _code_text(self, stage) -> str:
        """Return the SMS: what is confirmed comes with the code, in Russian."""
        env = self.with_context(lang="ru_RU").env
        order = sms_text.number(self.order_number)
        texts = {
            "acquaintance": env._(
                "Code {code} confirms that you have read the documents for order %s. "
                "Tell it to nobody.",
                order,
            ),
            "questionnaire": env._(
                "Code {code} signs your loan application for order %s. Tell it to nobody.",
                order,
            ),
            "contract": env._(
                "Code {code} signs loan contract %(number)s for %(amount)s. Tell it to nobody.",
                number=sms_text.number(self._contract_number()),
                amount=self._rubles("offer_amount"),
            ),
        }
        return texts[stage]

    def _active_code(self, stage: str):
        """Return the latest code sent for ``stage``, whatever became of it.

        Of a link the agency has replaced nothing is left.
        """
        return self.env["tour_loan.code"].search(
            [
                ("application_id", "=", self.id),
                ("purpose", "=", stage),
                ("ended_by", "!=", "link"),
            ],
            limit=1,
        )

    def _was_asked(self, stage: str, documents) -> bool:
        """Return whether a code was sent for these very documents: they were ticked then."""
        code = self._active_code(stage)
        return code.state in ("active", "locked") and code.documents_digest == documents._digest()

    def _is_of_older_code(self, stage: str, number: str | None) -> bool:
        """Return whether a page that shows code ``number`` is older than the last code."""
        code = self._active_code(stage)
        return bool(code) and (number or "").isdecimal() and number != str(code.id)

    def _confirm_acquaintance(self, typed: str, origin: dict):
        """SMS code 1: the gate. Return (code, None) or (code, error of the code)."""
        code = self._active_code("acquaintance")
        if not code:
            return code, {"error": "none"}
        if error := code._check(typed, origin):
            return code, error
        borrower = self.env["tour_loan.borrower"]._of_phone(code.phone, create=True)
        self.write({"borrower_id": borrower.id, "phone": code.phone})
        self._prefill(borrower)
        self.env["tour_loan.signature"]._record(self, code)
        self._move("open", "borrower")
        return code, None

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
        return [
            name for name in self._person_fields() if name not in ("residence_same", "currency_id")
        ]

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

    def _confirm_questionnaire(self, typed: str, origin: dict):
        """SMS code 2: sign the questionnaire and send it on. None or the error."""
        code = self._active_code("questionnaire")
        if not self._is_complete():
            return {"error": "expired"}
        if not code:
            return {"error": "none"}
        if code.documents_digest != self._documents("questionnaire")._digest():
            # he changed something after the code was sent: it signs other documents
            return {"error": "changed"}
        if error := code._check(typed, origin):
            return error
        self.env["tour_loan.signature"]._record(self, code)
        self.borrower_id._keep(self)
        self._move(
            "submit",
            "borrower",
            submitted_at=fields.Datetime.now(),
            needs=[need for need in self.needs or [] if need not in NEEDS] or False,
            needs_before=False,
        )
        return None
