"""Which authority issued a passport: the divisions behind the code."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import division


class PassportDivision(models.Model):
    """One name of one division code. Most codes have several names."""

    _name = "tour_loan.passport.division"
    _description = "Passport division"
    _order = "code, id"
    _rec_name = "name"

    code = fields.Char(required=True, size=7)
    name = fields.Char(required=True)

    _code_name_uniq = models.UniqueIndex("(code, name)")

    @api.model
    def _names(self, code: str, issued_on=None) -> list[str]:
        """Return the names of ``code``, those of the issue date's era first."""
        # sudo: the borrower has no right on the table; it holds no personal data
        names = self.sudo().search([("code", "=", code)], limit=50).mapped("name")
        return division.rank(names, issued_on)

    @api.model
    def _import_csv(self, content: bytes) -> dict:
        """Replace the table by the file ``fms_unit.csv``; return the counts.

        16,567 rows in a second or two: names that are in the file and in the table
        stay, new ones are added in batches, vanished ones are removed.
        """
        try:
            parsed = division.parse(content)
        except division.DivisionFileError as error:
            raise UserError(
                self.env._("This is not the file of passport divisions: %s", error)
            ) from error
        wanted = {(row.code, row.name) for row in parsed.divisions}
        known = {(row.code, row.name): row.id for row in self.search([])}
        self.browse([known[key] for key in known.keys() - wanted]).unlink()
        added = sorted(wanted - known.keys())
        self.create([{"code": code, "name": name} for code, name in added])
        return {"rows": len(wanted), "added": len(added)}
