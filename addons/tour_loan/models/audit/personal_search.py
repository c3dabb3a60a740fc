"""Who of the staff looks for a person by his data: an event with the masked term."""

from functools import partial

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import masking

MOST = 1000  # found; more is a list
SEARCHING = "tour_loan_searching"
PATTERN = "%_"
WHOLE = ("=", "in", "!=", "not in")


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        find = partial(super()._search, domain, active_test=active_test)
        find_page = partial(find, offset, limit, order, bypass_access=bypass_access)
        inside = self.env.cr.cache.get(SEARCHING)  # a search asks others on its way
        if self.env.su or bypass_access or inside or not self._tour_loan_is_watched():
            return find_page()
        asked = list(self._tour_loan_asked(domain)) if domain else []
        self._tour_loan_refuse_guessing(asked, order)
        terms = self._tour_loan_terms(asked)
        if not terms:
            return find_page()
        self.env.cr.cache[SEARCHING] = True
        try:
            self._tour_loan_note_search(terms, find)
            return find_page()
        finally:
            self.env.cr.cache.pop(SEARCHING, None)

    @api.model
    def _tour_loan_asked(self, domain):
        """Yield (model, field, condition) of what a domain asks of people, behind links too."""
        for condition in Domain(domain).iter_conditions():
            model, name = self, condition.field_expr
            while "." in name:
                link, _dot, rest = name.partition(".")
                field = model._fields.get(link)
                if not field or not field.comodel_name:
                    break
                model, name = self.env[field.comodel_name], rest
            if "any" in condition.operator:
                field = model._fields.get(name)
                if field and field.comodel_name and isinstance(condition.value, Domain | list):
                    yield from self.env[field.comodel_name]._tour_loan_asked(condition.value)
            elif name in model._tour_loan_personal() or name in model._tour_loan_found_by():
                yield model, name, condition

    @api.model
    def _tour_loan_refuse_guessing(self, asked, order):
        """A masked value is found by who knows it whole: by no beginning, no comparison."""
        for model, name, condition in asked:
            whole = condition.operator in WHOLE
            if name in model._tour_loan_masked():
                if not whole or not _are_whole(model._fields[name], condition.value):
                    raise self._tour_loan_no_guessing(name)
        if order and (masked := self._tour_loan_masked()):
            for part in order.split(","):
                name = part.split()[0].partition(".")[0] if part.strip() else ""
                if name in masked:
                    raise self._tour_loan_no_guessing(name)

    @api.model
    def _tour_loan_terms(self, asked) -> tuple:
        """Return ((field, masked term), …) of what is searched for by personal data."""
        found = {}
        for _model, name, condition in asked:
            found |= {(name, _masked(name, term)): None for term in _texts(condition.value)}
        return tuple(found)

    @api.model
    def _tour_loan_found_by(self) -> tuple:
        """Return the fields that find by what is personal without showing it."""
        return ("anything", "display_name") if "anything" in self._fields else ()

    @api.model
    def _tour_loan_note_search(self, terms, find):
        """Record a search, once a request, with how many it finds."""
        events = self.env["tour_loan.event"]
        key = ("search", self._name, terms)
        if events._is_noted(key):
            return
        query = find(limit=MOST)
        counted = SQL("SELECT count(*) FROM %s AS found", query.subselect())
        row = {
            "key": key,
            "kind": "search",
            "way": self._tour_loan_way(),
            "model": self._name,
            "names": ", ".join(dict.fromkeys(name for name, _term in terms)),
            "note": ", ".join(dict.fromkeys(term for _name, term in terms)),
            "count": 0 if query.is_empty() else self.env.execute_query(counted)[0][0],
        }
        events._note(row)


def _are_whole(field, value) -> bool:
    """Return whether a value is a number of a document, or only whether there is one.

    A sum could be found by trying.
    """
    values = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return all(one is False or (field.type == "char" and isinstance(one, str)) for one in values)


def _texts(value):
    """Yield the texts of a condition's value; ids, dates that are no texts, and yes or no
    name nobody."""
    for one in value if isinstance(value, list | tuple | set | frozenset) else [value]:
        text = one.strip(PATTERN) if isinstance(one, str) else ""
        if text:
            yield text


def _masked(name, term: str) -> str:
    """Return the term as an auditor may see it."""
    mask = masking.INDEX.find(name)
    if mask and mask is not masking.hide:
        return mask(term)
    shown = masking.mask_patterns(term)
    if shown != term:
        return shown
    if any(letter.isdigit() for letter in term):
        return masking.mask_digits(term)
    return masking.mask_full_name(term)
