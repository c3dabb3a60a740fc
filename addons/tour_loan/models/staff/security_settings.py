"""The administrator's settings of logging in: second factor, how long sessions last."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import session_age
from ...rules.session_age import DEFAULTS
from .second_factor import PARAMETER

PERSONS = "tour_loan.persons_an_hour"
PERSONS_AN_HOUR = 300  # a list shows eighty; a day's work touches some hundred


def persons_an_hour(env) -> int:
    """Return of how many people one employee may read the data in an hour without a word."""
    # sudo: a parameter of the system
    said = env["ir.config_parameter"].sudo().get_param(PERSONS) or ""
    return int(said) if said.isdecimal() and int(said) else PERSONS_AN_HOUR


def lasts(label: str, parameter: str) -> fields.Integer:
    """Return the field of a setting that says how long sessions last, in its unit."""
    whose, which, unit = session_age.PARAMETERS[parameter]
    default = getattr(DEFAULTS[whose], which) // unit
    return fields.Integer(label, config_parameter=parameter, default=default, lasts=True)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    second_factor_required = fields.Boolean("Staff need a second factor")
    staff_idle_minutes = lasts("Staff: minutes without a click", "tour_loan.staff_idle_minutes")
    staff_session_hours = lasts("Staff: hours from the login on", "tour_loan.staff_session_hours")
    borrower_idle_minutes = lasts(
        "Borrowers: minutes without a click", "tour_loan.borrower_idle_minutes"
    )
    borrower_session_hours = lasts(
        "Borrowers: hours from the login on", "tour_loan.borrower_session_hours"
    )

    persons_an_hour = fields.Integer(
        "Persons one employee may read in an hour",
        config_parameter=PERSONS,
        default=PERSONS_AN_HOUR,
    )

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "lasts" or super()._valid_field_parameter(field, name)

    @api.constrains(
        "staff_idle_minutes",
        "staff_session_hours",
        "borrower_idle_minutes",
        "borrower_session_hours",
    )
    def _check_lasting(self):
        for name, field in self._fields.items():
            if hasattr(field, "lasts") and not 1 <= self[name] <= 10_000:
                raise ValidationError(
                    self.env._("%s: from 1 to 10000.", field._description_string(self.env))
                )

    @api.constrains("persons_an_hour")
    def _check_persons(self):
        for settings in self:
            if settings.persons_an_hour < 1:
                raise ValidationError(self.env._("At least one person an hour."))

    @api.model
    def get_values(self):
        """Override: the box shows what is in force, wherever it was said."""
        required = self.env["res.users"]._tour_loan_factor_is_required()
        return super().get_values() | {"second_factor_required": required}

    def set_values(self):
        """Override: "no" is a word of its own, or the server's setting would decide."""
        result = super().set_values()
        users = self.env["res.users"]
        if self.second_factor_required != users._tour_loan_factor_is_required():
            said = "required" if self.second_factor_required else "optional"
            self.env["ir.config_parameter"].set_param(PARAMETER, said)
        return result
