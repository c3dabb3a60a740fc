"""What the lender's staff see of an application beside what its sides see."""

from odoo import api, fields, models

from ..application.application import CHATTER, STAFF_WRITES


class Application(models.Model):
    _inherit = "tour_loan.application"

    needs_text = fields.Char("More data wanted", compute="_compute_needs_text")
    document_count = fields.Integer(compute="_compute_counts")
    sms_count = fields.Integer(compute="_compute_counts")
    callback_count = fields.Integer(compute="_compute_counts")
    payment_count = fields.Integer(compute="_compute_counts")

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Show as changeable what may be changed: `write` refuses all else."""
        described = super().fields_get(allfields, attributes)
        if not self.env.su and (attributes is None or "readonly" in attributes):
            for name, field in described.items():
                if name not in STAFF_WRITES and not name.startswith(CHATTER):
                    field["readonly"] = True
        return described

    @api.depends("needs", "needs_words")
    def _compute_needs_text(self):
        for application in self:
            application.needs_text = ", ".join(application._need_labels())

    @api.depends("document_ids", "callback_ids", "loan_id")
    def _compute_counts(self):
        # sudo: how many there are, for roles that read only some of them
        for application, application_sudo in zip(self, self.sudo(), strict=True):
            env = application_sudo.env
            application.document_count = len(application_sudo.document_ids)
            application.sms_count = env["tour_loan.sms"].search_count(application._sms_domain())
            application.callback_count = len(application_sudo.callback_ids)
            application.payment_count = env["payment.transaction"].search_count(
                application_sudo._payments_domain()
            )

    def _sms_domain(self) -> list:
        """Return the domain of the SMS about this application, its codes too."""
        return ["|", ("application_id", "=", self.id), ("code_id.application_id", "=", self.id)]

    def _payments_domain(self) -> list:
        """Return the domain of the payments, and their refunds, of this application's loan."""
        return self.loan_id._payments_domain()

    # --- smart buttons ---

    def action_open_loan(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "tour_loan.loan",
            "res_id": self.loan_id.id,
            "views": [(False, "form")],
        }

    def action_open_documents(self):
        return self._rows_of("tour_loan.document_action")

    def action_open_sms(self):
        return self._rows_of("tour_loan.sms_action", self._sms_domain())

    def action_open_callbacks(self):
        return self._rows_of("tour_loan.callback_action")

    def action_open_payments(self):
        return self._rows_of("tour_loan.payment_action", self._payments_domain())

    def _rows_of(self, action, domain=None):
        """Return a list of ours, of this application's rows only."""
        self.ensure_one()
        opened = self.env["ir.actions.act_window"]._for_xml_id(action)
        domain = domain or [("application_id", "=", self.id)]
        return {**opened, "domain": domain, "context": {"create": False}}


class Loan(models.Model):
    _inherit = "tour_loan.loan"

    payment_count = fields.Integer(compute="_compute_payment_count")

    def _compute_payment_count(self):
        # sudo: how many there are, for roles that read only some of them
        payments_sudo = self.env["payment.transaction"].sudo()
        for loan in self:
            loan.payment_count = payments_sudo.search_count(loan._payments_domain())

    def _payments_domain(self) -> list:
        """Return the domain of the payments, and their refunds, of this loan."""
        return [
            "|",
            ("tour_loan_id", "in", self.ids),
            ("source_transaction_id.tour_loan_id", "in", self.ids),
        ]

    def action_open_payments(self):
        opened = self.env["ir.actions.act_window"]._for_xml_id("tour_loan.payment_action")
        return {**opened, "domain": self._payments_domain(), "context": {"create": False}}
