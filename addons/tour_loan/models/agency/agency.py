"""The agency: the travel site that hands borrowers over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache

from ...hot_path import Rubles
from ...rpc import delivery, outgoing, webhook
from ...tools import is_neutralized, is_on, server_setting


@dataclass(frozen=True, slots=True)
class Settings:
    """What a call must know of its agency: per cent, roubles (0: no limit), host names."""

    requests_per_minute: int
    record_calls_until: datetime | bool
    test_mode: bool
    minimum_advance: Decimal
    loan_min: Decimal
    loan_max: Decimal
    url_hosts: frozenset[str]
    short_hold: str
    product_ids: tuple[int, ...]


class Agency(models.Model):
    _name = "tour_loan.agency"
    _description = "Agency"
    _inherit = ["tour_loan.notes", "tour_loan.remembered"]
    _order = "name"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True, help="Sent by the agency in the header x-agency.", tracking=True
    )
    active = fields.Boolean(default=True)
    blocked = fields.Boolean(tracking=True, help="Calls are answered 401.")
    test_mode = fields.Boolean(
        tracking=True, help="Applications never reach the accounting system."
    )
    product_ids = fields.Many2many("tour_loan.product", string="Products")

    # what it may do
    minimum_advance = fields.Float("Minimum advance, %", default=10.0, digits=(5, 2), tracking=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.RUB")
    )
    loan_min = Rubles(
        "Least loan", tracking=True, help="Beside the product's limits. 0: no limit of its own."
    )
    loan_max = Rubles(
        "Largest loan", tracking=True, help="Beside the product's limits. 0: no limit of its own."
    )
    url_hosts = fields.Text(
        "Hosts for urls",
        tracking=True,
        help="One a line; success, failure and back lead only there.",
    )
    short_hold = fields.Selection(
        [("warn", "Accept and tell"), ("refuse", "Refuse")],
        "Hold too short for the pause",
        required=True,
        default="warn",
    )
    actualize_no_answer = fields.Selection(
        [("sign", "Let sign"), ("wait", "Make wait")],
        "No answer to order.actualize",
        required=True,
        default="wait",
    )

    requests_per_minute = fields.Integer(
        "Calls a minute",
        default=600,
        help="More are answered 429. 0: no limit.",
    )

    # where it is told
    callback_url = fields.Char("Callback URL", tracking=True)
    actualize_url = fields.Char("Actualize URL", tracking=True)
    callbacks_on = fields.Boolean(
        "Send callbacks", default=True, tracking=True, help="An answer 410 turns it off."
    )
    key_ids = fields.One2many("tour_loan.agency.key", "agency_id", "Keys")
    callback_ids = fields.One2many("tour_loan.callback", "agency_id", "Callbacks")
    stuck_count = fields.Integer("Callbacks that need a person", compute="_compute_stuck_count")

    # who it is
    legal_name = fields.Char(tracking=True)
    inn = fields.Char("INN", size=12, tracking=True)
    bank_name = fields.Char(tracking=True)
    bank_bic = fields.Char("BIC", size=9, tracking=True)
    bank_account = fields.Char("Account", size=20, tracking=True)
    bank_correspondent_account = fields.Char("Correspondent account", size=20, tracking=True)

    _code_uniq = models.UniqueIndex("(code)", "An agency with this code exists.")
    _advance_share = models.Constraint(
        "CHECK (minimum_advance >= 0 AND minimum_advance < 100)",
        "The minimum advance is a share of the price, from 0 to 100 %.",
    )
    _loans = models.Constraint(
        "CHECK (loan_min >= 0 AND loan_max >= 0 AND (loan_max = 0 OR loan_min <= loan_max))",
        "The limits of a loan must not be negative, and must be in order.",
    )

    @api.depends("callback_ids.state")
    def _compute_stuck_count(self):
        stuck = Domain("agency_id", "in", self.ids) & Domain("state", "=", "stuck")
        counts = dict(self.env["tour_loan.callback"]._read_group(stuck, ["agency_id"], ["__count"]))
        for agency in self:
            agency.stuck_count = counts.get(agency, 0)

    # --- keys ---

    @api.model
    @ormcache()
    def _callers(self) -> dict:
        """Return {code: (id, ((inbound secret, its end or False), newest first))} of the
        agencies that may call; forgotten when a key, a code or a right to call changes."""
        keys = self.env["tour_loan.agency.key"].sudo().search([("direction", "=", "inbound")])
        return {
            agency.code: (
                agency.id,
                tuple((key.secret, key.valid_until) for key in keys if key.agency_id == agency),
            )
            for agency in self.sudo().search([("blocked", "=", False)])
        }

    def _secrets(self, direction: str) -> list[str]:
        """Return the live secrets, newest first."""
        now = fields.Datetime.now()
        live = Domain("valid_until", "=", False) | Domain("valid_until", ">", now)
        keys = (
            self.env["tour_loan.agency.key"]
            .sudo()
            .search_fetch(
                Domain("agency_id", "=", self.id) & Domain("direction", "=", direction) & live,
                ["secret"],
                limit=2,
            )
        )
        return keys.mapped("secret")

    def _set_key(self, direction: str, secret: str):
        """Put ``secret`` in place of all keys of this direction, at once."""
        self.sudo().key_ids.filtered(lambda key: key.direction == direction).unlink()
        return (
            self.env["tour_loan.agency.key"]
            .sudo()
            .create({"agency_id": self.id, "direction": direction, "secret": secret})
        )

    def action_test_callback(self):
        """Staff: send a callback that says nothing new, and show the answer."""
        self.ensure_one()
        self.check_access("write")
        # a person pressed the button and waits; no shared row is written
        outcome = self.sudo()._post_signed(
            self.callback_url,
            outgoing.test_body(fields.Datetime.now().replace(tzinfo=UTC)),
        )
        answer = outcome.body.decode(errors="replace")[:300]
        status = outcome.status or f"{outcome.error} {outcome.detail}"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if outcome.accepted else "danger",
                "sticky": True,
                "title": self.env._("Answer of the agency: %s", status),
                "message": answer,
            },
        }

    def _post_signed(self, url, body: bytes, message_id: str = "", timeout: float = 5):
        """POST ``body`` to the agency, signed with its outbound keys (sudo)."""
        if is_neutralized(self.env):
            return delivery.Reply(error="address", detail="a neutralized copy calls nobody")
        headers = webhook.sign(
            self._secrets("outbound"),
            message_id or str(uuid4()),
            fields.Datetime.now().replace(tzinfo=UTC),
            body,
        )
        return delivery.post(
            url,
            body,
            headers,
            timeout=timeout,
            allow_private=is_on(server_setting("tour_loan", "allow_private_callbacks")),
        )

    @ormcache("self.id")
    def _settings(self) -> Settings:
        """Return the settings of this agency; forgotten when an agency or product changes."""
        hosts = {line.strip().lower() for line in (self.url_hosts or "").splitlines()}
        products = self.product_ids or self.env["tour_loan.product"].search([], limit=100)
        return Settings(
            self.requests_per_minute,
            self.record_calls_until,
            self.test_mode,
            Decimal(str(self.minimum_advance)),
            Decimal(str(self.loan_min)),
            Decimal(str(self.loan_max)),
            frozenset(hosts - {""}),
            self.short_hold,
            tuple(products.ids),
        )

    def _products(self):
        """Return the products offered to this agency's customers."""
        return self.env["tour_loan.product"].browse(self._settings().product_ids)


class AgencyKey(models.Model):
    """A signing secret; each direction has its own, so nothing can be reflected."""

    _name = "tour_loan.agency.key"
    _description = "Signing key of an agency"
    _inherit = ["tour_loan.remembered"]
    _order = "id desc"

    agency_id = fields.Many2one("tour_loan.agency", required=True, index=True, ondelete="cascade")
    direction = fields.Selection(
        [("inbound", "Agency to us"), ("outbound", "Us to the agency")], required=True
    )
    secret = fields.Char(
        required=True,
        groups=fields.NO_ACCESS,
        copy=False,
        default=lambda self: webhook.new_secret(),
    )
    valid_until = fields.Datetime(help="Set when a newer key takes over.")
