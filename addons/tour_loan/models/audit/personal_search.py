"""Who of the staff looks for a person by his data: an event with the masked term."""

from functools import partial

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import masking

MOST = 1000  # found; more is a list
SEARCHING = "tour_loan_searching"
PATTERN = "%_"


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **options):
        find = partial(super()._search, bypass_access=bypass_access, **options)
        asked = self.env.su or bypass_access or not domain or self._tour_loan_whose is None
        inside = self.env.cr.cache.get(SEARCHING)  # a search asks others on its way
        terms = () if asked or inside else self._tour_loan_terms(domain)
        if not terms or not self._tour_loan_is_watched():
            return find(domain, *args)
        self.env.cr.cache[SEARCHING] = True
        try:
            self._tour_loan_note_search(terms, partial(super()._search, domain))
            return find(domain, *args)
        finally:
            self.env.cr.cache.pop(SEARCHING, None)

    @api.model
    def _tour_loan_terms(self, domain) -> tuple:
        """Return ((field, masked term), …) of what is searched for by personal data."""
        found = {}
        for condition in Domain(domain).iter_conditions():
            model, name = self, condition.field_expr
            while "." in name:
                link, _dot, name = name.partition(".")
                field = model._fields.get(link)
                if not field or not field.comodel_name:
                    break
                model = self.env[field.comodel_name]
            field, value = model._fields.get(name), condition.value
            if "any" in condition.operator:
                if field and field.comodel_name and isinstance(value, Domain | list | tuple):
                    comodel = self.env[field.comodel_name]
                    found |= dict.fromkeys(comodel._tour_loan_terms(value))
            elif name in model._tour_loan_personal() or name in model._tour_loan_found_by():
                found |= {(name, _masked(name, term)): None for term in _texts(value)}
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
