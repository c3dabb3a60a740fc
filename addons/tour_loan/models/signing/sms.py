"""Text messages to borrowers, by the gateway of the server's settings."""

from datetime import timedelta

import requests

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import sms_gateway
from ..outbox.ending import Period
from ..outbox.message import Outcome
from .code import DOTS


class Sms(models.Model):
    """One SMS. The code of a challenge is put in by the sending job, nowhere else."""

    _name = "tour_loan.sms"
    _inherit = ["tour_loan.message"]
    _description = "SMS"
    _outbox = "sms"
    _period = Period("tour_loan.keep_sms_days", 365)
    _backoff = (5, 15, 60, 300, 900)
    _give_up_after = timedelta(hours=12)
    _rec_name = "phone"

    phone = fields.Char(required=True, readonly=True)
    text = fields.Char(
        required=True, readonly=True, help="{code} stands for the code of a challenge."
    )
    code_id = fields.Many2one("tour_loan.code", readonly=True, index=True)
    application_id = fields.Many2one("tour_loan.application", readonly=True, index="btree_not_null")
    gateway_id = fields.Char("Gateway's message id", readonly=True)
    delivery_state = fields.Char(readonly=True)

    about_id = fields.Many2one("tour_loan.application", compute="_compute_about_id")

    @api.depends("application_id", "code_id")
    def _compute_about_id(self):
        for sms in self:
            sms.about_id = sms._about()

    def _about(self):
        """A code belongs to the application it was asked for."""
        return self.application_id or self.code_id.application_id

    @api.model
    def _ended(self, before):
        """An SMS with a code ends with its code: without it nobody could send it again."""
        return super()._ended(before) & Domain("code_id", "=", False)

    @api.model
    def _needs_person(self) -> list:
        return [
            SQL(
                "SELECT sms.id, COALESCE(sms.last_attempt_at, sms.create_date) AS since, "
                "COALESCE(sms.last_error, '') AS what, "
                "COALESCE(sms.application_id, code.application_id) AS application_id "
                "FROM tour_loan_sms sms LEFT JOIN tour_loan_code code ON code.id = sms.code_id "
                "WHERE sms.state = 'stuck'"
            )
        ]

    def _send(self):
        text = self.text
        if self.code_id:
            if self.code_id.state != "active" or self.code_id._is_over():
                return Outcome("dropped", error="the code is no longer waited for")
            text = self.text.replace("{code}", self.code_id._plain())
        gateway = sms_gateway(self.env)
        if self._may_be_a_repeat():
            try:
                known = gateway.status(self.phone, self.id)
            except (requests.RequestException, ValueError) as error:
                # the text of the exception carries the address with the login
                return Outcome("later", error=f"status: {type(error).__name__}")
            if known is not None:
                self.delivery_state = known
                return Outcome("sent", response=f"the gateway had it: {known}")
        answer = gateway.send(self.phone, text, self.id)
        self.request = self.text.replace("{code}", DOTS)
        if answer.accepted:
            self.gateway_id = answer.message_id
            return Outcome("sent", response=answer.raw)
        verdict = "later" if answer.again else "stuck"
        return Outcome(verdict, response=answer.raw, error=answer.error)
