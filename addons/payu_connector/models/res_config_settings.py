from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    payu_ru_keep_bodies_days = fields.Integer(
        string="Bodies of PayU notices",
        config_parameter=const.KEEP_BODIES,
        default=const.BODIES_KEPT_DAYS,
    )
    payu_ru_keep_notices_days = fields.Integer(
        string="PayU notices",
        config_parameter=const.KEEP_NOTICES,
        default=const.NOTICES_KEPT_DAYS,
    )

    @api.constrains("payu_ru_keep_bodies_days", "payu_ru_keep_notices_days")
    def _check_payu_ru_periods(self):
        for settings in self:
            days = (settings.payu_ru_keep_bodies_days, settings.payu_ru_keep_notices_days)
            if min(days) < const.NOTICE_KEPT_AT_LEAST:
                raise ValidationError(
                    self.env._(
                        "Notices of PayU are kept for %s days at least: it repeats them.",
                        const.NOTICE_KEPT_AT_LEAST,
                    )
                )
