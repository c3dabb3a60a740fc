"""The borrower's side of an application: link, codes, questionnaire."""

from decimal import Decimal

from odoo import fields, models

from ..rules import identity, money, quote
from .questionnaire import MESSAGES, STEPS


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

    def _request_code(self, stage: str, phone: str, origin: dict):
        """Send the code that confirms ``stage``; return (code, refusal)."""
        documents = self._documents(stage)
        if not documents:  # changed this moment: nobody signs what he was not shown
            return self.env["tour_loan.code"], {"error": "wait", "seconds": 2}
        return self.env["tour_loan.code"]._request(
            stage, phone, origin, self, documents, self._code_text(stage)
        )

    def _code_text(self, stage) -> str:
        """Return the SMS: what is confirmed comes with the code, in Russian."""
        env = self.with_context(lang="ru_RU").env
        texts = {
            "acquaintance": env._(
                "Code {code} confirms that you have read the documents for order %s. "
                "Tell it to nobody.",
                self.order_number,
            ),
            "questionnaire": env._(
                "Code {code} signs your loan application for order %s. Tell it to nobody.",
                self.order_number,
            ),
            "contract": env._(
                "Code {code} signs loan contract %(number)s for %(amount)s. Tell it to nobody.",
                number=self.accounting_number or self.order_number,
                amount=self._rubles("offer_amount"),
            ),
        }
        return texts[stage]

    def _active_code(self, stage: str):
        """Return the latest code sent for ``stage``, whatever became of it."""
        return self.env["tour_loan.code"].search(
            [("application_id", "=", self.id), ("purpose", "=", stage)], limit=1
        )

    def _was_asked(self, stage: str, documents) -> bool:
        """Return whether a code was sent for these very documents: they were ticked then."""
        return self._active_code(stage).documents_digest == documents._digest()

    def _confirm_acquaintance(self, typed: str, origin: dict):
        """SMS code 1: the gate. Return (code, None) or (code, error of the code)."""
        code = self._active_code("acquaintance")
        if not code:
            return code, {"error": "expired"}
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
            self.write({name: known[name] for name in known if not self[name]})

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
            self.product_id._terms(),
            Decimal(str(self.product_id.rate)),
            fields.Date.context_today(self),
        )

    def _return_urls(self) -> dict:
        """Return the agency's addresses the borrower may go back to."""
        return (self.content or {}).get("urls") or {}

    # --- what pages show ---

    def _label(self, name: str) -> str:
        return self.fields_get([name], ["string"])[name]["string"]

    def _choices(self, name: str) -> list:
        return self.fields_get([name], ["selection"])[name]["selection"]

    def _answer_text(self, field) -> str:
        """Return what was answered as a person would type it."""
        value = self[field.name]
        if not value and field.kind != "check":
            return ""
        if field.kind == "date":
            return value.strftime("%d.%m.%Y")
        if field.kind == "money":
            return money.format_amount(self._exact(value)).removesuffix("\xa0₽")
        return str(value)

    def _answers(self, step: str) -> list[tuple[str, str]]:
        """Return (label, answer) of a step for the review."""
        shown = []
        for field in self._step_fields(step):
            text = self._answer_text(field)
            if field.kind == "check":
                text = self.env._("Yes") if self[field.name] else self.env._("No")
            elif field.kind == "select":
                text = dict(self._choices(field.name)).get(text, "")
            elif field.kind == "money" and text:
                text += "\xa0₽"
            shown.append((self._label(field.name), text or "—"))
        return shown

    def _agency_address(self) -> str:
        """Return the registration address the agency told, while it may be shown."""
        if self.phone != self.customer_phone:
            return ""
        return self.content["customer"].get("registration_address") or ""

    def _percent(self, name: str) -> str:
        return money.format_percent(Decimal(str(self[name])))

    # QWeb reaches no functions, so pages format through the record
    def _format(self, amount: Decimal) -> str:
        return money.format_amount(amount)

    def _format_percent(self, rate: Decimal) -> str:
        return money.format_percent(rate, 1)

    # --- steps ---

    def _current_step(self) -> str:
        """Return the page this application waits on: a step, or ``status``."""
        if self.state == "new":
            return "documents"
        if self.state not in ("filling", "needs_data"):
            return "status"
        done = (self.steps_done or "").split(",")
        return next((step for step in STEPS if step not in done), "review")

    def _step_fields(self, step: str, values=None):
        """Return the fields of ``step`` that these answers call for."""
        values = values or self
        return [field for field in STEPS[step] if _is_needed(field, values)]

    def _save_step(self, step: str, typed: dict) -> dict:
        """Keep what was typed on a page; return {field: error message}.

        Right answers are kept even when others are wrong: nothing typed is lost.
        """
        values, errors = {}, {}
        for field in STEPS[step]:
            if field.kind == "check":
                values[field.name] = bool(typed.get(field.name))
        asked = {**{f.name: self[f.name] for f in STEPS[step]}, **values}
        for field in STEPS[step]:
            if field.kind == "check":
                continue
            if not _is_needed(field, asked):
                continue
            value, code = self._read_field(field, str(typed.get(field.name) or ""))
            if code:
                errors[field.name] = code
            else:
                values[field.name] = asked[field.name] = value
        errors |= self._cross_checks(step, {**asked, **values}, errors)
        self.write(values)
        done = [name for name in (self.steps_done or "").split(",") if name]
        if errors:
            done = [name for name in done if name != step]
        elif step not in done:
            done.append(step)
        self.steps_done = ",".join(done)
        return {
            name: self.env._(MESSAGES.get(code, MESSAGES["format"]))
            for name, code in errors.items()
        }

    def _read_field(self, field, text: str):
        """Return (value, None) or (None, error code)."""
        if not text.strip():
            return False, ("required" if field.required else None)
        if len(text) > field.maxlength * 2:
            return None, field.problem
        try:
            value = field.read(text)
        except ValueError:
            return None, field.problem
        code = field.check(value) if field.check else None
        if not code and field.kind == "select":
            known = dict(self._fields[field.name].selection)
            code = None if value in known else "choice"
        if not code and field.kind == "term":
            code = None if value in self.product_id._terms() else "choice"
        return value, code

    def _cross_checks(self, step, values, errors) -> dict:
        """Return errors of dates, which need more than one field or today."""
        if step != "passport":
            return {}
        found = {}
        today = fields.Date.context_today(self.with_context(tz="Europe/Moscow"))
        birth, issued = values.get("birth_date"), values.get("passport_issued_on")
        if birth and "birth_date" not in errors:
            if code := identity.check_birth_date(birth, today):
                found["birth_date"] = code
            elif issued and "passport_issued_on" not in errors:
                code = identity.check_passport_issued_on(issued, birth, today)
                if code and code not in identity.WARNINGS:
                    found["passport_issued_on"] = code
        return found

    def _is_complete(self) -> bool:
        done = (self.steps_done or "").split(",")
        return all(step in done for step in STEPS)

    # --- submit ---

    def _confirm_questionnaire(self, typed: str, origin: dict):
        """SMS code 2: sign the questionnaire and send it on. None or the error."""
        code = self._active_code("questionnaire")
        if not code or not self._is_complete():
            return {"error": "expired"}
        if code.documents_digest != self._documents("questionnaire")._digest():
            # he changed something after the code was sent: it signs other documents
            return {"error": "changed"}
        if error := code._check(typed, origin):
            return error
        self.env["tour_loan.signature"]._record(self, code)
        self.borrower_id._keep(self)
        self._move("submit", "borrower", submitted_at=fields.Datetime.now(), needs=False)
        return None

    def _cancel_by_borrower(self):
        return self._move("cancel", "borrower", decline_code="borrower")


def _is_needed(field, values) -> bool:
    if not field.needed_if:
        return True
    name, wanted = field.needed_if
    return values[name] in wanted
