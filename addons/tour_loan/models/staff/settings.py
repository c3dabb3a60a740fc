"""The administrator's settings: after how many days what is done with is deleted."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..agency.call import Call
from ..agency.callback import Callback
from ..outbox.ending import Period
from ..signing.code import Code
from ..signing.document import Document
from ..signing.mail import Mail
from ..signing.sms import Sms


def days(label: str, period: Period) -> fields.Integer:
    """Return the field of a setting that says ``period``."""
    return fields.Integer(
        label,
        config_parameter=period.parameter,
        default=period.days,
        at_least=period.at_least,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    keep_calls_days = days("Calls of agencies", Call._period)
    keep_callbacks_days = days("Callbacks to agencies", Callback._period)
    keep_codes_days = days("SMS codes", Code._period)
    keep_sms_days = days("SMS without a code", Sms._period)
    keep_letters_days = days("Letters to borrowers", Mail._period)
    keep_previews_days = days("Documents nobody was asked to sign", Document._period)

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "at_least" or super()._valid_field_parameter(field, name)

    @api.constrains(
        lambda self: [name for name, field in self._fields.items() if hasattr(field, "at_least")]
    )
    def _check_periods(self):
        for name, field in self._fields.items():
            least = getattr(field, "at_least", None)
            if least and self[name] < least:
                raise ValidationError(
                    self.env._(
                        "%(what)s: %(days)s days at least.",
                        what=field._description_string(self.env),
                        days=least,
                    )
                )
