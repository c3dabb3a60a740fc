"""Callbacks: one POST to the agency per change, in order, signed, at least once."""

from datetime import UTC

from odoo import fields, models

from ... import links
from ...rpc import outgoing
from ..outbox.ending import Period
from ..outbox.message import Outcome


class Callback(models.Model):
    _name = "tour_loan.callback"
    _inherit = ["tour_loan.message"]
    _description = "Callback to an agency"
    _channel_of_repeats = "root.tour_loan_callback_retry"
    _outbox = "callbacks"
    _period = Period("tour_loan.keep_callbacks_days", 180)
    _rec_name = "event"

    agency_id = fields.Many2one(
        "tour_loan.agency", required=True, readonly=True, index=True, ondelete="cascade"
    )
    application_id = fields.Many2one(
        "tour_loan.application", readonly=True, index=True, ondelete="cascade"
    )
    event = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    http_status = fields.Integer("HTTP status", readonly=True)

    _attempts = models.Index("(endpoint, last_attempt_at DESC) WHERE last_attempt_at IS NOT NULL")
    _waiting = models.Index("(endpoint) WHERE state = 'pending'")

    def _queue(self, application, event):
        """Write the callback that tells ``application``'s agency of its state."""
        agency = application.agency_id
        if not agency.callback_url:
            return self.browse()
        told = application._agency_object()
        body = outgoing.callback_body(event, application.state_changed_at.replace(tzinfo=UTC), told)
        return self.create(
            {
                "agency_id": agency.id,
                "application_id": application.id,
                "business_key": application.uuid,
                "endpoint": agency.code,
                "event": event,
                "sequence": application.sequence,
                "request": links.sealed(body.decode(), told["redirect_url"]),
            }
        )

    def _send(self):
        agency = self.agency_id
        if not agency.callbacks_on or not agency.callback_url:
            return Outcome("stuck", error="callbacks of this agency are switched off")
        if not agency._secrets("outbound"):
            return Outcome("stuck", error="the agency has no key for callbacks")
        body = links.opened(self.request).encode()
        outcome = agency._post_signed(agency.callback_url, body, self.uid)
        self.http_status = outcome.status
        answer = outcome.body.decode(errors="replace")
        if outcome.accepted:
            return Outcome("sent", response=answer)
        if outcome.gone:
            agency.callbacks_on = False
            return Outcome("stuck", response=answer, error="410: switched off")
        return Outcome(
            "later",
            response=answer,
            error=" ".join((outcome.error, outcome.detail)).strip() or f"HTTP {outcome.status}",
            seconds=outcome.retry_after,
        )
