"""Changes an auditor asks for: rights, keys, rules, bank details, texts, settings.

Whoever makes them, with sudo too: sudo keeps the user who acts. Not what the installation
or an upgrade of the addons writes: that is the release.
"""

import hashlib

from odoo import api, models

DETAILS = (
    "legal_name",
    "inn",
    "kpp",
    "ogrn",
    "bank_name",
    "bank_bic",
    "bank_account",
    "bank_correspondent_account",
)


class Noted(models.AbstractModel):
    """Records whose changes are events.

    A model says by ``_noted`` which kind of event a change of which fields is: {kind:
    names}, None for all others. Values of fields nobody may read are never told.
    """

    _name = "tour_loan.noted"
    _description = "Changes are events"
    _noted = {}

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self.pool.ready:
            for record, vals in zip(records, vals_list, strict=True):
                record._note_changes("created", {}, record._noted_values(vals))
        return records

    def write(self, vals):
        if not self.pool.ready:
            return super().write(vals)
        before = [record._noted_values(vals) for record in self]
        done = super().write(vals)
        for record, old in zip(self, before, strict=True):
            record._note_changes("changed", old, record._noted_values(vals))
        return done

    def unlink(self):
        if self.pool.ready:
            for record in self:
                record._note_changes("deleted", record._noted_values(record._fields), {})
        return super().unlink()

    def _noted_kind(self, name) -> str | None:
        """Return the kind of event a change of this field is."""
        others = None
        for kind, names in self._noted.items():
            if names is None:
                others = kind
            elif name in names:
                return kind
        return others

    def _noted_values(self, names) -> dict:
        """Return {kind: {field: value}} of these fields as they are now."""
        values = {}
        for name in names:
            field, kind = self._fields.get(name), self._noted_kind(name)
            if not kind or not field or not field.store or name in models.MAGIC_COLUMNS:
                continue
            values.setdefault(kind, {})[name] = self._noted_value(field)
        return values

    def _noted_value(self, field):
        if field.groups == ".":  # nobody may read it; that it changed is told
            return hashlib.sha256(str(self.sudo()[field.name]).encode()).hexdigest()[:8]
        value = self.sudo()[field.name]  # sudo: written down, not shown
        if isinstance(value, models.BaseModel):
            return ", ".join(str(one.display_name) for one in value)
        if isinstance(value, bytes):
            return hashlib.sha256(value).hexdigest()[:8]
        return value

    def _note_changes(self, what, old, new):
        for kind in {**old, **new}:
            before, after = old.get(kind, {}), new.get(kind, {})
            told = {
                name: [before.get(name), after.get(name)]
                for name in {**before, **after}
                if before.get(name) != after.get(name) and (before.get(name) or after.get(name))
            }
            if told or what == "deleted":
                note = {"what": what, "name": self._noted_name(), "values": told}
                self.env["tour_loan.event"]._record(kind, self, note=note)

    def _noted_name(self) -> str:
        return self.sudo().display_name or ""
