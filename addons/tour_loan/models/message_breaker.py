"""A counterparty that does not answer is given rest, and costs the others nothing."""

import random
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

FAILURES = 5
PAUSE = timedelta(seconds=30)
# Messages to an endpoint that rests look in again at this rate, all together.
RESTING_A_SECOND = 10
WOKEN_AT_ONCE = 200


class Message(models.AbstractModel):
    """The circuit breaker of an ``endpoint``.

    The rows themselves are its memory: a counter on the endpoint's record would make
    every job write the same row.
    """

    _inherit = "tour_loan.message"

    def _latest_attempts(self):
        """Return the messages last tried at this one's endpoint, the newest first."""
        if not self.endpoint:
            return self.browse()
        return self.search(
            [
                ("endpoint", "=", self.endpoint),
                ("last_attempt_at", "!=", False),
                ("state", "!=", "dropped"),
            ],
            order="last_attempt_at desc",
            limit=FAILURES,
        )

    def _breaker_pause(self, latest) -> float:
        """Return for how many seconds this message has to rest, 0 if it may be sent.

        An endpoint whose last attempt failed (its message is still pending) is tried by
        one message at a time; after some failures in a row it rests between them. The
        others wait without costing a worker its time-out.
        """
        if latest[:1].state != "pending":
            return 0
        rest = 0
        if len(latest) == FAILURES and set(latest.mapped("state")) == {"pending"}:
            rest = (latest[0].last_attempt_at + PAUSE - fields.Datetime.now()).total_seconds()
        if rest <= 0 and self._is_the_probe():
            return 0
        waiting = self.search_count([("endpoint", "=", self.endpoint), ("state", "=", "pending")])
        # spread, so that the sleepers do not all wake for the same probe
        return max(0, rest) + random.uniform(1, max(10, waiting / RESTING_A_SECOND))

    def _is_the_probe(self) -> bool:
        """Take the endpoint for this transaction; return whether it was free."""
        key = f"{self._name} {self.endpoint}"
        [[free]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", key)
        )
        return free

    def _wake_endpoint(self):
        """The endpoint is well again: those that rest need not wait out their pause.

        They only get a further job: writing their rows could collide with theirs.
        """
        resting = Domain("endpoint", "=", self.endpoint) & Domain("state", "=", "pending")
        self.search(
            resting & Domain("next_attempt_at", ">", fields.Datetime.now()),
            order="id",
            limit=WOKEN_AT_ONCE,
        )._enqueue()
