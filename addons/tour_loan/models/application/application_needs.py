"""More data wanted: what the lender asks for, what was done about it, what is left."""

import hashlib
from typing import NamedTuple

from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...rules import identity
from ...rules.questionnaire import STEPS, of_groups
from ...tools import said

_lt = LazyTranslate(__name__)


class Need(NamedTuple):
    """Something the borrower can answer here: on page ``step``, in one of ``fields``."""

    step: str
    fields: tuple[str, ...]


def _fields(*groups):
    return tuple(question.name for question in of_groups(*groups))


# What is not here (documents, a word of the lender's we do not know) goes another way.
NEEDS = {
    "passport": Need("passport", _fields("person", "passport")),
    "inn": Need("passport", ("inn",)),
    "snils": Need("passport", ("snils",)),
    "address": Need("address", _fields("registration", "residence")),
    # what one earns belongs to one's work, as the page has it
    "employment": Need("work", _fields("work", "income")),
    "income": Need("work", _fields("income")),
}
LABELS = {
    "passport": _lt("Passport"),
    "inn": _lt("INN"),
    "snils": _lt("SNILS"),
    "address": _lt("Address"),
    "employment": _lt("Work"),
    "income": _lt("Income"),
    "phone": _lt("Phone"),
    "documents": _lt("Documents"),
}


class Application(models.Model):
    _inherit = "tour_loan.application"

    needs_words = fields.Json(readonly=True, help="What is wanted, in the lender's words.")
    needs_before = fields.Json(
        readonly=True, help="Fingerprints of the answers the lender was not content with."
    )
    needs_asked_at = fields.Datetime("Asked for more at", readonly=True)
    handed_over_at = fields.Datetime(
        "Handed over, says the borrower",
        readonly=True,
        help="What cannot be sent on our pages; the lender has not confirmed it yet.",
    )
    attention = fields.Char("Needs a person", readonly=True, index="btree_not_null")

    def _after_move(self, name, source):
        """A question of the lender's opens its pages; any other move is an answer."""
        if name == "ask_data":
            self._open_needs()
        if self.attention:
            self.attention = False
        return super()._after_move(name, source)

    def _open_needs(self):
        """Remember how the answers were, and open the pages they stand on again."""
        before = self.needs_before or {}
        asked = [need for need in self.needs or [] if need in NEEDS]
        steps = {NEEDS[need].step for need in asked}
        done = [step for step in (self.steps_done or "").split(",") if step not in steps]
        self.write(
            {
                "steps_done": ",".join(done),
                "needs_asked_at": fields.Datetime.now(),
                "handed_over_at": False,
                "needs_before": {
                    "": before.get("") or self._fingerprint(),
                    **{
                        need: before.get(need) or self._fingerprint(NEEDS[need].fields)
                        for need in asked
                    },
                },
            }
        )

    def _fingerprint(self, names=None) -> str:
        """Return a digest of these answers, of all by default: no copy of them is kept."""
        names = names or [field.name for questions in STEPS.values() for field in questions]
        text = repr([(name, self._comparable(name)) for name in names])
        return hashlib.sha256(text.encode()).hexdigest()

    def _comparable(self, name) -> str:
        value = self[name] or ""
        return " ".join(str(value).lower().replace("ё", "е").split())

    def _is_answered(self, need: str) -> bool:
        """Return whether another answer stands where the lender wanted one."""
        names = NEEDS[need].fields
        told = any(self[name] for name in names)
        return told and self._fingerprint(names) != (self.needs_before or {}).get(need)

    def _open_questions(self) -> list[str]:
        """Return what is wanted, can be answered here and was not yet, in the lender's order."""
        if self.state != "needs_data":
            return []
        return [need for need in self.needs or [] if need in NEEDS and not self._is_answered(need)]

    def _needs_elsewhere(self) -> list[str]:
        """Return the words for what is wanted and cannot be sent here."""
        return [self._need_label(need) for need in self.needs or [] if need not in NEEDS]

    def _may_hand_over(self) -> bool:
        """Return whether the lender waits for something that reaches him another way."""
        return self.state in ("needs_data", "submitted") and bool(self._needs_elsewhere())

    def _hand_over(self):
        """The borrower says he has sent it to the lender; nobody of ours can know."""
        if self._may_hand_over() and not self.handed_over_at:
            self.handed_over_at = fields.Datetime.now()
            self._record("handed_over", "borrower")

    def _need_labels(self) -> list[str]:
        return [self._need_label(need) for need in self.needs or []]

    def _need_label(self, need: str) -> str:
        """Return the lender's own word, else ours for its code."""
        word = (self.needs_words or {}).get(need)
        return word or (said(self.env, LABELS[need]) if need in LABELS else need)

    def _needs_step(self) -> str:
        """Return the page of the first open question, or an empty text."""
        return next((NEEDS[need].step for need in self._open_questions()), "")

    def _has_news_for_lender(self) -> bool:
        """Return whether there is anything to send: the same answers are not signed again."""
        return self.state != "needs_data" or self._fingerprint() != (self.needs_before or {}).get(
            ""
        )

    def _unanswered(self, step: str) -> dict:
        """Return {field: error code} of the questions a page leaves as they were."""
        found = {}
        for need in self._open_questions():
            names = NEEDS[need].fields
            if NEEDS[need].step == step:
                found[names[0]] = "unchanged" if any(self[name] for name in names) else "required"
        return found

    def _lender_contacts(self) -> dict:
        """Return ``phone`` with its ``tel`` link, and ``email`` of the lender, if it has them."""
        company = self.env.company
        contacts = {name: company[name] for name in ("phone", "email") if company[name]}
        if company.phone:
            contacts["tel"] = identity.tel_link(company.phone) or None
        return contacts

    def _ask_staff(self, what: str):
        """Put the application on the list of what needs a person; once for one matter."""
        if self.attention != what:
            self.attention = what
            self._record("attention", "accounting", what)
