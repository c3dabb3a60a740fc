"""The questionnaire's fields: once a person tells them, once we keep them."""

from odoo import fields, models

from ...hot_path import Rubles
from ...rules.questionnaire import STORED
from .masked import MaskedChar, MaskedRubles


def _column(question) -> fields.Field:
    """Return the field that keeps the answer to a question of ``rules/questionnaire.py``."""
    words = {"string": question.label, "help": question.hint, "groups": question.seen_by}
    if question.kind == "select":
        return fields.Selection(list(question.options), **words)
    if question.kind == "check":
        return fields.Boolean(default=question.default, **words)
    if question.masked:
        if question.kind == "money":
            return MaskedRubles(**words)
        return MaskedChar(masked_as=question.mask, **words)
    return {"date": fields.Date, "money": Rubles}.get(question.kind, fields.Char)(**words)


class Person(models.AbstractModel):
    """Identity, addresses and work of a borrower.

    An application keeps what was told for it; the borrower keeps what he confirmed
    last, to prefill the next application. They never live on res.partner, whose name,
    phone and mail a portal user may edit in Odoo's core. The columns are the questions
    declared in ``rules/questionnaire.py``.
    """

    _name = "tour_loan.person"
    _description = "Personal data of a borrower"

    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.RUB")
    )
    locals().update({question.name: _column(question) for question in STORED})

    def _person_fields(self) -> list[str]:
        """Return the names of the questionnaire's fields."""
        return [question.name for question in STORED]

    def _person_values(self) -> dict:
        """Return the questionnaire of this record, ready for another's ``write``."""
        return {name: self[name] for name in self._person_fields()}

    def _full_name(self) -> str:
        parts = (self.last_name, self.first_name, self.middle_name)
        return " ".join(part for part in parts if part)

    def _address(self, kind: str = "registration") -> str:
        """Return the address on one line, in the order of a Russian envelope."""
        if kind == "residence" and self.residence_same:
            kind = "registration"
        parts = [self[f"{kind}_{name}"] for name in ("postcode", "region", "city", "street")]
        house, flat = self[f"{kind}_house"], self[f"{kind}_flat"]
        parts.append(f"д. {house}" if house else "")
        parts.append(f"кв. {flat}" if flat else "")
        # Moscow is a region and a city: dict.fromkeys drops the repeat
        return ", ".join(dict.fromkeys(part for part in parts if part))
