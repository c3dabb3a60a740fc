"""The questionnaire in the forms of staff."""

from lxml.builder import E

from odoo import api, models

from ...rules.questionnaire import GROUPS
from ...tools import said
from ..application.questionnaire_words import GROUP_TITLES


class Person(models.AbstractModel):
    _inherit = "tour_loan.person"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Lay out the questions where a form has a place for them, group by group."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for place in arch.xpath("//group[@name='questions']"):
            for group in GROUPS:
                nodes = [_node(question) for question in group.questions if question.stored]
                if nodes:
                    place.append(E.group(*nodes, string=said(self.env, GROUP_TITLES[group.key])))
        return arch, view


def _node(question):
    """Return the field of a question in a form, shown as its page shows it."""
    node = E.field(name=question.name)
    hidden = []
    if question.needed_if:
        asked, answers = question.needed_if
        hidden.append(f"{asked} not in {list(answers)}")
    if question.masked and question.kind == "money":
        hidden.append(f"not {question.name}")  # a masked sum is none
    if hidden:
        node.set("invisible", " or ".join(hidden))
    return node
