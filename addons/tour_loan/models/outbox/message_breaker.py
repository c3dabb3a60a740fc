"""A counterparty that does not answer is given rest, and costs the others nothing."""

import random
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

FAILURES = 5
# An endpoint that is away is tried this often, and of a long absence each time a sixtieth of
# it has passed: whoever was away for half an hour is found back within half a minute.
PAUSE, LONGEST_PAUSE, PART_OF_ABSENCE = timedelta(seconds=30), timedelta(minutes=5), 60
# Messages to an endpoint that rests look in again at this rate, all together.
RESTING_A_SECOND = 10
# When it is back, what waits goes at this rate, and so many of it; the rest looks in by itself.
WOKEN_A_SECOND, WOKEN_AT_ONCE = 10, 500
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
        newest, rest = latest[:1], 0
        failing = newest.state == "pending" and not (
            newest.unreached and self._answered_elsewhere(newest.last_attempt_at)
        )
        if failing and len(latest) == FAILURES and set(latest.mapped("state")) == {"pending"}:
            rest = (newest.last_attempt_at - fields.Datetime.now()).total_seconds()
            rest += self._probe_seconds()
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

    def _probe_seconds(self) -> float:
        """Return how long to wait between two attempts at an endpoint that is away."""
        waiting = [
            ("endpoint", "=", self.endpoint),
            ("state", "=", "pending"),
            ("unreached", "=", True),
        ]
        [[since]] = self._read_group(waiting, [], ["trying_since:min"])
        absence = fields.Datetime.now() - since if since else timedelta()
        return min(max(absence / PART_OF_ABSENCE, PAUSE), LONGEST_PAUSE).total_seconds()

    # --- is it there? ---

    def _answered_since(self, moment: datetime | None) -> bool:
        """Return whether this one's endpoint answered anything else since ``moment``.

        What the endpoint never takes must not pass for its absence.
        """
        if not moment or not self.endpoint:
            return not self.endpoint
        answered = [
            ("endpoint", "=", self.endpoint),
            ("last_attempt_at", ">=", moment),
            ("unreached", "=", False),
            ("id", "!=", self.id),
            ("state", "!=", "dropped"),
        ]
        return bool(self.search_count(answered, limit=1)) or self._answered_elsewhere(moment)

    def _answered_elsewhere(self, moment: datetime) -> bool:
        """Hook: has the endpoint answered what is no message since ``moment``?"""
        return False

    @api.model
    def _answered(self, endpoint: str):
        """What is no message brought an answer: who waits for the endpoint's return goes."""
        waiting = [("endpoint", "=", endpoint), ("state", "=", "pending"), ("away", "=", True)]
        if self.search_count(waiting, limit=1):
            self._wake(endpoint, Domain("away", "=", True) | Domain("attempts", "=", 0))

    def _wake_endpoint(self, latest):
        """After a success: who waits for the endpoint need not wait out his pause.

        If it was failing, all who found it away, and all who found it silent if nobody was
        answered; else some of those never tried in this one's place. What was tried while
        others were answered keeps its own pauses: one message the endpoint never takes must
        not be tried at every success.
        """
        others = Domain("business_key", "!=", self.business_key)  # its next one is woken
        if latest[:1].state != "pending":
            others &= Domain("attempts", "=", 0)
            self._wake(self.endpoint, others, SLOTS)
            return
        who = Domain("attempts", "=", 0) | Domain("away", "=", True)
        if len(latest) == FAILURES and all(latest.mapped("unreached")):
            who |= Domain("unreached", "=", True)
        self._wake(self.endpoint, others & who)

    @api.model
    def _wake(self, endpoint: str, who: Domain, limit=WOKEN_AT_ONCE):
        """Give waiting messages a further job, the first of each key, one after another.

        Writing their rows could collide with theirs. Who rests is not asked: this
        transaction sees the rows as they were at its start.
        """
        waiting = Domain("endpoint", "=", endpoint) & Domain("state", "=", "pending")
        seen, now = set(), fields.Datetime.now()
        for message in self.search(waiting & who, order="id", limit=limit):
            key = message.business_key or message.uid
            if key not in seen:
                eta = now + timedelta(seconds=len(seen) // WOKEN_A_SECOND)
                message._enqueue(eta=eta if eta > now else None, once=True, awaited=True)
                seen.add(key)
