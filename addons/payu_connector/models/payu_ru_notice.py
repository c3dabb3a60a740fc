from datetime import timedelta
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying
from odoo.tools import SQL

from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import answers, masking, notices

_logger = get_payment_logger(__name__)

# Nobody's fault, and gone the next time: somebody else holds the payment, PayU is silent.
EXPECTED = OperationalError | ConcurrencyError | answers.Refused | answers.Unclear


class Notice(models.Model):
    """The ledger of everything PayU told us by itself, one row for each statement.

    A notice is stored and committed before anything is done with it, so that no fault of
    ours can lose it; it is never changed or deleted by hand.
    """

    _name = "payu_ru.notice"
    _description = "PayU Notice"
    _order = "id desc"
    _rec_name = "reference"

    provider_id = fields.Many2one(
        comodel_name="payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    event_id = fields.Char(
        string="Statement",
        help="The same for every repeat of the same statement.",
        required=True,
        readonly=True,
    )
    body = fields.Text(
        help="As received. Emptied after a period of the settings: it names the payer.",
        readonly=True,
        groups="base.group_system",
    )
    reference = fields.Char(readonly=True, index=True)
    provider_reference = fields.Char(string="PayU Number", readonly=True)
    status = fields.Char(string="PayU Status", readonly=True)
    amount = fields.Char(help="As PayU wrote it.", readonly=True)
    currency = fields.Char(readonly=True)
    repeats = fields.Integer(help="How many times it came again.", readonly=True)
    state = fields.Selection(
        selection=[
            ("received", "Received"),
            ("processed", "Processed"),
            ("attention", "Needs Attention"),
            ("unknown", "Unknown Payment"),
            ("unreadable", "Unreadable"),
            ("failed", "Failed"),
        ],
        default="received",
        required=True,
        readonly=True,
        index=True,
    )
    outcome = fields.Text(readonly=True)
    attempts = fields.Integer(readonly=True)
    transaction_id = fields.Many2one(
        comodel_name="payment.transaction",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _event_unique = models.UniqueIndex("(provider_id, event_id)")

    # === ACTION METHODS === #

    def action_process_again(self):
        """Process the notices once more, e.g. after the payment they speak of was found.

        :return: A client action to reload the view.
        :rtype: dict
        """
        self.check_access("read")
        # In sudo mode: the staff may start the processing, not write the ledger.
        self.sudo()._process_safely()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === BUSINESS METHODS === #

    @api.model
    def _receive(self, provider, body):
        """Store a notice whose signature has been checked, unless it is known.

        :param payment.provider provider: whose secret signed it.
        :param bytes body: the notice as received.
        :return: The stored notice, new or known.
        :rtype: payu_ru.notice
        """
        _logger.info("PayU notice: %s", masking.mask(body))
        try:
            event, problem = notices.parse(body), None
        except ValueError as error:
            _logger.info("A PayU notice cannot be read: %s", error)
            staff_env = self.with_context(lang=provider.company_id.partner_id.lang).env
            event = notices.unreadable(body)
            problem = staff_env._("This is no notice, or one that names no payment or status.")
        # Two equal notices may come at once: the second one then fails to serialize, the
        # request runs again, and finds the first.
        query = SQL(
            """
            INSERT INTO payu_ru_notice (
                provider_id, company_id, event_id, body, reference, provider_reference, status,
                amount, currency, state, outcome, repeats, attempts, create_uid, create_date
            )
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, 0, %s, %s)
            ON CONFLICT (provider_id, event_id)
            DO UPDATE SET repeats = payu_ru_notice.repeats + 1
            RETURNING id
            """,
            provider.id,
            provider.company_id.id,
            event.event_id,
            body.decode(errors="replace").replace("\0", ""),
            event.reference,
            event.provider_reference,
            event.status,
            None if event.amount is None else str(event.amount),
            event.currency,
            "unreadable" if problem else "received",
            problem,
            self.env.uid,
            fields.Datetime.now(),
        )
        self.env.cr.execute(query, log_exceptions=False)
        notice = self.browse(self.env.cr.fetchone()[0])
        notice.invalidate_recordset()
        return notice

    def _process_safely(self):
        """Process notices one by one, each in a transaction of its own; never raise.

        :return: None
        """
        for notice in self:
            try:
                retrying(partial(notice._process), self.env)
            except Exception as error:
                self.env.cr.rollback()
                if isinstance(error, EXPECTED):
                    _logger.info("PayU notice %s is left for later: %s", notice.id, error)
                else:
                    _logger.exception("PayU notice %s could not be processed", notice.id)
                notice._note_failure(str(error))
            # One notice must not undo another; the caller has committed before.
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _note_failure(self, reason):
        self.write({"state": "failed", "outcome": reason, "attempts": self.attempts + 1})

    def _process(self):
        """Apply what the notice says to its payment. Doing it twice changes nothing.

        :return: None
        """
        self.ensure_one()
        if not self.body or self.state == "unreadable":
            return
        event = notices.parse(self.body.encode())
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", event.reference), ("provider_code", "=", "payu_ru")]
        )
        # Whoever holds one merchant's secret speaks for the payments of that merchant only.
        merchant_code = self.provider_id.payu_ru_merchant_code
        if not transaction or transaction.provider_id.payu_ru_merchant_code != merchant_code:
            staff_env = self.with_context(lang=self.company_id.partner_id.lang).env
            self.write({"state": "unknown", "outcome": staff_env._("We know no such payment.")})
            return
        if transaction.source_transaction_id:
            transaction = transaction.source_transaction_id
        transaction._payu_ru_lock()
        attention = transaction.payu_ru_attention
        transaction._payu_ru_apply(event)
        is_new_attention = transaction.payu_ru_attention != attention
        speaking = transaction._payu_ru_in_its_language()
        states = dict(transaction._fields["state"]._description_selection(speaking.env))
        self.write(
            {
                "state": "attention" if is_new_attention else "processed",
                "outcome": (
                    transaction.payu_ru_attention if is_new_attention else states[transaction.state]
                ),
                "transaction_id": transaction.id,
                "attempts": self.attempts + 1,
            }
        )

    @api.model
    def _cron_process(self, limit=200):
        """Process what a request left behind, what failed, and what may have come too early.

        :param int limit: how many at most; the next run takes the rest.
        :return: None
        """
        early = fields.Datetime.now() - const.UNKNOWN_RETRIED_FOR
        waiting = self.search(
            [
                "|",
                "|",
                ("state", "=", "received"),
                "&",
                ("state", "=", "failed"),
                ("attempts", "<", const.MAX_ATTEMPTS),
                "&",
                ("state", "=", "unknown"),
                ("create_date", ">=", early),
            ],
            order="id",
            limit=limit,
        )
        for done, notice in enumerate(waiting, 1):
            notice._process_safely()
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(waiting) - done):
                return

    # === THE END === #

    @api.model
    def _kept_since(self, parameter, days):
        """Return before when what is older may go.

        :param str parameter: the system parameter with the days, chosen in the settings.
        :param int days: unless it names more than `NOTICE_KEPT_AT_LEAST`.
        :return: The moment, as the database stores it.
        :rtype: datetime
        """
        # In sudo mode: a parameter of the system.
        said = self.env["ir.config_parameter"].sudo().get_param(parameter) or ""
        chosen = int(said) if said.isdecimal() else 0
        days = max(chosen or days, const.NOTICE_KEPT_AT_LEAST)
        return fields.Datetime.now() - timedelta(days=days)

    @api.autovacuum
    def _gc_bodies(self):
        """Forget the payers of old notices; what was paid stays.

        :return: How many there were in this batch, and whether there are more.
        :rtype: tuple
        """
        old = self._kept_since(const.KEEP_BODIES, const.BODIES_KEPT_DAYS)
        found = self.search(
            [("create_date", "<", old), ("body", "!=", False)],
            order="id",
            limit=const.VACUUM_BATCH + 1,
        )
        found[: const.VACUUM_BATCH].body = False
        return len(found[: const.VACUUM_BATCH]), len(found) > const.VACUUM_BATCH

    @api.autovacuum
    def _gc_notices(self):
        """Delete old notices that were done with; what a person has to look at stays.

        :return: How many there were in this batch, and whether there are more.
        :rtype: tuple
        """
        old = self._kept_since(const.KEEP_NOTICES, const.NOTICES_KEPT_DAYS)
        found = self.search(
            [
                ("create_date", "<", old),
                ("state", "in", ("processed", "attention")),
                "|",
                ("transaction_id", "=", False),
                ("transaction_id.payu_ru_attention", "=", False),
            ],
            order="id",
            limit=const.VACUUM_BATCH + 1,
        )
        found[: const.VACUUM_BATCH].unlink()
        return len(found[: const.VACUUM_BATCH]), len(found) > const.VACUUM_BATCH
