"""The application: one request for a loan for one tour order."""

from decimal import Decimal
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...hot_path import FrozenJson, Rubles
from ...rules import money, moves, order
from .masked import MaskedJson

STATES = [
    ("new", "New"),
    ("filling", "Being filled in"),
    ("submitted", "With the lender"),
    ("needs_data", "More data wanted"),
    ("approved", "Approved"),
    ("declined", "Declined"),
    ("signed", "Signed, cooling off"),
    ("ready", "Ready to book"),
    ("committed", "Booked"),
    ("funded", "Paid to the agency"),
    ("cancelled", "Cancelled"),
    ("expired", "Expired"),
    ("annulled", "Annulled"),
]
STAFF_WRITES = {"identified"}
CHATTER = ("message_", "activity_")


class Application(models.Model):
    """Fields and figures; moves and clocks live in ``application_moves.py``."""

    _name = "tour_loan.application"
    _description = "Loan application"
    _inherit = ["tour_loan.person", "tour_loan.notes", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "order_number"

    uuid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    state = fields.Selection(
        STATES,
        required=True,
        default="new",
        readonly=True,
        index=True,
        group_expand="_state_groups",
    )
    state_changed_at = fields.Datetime(readonly=True, default=lambda self: fields.Datetime.now())
    test = fields.Boolean(readonly=True, help="Never reaches the accounting system.")
    agency_id = fields.Many2one(
        "tour_loan.agency", required=True, readonly=True, ondelete="restrict"
    )
    borrower_id = fields.Many2one(
        "tour_loan.borrower", readonly=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one("tour_loan.product", required=True, readonly=True)
    history_ids = fields.One2many("tour_loan.history", "application_id", readonly=True)
    callback_ids = fields.One2many("tour_loan.callback", "application_id", readonly=True)
    document_ids = fields.One2many("tour_loan.document", "application_id", readonly=True)
    signature_ids = fields.One2many("tour_loan.signature", "application_id", readonly=True)

    # the order, as the agency told it
    order_number = fields.Char(required=True, readonly=True)
    price = Rubles(required=True, readonly=True)
    advance = Rubles(required=True, readonly=True)
    advance_paid_at = fields.Datetime(readonly=True)
    amount = Rubles(
        "Loan",
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,  # else a create could not tell it, see _application_values
        help="Price less the advance.",
    )
    months = fields.Integer("Term, months", required=True, readonly=True)
    content = MaskedJson(readonly=True, help="The agency's call, as it came.")
    customer_phone = fields.Char(readonly=True, help="As the agency gave it.")
    phone = fields.Char(readonly=True, help="Confirmed by SMS code 1.")
    tour_summary = fields.Char(readonly=True)
    tour_starts_on = fields.Date(readonly=True)

    # what the borrower did
    link_generation = fields.Integer(default=1, readonly=True)
    link_made_at = fields.Datetime(readonly=True, default=lambda self: fields.Datetime.now())
    link_used_at = fields.Datetime(readonly=True)
    steps_done = fields.Char(readonly=True, default="")
    submitted_at = fields.Datetime(readonly=True)
    signed_at = fields.Datetime(readonly=True)

    # what the lender said
    accounting_number = fields.Char(readonly=True, copy=False)
    identified = fields.Boolean(help="Off blocks signing, where the lender wants it.")
    needs = fields.Json(readonly=True)
    decline_code = fields.Selection(
        [
            ("lender", "Lender"),
            ("self_ban", "Self-ban"),
            ("identity", "Identity"),
            ("limits", "Limits"),
            ("agency", "Agency"),
            ("borrower", "Borrower"),
        ],
        readonly=True,
    )
    offer_amount = Rubles(readonly=True)
    offer_months = fields.Integer("Offer: months", readonly=True)
    offer_rate = fields.Float("Offer: rate, %", digits=(7, 3), readonly=True)
    offer_psk = fields.Float("Offer: PSK, %", digits=(7, 3), readonly=True)
    offer_psk_amount = Rubles("Offer: PSK, ₽", readonly=True)
    offer_monthly_payment = Rubles("Offer: monthly payment", readonly=True)
    offer_schedule = FrozenJson(readonly=True)
    loan_number = fields.Char(readonly=True, copy=False)
    contract_number = fields.Char(readonly=True, copy=False, help="Signed under this number.")
    booking_number = fields.Char(readonly=True, help="The agency's, told at commit.")
    booking_documents = fields.Json(readonly=True)
    claim_ids = fields.One2many("tour_loan.claim", "application_id", readonly=True)
    payout_amount = Rubles(readonly=True)
    payout_on = fields.Date(readonly=True)
    payout_order = fields.Char("Payment order", readonly=True)

    # the four clocks (UTC)
    held_until = fields.Datetime(required=True, readonly=True)
    offer_valid_until = fields.Datetime(readonly=True)
    cooling_off_until = fields.Datetime(readonly=True)
    commit_until = fields.Datetime(readonly=True)
    ends_at = fields.Datetime(
        compute="_compute_ends_at",
        store=True,
        precompute=True,
        readonly=False,
        index=True,
        help="When the clock ends this application unless it moves on.",
    )

    # what the agency was told
    sequence = fields.Integer(readonly=True, help="Grows by one with every change.")

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _order_uniq = models.UniqueIndex(
        "(agency_id, order_number) WHERE state NOT IN ('declined', 'cancelled', 'expired')"
    )
    _number = models.Index("(agency_id, order_number)")
    _time_of_change = models.Index("(agency_id, state_changed_at)")

    def init(self):
        """Let the database mark every change an agency can see with its transaction.

        ``application.list`` pages by it. A trigger misses nothing, whatever writes.
        """
        self.env.cr.execute(
            SQL(
                """
                ALTER TABLE tour_loan_application
                    ADD COLUMN IF NOT EXISTS change_transaction bigint NOT NULL
                    DEFAULT pg_current_xact_id()::text::bigint;
                CREATE INDEX IF NOT EXISTS tour_loan_application_changes
                    ON tour_loan_application (agency_id, change_transaction, id);
                CREATE OR REPLACE FUNCTION tour_loan_application_changed()
                RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    NEW.change_transaction := pg_current_xact_id()::text::bigint;
                    RETURN NEW;
                END $$;
                DROP TRIGGER IF EXISTS tour_loan_application_changed
                    ON tour_loan_application;
                CREATE TRIGGER tour_loan_application_changed
                    BEFORE UPDATE ON tour_loan_application FOR EACH ROW
                    WHEN (NEW.sequence IS DISTINCT FROM OLD.sequence)
                    EXECUTE FUNCTION tour_loan_application_changed();
                """
            )
        )

    @api.depends("price", "advance")
    def _compute_amount(self):
        for application in self:
            application.amount = application.price - application.advance

    @api.depends("state", "held_until", "offer_valid_until", "commit_until")
    def _compute_ends_at(self):
        for application in self:
            if application.state in moves.BEFORE_SIGNING:
                clocks = [application.held_until]
                if application.state == "approved" and application.offer_valid_until:
                    clocks.append(application.offer_valid_until)
                application.ends_at = min(clocks)
            elif application.state in ("signed", "ready"):
                application.ends_at = application.commit_until
            else:
                application.ends_at = False

    @api.depends("order_number", "agency_id.name")
    def _compute_display_name(self):
        for application in self:
            application.display_name = f"{application.agency_id.name} {application.order_number}"

    @api.model
    def _state_groups(self, states, _domain):
        """Put the columns of a kanban in the order of the story; none is added."""
        return [state for state, _label in STATES if state in states]

    def write(self, vals):
        """Staff write one flag; all else comes by moves and pages, as superuser."""
        forbidden = {n for n in vals if n not in STAFF_WRITES and not n.startswith(CHATTER)}
        if forbidden and not self.env.su:
            raise AccessError(self.env._("An application is changed by its moves only."))
        if "identified" in vals:
            self.check_access("write")
            changed = self.filtered(lambda one: one.identified != bool(vals["identified"]))
            sides = ["not_identified", "identified"]
            for application in changed:
                source, target = sides if vals["identified"] else reversed(sides)
                application._trace("identified", source=source, target=target)
        return super().write(vals)

    def action_cancel(self):
        """Staff: cancel, telling the agency and the borrower."""
        self.check_access("write")
        for application_sudo in self.sudo():  # a move writes rows that staff only read
            if not application_sudo._move(
                "cancel", "staff", note=self.env.user.login, decline_code="lender"
            ):
                raise UserError(self.env._("An application in this state cannot be cancelled."))
        return True

    # --- figures ---

    @staticmethod
    def _exact(amount) -> Decimal:
        """Return a Monetary value as the exact Decimal it stands for."""
        return Decimal(str(amount or 0)).quantize(Decimal("0.01"))

    def _rubles(self, name: str) -> str:
        """Return a Monetary field as Russian pages and documents show it."""
        return money.format_amount(self._exact(self[name]))

    def _moscow(self, name: str) -> str:
        """Return a time field as «31.12.2026 18:30», Moscow time."""
        moment = fields.Datetime.context_timestamp(
            self.with_context(tz="Europe/Moscow"), self[name]
        )
        return moment.strftime("%d.%m.%Y %H:%M")

    def _loan_amount(self) -> Decimal:
        """Return what will be lent as far as is known: the offer, else the wish."""
        offered = self.state in ("approved", "signed", "ready", "committed", "funded")
        return self._exact(self.offer_amount if offered else self.amount)

    def _hold_needed_until(self):
        """Return until when the agency has to hold the tour, UTC."""
        signing = self.signed_at or fields.Datetime.now()
        return order.hold_needed_until(signing, self._loan_amount())

    def _is_held(self) -> bool:
        """Return whether the agency's hold is the one clock that runs; an offer names both."""
        running = self.state in moves.BEFORE_SIGNING and self.state != "approved"
        return running and self.held_until > fields.Datetime.now()

    def _portal_url(self, step: str = "") -> str:
        """Return the absolute address of this application's page."""
        path = f"/my/applications/{self.uuid}"
        return f"{self.get_base_url()}{path}{'/' + step if step else ''}"
