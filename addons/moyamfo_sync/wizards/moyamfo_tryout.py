"""A page for an integrator: what a profile makes of a sample, and what it reads of an answer."""

import json
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.tour_loan.rules.questionnaire import STORED

from .. import connection
from ..protocol.checks import READS, SENDS
from ..protocol.errors import ExchangeError, ProfileError
from ..protocol.tryout import SAMPLES, preview, sample, wsdl
from ..protocol.tryout import read as read_answer


class MoyamfoTryout(models.TransientModel):
    """The very request of an operation for a sample, and what an answer is read as."""

    _name = "moyamfo.tryout"
    _description = "Try a profile"
    _rec_name = "operation"

    profile_id = fields.Many2one("moyamfo.profile", help="Empty: what is in use now.")
    operation = fields.Selection("_operations", required=True, default="load_application")
    step = fields.Integer(
        "Call", default=1, help="Of an operation that is several calls: which of them, from 1."
    )
    request = fields.Text(compute="_compute_request")
    answer = fields.Text("Answer, as it came", help="The body: XML, JSON or text.")
    found = fields.Text("Read as", compute="_compute_found")

    @api.model
    def _operations(self):
        return [(name, name) for name in (*SENDS, *READS)]

    def _profile(self):
        if self.profile_id:
            return self.profile_id._parsed()
        return connection.profile(self.env)

    @api.depends("profile_id", "operation", "step")
    def _compute_request(self):
        for one in self:
            one.request = one._safely(one._request)

    @api.depends("profile_id", "operation", "step", "answer")
    def _compute_found(self):
        for one in self:
            one.found = one._safely(one._found) if one.answer else False

    def _safely(self, function) -> str:
        """Return the text, or in words why there is none: a page for trying never breaks."""
        try:
            return function()
        except (ExchangeError, ProfileError, UserError, OSError) as error:
            return str(error)
        except (KeyError, IndexError):
            return self.env._("The profile does not offer this operation, or not so many calls.")

    def _request(self) -> str:
        profile, step = self._profile(), self.step - 1
        known = wsdl(
            profile,
            self.operation,
            lambda name: connection.access_of(profile, name),
            connection.wsdl_cache(),
            step=step,
        )
        record = sample(self.operation, _answers())
        made = preview(profile, self.operation, record, step=step, wsdl=known)
        headers = "\n".join(f"{name}: {value}" for name, value in made.headers.items())
        return f"{made.publication}: {made.verb} {made.path}\n{headers}\n\n{made.body}"

    def _found(self) -> str:
        found = read_answer(self._profile(), self.operation, self.answer, step=self.step - 1)
        told = {name: value for name, value in vars(found).items() if value and name != "shown"}
        return json.dumps(told, ensure_ascii=False, indent=2, default=_plain)


def _answers() -> dict:
    """Return a made-up answer to every question that an accounting system may be told."""
    of_kind = {"date": SAMPLES[date], "money": SAMPLES[Decimal], "check": True}
    return {
        question.neutral: question.options[0][0]
        if question.options
        else of_kind.get(question.kind, SAMPLES[str])
        for question in STORED
        if question.neutral
    }


def _plain(value):
    if is_dataclass(value):
        return {name: one for name, one in vars(value).items() if one not in (None, [], {})}
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)
