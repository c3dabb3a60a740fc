"""The moves of an application, their one history, and the clocks that make some of them."""

import logging

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models

from ...rules import moves

_logger = logging.getLogger(__name__)


class Application(models.Model):
    """The sides that make the moves live in ``application_<side>.py`` of their rooms."""

    _inherit = "tour_loan.application"

    def _move(self, name: str, actor: str, note: str = "", **values) -> bool:
        """Make the move ``name`` of ``rules/moves.py`` if it is allowed.

        Writes ``values`` with the new state, the history and the messages it owes, all
        in this transaction. A late or repeated event that is not allowed is recorded
        and changes nothing: then the answer is False.
        """
        self.ensure_one()
        self.env["tour_loan.lock"]._take_rows(self)
        target, source = moves.MOVES[name].target, self.state
        if moves.refusal(name, source, actor):
            self._record(name, actor, note, target=target, made=False)
            return False
        self._change(name, actor, note, state=target, **values)
        self._after_move(name, source)
        return True

    def _note(self, event: str, actor: str, note: str = ""):
        """Record what changed something the agency sees but not the state; tell it."""
        self._change(event, actor, note)

    def _trace(self, event: str, note: str = "", source: str | None = None, target: str = ""):
        """Record what staff did, who of them, and nothing else: no side is told."""
        # sudo: staff only read the history; `create` names who acts
        self.sudo()._record(event, "staff", note, source, target)

    def _change(self, event: str, actor: str, note: str, **values):
        """Write what the agency sees changed: a number further, recorded, told."""
        source = self.state
        now, number = fields.Datetime.now(), self.sequence + 1
        self.write({**values, "state_changed_at": now, "sequence": number})
        self._record(event, actor, note, source)
        news = "updated" if self.state == source else self.state
        self.env["tour_loan.callback"]._queue(self, f"application.{news}")

    def _record(self, event, actor, note="", source=None, target="", made=True):
        """Write a row of the history; nothing else does.

        :param str event: a move, or another of ``history.EVENTS``
        :param str actor: agency, borrower, accounting, clock or staff
        :param str note: what there is to say beside it
        :param str source: the state before, else that of now; empty for none
        :param str target: the state it leads to, else that of now
        :param bool made: False for what was refused and changed nothing
        """
        self.ensure_one()
        self.env["tour_loan.history"].create(
            {
                "application_id": self.id,
                "move": event,
                "actor": actor,
                "source": self.state if source is None else source,
                "target": target or self.state,
                "made": made,
                "note": note,
                "sequence": self.sequence,
            }
        )

    def _after_move(self, name, source):
        """Queue what a move owes to the others beside the agency."""
        self._tell_borrower(name)
        if name == "submit":
            self._notify_accounting("application")
        elif name == "change":
            self._notify_accounting("change")
        elif name == "commit":
            self._notify_accounting("commit")
        elif name in ("cancel", "expire") and self.submitted_at:
            self._notify_accounting("cancel")

    def _notify_accounting(self, kind: str):
        """Hook: tell the accounting system; ``moyamfo_sync`` writes its message here.

        Kinds: application, change, cancel, signature, commit, tour_refund. Without an
        accounting system, and for test applications, only the test rule answers.
        """
        if self.test:
            self.with_user(SUPERUSER_ID).with_delay(eta=3, max_retries=0)._play_accounting(kind)

    # --- clocks ---

    @api.model
    def _cron_expire(self):
        """Clock: end applications whose time is over."""
        late = [("ends_at", "<=", fields.Datetime.now())]
        self._for_each(late, lambda application: application._move("expire", "clock"))

    @api.model
    def _for_each(self, domain, act, limit=200):
        """Cron: act on each application of ``domain``, in a transaction of its own.

        One that left the domain meanwhile, or that somebody else holds, is passed over;
        one that fails holds up nobody.
        """
        for application in self.search(domain, limit=limit):
            try:
                with self.env.cr.savepoint():
                    if application.try_lock_for_update().filtered_domain(domain):
                        act(application)
            except OperationalError:
                _logger.info("Application %s is being changed: the next run sees", application.id)
            except Exception:
                _logger.exception("The clock failed for application %s", application.id)
            self.env["ir.cron"]._commit_progress(1)
