"""What happened to an application, and what was refused. Nobody takes it away."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .application import STATES

_logger = logging.getLogger(__name__)

# A note that begins so was written by the question to the agency before the signature.
ACTUALIZE = "order.actualize"
# What happened, in words. A move of `rules/moves.py` or an event of `_note`, `_trace`, `_record`
# without its line here is shown as "Something else": a test looks for such.
EVENTS = [
    ("create", "Created"),
    ("open", "Documents confirmed"),
    ("submit", "Sent to the lender"),
    ("ask_data", "More data asked for"),
    ("handed_over", "The borrower says he has handed over what was wanted"),
    ("resume", "The lender has what he wanted"),
    ("approve", "Approved"),
    ("decline", "Declined"),
    ("change", "Order changed, decided anew"),
    ("adjust_new", "Order changed"),
    ("adjust_filling", "Order changed"),
    ("adjust_submitted", "Order changed"),
    ("adjust_needs_data", "Order changed"),
    ("adjust_approved", "Order changed within the offer"),
    ("sign", "Signed"),
    ("cool", "Cooling-off over"),
    ("commit", "Booked"),
    ("fund", "Paid to the agency"),
    ("cancel", "Cancelled"),
    ("confirm_cancel", "Cancel confirmed by the lender"),
    ("expire", "Time ran out"),
    ("annul", "Annulled"),
    ("loan_number", "Contract got its number"),
    ("ask_cancel", "Cancel asked for"),
    ("cancel_accepted", "Cancel accepted by the lender"),
    ("cancel_refused", "Cancel refused by the lender"),
    ("ask_tour_refund", "Tour refund asked for"),
    ("tour_refund_accepted", "Tour refund accepted by the lender"),
    ("tour_refund_refused", "Tour refund refused by the lender"),
    ("identified", "Identity confirmed or not"),
    ("stopped", "Signing stopped"),
    ("let_sign", "Signing may go on"),
    ("send_again", "Message sent again"),
    ("stuck", "Message goes no further, left to staff"),
    ("give_up", "Message given up"),
    ("finding_seen", "What was odd in an answer has been looked at"),
    ("reverse", "Repayment reversed in the books"),
    ("attention", "Left to staff"),
    ("erased", "Records erased as the law demands"),
    ("other", "Something else"),
]
# Beside the states: what an event that is no move led from and to.
SIDES = [("identified", "Confirmed"), ("not_identified", "Not confirmed")]
ERASING = "tour_loan.erasing"


class History(models.Model):
    """One move of an application, made or refused, or what staff did to it.

    A row is never changed and never deleted: neither through Odoo nor, past it, in the
    database, where a trigger refuses. `_erase` is the only way round.
    """

    _name = "tour_loan.history"
    _description = "History of an application"
    _order = "id"
    _rec_name = "move"
    _log_access = False  # `actor` and `who` tell it; two foreign keys less to check

    create_date = fields.Datetime(
        "Time", required=True, readonly=True, default=lambda self: self.env.cr.now()
    )

    application_id = fields.Many2one(
        "tour_loan.application",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move = fields.Char(required=True, readonly=True)
    event = fields.Selection(EVENTS, "What happened", compute="_compute_words")
    actor = fields.Selection(
        [
            ("agency", "Agency"),
            ("borrower", "Borrower"),
            ("accounting", "Accounting system"),
            ("staff", "Staff"),
            ("clock", "Clock"),
        ],
        required=True,
        readonly=True,
    )
    who = fields.Char("Employee", readonly=True, help="Of the lender's staff: name and login.")
    source = fields.Char(readonly=True)
    target = fields.Char(readonly=True)
    source_word = fields.Selection(STATES + SIDES, "From", compute="_compute_words")
    target_word = fields.Selection(STATES + SIDES, "To", compute="_compute_words")
    note_words = fields.Char("Note", compute="_compute_words")
    made = fields.Boolean(readonly=True, help="Off: it came too late or twice and changed nothing.")
    note = fields.Char("Note as stored", readonly=True)
    sequence = fields.Integer(readonly=True)

    def init(self):
        """Let the database itself refuse to change or delete a row."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION tour_loan_history_stays()
                RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF TG_OP = 'DELETE'
                            AND current_setting('tour_loan.erasing', true) = 'on' THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'tour_loan_history: rows are never changed or deleted';
                END $$;
                CREATE OR REPLACE TRIGGER tour_loan_history_stays
                    BEFORE UPDATE OR DELETE ON tour_loan_history
                    FOR EACH ROW EXECUTE FUNCTION tour_loan_history_stays();
                CREATE OR REPLACE TRIGGER tour_loan_history_stays_whole
                    BEFORE TRUNCATE ON tour_loan_history
                    FOR EACH STATEMENT EXECUTE FUNCTION tour_loan_history_stays();
                """
            )
        )

    @api.depends("move", "source", "target", "note")
    def _compute_words(self):
        events, sides = dict(EVENTS), dict(STATES + SIDES)
        for row in self:
            row.event = row.move if row.move in events else "other"
            row.source_word = row.source if row.source in sides else False
            row.target_word = row.target if row.target in sides else False
            row.note_words = row._note_words()

    def _note_words(self) -> str:
        """Return the note without the names of the agency API's methods."""
        note = self.note or ""
        if note == ACTUALIZE:
            return self.env._("Answer of the agency before the signature")
        return "" if note == "application.change" else note.removeprefix(f"{ACTUALIZE}: ")

    @api.model_create_multi
    def create(self, vals_list):
        """Say which of the lender's people it was: sudo keeps the user who acts."""
        for vals in vals_list:
            if vals.get("actor") == "staff":
                vals["who"] = f"{self.env.user.name} ({self.env.user.login})"
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("History is never changed."))

    @api.ondelete(at_uninstall=False)
    def _never_unlinked(self):
        raise UserError(self.env._("History is never deleted."))

    def _erase(self, reason: str):
        """Delete these rows because the law demands it, and leave a trace that says so.

        The only way round the trigger: ``reason`` (the demand and its number) stays in
        the log and in one row of each application.
        """
        self.env.flush_all()
        by = f"{self.env.user.name} ({self.env.user.login})"
        for application, rows in self.grouped("application_id").items():
            self.env.cr.execute(SQL("SELECT set_config(%s, 'on', true)", ERASING))
            self.env.cr.execute(
                SQL("DELETE FROM tour_loan_history WHERE id IN %s", tuple(rows.ids))
            )
            self.env.cr.execute(SQL("SELECT set_config(%s, '', true)", ERASING))
            rows.invalidate_recordset()
            application.invalidate_recordset(["history_ids"])
            application._trace("erased", f"{len(rows)}: {reason}")
            _logger.warning(
                "%s erased %s rows of the history of application %s: %s",
                by,
                len(rows),
                application.uuid,
                reason,
            )
