"""How long a lender's decision takes to the agency's socket, by night too."""

import math
import time

from tests.e2e.story import Sandbox, wait_until

from .shell import in_shell

DECISIONS = 30
EVERY = 0.7  # seconds between two decisions
PORTFOLIO = 6000  # contracts that are being taken over meanwhile
PATIENCE = 40  # seconds until a callback is given up


class Decisions:
    """``waits(ping)`` measures; ``create``: makes an application, returns its id."""

    def __init__(self, stack, listener, create):
        self.stack, self.listener, self.create = stack, listener, create
        self.sandbox = Sandbox(stack)
        self.sandbox.calm()

    def begin_night(self) -> None:
        """Let all of a portfolio be read while decisions are made."""
        self.sandbox.post("moyamfo", "seed", contracts=PORTFOLIO)
        in_shell(self.stack, "prepare_reconcile.py", {})

    def is_night(self) -> bool:
        return bool(
            self.stack.sql(
                "SELECT FROM queue_job WHERE channel = 'root.moyamfo_books' "
                "AND state IN ('pending', 'enqueued', 'started')"
            )
        )

    def waits(self, ping: bool) -> list[float]:
        """Return the seconds from each decision to its callback."""
        self.sandbox.lender(rule="off", ping=ping)
        uuids = [self.create() for _number in range(DECISIONS)]
        in_shell(self.stack, "prepare_decision.py", {"uuids": uuids})
        wait_until(lambda: self._have_arrived(uuids), 120, every=1)
        decided = {}
        for uuid in uuids:
            decided[uuid] = time.monotonic()
            self.sandbox.post("moyamfo", "decide", uid=uuid, decision="approve")
            time.sleep(EVERY)
        arrivals, deadline = self.listener.arrivals, time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not all((u, "approved") in arrivals for u in uuids):
            time.sleep(0.1)
        return [arrivals.get((u, "approved"), math.inf) - decided[u] for u in uuids]

    def _have_arrived(self, uuids) -> bool:
        (sent,) = self.stack.sql(
            "SELECT count(*) FROM tour_loan_application WHERE uuid = ANY(%s) "
            "AND accounting_number IS NOT NULL",
            uuids,
        )[0]
        return sent == len(uuids)
