"""Messages to MoyaMFO are one of the outboxes a monitor watches."""

from odoo import api, models


class Message(models.AbstractModel):
    _inherit = "tour_loan.message"

    @api.model
    def _outboxes(self):
        return {**super()._outboxes(), "moyamfo": "moyamfo.message"}
