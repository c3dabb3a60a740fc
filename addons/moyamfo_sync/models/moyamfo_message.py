"""Messages to MoyaMFO: one row per thing the lender has to know."""

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.tour_loan.models.outbox.ending import Period
from odoo.addons.tour_loan.models.outbox.message import RESPONSE_LIMIT, STATES, Outcome
from odoo.addons.tour_loan.rules.moves import ENDED

from .. import connection
from ..protocol import exchange as operations
from ..protocol.errors import (
    AccessRefused,
    BusinessError,
    ExchangeError,
    FormatError,
    ProfileError,
    TransportError,
)
from ..words import Unanswered, explained, shortened

KINDS = [
    ("application", "Application"),
    ("change", "Change of the order"),
    ("cancel", "Cancellation"),
    ("signature", "Signature"),
    ("commit", "Booking confirmed"),
    ("tour_refund", "Tour refund"),
    ("payment", "Repayment"),
    ("reversal", "Reversal of a repayment"),
]
OF_REPAYMENT = ("payment", "reversal")
OF_MONEY = (*OF_REPAYMENT, "tour_refund")
# Nothing is kept from happening twice by them once all is over, and they prove nothing.
PASSING = ("application", "change", "cancel", "commit")
NOT_SET_UP_SECONDS = 600
# How many time-outs of an operation with money 1C gets before it is asked about it.
MONEY_PAUSE = 1.5


class MoyamfoMessage(models.Model):
    """An outgoing message; a repeat first asks what 1C has, then sends if need be.

    1C may not recognise a repeat, so "did it arrive?" is looked up by the stable id
    both sides know the application, or the movement of money, by.
    """

    _name = "moyamfo.message"
    _inherit = ["tour_loan.message"]
    _description = "Message to MoyaMFO"
    _outbox = "moyamfo"
    _period = Period("moyamfo_sync.keep_messages_days", 365)
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    # told anew, or the words would be loaded with tour_loan, before this table is there
    state = fields.Selection(STATES)
    application_id = fields.Many2one(
        "tour_loan.application", readonly=True, index=True, ondelete="cascade"
    )
    repayment_id = fields.Many2one(
        "tour_loan.repayment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    claim_id = fields.Many2one(
        "tour_loan.claim", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    claim_state = fields.Selection(related="claim_id.state", string="Claim is")
    early = fields.Boolean(
        "Pays off",
        readonly=True,
        help="The repayment covered what 1C then named for paying the loan off.",
    )
    detail = fields.Char(readonly=True, help="The error in the program's own words, masked.")
    unasked = fields.Boolean(
        readonly=True, help="Staff have looked in 1C: it is sent once more without asking."
    )
    operation = fields.Char(readonly=True, help="The 1C operation that was called.")
    _attempts = models.Index("(endpoint, last_attempt_at DESC) WHERE last_attempt_at IS NOT NULL")
    _waiting = models.Index("(endpoint) WHERE state = 'pending'")
    _sent_applications = models.Index("(sent_at) WHERE kind IN ('application', 'change')")
    found_by_asking = fields.Boolean(
        readonly=True, help="1C had it already when we asked; it was not sent again."
    )

    @api.depends("kind", "application_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for message in self:
            whose = message.application_id or message.repayment_id.loan_id
            order = whose.display_name
            message.display_name = f"{kinds[message.kind]}, {order}"

    @api.model
    def _ended(self, before):
        """While anything may follow, later messages ask what 1C has been told before.

        What moved money, put a claim or brought a signature stays.
        """
        over = Domain("application_id.state", "in", ENDED)
        over |= Domain("application_id.loan_id.state", "in", ("closed", "annulled"))
        passing = Domain("kind", "in", PASSING) & Domain("claim_id", "=", False)
        return super()._ended(before) & passing & over

    # --- sending ---

    def _send(self):
        reason = self._reason_to_drop()
        repeat = self._may_be_a_repeat()
        if reason and not repeat:
            return Outcome("dropped", error=reason)
        try:
            exchange = connection.exchange(self.env)
            if repeat and not self.attempts and self.kind in OF_MONEY:
                # its job died, perhaps a second ago and while 1C was booking
                pause = self._money_pause(exchange)
                error = self._ru()._("The job died while it was sending: 1C is asked first.")
                return Outcome("later", error=error, seconds=pause)
            if repeat and not self.unasked:
                number = self._number_if_arrived(exchange)
                if number is not None:
                    self.found_by_asking = True
                    self._take_number(number)
                    return Outcome("sent", response=exchange.last_received)
            reason = reason or self._nothing_to_undo(exchange)
            if reason:
                return Outcome("dropped", error=reason)
            self.unasked = False
            return self._send_to(exchange)
        except (ExchangeError, ProfileError) as error:
            return self._outcome_of(error)

    def _outcome_of(self, error) -> Outcome:
        """Return what an error of the exchange means for this message."""
        words = explained(self._ru(), error)
        self.detail = shortened(str(error))
        if isinstance(error, AccessRefused):
            self.endpoint = self._door_of(error, self._sending_kind())
            return Outcome("refused", error=words)
        if isinstance(error, ProfileError):
            return Outcome("later", error=words, seconds=NOT_SET_UP_SECONDS)
        if isinstance(error, TransportError):
            return Outcome("later", error=words, seconds=error.retry_after, unreached=True)
        if isinstance(error, FormatError) and not isinstance(error, Unanswered):
            connection.forget()
        response = str(error) if isinstance(error, BusinessError) else ""
        return Outcome("stuck", response=response, error=words)

    def _send_to(self, exchange):
        kind = self._sending_kind()
        record = self._record()
        name = operations.OPERATIONS[kind]
        self.operation = exchange.profile.operations[name].name
        try:
            accepted = exchange.send(kind, record)
        except TransportError as error:
            if self.kind in OF_MONEY and error.maybe_received:
                error.retry_after = max(error.retry_after or 0, self._money_pause(exchange))
            raise
        except BusinessError as error:
            broken = any(word in str(error) for word in exchange.profile.technical_faults)
            if not self.claim_id or broken:  # what broke in 1C is not the lender's no
                raise
            # the lender's last word on the claim: no person has to look, others may go
            words = explained(self._ru(), error)
            return Outcome("dropped", response=str(error), error=words)
        finally:
            self.request = exchange.last_sent[:RESPONSE_LIMIT]
        self._take_number(accepted.number)
        return Outcome("sent", response=exchange.last_received)

    def _money_pause(self, exchange) -> float:
        """Return after how many seconds 1C may be asked whether it booked this.

        Asked sooner it may still be booking, and would say that it has no such movement.
        """
        return MONEY_PAUSE * exchange.profile.operations[operations.OPERATIONS[self.kind]].timeout

    def _record(self):
        """Return the record of ``protocol.dto`` that this message carries."""
        if self.repayment_id:
            return self.repayment_id._moyamfo_record(self)
        return self.application_id._moyamfo_record(self)

    def _sending_kind(self) -> str:
        """An application that 1C has already is a change of it."""
        if self.kind == "application" and self._earlier_sent():
            return "change"
        return self.kind

    def _earlier_sent(self):
        """Return sent messages that brought this application to 1C."""
        return self.search(
            [
                ("application_id", "=", self.application_id.id),
                ("kind", "=", "application"),
                ("state", "=", "sent"),
                ("id", "<", self.id),
            ],
            limit=1,
        )

    def _reason_to_drop(self) -> str:
        """Return why there is nothing to send any more, or nothing.

        What may have arrived is asked for all the same: its cancel builds on it.
        """
        state = self.application_id.state
        if self.kind in ("application", "change") and state in (
            "cancelled",
            "expired",
            "declined",
        ):
            return self._ru()._("The application came to nothing: there is nothing to send.")
        if self.claim_id and self.claim_id.state != "waiting":
            return self._ru()._("The lender has given his word on it already.")
        return ""

    def _take_number(self, number):
        application = self.application_id
        if self.kind == "application" and number:
            application._accounting_update({"number": number})

    def _on_verdict(self, outcome):
        super()._on_verdict(outcome)
        if outcome.verdict == "sent" and self.kind in ("application", "change"):
            self.env["moyamfo.run"]._ask_soon()
        if outcome.verdict == "dropped":
            self.claim_id._answered("refused")
        if outcome.verdict != "sent":
            return
        if self.kind == "change":
            # a smaller loan within the offer has its new schedule at once
            self.env["moyamfo.run"]._enqueue("applications", priority=5)
        if self.kind == "payment" and self.repayment_id.state == "to_send":
            self.repayment_id.state = "sent"
        if self.kind == "tour_refund":
            # 1C says yes by taking it: it has no later word for a merchant refund
            self.claim_id._answered("accepted")
        if self.kind in ("signature", "commit", "tour_refund", *OF_REPAYMENT):
            self.env["moyamfo.run"]._enqueue_loans()

    def _held_back(self, applications):
        """Return those of ``applications`` whose news 1C may not have yet.

        A decision on them is an answer to an older question.
        """
        return self.search(
            [
                ("application_id", "in", applications.ids),
                ("kind", "in", ("application", "change")),
                ("state", "in", ("pending", "stuck")),
            ]
        ).application_id

    def action_send_again(self):
        """Staff: as for any message, but the agency was told of a refused claim."""
        refused = self.filtered(lambda message: message.claim_id.state == "refused")
        return super(MoyamfoMessage, self - refused).action_send_again()

    def action_send_unasked(self):
        """Staff: they have looked, 1C does not have it; it is sent once without asking."""
        self.check_access("read")
        # sudo: staff send a message again, they never change it
        self.sudo().filtered(lambda message: message.state == "stuck").unasked = True
        return self.action_send_again()

    def action_drop(self):
        """Staff: give a stuck message up, so that those behind it may go."""
        self.check_access("read")
        # sudo: staff give a message up, they never change it
        stuck = self.sudo().filtered(lambda message: message.state == "stuck")
        self.env["tour_loan.lock"]._take_rows(stuck)
        stuck._trace("give_up")
        stuck.state = "dropped"
        for message in stuck:
            message.claim_id._answered("refused")
            message._wake_next()
        return True
