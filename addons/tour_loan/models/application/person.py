"""The questionnaire's fields: once a person tells them, once we keep them."""

from odoo import fields, models

from ...tools import Rubles


class Person(models.AbstractModel):
    """Identity, addresses and work of a borrower.

    An application keeps what was told for it; the borrower keeps what he confirmed
    last, to prefill the next application. They never live on res.partner, whose name,
    phone and mail a portal user may edit in Odoo's core.
    """

    _name = "tour_loan.person"
    _description = "Personal data of a borrower"

    last_name = fields.Char()
    first_name = fields.Char()
    middle_name = fields.Char()
    no_middle_name = fields.Boolean("No patronymic")
    birth_date = fields.Date()
    birth_place = fields.Char()
    email = fields.Char()

    passport_series = fields.Char(size=4)
    passport_number = fields.Char(size=6)
    passport_issued_on = fields.Date("Passport issued on")
    passport_division_code = fields.Char("Division code", size=7)
    passport_issued_by = fields.Char("Passport issued by")
    inn = fields.Char("INN", size=12)
    snils = fields.Char("SNILS", size=14)

    registration_postcode = fields.Char("Postcode", size=6)
    registration_region = fields.Char("Region")
    registration_city = fields.Char("City or settlement")
    registration_street = fields.Char("Street")
    registration_house = fields.Char("House")
    registration_flat = fields.Char("Flat")
    residence_same = fields.Boolean("I live at this address", default=True)
    residence_postcode = fields.Char("Postcode of residence", size=6)
    residence_region = fields.Char("Region of residence")
    residence_city = fields.Char("City of residence")
    residence_street = fields.Char("Street of residence")
    residence_house = fields.Char("House of residence")
    residence_flat = fields.Char("Flat of residence")

    employment = fields.Selection(
        [
            ("employee", "I work for an employer"),
            ("self_employed", "Self-employed"),
            ("entrepreneur", "Sole proprietor"),
            ("pensioner", "Pensioner"),
            ("student", "Student"),
            ("none", "I do not work"),
        ]
    )
    employer_name = fields.Char("Employer")
    employer_phone = fields.Char("Employer's phone")
    position = fields.Char()
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.RUB")
    )
    income = Rubles("Monthly income")
    expenses = Rubles("Monthly payments on loans")

    def _person_fields(self) -> list[str]:
        """Return the names of the questionnaire's fields."""
        technical = {"id", "display_name", "currency_id", *models.MAGIC_COLUMNS}
        return [name for name in self.env["tour_loan.person"]._fields if name not in technical]

    def _person_values(self) -> dict:
        """Return the questionnaire of this record, ready for another's ``write``."""
        return {name: self[name] for name in self._person_fields()}

    def _full_name(self) -> str:
        parts = (self.last_name, self.first_name, self.middle_name)
        return " ".join(part for part in parts if part)

    def _address(self, kind: str = "registration") -> str:
        """Return the address on one line, in the order of a Russian envelope."""
        if kind == "residence" and self.residence_same:
            kind = "registration"
        parts = [self[f"{kind}_{name}"] for name in ("postcode", "region", "city", "street")]
        house, flat = self[f"{kind}_house"], self[f"{kind}_flat"]
        parts.append(f"д. {house}" if house else "")
        parts.append(f"кв. {flat}" if flat else "")
        # Moscow is a region and a city: dict.fromkeys drops the repeat
        return ", ".join(dict.fromkeys(part for part in parts if part))
