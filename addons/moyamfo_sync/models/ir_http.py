from odoo import models

from odoo.addons.tour_loan.models.web.routes import EVERYBODY, Door


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _tour_loan_routes(cls):
        """1C tells that it has news; the handler looks at its token."""
        return super()._tour_loan_routes() | {"/moyamfo_sync/ping": Door(EVERYBODY)}
