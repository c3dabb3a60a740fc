"""Pulls of payments: what became of ours, and those made elsewhere."""

from datetime import UTC

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from .. import connection
from ..protocol.errors import ExchangeError, ProfileError
from ..protocol.plausible_loans import doubts_of_payment

REVERSAL = "-R"  # what the id of a reversal ends with


class MoyamfoRun(models.Model):
    _inherit = "moyamfo.run"

    def _pull_payments(self, exchange):
        self.since = self.since or self._watermark("payments")
        since, cursor = self.since.replace(tzinfo=UTC), self.cursor or None
        answer = exchange.changed_payments(since, self.page, cursor)
        self._take(answer, self._apply_payments)
        return answer.more

    def _pull_unbooked(self, exchange):
        """At night: 1C is asked for each payment it got and did not book."""
        asked, more = self._next_of("tour_loan.repayment", Domain("state", "=", "sent"), exchange)
        if asked:
            uids = asked.mapped("uid")
            answer = exchange.payments(uids)
            missing = self.env._("1C does not know this payment")
            self._take(answer, self._apply_payments, uids, missing)
        return more

    @api.model
    def _enqueue_payment(self, uid):
        """Ask about one payment that was kept aside."""
        if connection.is_configured(self.env):
            runs = self.env["moyamfo.run"].with_user(SUPERUSER_ID)
            runs.with_delay(
                priority=5,
                description="MoyaMFO: one payment",
                identity_key=f"moyamfo.run:payment:{uid}",
                max_retries=0,  # run again after a conflict as often as it takes
            )._pull_payment(uid)

    @api.model
    def _pull_payment(self, uid):
        """Job: what became of one payment."""
        if self.env["moyamfo.message"]._paused(kind="payments"):
            return
        self._note_dead_self("payments", 1)
        run = self.create({"kind": "payments"})
        try:
            answer = connection.exchange(self.env).payments([uid])
            run._take(answer, run._apply_payments, [uid])
        except (ExchangeError, ProfileError) as error:
            run._failed(error)
        run.finished_at = fields.Datetime.now()
        run._tell_messages()

    def _apply_payments(self, rows, problems) -> int:
        repayments = self.env["tour_loan.repayment"]
        uids = {row.uid for row in rows}
        known = repayments.search(
            [("uid", "in", [*uids, *(uid.removesuffix(REVERSAL) for uid in uids)])]
        )
        by_uid = {repayment.uid: repayment for repayment in known}
        rows = self._possible_payments(rows, by_uid, problems)
        ours = sorted((row for row in rows if row.uid in by_uid), key=lambda r: by_uid[r.uid].id)
        changed = sum(
            bool(self._guarded(row.uid, problems, by_uid[row.uid]._moyamfo_apply, row, problems))
            for row in ours
        )
        foreign = [
            row
            for row in rows
            if row.uid not in by_uid and row.uid.removesuffix(REVERSAL) not in by_uid
        ]
        taken, strange = self._take_elsewhere(foreign, problems)
        self.foreign_count = strange
        changed += taken
        if changed:  # what was booked changes the schedule
            self._enqueue("contracts", priority=5)
        return changed

    def _possible_payments(self, rows, by_uid, problems) -> list:
        """Return the rows that can be true; the others are kept aside if they concern us."""
        asides, latest = self.env["moyamfo.aside"], self._latest().replace(tzinfo=UTC)
        possible = []
        for row in rows:
            found = doubts_of_payment(row, latest)
            if not found:
                possible.append(row)
            elif row.uid in by_uid:
                words = asides._in_words(found, self._lenders_zone())
                problems.append(f"{row.uid}: {'; '.join(words)}")
                asides._keep("payment", row.uid, words, by_uid[row.uid].loan_id)
        if asides._waits("payment"):
            asides._settle("payment", [row.uid for row in possible])
        return possible

    def _take_elsewhere(self, rows, problems) -> tuple[int, int]:
        """Take over payments of our loans that did not come by us.

        :return: how many were, and how many are nothing to us
        """
        loans = self.env["tour_loan.loan"].search(
            [("number", "in", [row.loan_number for row in rows])]
        )
        by_number = {loan.number: loan for loan in loans if not loan.application_id.test}
        taken = strange = 0
        for row in sorted(rows, key=lambda row: row.uid):
            loan = by_number.get(row.loan_number)
            # what was undone before we heard of it, or waits, never was a payment to us
            if not loan or row.status != "booked":
                strange += 1
            elif twin := loan._moyamfo_twin(row):
                self._keep_twin(row, twin, problems)
            else:
                taken += bool(self._guarded(row.uid, problems, loan._moyamfo_take_payment, row))
        return taken, strange

    def _keep_twin(self, row, twin, problems):
        """A payment of 1C's that may be one of ours under another id is not shown twice."""
        words = self.with_context(lang="ru_RU").env._(
            "it may be the payment %(uid)s of this cabinet under another id: the same loan, sum "
            "and day. Was it booked with our id?",
            uid=twin.uid,
        )
        problems.append(f"{row.uid}: {words}")
        self.env["moyamfo.aside"]._keep("payment", row.uid, [words], twin.loan_id)
