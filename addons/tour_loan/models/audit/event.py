"""Events of information protection: rows that are written once and stay."""

import json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ... import refusals
from ...borrowed import current_request
from ...rules import events, masking
from ..outbox.ending import Period

KINDS = [(kind, words) for kind, (words, _grave) in events.KINDS.items()]
WAYS = [
    ("form", "Form"),
    ("list", "List"),
    ("group", "Groups"),
    ("export", "Export"),
    ("file", "File"),
    ("program", "Program"),
]
COLUMNS = tuple(name for name in events.FIELDS if name not in ("id", "at"))
LONGEST = 2000  # letters of one field
LOOKED = ("read", "search")
NUMBERS = ("uid", "borrower", "application", "count")
INTEGER, TEXT = SQL("integer"), SQL("varchar")
LOOK_UP = {
    "login": "(SELECT login FROM res_users WHERE id = %s)",
    "who": "(SELECT partner.name FROM res_partner AS partner JOIN res_users AS users "
    "ON users.partner_id = partner.id WHERE users.id = %s)",
}
# why masked data of the person are shown to this user today, if they are
WHY = (
    "(SELECT shown.reason FROM tour_loan_shown AS shown JOIN tour_loan_application AS about "
    "ON about.id = shown.application_id WHERE shown.user_id = %s AND shown.day = %s "
    "AND (about.id = %s OR about.borrower_id = %s) ORDER BY shown.id DESC LIMIT 1)"
)
NOT_AT_ONCE = SQL("SET LOCAL synchronous_commit = off;")


class Event(models.Model):
    """Who did what, to whose data, when, from where, by which door, why.

    No foreign keys: a row names users and borrowers by their ids and outlives them, and a
    user who is not committed yet may have one. Rows are written by one statement, past the
    ORM, and wait for nobody: the chain is drawn later, by one job (``event_chain``).
    """

    _name = "tour_loan.event"
    _inherit = ["tour_loan.ending"]
    _description = "Event of information protection"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False
    _period = Period("tour_loan.keep_events_days", 1825, at_least=365)

    at = fields.Datetime("Time", required=True, readonly=True, index=True)
    kind = fields.Selection(KINDS, "Event", required=True, readonly=True)
    uid = fields.Integer("User id", readonly=True)
    login = fields.Char("Who", readonly=True)
    who = fields.Char("Person's name", readonly=True)
    address = fields.Char("Network address", readonly=True)
    door = fields.Char(readonly=True, help="The route of the server.")
    way = fields.Selection(WAYS, readonly=True)
    borrower = fields.Integer("Borrower id", readonly=True, index=True)
    application = fields.Integer("Application id", readonly=True, index=True)
    model = fields.Char("Records of", readonly=True)
    records = fields.Char("Record ids", readonly=True)
    names = fields.Char("Fields", readonly=True)
    count = fields.Integer("Found", readonly=True)
    reason = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    number = fields.Integer("Place in the chain", readonly=True)
    hash = fields.Char("SHA-256", readonly=True)
    whose = fields.Char(compute="_compute_words")
    why = fields.Char(compute="_compute_words")

    _number_uniq = models.UniqueIndex("(number) WHERE number IS NOT NULL")
    _not_chained = models.Index("(id) WHERE number IS NULL")

    def init(self):
        """Let the database refuse to change or delete a row, but to give it its place."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION tour_loan_event_stays()
                RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF TG_OP = 'DELETE'
                            AND current_setting('tour_loan.events_ending', true) = 'on' THEN
                        RETURN OLD;
                    END IF;
                    IF TG_OP = 'UPDATE' AND OLD.hash IS NULL AND NEW.hash IS NOT NULL
                            AND to_jsonb(OLD) - 'number' - 'hash'
                              = to_jsonb(NEW) - 'number' - 'hash' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'tour_loan_event: rows are never changed or deleted';
                END $$;
                CREATE OR REPLACE TRIGGER tour_loan_event_stays
                    BEFORE UPDATE OR DELETE ON tour_loan_event
                    FOR EACH ROW EXECUTE FUNCTION tour_loan_event_stays();
                CREATE OR REPLACE TRIGGER tour_loan_event_stays_whole
                    BEFORE TRUNCATE ON tour_loan_event
                    FOR EACH STATEMENT EXECUTE FUNCTION tour_loan_event_stays();
                """
            )
        )

    @api.depends("borrower", "application", "reason")
    def _compute_words(self):
        """Name the person as far as an auditor needs it, masked; and the reason in words."""
        reasons = dict(
            self.env["tour_loan.shown"]._fields["reason"]._description_selection(self.env)
        )
        # sudo: an auditor reads no questionnaires; the name is masked
        borrowers_sudo = self.env["tour_loan.borrower"].sudo().browse(self.mapped("borrower"))
        names = {
            one.id: masking.mask_full_name(one._full_name()) for one in borrowers_sudo.exists()
        }
        for event in self:
            orders = self.env._("Application %s", event.application) if event.application else ""
            event.why = reasons.get(event.reason, event.reason)
            event.whose = names.get(event.borrower) or orders

    @api.depends("kind")
    def _compute_display_name(self):
        words = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = words.get(event.kind, event.kind)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self.env._("Events are recorded, not made."))

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Events are never changed."))

    @api.ondelete(at_uninstall=False)
    def _never_unlinked(self):
        raise UserError(self.env._("Events are never deleted."))

    # --- recording ---

    @api.model
    def _record(self, kind, about=None, *, apart=False, **facts):
        """Record one event; the only way an event comes to be.

        :param str kind: one of ``rules.events.KINDS``
        :param about: the records it is about, if any
        :param bool apart: written after the request by a connection of its own, whatever
            becomes of its transaction: for what was refused. Else it is part of the
            transaction: what is rolled back did not happen. Without a request there is
            no other connection, and it is part of the transaction too.
        :param facts: other fields: ``reason``, ``note`` (a text, or what JSON knows; no
            personal data, no secrets), ``login`` and ``uid`` where nobody is logged in
        """
        if kind not in events.KINDS:
            raise ValueError(f"no kind of event: {kind}")
        note = facts.pop("note", None)
        if note is not None and not isinstance(note, str):
            note = json.dumps(note, ensure_ascii=False, default=str)
        if about:
            facts = {"model": about._name, "records": ", ".join(map(str, about.ids)), **facts}
        row = {**self._who_and_where(), "kind": kind, "note": note, **facts}
        if apart and current_request():
            self._keep_for_later(row)
        else:
            self._insert(self.env.cr, [row])

    @api.model
    def _who_and_where(self) -> dict:
        """Return who acts, and by which door he came."""
        known = self._from_where()
        # past the ORM: it would read a hundred columns of user and partner for two
        uid = self.env.uid or 0
        asked = [SQL(LOOK_UP[name], uid) for name in LOOK_UP]
        [values] = self.env.execute_query(SQL("SELECT %s", SQL(", ").join(asked)))
        return {**known, **dict(zip(LOOK_UP, values, strict=True))}

    @api.model
    def _from_where(self) -> dict:
        known = {"uid": self.env.uid or None}
        if served := current_request():
            asked = served.httprequest
            known |= {"address": asked.remote_addr, "door": f"{asked.method} {asked.path}"}
        return known

    @api.model
    def _note(self, *rows: dict):
        """Record what was looked at; of a request and one ``key`` of a row, once.

        Written when the request is over, whatever becomes of its transaction, which may be
        a read-only one.
        """
        facts = self._from_where() if rows else {}
        rows = [{**facts, **row} for row in rows]
        if current_request():
            for row in rows:
                self._keep_for_later(row, row.pop("key"))
        elif rows:
            self._insert(self.env.cr, rows)

    @api.model
    def _is_noted(self, key) -> bool:
        served = current_request()
        return bool(served) and key in served.__dict__.get("tour_loan_events", ())

    @api.model
    def _note_reads(self, rows: list[dict]):
        """Record that personal data were read: of a request, one event a person.

        Why, if masked data are shown today, is looked up where the rows are written.
        """
        day = self.env["tour_loan.shown"]._today() if rows else None
        for row in rows:
            row["day"] = day
            whose = row["borrower"] or (row["application"], row["application"] or row["records"])
            row["key"] = ("read", whose)
        self._note(*rows)

    @api.model
    def _keep_for_later(self, row: dict, key=None):
        """Have ``row`` written when the request is over; of one ``key``, one row."""
        kept = current_request().__dict__.setdefault("tour_loan_events", {})
        first = kept.setdefault(key or len(kept), row)
        if first is not row:
            first["names"] = _joined(first["names"], row["names"])
            if first["model"] == row["model"]:
                first["records"] = _joined(first["records"], row["records"])

    @api.model
    def _insert(self, cr, rows: list[dict]):
        """Write the rows in one statement; times are the database's."""
        insert(cr, rows)


def insert(cr, rows: list[dict], before: SQL | None = None):
    """Write rows of events in one statement, in one round trip with ``before``.

    Those of a request are alike but for whose they are: what is the same is said once, what
    differs comes as arrays. Rows without a ``login`` name a person by his ``uid``, rows with
    a ``day`` may have a reason of that day; all of ``rows``, or none.
    """
    told, arrays = {}, {"n": SQL("%s::integer[]", list(range(len(rows))))}
    for name in COLUMNS:
        values = [row.get(name) for row in rows]
        first, kind = _clean(values[0]), INTEGER if name in NUMBERS else TEXT
        if any(value != values[0] for value in values):
            arrays[name] = SQL("%s::%s[]", [_clean(value) for value in values], kind)
            told[name] = SQL.identifier("each", name)
        elif first is not None:
            told[name] = SQL("%s::%s", first, kind)
    if "login" not in rows[0] and "uid" in told:
        told |= {name: SQL(LOOK_UP[name], told["uid"]) for name in LOOK_UP}
    if day := rows[0].get("day"):
        whose = (told.get(name, SQL("NULL")) for name in ("application", "borrower"))
        told["reason"] = SQL(WHY, told["uid"], day, *whose)
    cr.execute(
        SQL(
            "%s INSERT INTO tour_loan_event (at, %s) "
            "SELECT clock_timestamp() AT TIME ZONE 'UTC', %s FROM unnest(%s) AS each (%s)",
            before or SQL(),
            SQL(", ").join(map(SQL.identifier, told)),
            SQL(", ").join(told.values()),
            SQL(", ").join(arrays.values()),
            SQL(", ").join(map(SQL.identifier, arrays)),
        )
    )


def _joined(one: str, other: str) -> str:
    """Return two lists with commas as one without repeats."""
    return ", ".join(dict.fromkeys([*one.split(", "), *other.split(", ")]))


def _clean(value):
    """Return a value as a jsonb text can hold it: no NUL, no half of a letter, no novel."""
    if not isinstance(value, str):
        return None if value is False else value
    if len(value) <= LONGEST and value.isascii() and "\0" not in value:
        return value
    return value[:LONGEST].replace("\0", "").encode("utf-8", "replace").decode()


def write_kept(served):
    """Write what a request left to be recorded, with a connection of its own.

    Called when the transaction of the request is over and before its answer leaves: of
    whom no event is written, no data are seen. Reads do not wait for the disk: a crash of
    the database may forget those of the last half second.
    """
    kept = served.__dict__.pop("tour_loan_events", None)
    if not kept:
        return
    refused = kept.pop(refusals.KIND, None)
    in_no_hurry = not refused and all(row["kind"] in LOOKED for row in kept.values())
    with served.registry.cursor() as cr:
        if refused:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["tour_loan.event"]._insert_refused(refused)
        for kind in {(row.get("day"), "login" in row): None for row in kept.values()}:
            rows = [row for row in kept.values() if (row.get("day"), "login" in row) == kind]
            insert(cr, rows, NOT_AT_ONCE if in_no_hurry else None)
