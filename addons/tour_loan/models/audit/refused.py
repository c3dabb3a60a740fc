"""Refused access is an event: where Odoo refuses, and how few of one person are written."""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ... import counters, refusals
from ...borrowed import current_request
from ...rules import events


class Event(models.Model):
    _inherit = "tour_loan.event"

    @api.model
    def _suspect_refused(self, records, what: str):
        """Remember what was refused to who is logged in; see ``refusals``."""
        if (served := current_request()) and self._is_somebody():
            refusals.suspect(served, self._refused(records, what))

    @api.model
    def _note_refused(self, records, what: str, **facts):
        """Record that ``what`` (a verb) was refused to who is logged in."""
        if (served := current_request()) and self._is_somebody():
            refusals.keep(served, {**self._refused(records, what), **facts})

    @api.model
    def _is_somebody(self) -> bool:
        """Return whether a person or his program asks: not the server, not a visitor."""
        return not self.env.su and bool(self.env.uid) and not self.env.user._is_public()

    def _refused(self, records, what) -> dict:
        ids = ", ".join(str(one) for one in records.ids if one)
        return {"uid": self.env.uid, "model": records._name, "records": ids, "names": what}

    @api.model
    def _insert_refused(self, row: dict):
        """Write a refusal, unless this person has had enough of them this minute.

        A borrower's login is told, his name is not.
        """
        user = self.env["res.users"].browse(row["uid"]).exists()
        if not user or user._is_public():
            return
        counters.count_attack_now(refusals.KIND)
        # another worker would not see what this one is about to write
        lock = SQL("SELECT pg_advisory_xact_lock(hashtext(%s))", f"{refusals.KIND} {user.id}")
        self.env.cr.execute(lock)
        [(written,)] = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM tour_loan_event WHERE kind = %s AND uid = %s "
                "AND at > clock_timestamp() AT TIME ZONE 'UTC' - interval '1 minute'",
                refusals.KIND,
                user.id,
            )
        )
        if written >= events.REFUSED_A_MINUTE:
            return
        row |= {"login": user.login, "who": None if user.share else user.name}
        if written == events.REFUSED_A_MINUTE - 1:
            row["note"] = "more of this minute are not written"
        self._insert(self.env.cr, [row])


class ModelAccess(models.Model):
    _inherit = "ir.model.access"

    def _make_access_error(self, model, mode):
        self.env["tour_loan.event"]._suspect_refused(self.env[model], mode)
        return super()._make_access_error(model, mode)


class Rule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        records.env["tour_loan.event"]._suspect_refused(records, operation)
        return super()._make_access_error(operation, records)


class Base(models.AbstractModel):
    _inherit = "base"

    @api.private
    def check_access(self, operation):
        """Override: a model may refuse by words of its own, and rights name no records."""
        try:
            return super().check_access(operation)
        except AccessError:
            self.env["tour_loan.event"]._suspect_refused(self, operation)
            raise

    def _check_field_access(self, field, operation):
        try:
            return super()._check_field_access(field, operation)
        except AccessError:
            self.env["tour_loan.event"]._suspect_refused(self, f"{operation} {field.name}")
            raise

    def export_data(self, fields_to_export):
        if not (self.env.is_admin() or self.env.user.has_group("base.group_allow_export")):
            self.env["tour_loan.event"]._note_refused(self, "export")
        return super().export_data(fields_to_export)
