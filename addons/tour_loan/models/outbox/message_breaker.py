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
# Messages one endpoint may have under way: fewer than its channel has slots, so that one
# that begins to hang leaves a slot to the others.
SLOTS = 2


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

        An endpoint has few messages under way; one whose last attempt failed (its message
        is still pending) has one, and after some failures in a row it rests between them.
        The others wait without costing a worker its time-out.
        """
        if not self.endpoint:
            return 0
        failing, rest = latest[:1].state == "pending", 0
        if len(latest) == FAILURES and set(latest.mapped("state")) == {"pending"}:
            rest = (latest[0].last_attempt_at + PAUSE - fields.Datetime.now()).total_seconds()
        if rest <= 0 and self._takes_slot(1 if failing else SLOTS):
            return 0
        waiting = self.search_count([("endpoint", "=", self.endpoint), ("state", "=", "pending")])
        # spread, so that the sleepers do not all wake for the same probe
        longest = max(10 if failing else 1, waiting / RESTING_A_SECOND)
        return max(0, rest) + random.uniform(0.5, longest)

    def _takes_slot(self, slots: int) -> bool:
        """Take one of the endpoint's slots for this transaction; return whether one was free."""
        for slot in range(slots):
            key = f"{self._name} {self.endpoint} {slot}"
            [[free]] = self.env.execute_query(
                SQL("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", key)
            )
            if free:
                return True
        return False

    def _wake_endpoint(self, was_failing: bool):
        """After a success: who was never tried need not wait out his pause.

        Many if the endpoint was failing, else some in this one's place. They get a further
        job: writing their rows could collide with theirs. Who rests is not asked: this
        transaction sees the rows as they were at its start. What was tried keeps its own
        pauses: one message the endpoint never takes must not be tried at every success.
        """
        others = Domain("endpoint", "=", self.endpoint) & Domain("state", "=", "pending")
        others &= Domain("business_key", "!=", self.business_key)  # its next one is woken
        others &= Domain("attempts", "=", 0)
        limit = WOKEN_AT_ONCE if was_failing else SLOTS
        self.search(others, order="id", limit=limit)._enqueue()
