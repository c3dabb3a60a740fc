"""The questionnaire page by page: what is typed, checked, doubted, kept."""

from decimal import Decimal

from odoo import fields, models

from ...rules import address, identity, money
from ...rules.questionnaire import STEPS, called_for, doubted, is_needed
from ...tools import said
from .questionnaire_words import DOUBTS, MESSAGES, groups


class Problems(dict):
    """{field: message} of a page; ``doubts``: those a tick of the borrower's settles."""

    doubts = frozenset()


class Application(models.Model):
    _inherit = "tour_loan.application"

    # --- what pages show ---

    def _label(self, name: str) -> str:
        return self.fields_get([name], ["string"])[name]["string"]

    def _hint(self, name: str) -> str:
        return self.fields_get([name], ["help"])[name].get("help") or ""

    def _choices(self, name: str) -> list:
        return self.fields_get([name], ["selection"])[name]["selection"]

    def _answer_text(self, field) -> str:
        """Return what was answered as a person would type it."""
        value = self[field.name]
        # a column of money holds 0 for no answer as well: the page tells which it is
        is_told = field.kind == "money" and field.required and "work" in self._steps_done()
        if not value and field.kind != "check" and not is_told:
            return ""
        if field.kind == "date":
            return value.strftime("%d.%m.%Y")
        if field.kind == "money":
            return money.format_amount(self._exact(value)).removesuffix("\xa0₽")
        return str(value)

    def _answers(self, step: str) -> list[tuple]:
        """Return (title, [(label, answer)]) of a step's groups for the review."""
        asked = self._step_fields(step)
        shown = [
            (title, [self._answer(field) for field in questions if field in asked])
            for title, questions in groups(step)
        ]
        return [(title, list(filter(None, answers))) for title, answers in shown]

    def _answer(self, field):
        """Return (label, answer), or None for a box that is not ticked."""
        text = self._answer_text(field)
        if field.kind == "check":
            if not self[field.name]:
                return None
            text = self.env._("Yes")
        elif field.kind == "select":
            text = dict(self._choices(field.name)).get(text, "")
        elif field.kind == "money" and text:
            text += "\xa0₽"
        return self._label(field.name), text or "—"

    def _told_in_words(self) -> list[tuple]:
        """Return (title, [(label, answer)]) of all that is asked and told, for the PDF."""
        told = [group for step in STEPS for group in self._answers(step)]
        return [(said(self.env, title), answers) for title, answers in told if answers]

    def _told(self) -> dict:
        """Return {field: answer} of what was asked: nothing else is signed, kept or sent."""
        return {name: self[name] for name in called_for(self)}

    def _person_values(self) -> dict:
        """Override: what was not asked is nothing to keep."""
        told = self._told()
        return {name: told.get(name, False) for name in self._person_fields()}

    def _warnings(self) -> dict:
        """Return {field: what the borrower should know of an answer that bars nothing}."""
        birth, issued, today = self.birth_date, self.passport_issued_on, self._today()
        code = birth and issued and identity.check_passport_issued_on(issued, birth, today)
        if code not in identity.WARNINGS:
            return {}
        until = identity.passport_exchange_until(issued, birth, today)
        return {"passport_issued_on": said(self.env, MESSAGES[code]) % until.strftime("%d.%m.%Y")}

    def _agency_address(self) -> str:
        """Return the registration address the agency told, while it may be shown."""
        if self.phone != self.customer_phone:
            return ""
        return self.content["customer"].get("registration_address") or ""

    def _agency_address_typed(self) -> dict:
        """Return the agency's address as answers of the address page."""
        parts = address.split(self._agency_address())
        return {f"registration_{name}": text for name, text in parts.items()}

    # --- steps ---

    def _current_step(self) -> str:
        """Return the page this application waits on: a step, or ``status``."""
        if self.state == "new":
            return "documents"
        if self.state not in ("filling", "needs_data"):
            return "status"
        if step := self._needs_step():
            return step
        step = next((step for step in STEPS if step not in self._steps_done()), "review")
        # what the lender wants has to come another way: the same answers are not signed again
        return "status" if step == "review" and not self._has_news_for_lender() else step

    def _steps_done(self) -> list[str]:
        return [step for step in (self.steps_done or "").split(",") if step]

    def _is_complete(self) -> bool:
        """Return whether there is something to sign and send."""
        return self._current_step() == "review"

    def _step_fields(self, step: str, values=None):
        """Return the fields of ``step`` that these answers call for."""
        values = values or self
        return [field for field in STEPS[step] if is_needed(field, values)]

    def _save_step(self, step: str, typed: dict) -> Problems:
        """Keep what was typed on a page; return what is wrong or doubted.

        Right answers are kept even when others are wrong: nothing typed is lost.
        """
        typed = _untangled(typed)
        values = {f.name: bool(typed.get(f.name)) for f in STEPS[step] if f.kind == "check"}
        codes, asked = {}, {**{f.name: self[f.name] for f in STEPS[step]}, **values}
        for field in STEPS[step]:
            if field.kind == "check":
                continue
            if not is_needed(field, asked):
                values[field.name] = asked[field.name] = False
                continue
            value, code = self._read_field(field, str(typed.get(field.name) or ""))
            if code:
                codes[field.name] = code
            else:
                values[field.name] = asked[field.name] = value
        codes |= self._cross_checks(step, asked, codes)
        doubted = {} if codes else self._doubted(step, typed, asked)
        self.write({name: value for name, value in values.items() if name not in doubted})
        codes = {**self._unanswered(step), **codes}
        done = [name for name in self._steps_done() if name != step]
        self.steps_done = ",".join(done if codes or doubted else [*done, step])
        problems = Problems(
            {
                name: said(self.env, MESSAGES.get(code, MESSAGES["format"]))
                for name, code in codes.items()
            }
        )
        problems |= {name: said(self.env, DOUBTS[code]) for name, code in doubted.items()}
        problems.doubts = frozenset(doubted)
        return problems

    def _read_field(self, field, text: str):
        """Return (value, None) or (None, error code)."""
        if not text.strip():
            return False, (field.missing if field.required else None)
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
        found, today = {}, self._today()
        birth, issued = values.get("birth_date"), values.get("passport_issued_on")
        if birth and "birth_date" not in errors:
            if code := identity.check_birth_date(birth, today):
                found["birth_date"] = code
            elif issued and "passport_issued_on" not in errors:
                code = identity.check_passport_issued_on(issued, birth, today)
                if code and code not in identity.WARNINGS:
                    found["passport_issued_on"] = code
        return found

    def _doubted(self, step, typed, values) -> dict:
        """Return {field: code} of what is hardly true and was not confirmed yet."""
        exact = {
            field.name: Decimal(str(values[field.name] or 0))
            if field.kind == "money"
            else values[field.name]
            for field in self._step_fields(step, values)
        }
        settled = step in self._steps_done()
        return {
            name: code
            for name, code in doubted(exact, self._today()).items()
            if name in exact
            and not (settled and self[name] == values[name])
            and typed.get(f"confirm_{name}") != str(typed.get(name) or "")
        }

    def _today(self):
        return fields.Date.context_today(self.with_context(tz="Europe/Moscow"))


def _untangled(typed: dict) -> dict:
    """Return ``typed`` with a passport that was written into the field of its series taken
    apart: a browser without our script does not do it."""
    digits = identity.normal_digits(str(typed.get("passport_series") or ""))
    if len(digits) == 10 and not typed.get("passport_number"):
        series, number = identity.split_passport(digits)
        return {**typed, "passport_series": series, "passport_number": number}
    return typed
