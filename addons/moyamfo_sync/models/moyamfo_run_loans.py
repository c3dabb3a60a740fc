"""Pulls of loans: contracts with their schedules, and what became of payments."""

from datetime import UTC

from odoo import SUPERUSER_ID, api, fields, models

from .. import connection
from ..protocol.dto import BadRow
from ..protocol.errors import ExchangeError, ProfileError


class MoyamfoRun(models.Model):
    _inherit = "moyamfo.run"

    @api.model
    def _enqueue_loans(self):
        """Pull changed contracts and bookings: each minute, and after our own news."""
        if self.env["tour_loan.loan"].search_count([], limit=1):
            self._enqueue("payments")
            self._enqueue("contracts")

    def _pull_contracts(self, exchange):
        """Stream one page of changed contracts; one contract is in memory at a time."""
        self.since = self.since or self._watermark("contracts")
        since = self.since.replace(tzinfo=UTC)
        with exchange.contracts(since=since, page=self.page) as stream:
            return self._take_contracts(stream)

    def _pull_loans(self, exchange):
        """At night: every open loan is asked for by its application's id."""
        size = exchange.profile.page_size
        loans = self.env["tour_loan.loan"].search(
            [("state", "not in", ("closed", "annulled")), ("application_id.test", "=", False)],
            order="id",
            offset=(self.page - 1) * size,
            limit=size,
        )
        if loans:
            uuids = loans.application_id.mapped("uuid")
            with exchange.contracts(uids=uuids) as stream:
                self._take_contracts(stream, uuids)
        return len(loans) == size

    @api.model
    def _enqueue_loan(self, uuid):
        """Ask about one loan soon: a borrower stands before its figures of another day."""
        if connection.is_configured(self.env):
            runs = self.env["moyamfo.run"].with_user(SUPERUSER_ID)
            runs.with_delay(
                priority=5,
                description="MoyaMFO: one loan",
                identity_key=f"moyamfo.run:loan:{uuid}",
                max_retries=0,  # run again after a conflict as often as it takes
            )._pull_loan(uuid)

    @api.model
    def _pull_loan(self, uuid):
        """Job: the figures of one loan, as they are today.

        :param uuid: of its application
        """
        if self.env["moyamfo.message"]._paused(kind="contracts"):
            return
        run = self.create({"kind": "loans"})
        try:
            with connection.exchange(self.env).contracts(uids=[uuid]) as stream:
                run._take_contracts(stream, [uuid])
        except (ExchangeError, ProfileError) as error:
            run._failed(error)
        run.finished_at = fields.Datetime.now()
        run._tell_messages()

    def _take_contracts(self, stream, asked=()) -> bool:
        """Take over contracts as they come; 1C must know those ``asked`` for."""
        problems, rows, changed, seen = [], 0, 0, set()
        for contract in stream:
            rows += 1
            if isinstance(contract, BadRow):
                problems.append(f"{contract.key}: {contract.reason}")
                continue
            seen.add(contract.application_uid)
            apply = self.env["tour_loan.loan"]._moyamfo_apply
            changed += self._guarded(contract.number, problems, apply, contract, problems)
        problems += [f"{uuid}: 1C has no contract of it" for uuid in asked if uuid not in seen]
        problems += [f"unknown key «{key}»" for key in sorted(stream.unknown_keys)]
        known = self.env["tour_loan.loan"].search_count(
            [("application_id.uuid", "in", [uuid for uuid in seen if uuid])]
        )
        as_of = stream.as_of
        self.write(
            {
                "row_count": rows,
                "changed_count": changed,
                "foreign_count": len(seen) - known,
                "problems": "\n".join(problems),
                "as_of": self.as_of
                or (as_of.astimezone(UTC).replace(tzinfo=None) if as_of else self.started_at),
            }
        )
        return stream.more

    def _pull_payments(self, exchange):
        self.since = self.since or self._watermark("payments")
        answer = exchange.changed_payments(self.since.replace(tzinfo=UTC), self.page)
        self._take(answer, self._apply_payments)
        return answer.more

    def _apply_payments(self, rows, problems) -> int:
        known = self.env["tour_loan.repayment"].search([("uid", "in", [row.uid for row in rows])])
        by_uid = {repayment.uid: repayment for repayment in known}
        self.foreign_count = len(rows) - len(known)
        changed = sum(
            self._guarded(row.uid, problems, by_uid[row.uid]._moyamfo_apply, row, problems)
            for row in sorted(
                (row for row in rows if row.uid in by_uid), key=lambda row: by_uid[row.uid].id
            )
        )
        if changed:  # what was booked changes the schedule
            self._enqueue("contracts", priority=5)
        return changed

    def _pull_unbooked(self, exchange):
        """At night: 1C is asked for each payment it got and did not book."""
        size = exchange.profile.page_size
        asked = self.env["tour_loan.repayment"].search(
            [("state", "=", "sent")], order="id", offset=(self.page - 1) * size, limit=size
        )
        if not asked:
            return False
        answer = exchange.payments(asked.mapped("uid"))
        answered = {row.uid for row in answer.rows}
        problems = [
            f"{uid}: 1C does not know this payment"
            for uid in asked.mapped("uid")
            if uid not in answered
        ]
        self._take(answer, self._apply_payments, problems)
        return len(asked) == size
