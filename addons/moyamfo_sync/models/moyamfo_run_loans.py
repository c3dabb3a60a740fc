"""Pulls of contracts, with their schedules: page by page, taken over by the set."""

from datetime import UTC, datetime

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .. import connection
from ..protocol.dto import BadRow
from ..protocol.errors import ExchangeError, ProfileError

BATCH = 500
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OVER = ("closed", "annulled")


class MoyamfoRun(models.Model):
    _inherit = "moyamfo.run"

    @api.model
    def _enqueue_loans(self):
        """Pull changed contracts and bookings: each minute, and after our own news."""
        if self.env["tour_loan.loan"].search_count([], limit=1):
            self._enqueue("payments")
            self._enqueue("contracts")

    def _pull_contracts(self, exchange):
        """Stream one page of changed contracts; a batch of contracts is in memory at a time."""
        self.since = self.since or self._watermark("contracts")
        since = self.since.replace(tzinfo=UTC)
        with exchange.contracts(since=since, page=self.page, cursor=self.cursor or None) as stream:
            return self._take_contracts(stream)

    def _pull_portfolio(self, exchange):
        """Every contract there is, at the lender's wish: the first load of his portfolio."""
        since, cursor = LONG_AGO, self.cursor or None
        with exchange.contracts(since=since, page=self.page, cursor=cursor) as stream:
            return self._take_contracts(stream)

    def _pull_loans(self, exchange):
        """At night: every open loan is asked for by the id 1C knows it by."""
        ours = Domain("application_id.test", "=", False) | Domain("application_id", "=", False)
        loans, more = self._next_of(
            "tour_loan.loan", ours & Domain("state", "not in", OVER), exchange
        )
        keys = [key for loan in loans if (key := loan._moyamfo_key())]
        if keys:
            with exchange.contracts(uids=keys) as stream:
                self._take_contracts(stream, keys)
        return more

    @api.model
    def _enqueue_loan(self, key, anew=False):
        """Ask about one loan soon: a borrower stands before its figures of another day.

        :param key: the id 1C knows it by
        :param anew: staff ask: what comes is believed, whatever we had
        """
        if connection.is_configured(self.env):
            runs = self.env["moyamfo.run"].with_user(SUPERUSER_ID)
            runs.with_delay(
                priority=5,
                description="MoyaMFO: one loan",
                identity_key=f"moyamfo.run:loan:{key}{':anew' if anew else ''}",
                max_retries=0,  # run again after a conflict as often as it takes
            )._pull_loan(key, **({"anew": True} if anew else {}))

    @api.model
    def _pull_loan(self, key, anew=False):
        """Job: the figures of one loan, as they are today."""
        if self.env["moyamfo.message"]._paused(kind="contracts"):
            return
        self._note_dead_self("loans", 1)
        run = self.create({"kind": "loans"})
        try:
            with connection.exchange(self.env).contracts(uids=[key]) as stream:
                run._take_contracts(stream, [key], anew)
        except (ExchangeError, ProfileError) as error:
            run._failed(error)
        run.finished_at = fields.Datetime.now()
        run._tell_messages()

    @api.model
    def action_load_portfolio(self):
        """Staff: take over all contracts 1C has, page by page; see the form of the pull."""
        if not self.env.user.has_group("tour_loan.tour_loan_group_manager"):
            raise AccessError(self.env._("Only a manager may load all contracts."))
        if connection.is_configured(self.env):
            self.env["moyamfo.run"]._enqueue("portfolio")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("All contracts are being asked for: see the list."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === TAKING OVER === #

    def _take_contracts(self, stream, asked=None, anew=False) -> bool:
        """Take over contracts as they come; return whether there are more pages.

        :param asked: the ids that were asked for: others are no answer, and 1C must know
            each of them
        """
        taken = {"rows": 0, "changed": 0, "foreign": 0}
        problems, unasked, answered, batch, bad = [], [], set(), [], {}
        for contract in stream:
            taken["rows"] += 1
            if isinstance(contract, BadRow):
                bad[contract.key] = contract.reason
                continue
            keys = {contract.application_uid, contract.uid}
            if asked is not None and keys.isdisjoint(asked):
                unasked.append(contract.number)
                continue
            answered |= keys
            batch.append(contract)
            if len(batch) == BATCH:
                self._take_batch(batch, problems, taken, anew)
                batch = []
        self._take_batch(batch, problems, taken, anew)
        self._keep_unreadable(bad, problems)
        unasked += [contract.number for contract in stream.foreign]
        missing = self.env._("1C has no contract of it")
        problems += [f"{key}: {missing}" for key in asked or () if key not in answered]
        if unasked:
            taken["foreign"] += len(unasked)
            problems.append(self._said_unasked(unasked))
        problems += [f"unknown key «{key}»" for key in sorted(stream.unknown_keys)]
        self.write(
            {
                "row_count": taken["rows"],
                "changed_count": taken["changed"],
                "foreign_count": taken["foreign"],
                "problems": "\n".join([*self._time_problems(stream.as_of), *problems]),
                "as_of": self.as_of or self._believed(stream.as_of),
                "next_cursor": stream.cursor,
            }
        )
        return stream.more

    def _keep_unreadable(self, bad, problems):
        """A contract of ours that cannot be read waits for a person; of others it is noted."""
        problems += [f"{number}: {reason}" for number, reason in bad.items()]
        if not bad:
            return
        for loan in self.env["tour_loan.loan"].search([("number", "in", list(bad))]):
            self.env["moyamfo.aside"]._keep("contract", loan.number, [bad[loan.number]], loan)
