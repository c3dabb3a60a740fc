"""Who of the staff reads whose personal data: the one place all ways out lead by.

Values leave Odoo for people and programs by few doors: ``_read_format`` (forms, lists,
``read``, ``search_read``, ``web_read``, onchange, JSON-2), ``_export_rows`` (all exports),
``_read_group`` and ``_read_grouping_sets`` (groups, pivots, graphs), ``name_search``,
``copy_data``, and ``ir.binary`` (files). They are watched here, for every model, of
whichever addon. What Python reads on its way is nobody's read; what the server does itself
(sudo, jobs) neither; nor what a borrower sees, who has no rights here at all.

What is personal is said once, by ``rules/personal_fields.py``: a field under one of its
names, a link to a borrower, and what a model adds by ``_tour_loan_also``. A request that
meets one person by several doors makes one event (``_keep_for_later``).
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.http import request

from ...rules import masking

EXPORT, FILES = "/web/export/", ("/web/content", "/web/image")
WAYS = {
    "web_read": "form",
    "onchange": "form",
    "web_save": "form",
    "web_search_read": "list",
    "name_search": "list",
    "web_name_search": "list",
}
PERSON = "tour_loan.borrower"


class Base(models.AbstractModel):
    _inherit = "base"

    # the way from a record to its application, borrower or user; None: of nobody
    _tour_loan_whose = None
    # personal beside what the one list names
    _tour_loan_also = ()

    @api.model
    def _tour_loan_personal(self) -> frozenset:
        """Return the names of this model's personal fields."""
        known = self.pool.__dict__.setdefault("tour_loan_personal", {})
        if self._name not in known:
            names = {n for n, f in self._fields.items() if f.comodel_name == PERSON}
            if self._tour_loan_whose is not None:
                names |= {n for n in self._fields if masking.INDEX.find(n)}
                names |= set(self._tour_loan_also)
                if self._rec_name in names:
                    names.add("display_name")
            known[self._name] = frozenset(names)
        return known[self._name]

    @api.model
    def _tour_loan_masked(self) -> frozenset:
        """Return the names of the fields staff see masked."""
        known = self.pool.__dict__.setdefault("tour_loan_masked", {})
        if self._name not in known:
            masked = (n for n, f in self._fields.items() if getattr(f, "is_masked", False))
            known[self._name] = frozenset(masked)
        return known[self._name]

    @api.model
    def _tour_loan_is_watched(self) -> bool:
        """Return whether who reads is of the staff; the server itself is not."""
        return not self.env.su and bool(self.env.uid) and self.env.user._is_internal()

    # --- the doors ---

    def _read_format(self, fnames, load="_classic_read"):
        result = super()._read_format(fnames, load)
        personal = self._tour_loan_personal()
        if personal and result and not personal.isdisjoint(fnames):
            if self._tour_loan_is_watched():
                asked = [name for name in fnames if name in personal]
                read = [row["id"] for row in result if any(row.get(name) for name in asked)]
                self.browse(read)._tour_loan_note_read(asked)
        return result

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        personal = self._tour_loan_personal()
        asked = {path[0] for path in fields if path} & personal if personal else ()
        if asked and self._tour_loan_is_watched():
            self._tour_loan_note_read(asked)
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        if self._tour_loan_personal() and self._tour_loan_is_watched():
            self._tour_loan_note_read(self._tour_loan_personal())
            for record, vals in zip(self, copies, strict=True):
                for name in self._tour_loan_masked() & vals.keys():
                    vals[name] = self._fields[name].convert_to_read(vals[name], record)
        return copies

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        found = super().name_search(name, domain, operator, limit)
        if "display_name" in self._tour_loan_personal() and self._tour_loan_is_watched():
            self.browse([one for one, _name in found])._tour_loan_note_read(["display_name"])
        return found

    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        self._tour_loan_note_group(domain, [*groupby, *aggregates])
        return super()._read_group(domain, groupby, aggregates, *args, **kwargs)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), *args, **kwargs):
        specs = [spec for one in grouping_sets for spec in one]
        self._tour_loan_note_group(domain, [*specs, *aggregates])
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, *args, **kwargs)

    @api.model
    def _tour_loan_note_group(self, domain, specs):
        """Groups tell values of everybody they are made of."""
        paths = {spec.partition(":")[0] for spec in specs}
        for path in paths - {"__count", "id"}:
            model, name = self, path
            while "." in name:  # of a record behind a link
                link, _dot, name = name.partition(".")
                if link not in model._fields or not model._fields[link].comodel_name:
                    break
                model = self.env[model._fields[link].comodel_name]
            if name in model._tour_loan_personal() and self._tour_loan_is_watched():
                if name in model._tour_loan_masked():
                    raise self._tour_loan_no_guessing(name)
                self.search(domain)._tour_loan_note_read([name], "group")

    def _tour_loan_no_guessing(self, name) -> AccessError:
        """Return the refusal of what would tell a masked value by groups, orders, beginnings."""
        return AccessError(
            self.env._("%s is masked: it is searched for whole, not grouped or sorted by.", name)
        )

    # --- whose, and what is written down ---

    def _tour_loan_note_read(self, names, way=None):
        """Note that the staff read ``names`` of these records: one event a person."""
        rows, way = {}, way or self._tour_loan_way()
        names = ", ".join(sorted(names))
        for record, borrower, application in self._tour_loan_persons():
            # of a person nobody knows yet the record itself tells
            whose = borrower or (application, not application and record.id)
            rows.setdefault(whose, (borrower, application, []))[2].append(str(record.id))
        self.env["tour_loan.event"]._note_reads(
            [
                {
                    "kind": "read",
                    "way": way,
                    "borrower": borrower or None,
                    "application": application or None,
                    "model": self._name,
                    "records": ", ".join(ids),
                    "names": names,
                }
                for borrower, application, ids in rows.values()
            ]
        )

    def _tour_loan_persons(self):
        """Yield (record, id of its borrower, id of its application), 0 for none."""
        if self._tour_loan_whose is None:
            path = [name for name, f in self._fields.items() if f.comodel_name == PERSON][:1]
        else:
            path = [name for name in self._tour_loan_whose.split(".") if name]
        records = self._origin
        # sudo: whose it is, for the event; nothing is shown
        for record, person in zip(records, records.sudo(), strict=True):
            for name in path:
                person = person[name]
            if person._name == PERSON:
                yield from ((record, one.id, 0) for one in person)
            else:
                person = person[:1]
                yield record, person.borrower_id.id or 0, person.id or 0

    @api.model
    def _tour_loan_way(self) -> str:
        """Return by which way data leave: what the request really calls, not its address."""
        if not request or not request.httprequest:
            return "program"
        path = request.httprequest.path
        if path.startswith(EXPORT):
            return "export"
        if path.startswith(FILES):
            return "file"
        if path.startswith("/web/dataset/"):
            method = str(request.params.get("method"))
            return WAYS.get(method) or ("group" if method.endswith("group") else "program")
        return "program"
