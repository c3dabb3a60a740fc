"""Two pairs of eyes: what one of the staff changes holds when another has confirmed it.

Asked are people and programs that come in as the staff; not the server itself, data files,
or who works with sudo. One setting of the administrator switches it off, which is an event.
"""

from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import is_on
from ..application.application import CHATTER, STAFF_WRITES
from .changes import DETAILS

ALONE = "tour_loan.one_person"
STATES = [
    ("waiting", "Waits"),
    ("confirmed", "Confirmed"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]


class Proposal(models.Model):
    """A change one person proposed; the record holds its old values until another confirms."""

    _name = "tour_loan.proposal"
    _description = "Change that waits for a second person"
    _order = "id desc"

    state = fields.Selection(STATES, required=True, readonly=True, default="waiting", index=True)
    what = fields.Selection(
        [("write", "Change"), ("unlink", "Delete"), ("_take_over", "New key")],
        required=True,
        readonly=True,
    )
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Integer(readonly=True, index=True)
    name = fields.Char("Record", readonly=True)
    shown = fields.Text("What changes", readonly=True)
    values = fields.Json(groups=fields.NO_ACCESS)
    proposer_id = fields.Many2one("res.users", "Proposed by", readonly=True, ondelete="restrict")
    decider_id = fields.Many2one("res.users", "Decided by", readonly=True, ondelete="restrict")
    decided_at = fields.Datetime(readonly=True)
    is_mine = fields.Boolean(compute="_compute_is_mine")

    @api.depends_context("uid")
    def _compute_is_mine(self):
        for proposal in self:
            proposal.is_mine = proposal.proposer_id == self.env.user

    @api.model
    def _is_on(self) -> bool:
        # sudo: a parameter of the system
        return not is_on(self.env["ir.config_parameter"].sudo().get_param(ALONE) or "")

    @api.model
    def _asks(self) -> bool:
        """Return whether what is changed now needs a second person."""
        return not self.env.su and self.pool.ready and self._is_on()

    @api.model
    def _propose(self, record, what, values, shown):
        """Write down what ``record``'s user wants; what he proposed of it before is withdrawn."""
        # sudo: staff make proposals by what they change, in no other way
        proposals_sudo = self.sudo()
        same = [("model", "=", record._name), ("res_id", "=", record.id), ("what", "=", what)]
        mine = [*same, ("state", "=", "waiting"), ("proposer_id", "=", self.env.uid)]
        for earlier in proposals_sudo.search(mine):
            if (earlier.values or {}).keys() <= values.keys():
                earlier._decide("withdrawn")
        made = proposals_sudo.create(
            {
                "what": what,
                "model": record._name,
                "res_id": record.id,
                "name": record.sudo().display_name,
                "values": {n: str(v) if isinstance(v, date) else v for n, v in values.items()},
                "shown": shown,
                "proposer_id": self.env.uid,
            }
        )
        made._tell("proposed")
        return made

    @api.model
    def _needs_person(self) -> list:
        """What waits for a second person, for those who may be it."""
        ours = {
            name for name, model in self.env.registry.items() if getattr(model, "_four_eyes", ())
        }
        theirs = [name for name in sorted(ours) if self.env[name].has_access("write")]
        return [
            SQL(
                "SELECT id, create_date AS since, concat_ws(': ', name, shown) AS what, "
                "CASE WHEN model = 'tour_loan.application' THEN res_id END AS application_id "
                "FROM tour_loan_proposal WHERE state = 'waiting' AND model = ANY(%s) "
                "AND proposer_id <> %s",
                theirs,
                self.env.uid,
            )
        ]

    def _record(self):
        return self.env[self.model].browse(self.res_id)

    # --- what the second person does ---

    def action_confirm(self):
        """Another of the staff: let it hold."""
        for proposal in self:
            proposal._check_second()
            # sudo: checked above; what was proposed and nothing else
            proposal_sudo = proposal.sudo()
            record_sudo = proposal_sudo._record()
            if not record_sudo.exists():
                raise UserError(self.env._("What was to be changed is gone; refuse it."))
            if proposal.what == "unlink":
                record_sudo.unlink()
            elif proposal.what == "_take_over":
                record_sudo.key_ids._take_over(record_sudo, **proposal_sudo.values)
            else:
                record_sudo.write(proposal_sudo.values)
            proposal_sudo._decide("confirmed")
        return True

    def action_refuse(self):
        """Another of the staff: the old values stay."""
        for proposal in self:
            proposal._check_second()
            proposal.sudo()._decide("refused")  # sudo: checked above
        return True

    def action_withdraw(self):
        """Who proposed it: the old values stay."""
        self.check_access("read")
        for proposal in self:
            if not proposal.is_mine or proposal.state != "waiting":
                raise UserError(self.env._("Only who proposed it withdraws it, while it waits."))
            proposal.sudo()._decide("withdrawn")  # sudo: his own
        return True

    def _check_second(self):
        """Refuse who proposed it himself, and who could not have changed it."""
        self.ensure_one()
        self.check_access("read")
        if not self.sudo().try_lock_for_update() or self.state != "waiting":
            raise UserError(self.env._("It has been decided already."))
        if self.proposer_id == self.env.user:
            raise UserError(self.env._("Somebody else has to decide what you proposed."))
        self._record().exists().check_access("unlink" if self.what == "unlink" else "write")

    def _decide(self, state):
        values = {"state": state, "decider_id": self.env.uid, "decided_at": fields.Datetime.now()}
        # as the release of a secret that is needed no more
        self.write({**values, "values": {} if self.what == "_take_over" else self.values})
        self._tell(state)

    def _tell(self, kind):
        note = {"proposal": self.id, "by": self.proposer_id.login, "what": self.what}
        note |= {"name": self.name, "shown": self.shown}
        self.env["tour_loan.event"]._record(kind, self._record(), note=note)


class FourEyes(models.AbstractModel):
    """Records some of whose fields are changed by two persons.

    A model says by ``_four_eyes`` which; its ``write``, ``create`` and ``unlink`` call the
    three methods below with what they would have done.
    """

    _name = "tour_loan.four_eyes"
    _description = "Changed by two persons"
    _four_eyes = ()

    waits = fields.Text("Waits for a second person", compute="_compute_waits")

    def _compute_waits(self):
        # sudo: told to who sees the record
        proposals_sudo = self.env["tour_loan.proposal"].sudo()
        ours = [("model", "=", self._name), ("res_id", "in", self.ids), ("state", "=", "waiting")]
        waiting = proposals_sudo.search(ours, order="id").grouped("res_id")
        for record in self:
            lines = [
                f"{one.proposer_id.name}: {one.shown}" for one in waiting.get(record._origin.id, ())
            ]
            record.waits = "\n".join(lines)

    def _write_with_second(self, vals, write):
        """Propose what of ``vals`` needs a second person, write the rest."""
        proposals = self.env["tour_loan.proposal"]
        guarded = {name: vals[name] for name in vals if name in self._four_eyes}
        if not guarded or not proposals._asks():
            return write(vals)
        self.check_access("write")
        for record in self:
            changed = {n: v for n, v in guarded.items() if record._differs(n, v)}
            if changed:
                proposals._propose(record, "write", changed, record._change_in_words(changed))
        rest = {name: vals[name] for name in vals if name not in guarded}
        return write(rest) if rest else True

    def _unlink_with_second(self, unlink):
        proposals = self.env["tour_loan.proposal"]
        if not proposals._asks():
            return unlink()
        self.check_access("unlink")
        for record in self:
            proposals._propose(record, "unlink", {}, self.env._("Delete"))
        return True

    def _differs(self, name, value) -> bool:
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    def _change_in_words(self, changed) -> str:
        labels = self.fields_get(list(changed), ["string"])
        return "; ".join(
            f"{labels[n]['string']}: {_shown(self[n])} → {_shown(v)}" for n, v in changed.items()
        )


def _shown(value) -> str:
    if isinstance(value, bool):
        return "✓" if value else "—"
    return str(value)


class Agency(models.Model):
    _name = "tour_loan.agency"
    _inherit = ["tour_loan.agency", "tour_loan.four_eyes"]
    _four_eyes = DETAILS

    def write(self, vals):
        return self._write_with_second(vals, super().write)

    @api.model_create_multi
    def create(self, vals_list):
        """A new agency is there at once, its bank details when another has confirmed them."""
        proposals = self.env["tour_loan.proposal"]
        if not proposals._asks():
            return super().create(vals_list)
        told = [{n: v for n, v in vals.items() if n in self._four_eyes} for vals in vals_list]
        rest = [{n: v for n, v in vals.items() if n not in self._four_eyes} for vals in vals_list]
        agencies = super().create(rest)
        for agency, details in zip(agencies, told, strict=True):
            if any(details.values()):
                agency.write(details)
        return agencies


class AgencyKey(models.Model):
    _name = "tour_loan.agency.key"
    _inherit = ["tour_loan.agency.key", "tour_loan.four_eyes"]
    _four_eyes = ("agency_id", "direction", "secret", "valid_until")

    def write(self, vals):
        return self._write_with_second(vals, super().write)

    def unlink(self):
        return self._unlink_with_second(super().unlink)

    @api.model_create_multi
    def create(self, vals_list):
        if self.env["tour_loan.proposal"]._asks():
            raise UserError(self.env._("A key is made by “New key”."))
        return super().create(vals_list)

    @api.model
    def _take_over(self, agency, direction, secret, overlap_hours):
        """Let a new key work, and those of its direction before end after the overlap (sudo)."""
        ends_at = fields.Datetime.now() + timedelta(hours=max(0, overlap_hours))
        agency.key_ids.filtered(
            lambda key: (
                key.direction == direction and not (key.valid_until and key.valid_until <= ends_at)
            )
        ).valid_until = ends_at
        self.create({"agency_id": agency.id, "direction": direction, "secret": secret})
        agency.message_post(body=self.env._("New key made by %s.", self.env.user.name))


class Product(models.Model):
    _name = "tour_loan.product"
    _inherit = ["tour_loan.product", "tour_loan.four_eyes"]
    _four_eyes = (
        *("name", "code", "active", "currency_id", "amount_min", "amount_max", "months"),
        *("default_months", "rate", "identification_required", "commit_days"),
        *("day_count", "due_day_shift", "payment_day", "first_period_days", "payment_step"),
    )

    def write(self, vals):
        return self._write_with_second(vals, super().write)

    def unlink(self):
        return self._unlink_with_second(super().unlink)

    @api.model_create_multi
    def create(self, vals_list):
        """A new product is archived until another has confirmed it."""
        if not self.env["tour_loan.proposal"]._asks():
            return super().create(vals_list)
        products = super().create([{**vals, "active": False} for vals in vals_list])
        for product, vals in zip(products, vals_list, strict=True):
            if vals.get("active", True):
                product.write({"active": True})
        return products


class Application(models.Model):
    _name = "tour_loan.application"
    _inherit = ["tour_loan.application", "tour_loan.four_eyes"]
    _four_eyes = ("identified",)

    def write(self, vals):
        wrong = [n for n in vals if n not in STAFF_WRITES and not n.startswith(CHATTER)]
        if wrong:  # the application itself refuses it
            return super().write(vals)
        return self._write_with_second(vals, super().write)
