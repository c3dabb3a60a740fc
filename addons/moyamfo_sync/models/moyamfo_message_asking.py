"""Has 1C got it already? Asked before a repeat is sent; ours is taken by its id alone."""

import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..protocol.errors import FormatError
from ..words import Unanswered

# Statuses of 1C that show that a message of the kind has arrived.
ARRIVED = {
    "cancel": {"cancelled", "annulled"},
    "signature": {"signed", "ready", "committed", "funded", "annulled"},
    "commit": {"committed", "funded", "annulled"},
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-r)?$")
FOREIGN_SHOWN = 3  # ids of others' rows that a finding names


class MoyamfoMessage(models.Model):
    _inherit = "moyamfo.message"

    finding = fields.Text(
        readonly=True, help="What was odd in 1C's answer: for the programmer who keeps 1C."
    )

    def _number_if_arrived(self, exchange) -> str | None:
        """Ask 1C; return the application's number ("" if none) if it has this message.

        A change leaves no trace to ask for and does no harm twice: it is sent again.
        """
        if self._sending_kind() == "change":
            return None
        if self.kind in ("payment", "reversal", "tour_refund"):
            return self._booked_if_arrived(exchange)
        state = self._state_at_1c(exchange)
        if state and (self.kind == "application" or state.status in ARRIVED[self.kind]):
            return state.number or ""
        return None

    def _booked_if_arrived(self, exchange) -> str | None:
        """Ask 1C for the movement of money; "" if it has it: it is never booked twice.

        1C shows a reversal as a movement of its own, or only on the payment it undid.
        """
        record = self._record()
        uids = [record.uid]
        if self.kind == "reversal":
            uids.append(record.payment_uid)
        ours = self._ours(exchange.payments(uids), uids)
        row = ours.get(record.uid)
        if row and row.amount != record.amount:
            self._find(
                self._ru()._("1C has %(uid)s with another sum", uid=record.uid)
                + f": {row.amount} / {record.amount}"
            )
        if row:
            return ""
        undone = ours.get(record.payment_uid) if self.kind == "reversal" else None
        return "" if undone and undone.status == "reversed" else None

    def _nothing_to_undo(self, exchange) -> str:
        """Return why a cancel or a reversal has nothing to undo, or nothing.

        A message that was given up may have arrived, its answer lost: unless we know
        that 1C took what is to be undone, 1C itself is asked.
        """
        if self.kind == "cancel" and not self._earlier_sent() and not self._state_at_1c(exchange):
            return self._ru()._("1C never had the application")
        if self.kind == "reversal" and not self._payment_sent():
            uid = self.repayment_id.uid
            if uid not in self._ours(exchange.payments([uid]), [uid]):
                return self._ru()._("1C never had the payment")
        return ""

    def _state_at_1c(self, exchange):
        """Return 1C's ``ApplicationState`` of this message's application, or None."""
        uid = self.application_id.uuid
        return self._ours(exchange.application_states([uid]), [uid]).get(uid)

    def _ours(self, page, uids) -> dict:
        """Return {uid: its row} of what was asked for; never a row of anybody else.

        Rows nobody asked for are a finding for staff: the question's filter is ignored.

        :raises FormatError: a row that may be ours cannot be read
        :raises Unanswered: ours is not there, and the answer goes on with others' rows
        """
        asked = {_same(uid): uid for uid in uids}
        ours, foreign = {}, []
        for row in [*page.rows, *page.foreign]:
            uid = asked.get(_same(row.uid))
            if uid is None:
                foreign.append(row.uid)
            elif uid in ours and ours[uid] != row:
                self._find(self._ru()._("1C has %(uid)s more than once", uid=uid))
                ours[uid] = max(ours[uid], row, key=_age)
            else:
                ours[uid] = row
        missing = uids[0] not in ours
        for row in page.bad:
            key = _same(row.key)
            # a row that lost its id is told by anything else of it
            if key in asked or (missing and not UUID.match(key)):
                raise FormatError(row.reason)
            foreign.append(row.key)
        if foreign:
            self._find(
                self._ru()._(
                    "Asked about %(asked)s, 1C answered about %(count)s others as well: it "
                    "ignores the filter of the question",
                    asked=", ".join(uids),
                    count=len(foreign),
                )
                + f" ({', '.join(foreign[:FOREIGN_SHOWN])})"
            )
        if missing and page.more:
            raise Unanswered("ours is not among the rows, and there are more of them")
        return ours

    def _payment_sent(self):
        """Return the message that brought the payment of this reversal to 1C."""
        return self.search(
            [
                ("repayment_id", "=", self.repayment_id.id),
                ("kind", "=", "payment"),
                ("state", "=", "sent"),
            ],
            limit=1,
        )

    def _find(self, words: str):
        """Note what was odd in 1C's answer, once."""
        known = (self.finding or "").splitlines()
        if words not in known:
            self.finding = "\n".join([*known, words])

    @api.model
    def _needs_person(self) -> list:
        return [
            *super()._needs_person(),
            SQL(
                "SELECT id, COALESCE(last_attempt_at, create_date) AS since, finding AS what, "
                "application_id FROM moyamfo_message WHERE finding <> ''"
            ),
        ]

    def action_finding_seen(self):
        """Staff: what was odd has been looked at."""
        self.check_access("read")
        # sudo: staff never change a message; that they looked is in the history
        self.sudo()._trace("finding_seen")
        self.sudo().finding = False
        return True


def _same(uid) -> str:
    """An id as both sides compare it: 1C writes a UUID now in capitals, now in braces."""
    return str(uid or "").strip().strip("{}").lower()


def _age(row):
    """What tells the newest of two rows of one id."""
    stamp = getattr(row, "changed_at", None) or getattr(row, "booked_at", None)
    return stamp.timestamp() if stamp else 0
