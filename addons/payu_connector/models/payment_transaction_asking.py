from dataclasses import replace
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, LockError

from odoo.addons.payment.logging import get_payment_logger

from .. import const
from ..protocol import answers, calls, statuses
from ..protocol.statuses import Meaning

_logger = get_payment_logger(__name__)


# One subject a file: beginning, outcome, asking, refund.
# pylint: disable=consider-merging-classes-inherited
class PaymentTransaction(models.Model):
    """Asking PayU how a payment stands: on return, by cron, by hand."""

    _inherit = "payment.transaction"

    def _payu_ru_ask(self, is_told=False):
        """Ask PayU how this payment stands, and apply the answer; refunds come with it.

        :param bool is_told: whether it is known that what went back is a refund: a notice said
                             so, or a person. The answer does not tell it from a chargeback.
        :return: What PayU said.
        :rtype: protocol.events.Report
        :raise answers.Refused: if PayU did not answer the question.
        :raise answers.Unclear: if the answer was lost or not understood.
        """
        self.ensure_one()
        payment = (self.source_transaction_id or self)._payu_ru_in_its_language()
        answer = payment.provider_id._payu_ru_call(
            calls.status(payment.reference), payment.reference, payment.is_live
        )
        report = answers.report(*answer, payment.reference)
        payment._payu_ru_lock()
        statement = report.payment
        is_given_back = any(refund.done for refund in report.refunds)
        if payment.state == "done" and is_given_back and statement.meaning is Meaning.REVERSED:
            # Of money that was taken, REVERSED means the refund that is listed with it.
            statement = replace(statement, status="REFUND")
        payment._payu_ru_apply(statement, is_asked=True)
        if payment.state == "done":
            payment._payu_ru_apply_refunds(report.refunds, is_told)
            if not is_told:
                payment._payu_ru_note_unlisted(report)
        for transaction in payment | payment.child_transaction_ids:
            transaction._payu_ru_plan(report.payment.status)
        return report

    def _payu_ru_plan(self, status):
        """Decide when PayU is asked next, and give up a page that nobody paid on.

        :param str status: PayU's word for the payment.
        :return: None
        """
        now = fields.Datetime.now()
        self.payu_ru_checked_at = now
        closes_at = (self.payu_ru_page_expires_at or self.create_date) + const.PAGE_GRACE
        next_check_at = False
        if self.operation == "refund":
            if self.state in ("draft", "pending"):
                next_check_at = now + const.ASK_CLOSED
        elif self.state == "done":
            pass
        elif self.state == "cancel":
            # Only a notice of money had us plan to ask about a payment we gave up.
            is_final = statuses.meaning_of(status) in statuses.FINAL
            if self.payu_ru_next_check_at and not is_final:
                next_check_at = now + const.ASK_CLOSED
        elif now < closes_at:
            next_check_at = now + const.ASK_OPEN
        elif status.upper() in statuses.HOPELESS_AFTER_PAGE:
            if self.state in ("draft", "pending"):
                self._set_canceled(self.env._("PayU's page was closed without a payment."))
            if not self.payu_ru_review_at:  # A bank may still have been at it: one look more.
                self.payu_ru_review_at = self._payu_ru_next_night()
                self.payu_ru_next_check_at = False
                return
        else:
            next_check_at = now + const.ASK_CLOSED
        if next_check_at and now - self.create_date > const.ASK_FOR:
            self._payu_ru_alert(self.env._("PayU gave no outcome for ten days."))
            next_check_at = False
        self.payu_ru_next_check_at = next_check_at
        # What was taken and reversed will not change any more: a person has been told.
        is_watched = (
            self.state == "done"
            and self.operation != "refund"
            and statuses.meaning_of(status) not in statuses.NEVER_PAID
            and now - (self.last_state_change or self.create_date) < const.REVIEW_FOR
        )
        self.payu_ru_review_at = self._payu_ru_next_night() if is_watched else False

    def _payu_ru_next_night(self):
        """Return this payment's moment of the coming night; each has its own, so that not all
        are asked about at once.

        :rtype: datetime
        """
        now = fields.Datetime.now()
        begin = now.replace(hour=const.REVIEW_FROM_HOUR_UTC, minute=0, second=0, microsecond=0)
        if begin <= now:
            begin += timedelta(days=1)
        return begin + timedelta(seconds=self.id * 7919 % int(const.REVIEW_SPREAD.total_seconds()))

    def _payu_ru_lock(self):
        """Let nobody else change this payment; a notice and a return often come at once.

        :raise ConcurrencyError: if somebody is at it; the request is then run again.
        """
        try:
            self.lock_for_update()
        except LockError as error:
            raise ConcurrencyError(str(error)) from error
        self.invalidate_recordset()

    @api.model
    def _cron_payu_ru_ask(self, limit=100):
        """Ask PayU about payments and refunds whose outcome is open, the longest due first;
        then about settled payments whose night has come: their refund or its notice may have
        escaped us.

        One unclear answer ends the run: a PayU that hangs costs one time-out, not one for each
        payment. The scheduler would call us again at once as long as something remained, up to
        ten times, while the other crons wait.

        :param int limit: how many at most; the next run takes the rest.
        :return: None
        """
        now = fields.Datetime.now()
        waiting = self.browse()
        for due in ("payu_ru_next_check_at", "payu_ru_review_at"):
            if rest := limit - len(waiting):
                waiting |= self.search([(due, "<=", now)], order=f"{due}, id", limit=rest)
        for done, transaction in enumerate(waiting, 1):
            # A refund may have been asked about together with its payment.
            dates = (transaction.payu_ru_next_check_at, transaction.payu_ru_review_at)
            is_answered = True
            if any(date and date <= now for date in dates):
                is_answered = transaction._payu_ru_ask_or_postpone()
            remaining = len(waiting) - done if is_answered else 0
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining) or not remaining:
                return

    def _payu_ru_ask_or_postpone(self):
        """Ask PayU; if there is no answer, let other payments have their turn first.

        :return: Whether PayU answers at all.
        :rtype: bool
        """
        is_answered = True
        try:
            self._payu_ru_ask()
            return is_answered
        except (answers.Refused, answers.Unclear, ConcurrencyError, OperationalError) as error:
            self.env.cr.rollback()
            is_answered = not (
                isinstance(error, answers.Unclear) or getattr(error, "code", "") in answers.NO_USE
            )
            _logger.info("PayU could not be asked about %s: %s", self.reference, error)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Asking PayU about %s failed", self.reference)
        if self.payu_ru_next_check_at:
            self.payu_ru_next_check_at = fields.Datetime.now() + 2 * const.ASK_OPEN
        if self.payu_ru_review_at:
            self.payu_ru_review_at = self._payu_ru_next_night()
        return is_answered

    # === ACTION METHODS === #

    def action_payu_ru_ask(self):
        """Ask PayU now how these payments stand.

        :return: A client action to reload the view.
        :rtype: dict
        """
        self.check_access("read")
        for transaction_sudo in self.sudo():  # In sudo mode to use the provider's secret.
            if transaction_sudo.provider_code != "payu_ru":
                continue
            try:
                transaction_sudo._payu_ru_ask()
            except (answers.Refused, answers.Unclear) as error:
                return self._payu_ru_not_answered(error)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _payu_ru_not_answered(self, error):
        """Return the notification that PayU did not answer a question.

        :rtype: dict
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._("PayU did not answer (%s).", error),
            },
        }

    def action_payu_ru_seen(self):
        """Clear the note that asks for a person's attention; not where he has to decide.

        :return: None
        """
        self.check_access("read")
        # In sudo mode: nobody but administrators may write payments.
        seen_sudo = self.sudo().filtered(lambda payment: not payment.payu_ru_unexplained_refund)
        seen_sudo.payu_ru_attention = False
