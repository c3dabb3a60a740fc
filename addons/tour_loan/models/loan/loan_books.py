"""What the books say of many loans at once: read, compared and written by the set.

A night's reconcile reads every loan, and nearly all of them are as they were. Those cost
one comparison; those whose figures changed are written by one statement for many. What
moves a loan's state goes by ``_take_contract``, one by one.
"""

from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..outbox.ending import Period
from .loan import DATES, FIGURES, SCHEDULE_SUMS

TERMS = ("months", "rate", "psk")
# A written figure is no longer what the digest stands for.
SAID = frozenset((*FIGURES, *DATES, *TERMS, "state", "number", "surplus", "unknown_status"))
COLUMNS = {
    **dict.fromkeys((*FIGURES, "surplus"), "numeric"),
    **dict.fromkeys(DATES, "date"),
    "figures_of": "timestamp",
    "figures_digest": "varchar",
}
# What stays if the books name none.
KEPT = {"months": "int4", "rate": "numeric", "psk": "numeric", "schedule_digest": "varchar"}
LINE = {"due_on": "date", **dict.fromkeys(SCHEDULE_SUMS, "numeric"), "paid_on": "date"}


class Reading(models.Model):
    """The loans whose figures were found unchanged at one moment.

    The time figures are of belongs to who read them: a loan that is as it was is not
    written for it.
    """

    _name = "tour_loan.reading"
    _inherit = ["tour_loan.ending"]
    _description = "Reading of the books"
    _log_access = False
    # of a figure nobody has seen for so long we say when it was written
    _period = Period(None, 7)

    as_of = fields.Datetime(required=True, readonly=True, index=True)

    def init(self):
        """Keep the loans as an array, which the ORM does not know: a row is a page of them."""
        result = super().init()
        self.env.cr.execute(
            SQL(
                "ALTER TABLE tour_loan_reading ADD COLUMN IF NOT EXISTS loan_ids integer[] "
                "NOT NULL DEFAULT '{}'; "
                "CREATE INDEX IF NOT EXISTS tour_loan_reading_loans "
                "ON tour_loan_reading USING gin (loan_ids)"
            )
        )
        return result

    @api.model
    def _note(self, moments: dict):
        """Keep {moment (naive UTC): ids of loans found unchanged}."""
        for as_of, loan_ids in moments.items():
            self.env.cr.execute(
                SQL(
                    "INSERT INTO tour_loan_reading (as_of, loan_ids) VALUES (%s, %s)",
                    as_of,
                    list(loan_ids),
                )
            )
        self.env["tour_loan.loan"].invalidate_model(["as_of"])

    @api.model
    def _latest(self, loan_ids) -> dict:
        """Return {id of a loan: when it was last found unchanged}."""
        if not loan_ids:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT loan.id, max(reading.as_of) FROM tour_loan_reading reading, "
                    "unnest(reading.loan_ids) AS loan(id) "
                    "WHERE reading.loan_ids && %s::integer[] AND loan.id = ANY(%s) "
                    "GROUP BY loan.id",
                    list(loan_ids),
                    list(loan_ids),
                )
            )
        )

    @api.model
    def _forget(self, loan):
        """Staff believe what is asked for now: what was read of this loan before counts no more."""
        self.env.cr.execute(
            SQL(
                "UPDATE tour_loan_reading SET loan_ids = array_remove(loan_ids, %s) "
                "WHERE loan_ids && ARRAY[%s]",
                loan.id,
                loan.id,
            )
        )
        loan.invalidate_recordset(["as_of"])

    @api.model
    def _ended(self, before):
        return Domain("as_of", "<", before)


class Loan(models.Model):
    _inherit = "tour_loan.loan"

    figures_of = fields.Datetime(
        "Figures of", readonly=True, help="As of when the figures were last written."
    )
    as_of = fields.Datetime(
        "As of",
        compute="_compute_as_of",
        inverse="_inverse_as_of",
        search="_search_as_of",
        help="The last moment the figures are known to be true for.",
    )
    figures_digest = fields.Char(readonly=True, copy=False)
    schedule_digest = fields.Char(readonly=True, copy=False)

    @api.depends("figures_of")
    def _compute_as_of(self):
        seen = self.env["tour_loan.reading"]._latest(self._origin.ids)
        for loan in self:
            known = [one for one in (loan.figures_of, seen.get(loan._origin.id)) if one]
            loan.as_of = max(known, default=False)

    def _inverse_as_of(self):
        for loan in self:
            loan.figures_of = loan.as_of

    def _search_as_of(self, operator, value):
        return Domain("figures_of", operator, value)

    def write(self, vals):
        """Figures that somebody else writes are compared anew with what the books say."""
        if "figures_digest" not in vals and SAID & vals.keys():
            vals = {**vals, "figures_digest": False}
        return super().write(vals)

    @api.model
    def _standing(self, uuids, numbers) -> list[dict]:
        """Return what is known here of the loans of these applications, or of these numbers.

        Each: id, number, state, figures_of, the two digests, unknown (has an unknown
        status), amount, application (its uuid), application_state, named (the
        application knows the loan's number), test, phone and birth_date.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT loan.id, loan.number, loan.state, loan.figures_of, loan.figures_digest, "
                "loan.schedule_digest, loan.unknown_status IS NOT NULL AS unknown, loan.amount, "
                "application.uuid AS application, application.state AS application_state, "
                "application.loan_number IS NOT DISTINCT FROM loan.number AS named, "
                "application.test, loan.phone, loan.birth_date FROM tour_loan_loan loan "
                "LEFT JOIN tour_loan_application application "
                "ON application.id = loan.application_id "
                # two looks into indexes; an OR would read every loan for each page
                "WHERE loan.id IN (SELECT id FROM tour_loan_loan WHERE number = ANY(%s) "
                "UNION SELECT named.id FROM tour_loan_loan named "
                "JOIN tour_loan_application theirs ON theirs.id = named.application_id "
                "WHERE theirs.uuid = ANY(%s))",
                list(numbers),
                list(uuids),
            )
        )
        return self.env.cr.dictfetchall()

    @api.model
    def _take_figures(self, updates: dict) -> int:
        """Write new figures of running loans whose state stays; return how many.

        :param updates: {id: as of ``_take_contract``, with ``figures_digest`` and
            ``schedule_digest``; ``schedule`` is None where it is as it was}. Nothing else
            is checked here: who calls has compared the digests.
        """
        if not updates:
            return 0
        self.env.flush_all()
        ids, told = sorted(updates), [updates[key] for key in sorted(updates)]
        columns = {
            name: (SQL(kind), [_said(name, kind, update.get(name)) for update in told])
            for name, kind in (COLUMNS | KEPT).items()
        }
        self.env.cr.execute(
            SQL(
                "UPDATE tour_loan_loan AS loan SET %s, write_date = now() AT TIME ZONE 'utc', "
                "write_uid = %s FROM unnest(%s::int4[], %s) AS figures (id, %s) "
                "WHERE loan.id = figures.id",
                SQL(", ").join(map(_assigned, columns)),
                self.env.uid,
                ids,
                SQL(", ").join(SQL("%s::%s[]", list_, kind) for kind, list_ in columns.values()),
                SQL(", ").join(map(SQL.identifier, columns)),
            )
        )
        self._replace_schedules(
            {key: update["schedule"] for key, update in updates.items() if update["schedule"]}
        )
        self.browse(updates).invalidate_recordset()
        return len(updates)

    @api.model
    def _replace_schedules(self, schedules: dict):
        """Take over whole schedules: {id: lines}; lines have no identity of their own."""
        if not schedules:
            return
        cr = self.env.cr
        cr.execute(
            SQL("DELETE FROM tour_loan_installment WHERE loan_id = ANY(%s)", list(schedules))
        )
        lines = [
            (key, line)
            for key, lines in schedules.items()
            for line in sorted(lines, key=lambda line: line["due_on"])
        ]
        columns = [
            (
                SQL.identifier(name),
                SQL(kind),
                [_said(name, kind, line.get(name)) for _key, line in lines],
            )
            for name, kind in LINE.items()
        ]
        cr.execute(
            SQL(
                "INSERT INTO tour_loan_installment (create_uid, write_uid, create_date, "
                "write_date, loan_id, %s) SELECT %s, %s, now() AT TIME ZONE 'utc', "
                "now() AT TIME ZONE 'utc', line.* FROM unnest(%s::int4[], %s) AS line",
                SQL(", ").join(name for name, _kind, _values in columns),
                self.env.uid,
                self.env.uid,
                [key for key, _line in lines],
                SQL(", ").join(SQL("%s::%s[]", list_, kind) for _name, kind, list_ in columns),
            )
        )
        self.env["tour_loan.installment"].invalidate_model()


def _assigned(name) -> SQL:
    """Return the part of a SET that takes ``name`` over from the row of figures."""
    column = SQL.identifier(name)
    said = SQL("figures.%s", column)
    if name in KEPT:
        said = SQL("COALESCE(%s, loan.%s)", said, column)
    return SQL("%s = %s", column, said)


def _said(name, kind, value):
    """Return a value as its column has it: a sum that is not named is nothing owed."""
    if value is None and kind == "numeric" and name not in KEPT:
        return Decimal(0)
    return value
