"""Payments settled before this version are looked at once a night as well; of those that were
open PayU is asked at once."""

from odoo import SUPERUSER_ID, api, fields

from odoo.addons.payu_connector import const


def migrate(cr, version):
    """Plan the first look at every payment done lately and at every open one, and word
    chargebacks of before."""
    if not version:
        return
    transactions = api.Environment(cr, SUPERUSER_ID, {})["payment.transaction"]
    ours = [("provider_code", "=", "payu_ru")]
    lately = fields.Datetime.now() - const.REVIEW_FOR
    settled = transactions.search(
        [
            *ours,
            ("state", "=", "done"),
            ("operation", "!=", "refund"),
            ("last_state_change", ">=", lately),
            ("payu_ru_review_at", "=", False),
        ]
    )
    for transaction in settled:
        transaction.payu_ru_review_at = transaction._payu_ru_next_night()
    # whatever the former version had planned: every open payment has to come to an end
    transactions.search(
        [*ours, ("state", "in", ("draft", "pending")), ("payu_ru_next_check_at", "=", False)]
    ).payu_ru_next_check_at = fields.Datetime.now()
    transactions.search(
        [*ours, ("payu_ru_chargeback", "=", True), ("dispute_reason", "=", False)]
    ).dispute_reason = "?"
