"""Bytes that were not scanned leave Odoo as no value either: by reads, exports, copies.

A field that is kept as a file is empty until its file was scanned; a field made of others
(a small picture, a field of another record) while any file of that record waits. What the
server reads for itself, the scan above all, is not touched.
"""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .scan import HIDDEN

FILES = "ir.attachment"
# of an attachment itself; the last is the text Odoo finds in it
BYTES = frozenset({"raw", "datas", "db_datas", "index_content"})


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _tour_loan_files(self) -> frozenset:
        """Return the names of the fields whose values are files, or made of one."""
        known = self.pool.__dict__.setdefault("tour_loan_files", {})
        if self._name not in known:
            names = {name for name, field in self._fields.items() if field.type == "binary"}
            known[self._name] = frozenset(names | (BYTES if self._name == FILES else set()))
        return known[self._name]

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        for name, ids in self._tour_loan_unscanned(fnames).items():
            for row in result:
                if row["id"] in ids:
                    row[name] = False
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        if any(self._tour_loan_unscanned([path[0] for path in fields if path]).values()):
            raise self._tour_loan_not_scanned()
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        if self.env.su:
            return copies
        for name, ids in self._tour_loan_unscanned(self._tour_loan_files()).items():
            for record, vals in zip(self, copies, strict=True):
                if record.id in ids:
                    vals.pop(name, None)
        return copies

    def _tour_loan_not_scanned(self) -> AccessError:
        return AccessError(self.env._("This file has not been scanned for viruses yet."))

    def _tour_loan_unscanned(self, names) -> dict:
        """Return {name: ids of the records where its bytes wait for their scan}."""
        # also of who reads as the server what is his own: his picture
        asked = self._tour_loan_files().intersection(names)
        if not asked or self.env.uid in (None, SUPERUSER_ID):
            return {}
        self.env[FILES].flush_model(["scan_state"])
        waiting = self.env.execute_query(
            SQL(
                "SELECT id, res_model, res_id, res_field FROM ir_attachment WHERE scan_state IN %s",
                HIDDEN,
            )
        )
        return {name: self._tour_loan_waiting(name, waiting) for name in asked} if waiting else {}

    def _tour_loan_waiting(self, name, waiting) -> set:
        field = self._fields[name]
        if self._name == FILES and name in BYTES:
            return {file for file, *_where in waiting}
        if field.store and not field.compute:
            return {res for _file, model, res, of in waiting if (model, of) == (self._name, name)}
        records_with_files = {(model, res) for _file, model, res, of in waiting if of}
        # sudo: whose file it is, nothing of it
        return {
            record.id
            for record in self.sudo()
            if any(
                (one._name, one.id) in records_with_files
                for one in record._tour_loan_made_of(field)
            )
        }

    def _tour_loan_made_of(self, field):
        """Yield the records whose files a field may be made of."""
        yield self
        for link in self._inherits.values():
            yield from self[link]
        at = self
        for step in (field.related or "").split(".")[:-1]:
            at = at[step]
            yield from at


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def copy_data(self, default=None):
        """Override: Odoo's own adds the bytes after all others."""
        if not self.env.su and self._is_hidden():
            raise self._tour_loan_not_scanned()
        return super().copy_data(default)
