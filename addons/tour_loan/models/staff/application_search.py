"""One field that finds an application, its loan and its borrower by whatever is known."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...rules import search

TEXTS = (
    "order_number",
    "last_name",
    "first_name",
    "middle_name",
    "email",
    "accounting_number",
    "loan_number",
    "booking_number",
)
PHONES = ("customer_phone", "phone")


class Findable(models.AbstractModel):
    """What is found by anything known of its application; a model says where that is."""

    _name = "tour_loan.findable"
    _description = "Found by anything"

    anything = fields.Char(
        "Number, phone, name, e-mail", compute="_compute_anything", search="_search_anything"
    )

    def _compute_anything(self):
        """It is only searched by."""
        self.anything = False

    @api.model
    def _search_anything(self, operator, value):
        raise NotImplementedError

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("ilike", "like") and value:
            return Domain("anything", "ilike", value)
        return super()._search_display_name(operator, value)


class Application(models.Model):
    _name = "tour_loan.application"
    _inherit = ["tour_loan.application", "tour_loan.findable"]

    search_words = fields.Char(
        compute="_compute_search_words",
        store=True,
        precompute=True,
        export_string_translation=False,
    )

    def init(self):
        """Make the search a look into an index: a prefix of a word finds it."""
        result = super().init()
        self.env.cr.execute(
            SQL(
                "CREATE INDEX IF NOT EXISTS tour_loan_application_search_words "
                "ON tour_loan_application "
                "USING gin (array_to_tsvector(string_to_array(search_words, ' ')))"
            )
        )
        return result

    @api.depends("uuid", *TEXTS, *PHONES)
    def _compute_search_words(self):
        for application in self:
            words = search.words(
                (application[name] for name in TEXTS), (application[name] for name in PHONES)
            )
            application.search_words = " ".join([*words, application.uuid])

    @api.model
    def _search_anything(self, operator, value):
        if operator not in ("ilike", "like", "=", "in"):
            return NotImplemented
        typed = [value] if isinstance(value, str) else list(value or [])
        ways = [way for text in typed if isinstance(text, str) for way in search.prefixes(text)]
        if not ways:
            return Domain.FALSE
        return Domain.custom(to_sql=lambda model, alias, query: _found(model, alias, query, ways))

    @api.model
    def _search_display_name(self, operator, value):
        if operator in ("ilike", "like") and value:
            named = super()._search_display_name(operator, value)
            return named | Domain("agency_id.name", operator, value)
        return super()._search_display_name(operator, value)


def _found(model, alias, found_in, ways):
    """Return the condition: of one way to read what was typed, all prefixes begin words."""
    query = " | ".join(f"({' & '.join(map(_quoted, way))})" for way in ways)
    return SQL(
        "array_to_tsvector(string_to_array(%s, ' ')) @@ %s::tsquery",
        model._field_to_sql(alias, "search_words", found_in),
        query,
    )


def _quoted(word: str) -> str:
    """Return a prefix as a tsquery has it; nothing in it is an operator."""
    return "'{}':*".format(word.replace("\\", "\\\\").replace("'", "''"))


class Loan(models.Model):
    _name = "tour_loan.loan"
    _inherit = ["tour_loan.loan", "tour_loan.findable"]

    @api.model
    def _search_anything(self, operator, value):
        found = Domain("application_id.anything", operator, value)
        return found | Domain("number", "ilike", value) | Domain("phone", "in", [value])


class Borrower(models.Model):
    _name = "tour_loan.borrower"
    _inherit = ["tour_loan.borrower", "tour_loan.findable"]

    @api.model
    def _search_anything(self, operator, value):
        return Domain("application_ids.anything", operator, value)
