"""Repayments: money a borrower paid, one transaction of the payment framework."""

from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...hot_path import Rubles


class Repayment(models.Model):
    """A paid transaction on its way into the accounting system's books.

    ``uid`` is what the accounting system recognises a repeat by; a transaction has one
    repayment, whatever number of notices tell of it.

    When the provider gave the money back (a payment refund, a chargeback), the repayment
    is undone in the books: a reversal, asked for once and done when the accounting
    system says ``reversed``.
    """

    _name = "tour_loan.repayment"
    _description = "Repayment"
    _order = "id desc"
    _rec_name = "transaction_reference"

    uid = fields.Char(required=True, readonly=True, default=lambda self: str(uuid4()))
    loan_id = fields.Many2one(
        "tour_loan.loan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    borrower_id = fields.Many2one(related="loan_id.borrower_id", store=True, index=True)
    transaction_id = fields.Many2one(
        "payment.transaction",
        readonly=True,
        ondelete="restrict",
        help="None if it was made elsewhere: the books told of it.",
    )
    transaction_reference = fields.Char(related="transaction_id.reference", string="Payment")
    provider_reference = fields.Char(related="transaction_id.provider_reference")
    currency_id = fields.Many2one(related="loan_id.currency_id")
    origin = fields.Selection(
        [("here", "Here"), ("elsewhere", "Elsewhere: bank, cash desk")],
        required=True,
        default="here",
        readonly=True,
        string="Paid",
    )
    amount = Rubles(required=True, readonly=True)
    paid_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("to_send", "Received"),
            ("sent", "With the accounting system"),
            ("booked", "In the books"),
            ("refused", "Refused by the accounting system"),
            ("reversed", "Reversed"),
        ],
        required=True,
        default="to_send",
        readonly=True,
        index=True,
    )
    booked_at = fields.Datetime(readonly=True)
    booked_principal = Rubles("Booked to principal", readonly=True)
    booked_interest = Rubles("Booked to interest", readonly=True)
    booked_penalty = Rubles("Booked to penalty", readonly=True)
    overpaid = Rubles(readonly=True)
    surplus = Rubles(
        readonly=True,
        help="What was too much when it came: paid twice, or more than was owed. "
        "What the lender made of it stands in his books.",
    )
    given_back = Rubles(
        compute="_compute_given_back", help="What has gone back to the payer of this payment."
    )
    dispute_reason = fields.Char("Disputed", related="transaction_id.dispute_reason")
    reversal_asked_at = fields.Datetime(readonly=True)
    attention = fields.Char(readonly=True, help="What a person has to settle.")

    _uid_uniq = models.UniqueIndex("(uid)")
    _transaction_uniq = models.UniqueIndex("(transaction_id)")
    _paid_somewhere = models.Constraint(
        "CHECK ((transaction_id IS NULL) = (origin = 'elsewhere'))",
        "A payment made here has its transaction.",
    )

    @api.depends("transaction_id.reference", "origin", "amount", "paid_at")
    def _compute_display_name(self):
        for repayment in self:
            repayment.display_name = repayment.transaction_reference or repayment.uid

    def _compute_given_back(self):
        for repayment_sudo in self.sudo():  # operators have no right on refunds as such
            repayment_sudo.given_back = repayment_sudo._given_back()

    def _paid_on(self) -> str:
        """Return the Moscow day of the payment as pages show it: «31.12.2026»."""
        zoned = self.with_context(tz="Europe/Moscow")
        return fields.Datetime.context_timestamp(zoned, self.paid_at).strftime("%d.%m.%Y")

    def _given_back(self) -> float:
        """Return the roubles that went back to the payer."""
        return self.transaction_id._tour_loan_given_back() if self.transaction_id else 0

    def _being_given_back(self) -> float:
        """Return the roubles that are on their way back to the payer."""
        if not self.transaction_id:
            return 0
        return self.transaction_id._tour_loan_given_back(("pending",))

    # --- too much ---

    def _note_surplus(self):
        """Say at once what of fresh money is too much, to the borrower and to staff.

        The accounting system gets it all the same: the money is there, and only it knows
        what it covers.
        """
        loan, env = self.loan_id, self.with_context(lang="ru_RU").env
        text = {"amount": self.currency_id.format(self.amount)}
        twin = self._paid_meanwhile()
        if not loan._is_running():
            self.surplus = self.amount
            self.attention = env._(
                "%(amount)s came for a loan that takes no payments. Give it back, or settle it "
                "with the borrower.",
                **text,
            )
        elif twin:
            self.surplus = self.amount
            self.attention = env._(
                "Paid twice: %(amount)s besides %(other)s of %(day)s, begun before that was paid. "
                "Ask the borrower: the lender books it as early, or gives it back.",
                **text,
                other=self.currency_id.format(twin.amount),
                day=twin._paid_on(),
            )
        elif (over := self._above_debt()) > 0:
            self.surplus = over
            self.attention = env._(
                "%(over)s of %(amount)s are more than was owed. Give the rest back once the "
                "payment is in the books.",
                **text,
                over=self.currency_id.format(over),
            )

    def _paid_meanwhile(self):
        """Return a payment of this loan that was paid while this one was begun already.

        A loan has one payment under way: two that overlap are one that was given up, and
        was paid all the same.
        """
        begun_at = self.transaction_id.create_date
        return self.loan_id.repayment_ids.filtered(
            lambda other: (
                other != self
                and other.transaction_id
                and other.state != "reversed"
                and not other.reversal_asked_at
                and begun_at <= other.paid_at <= self.paid_at
            )
        )[:1]

    def _above_debt(self) -> float:
        """Return what is above the payoff the lender named, roubles; 0 if he named none."""
        if not self.loan_id.payoff:
            return 0
        left = self.loan_id.payoff - self.loan_id._awaits_booking(besides=self)
        return round(min(self.amount, self.amount - left), 2) if self.amount > left else 0

    def _tell_borrower(self):
        """Confirm the payment by SMS, once: a repayment is made once."""
        loan = self.loan_id
        if loan.application_id:
            loan.application_id._tell_borrower("repaid", repayment=self)
        else:
            loan._tell_of_payment(self)

    # --- to the accounting system ---

    def _notify_accounting(self, kind: str):
        """Hook: tell the accounting system; ``moyamfo_sync`` writes its message here.

        Kinds: payment, reversal.
        """

    def _reverse(self):
        """Ask the accounting system to undo this repayment; a second time does nothing."""
        self.ensure_one()
        if self.reversal_asked_at or self.state == "reversed" or self.origin == "elsewhere":
            return
        self.write({"reversal_asked_at": fields.Datetime.now(), "attention": False})
        self._notify_accounting("reversal")

    def _payment_disputed(self):
        """The payer's bank takes the money back: only a person can say what that means."""
        self.attention = self.with_context(lang="ru_RU").env._(
            "Disputed by the payer's bank: %s. Reverse the payment in the books once the "
            "money is gone.",
            self.dispute_reason,
        )

    def _payment_refunded(self):
        """The provider gave money back: all of it is a reversal, a part is for a person.

        The accounting system undoes a payment as a whole.
        """
        given_back = self.transaction_id._tour_loan_given_back()
        if given_back >= self.amount:
            self._reverse()
        else:
            self.attention = self.with_context(lang="ru_RU").env._(
                "%(back)s of %(paid)s went back to the payer: correct it in the books.",
                back=self.currency_id.format(given_back),
                paid=self.currency_id.format(self.amount),
            )

    def action_reverse(self):
        """Manager: undo in the books what the payer's bank took back (a chargeback)."""
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_manager"):
            raise AccessError(self.env._("Only a manager may reverse a repayment."))
        for repayment_sudo in self.sudo():  # staff read repayments, nobody writes them
            for application_sudo in repayment_sudo.loan_id.application_id:
                application_sudo._trace("reverse", repayment_sudo.transaction_reference)
            repayment_sudo._reverse()
        return True

    # --- from the accounting system ---

    @api.model
    def _take_elsewhere(self, update: dict):
        """Return the repayment of a payment the books tell of and nobody made here.

        :param update: as of ``_take_booking``, with ``uid``, ``loan`` (record) and ``amount``.
            It is never sent out: it came from there.
        """
        repayment = self.create(
            {
                "uid": update["uid"],
                "loan_id": update["loan"].id,
                "origin": "elsewhere",
                "amount": float(update["amount"]),
                "paid_at": update.get("booked_at") or fields.Datetime.now(),
                "state": "sent",  # it is with them: what they say of it follows
            }
        )
        repayment._take_booking(update)
        return repayment

    def _take_booking(self, update: dict) -> bool:
        """Take over what was booked; return whether anything changed.

        :param update: ``status`` (booked, refused, reversed), ``booked_at`` (naive UTC),
            ``principal``, ``interest``, ``penalty``, ``overpaid`` (Decimal)
        """
        self.ensure_one()
        if update["status"] == self.state or self.state == "reversed":
            return False
        self._note_booking(update)
        self.write(
            {
                "state": update["status"],
                "booked_at": update.get("booked_at") or self.booked_at,
                "booked_principal": float(update.get("principal") or 0),
                "booked_interest": float(update.get("interest") or 0),
                "booked_penalty": float(update.get("penalty") or 0),
                "overpaid": float(update.get("overpaid") or 0),
            }
        )
        return True

    def _note_booking(self, update):
        """What the books say is for a person if they refuse it, or count it as too much."""
        env = self.with_context(lang="ru_RU").env
        overpaid = float(update.get("overpaid") or 0)
        if update["status"] == "refused":
            self.attention = env._(
                "The accounting system refuses this payment. Find out why: the money is here."
            )
        elif update["status"] == "booked" and overpaid and not self.surplus:
            self.surplus = overpaid
            self.attention = env._(
                "%s are overpaid by the lender's books. Give them back to the borrower.",
                self.currency_id.format(overpaid),
            )

    def action_settled(self):
        """Staff: what this payment needed a person for is settled."""
        self.check_access("read")
        if not self.env.user.has_group("tour_loan.tour_loan_group_operator"):
            raise AccessError(self.env._("Only the lender's staff settle payments."))
        self.sudo().attention = False  # staff read repayments, nobody writes them
        return True
