"""What waits for a person, told in a form that any list of such things can read.

Whoever keeps one asks each model for ``_needs_person``: a list of ``SELECT``s of ``id``,
``since``, ``what`` and ``application_id``; here nothing is known of the last.
"""

from odoo import api, models
from odoo.tools import SQL


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    # the few, whatever number of payments is kept
    _payu_ru_attention = models.Index("(id) WHERE payu_ru_attention IS NOT NULL")

    @api.model
    def _needs_person(self) -> list:
        """Payments with a note for a person."""
        others = getattr(super(), "_needs_person", list)()
        return [
            *others,
            SQL(
                "SELECT id, last_state_change AS since, "
                "concat_ws(': ', reference, payu_ru_attention) AS what, "
                "NULL::integer AS application_id "
                "FROM payment_transaction WHERE payu_ru_attention <> ''"
            ),
        ]


class PayuRuNotice(models.Model):
    _inherit = "payu_ru.notice"

    @api.model
    def _needs_person(self) -> list:
        """Notices that could not be processed, or that are of no payment of ours."""
        return [
            SQL(
                "SELECT id, create_date AS since, concat_ws(': ', reference, outcome) AS what, "
                "NULL::integer AS application_id FROM payu_ru_notice WHERE state IN %s",
                ("unknown", "unreadable", "failed"),
            )
        ]
