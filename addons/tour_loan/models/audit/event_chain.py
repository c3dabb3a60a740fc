"""The chain over the events: drawn by one job, checked by anybody, cut only at its old end.

Why not by those who write: each row's hash needs the one before, so writers would have to
queue for the last row, all readers of the house behind each other. So rows are written as
they come, and once a minute one job gives those that are there a place (``number``) and a
hash. The trigger lets that happen once. What is forged within that minute by somebody with
the database's password is not seen; what is forged later is, unless the whole rest of the
chain is. Therefore the head goes to the server's log each time: a log that leaves the
house (docs/security.md) is a witness nobody in it can rewrite.
"""

import logging
from pathlib import Path

from odoo import api, models
from odoo.tools import SQL

from ...rules import events

_logger = logging.getLogger(__name__)
BATCH = 5000


class Event(models.Model):
    _inherit = "tour_loan.event"

    @api.model
    def _rows(self, where: SQL, order: SQL, limit: int | None = None) -> list[dict]:
        """Return rows as the chain has them: exact times, nothing for what is empty."""
        names = SQL(", ").join(
            SQL.identifier(name) for name in (*events.FIELDS, "number", "hash") if name != "at"
        )
        return self.env.execute_query_dict(
            SQL(
                'SELECT %s, to_char(at, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') AS at '
                "FROM tour_loan_event WHERE %s ORDER BY %s LIMIT %s",
                names,
                where,
                order,
                limit,
            )
        )

    @api.model
    def _between(self, since, until):
        """Yield lists of rows from ``since`` to before ``until`` (naive, UTC), oldest first."""
        last = 0
        while rows := self._rows(
            SQL("at >= %s AND at < %s AND id > %s", since, until, last), SQL("id"), BATCH
        ):
            yield rows
            last = rows[-1]["id"]

    @api.model
    def _ship(self, layout: str, place: Path, out):
        """Write to ``out`` what was chained since ``place`` (a file) says, and how far that is.

        The place is written after the lines: what was cut off comes again.
        """
        number = int(place.read_text() or 0) if place.exists() else 0
        line, beside = events.LAYOUTS[layout], place.with_name(f"{place.name}.new")
        while rows := self._rows(SQL("number > %s", number), SQL("number"), BATCH):
            out.writelines(f"{line(row)}\n" for row in rows)
            out.flush()
            number = rows[-1]["number"]
            beside.write_text(str(number))
            beside.replace(place)

    @api.model
    def _head(self) -> tuple[int, str]:
        """Return number and hash of the last row of the chain, (0, "") of none."""
        rows = self._rows(SQL("number IS NOT NULL"), SQL("number DESC"), 1)
        return (rows[0]["number"], rows[0]["hash"]) if rows else (0, events.GENESIS)

    @api.model
    def _cron_chain(self):
        """Clock: give the rows that are there their place in the chain."""
        # two at once would give one place twice; the second comes again in a minute
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(hashtext('tour_loan_event'))"))
        if not self.env.cr.fetchone()[0]:
            return
        number, previous = self._head()
        rows = self._rows(SQL("number IS NULL"), SQL("id"), BATCH)
        chained = []
        for row in rows:
            number += 1
            previous = events.link(row, number, previous)
            chained.append((row["id"], number, previous))
        if not chained:
            return
        ids, numbers, hashes = zip(*chained, strict=True)
        self.env.cr.execute(
            SQL(
                "UPDATE tour_loan_event AS event SET number = place.number, hash = place.hash "
                "FROM unnest(%s::int[], %s::int[], %s::varchar[]) AS place (id, number, hash) "
                "WHERE event.id = place.id",
                list(ids),
                list(numbers),
                list(hashes),
            )
        )
        self.invalidate_model(["number", "hash"], flush=False)
        _logger.info("Events are chained up to number %s, hash %s.", number, previous)
        if len(rows) == BATCH:
            self.env.ref("tour_loan.ir_cron_chain_events")._trigger()

    @api.model
    def _broken_at(self) -> int | None:
        """Return the number where the chain breaks, None if it is whole.

        It begins where the vacuum cut it, and the row that says so tells with what hash.
        """
        number, previous = self._cut()
        while True:
            rows = self._rows(SQL("number > %s", number), SQL("number"), BATCH)
            if not rows:
                return None
            broken = events.broken_at(rows, number, previous)
            if broken is not None:
                return broken
            number, previous = rows[-1]["number"], rows[-1]["hash"]

    @api.model
    def _cut(self) -> tuple[int, str]:
        """Return number and hash of the last row the vacuum took, as the chain itself says."""
        cuts = self._rows(SQL("kind = 'ended'"), SQL("id DESC"), 1)
        if not cuts:
            return 0, events.GENESIS
        number, _blank, previous = cuts[0]["note"].partition(" ")
        return int(number), previous

    def action_check(self):
        """Auditor: tell whether every row is as it was written, and none is gone."""
        self.check_access("read")
        self.sudo()._cron_chain()  # sudo: the job's own work, so that nothing waits for it
        broken = self._broken_at()
        number, head = self._head()
        if broken is None:
            words = self.env._(
                "The chain is whole: %(count)s, hash %(head)s.", count=number, head=head
            )
        else:
            words = self.env._("The chain breaks at number %s!", broken)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if broken is not None else "success",
                "sticky": True,
                "message": words,
            },
        }

    # --- the end of old rows ---

    @api.autovacuum
    def _gc_ended(self):
        """Cut the old end of the chain off, and say in the chain where.

        Only rows that have their place, from the first on without a gap: the rest stays
        a chain.
        """
        before = self.env.cr.now() - self._period.in_force(self.env)
        [(until, hash_then, count)] = self.env.execute_query(
            SQL(
                "SELECT max(number), (array_agg(hash ORDER BY number DESC))[1], count(*) FROM ("
                "  SELECT number, hash FROM tour_loan_event WHERE number IS NOT NULL AND number <"
                "    COALESCE((SELECT min(number) FROM tour_loan_event WHERE at >= %s), 2147483647)"
                "  ORDER BY number LIMIT %s) AS old",
                before,
                BATCH,
            )
        )
        if not count:
            return 0, False
        self._record("ended", note=f"{until} {hash_then}", count=count)
        self.env.cr.execute(SQL("SELECT set_config('tour_loan.events_ending', 'on', true)"))
        self.env.cr.execute(SQL("DELETE FROM tour_loan_event WHERE number <= %s", until))
        self.env.cr.execute(SQL("SELECT set_config('tour_loan.events_ending', '', true)"))
        self.invalidate_model(flush=False)
        return count, count == BATCH
