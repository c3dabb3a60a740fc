"""Evidence of what a borrower confirmed by an SMS code (63-FZ art. 9)."""

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from .code import PURPOSES


class Signature(models.Model):
    """One confirmed code over named documents; rows of an application form a chain.

    Each row's hash covers its content and the hash before it, so a row cannot be
    changed or taken away later without the next one telling.
    """

    _name = "tour_loan.signature"
    _description = "Signature by SMS code"
    _order = "id"
    _rec_name = "purpose"

    application_id = fields.Many2one(
        "tour_loan.application",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    borrower_id = fields.Many2one("tour_loan.borrower", required=True, readonly=True)
    code_id = fields.Many2one("tour_loan.code", required=True, readonly=True, ondelete="restrict")
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    document_ids = fields.Many2many("tour_loan.document", readonly=True, ondelete="restrict")
    documents_digest = fields.Char("SHA-256 of the documents", readonly=True)
    phone = fields.Char(required=True, readonly=True)
    signed_at = fields.Datetime("Signed at", required=True, readonly=True)
    evidence = fields.Text(
        required=True,
        readonly=True,
        help="Everything the hash covers, as JSON: documents with their SHA-256, "
        "text and fate of the SMS, attempts, address, browser, session.",
    )
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char("SHA-256 of the evidence", required=True, readonly=True)

    _code_uniq = models.UniqueIndex("(code_id)")

    @api.depends("purpose", "application_id")
    def _compute_display_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for signature in self:
            order = signature.application_id.display_name
            signature.display_name = f"{purposes[signature.purpose]}, {order}"

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("Evidence is never changed."))

    @api.ondelete(at_uninstall=False)
    def _never_unlinked(self):
        raise UserError(self.env._("Evidence is never deleted."))

    @api.model
    def _record(self, application, code):
        """Write the evidence of ``code``, which the borrower has just typed right."""
        previous = self.search([("application_id", "=", application.id)], order="id desc", limit=1)
        now = fields.Datetime.now()
        evidence = json.dumps(
            {
                "application": application.uuid,
                "order": application.order_number,
                "purpose": code.purpose,
                "person": application._full_name(),
                "phone": code.phone,
                "signed_at": now.isoformat() + "Z",
                "documents": [
                    {
                        "name": document.name,
                        "version": document.version,
                        "bytes": document.size,
                        "sha256": document.sha256,
                        "tick": document.template_id.tick,
                    }
                    for document in code.document_ids.sorted("id")
                ],
                "documents_digest": code.documents_digest,
                "challenge": code.uid,
                "sms": {
                    "text": code.sms_text,
                    "message_id": code.sms_id.uid,
                    "gateway_id": code.sms_id.gateway_id or "",
                    "state": code.sms_id.state,
                    "asked_at": code.create_date.isoformat() + "Z",
                },
                "attempts": [
                    {"at": a.create_date.isoformat() + "Z", "right": a.right, "ip": a.ip}
                    for a in code.attempt_ids
                ],
                "ip": code.ip,
                "user_agent": code.user_agent,
                "session": code.session,
                "previous_hash": previous.hash or "",
            },
            ensure_ascii=False,
            sort_keys=True,
            indent=1,
        )
        return self.create(
            {
                "application_id": application.id,
                "borrower_id": application.borrower_id.id,
                "code_id": code.id,
                "purpose": code.purpose,
                "document_ids": [(6, 0, code.document_ids.ids)],
                "documents_digest": code.documents_digest,
                "phone": code.phone,
                "signed_at": now,
                "evidence": evidence,
                "previous_hash": previous.hash,
                "hash": hashlib.sha256(evidence.encode()).hexdigest(),
            }
        )

    def action_check(self):
        """Staff: tell whether the application's evidence is what was signed."""
        self.check_access("read")
        # sudo: an auditor checks what he does not read: documents, codes, the application
        intact = self.sudo().application_id._evidence_is_intact()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if intact else "danger",
                "sticky": not intact,
                "message": self.env._("Rows, chain and documents agree.")
                if intact
                else self.env._("The evidence does not agree with its hashes!"),
            },
        }

    def _is_intact(self) -> bool:
        """Return whether rows, chain and documents are what was signed."""
        previous = ""
        for row in self.sorted("id"):
            evidence = json.loads(row.evidence)
            told = {
                "purpose": row.purpose,
                "phone": row.phone,
                "signed_at": row.signed_at.isoformat() + "Z",
                "documents_digest": row.documents_digest,
                "challenge": row.code_id.uid,
                "previous_hash": previous,
            }
            if (
                hashlib.sha256(row.evidence.encode()).hexdigest() != row.hash
                or {name: evidence[name] for name in told} != told
            ):
                return False
            hashes = [
                hashlib.sha256(document._bytes()).hexdigest()
                for document in row.document_ids.sorted("id")
            ]
            if hashes != [document["sha256"] for document in evidence["documents"]]:
                return False
            previous = row.hash
        return True


class Application(models.Model):
    _inherit = "tour_loan.application"

    def _evidence_is_intact(self) -> bool:
        """Return whether every code that was confirmed has its row, and the rows agree.

        The last row has none behind it that would miss it: the codes do.
        """
        confirmed = self.env["tour_loan.code"].search(
            [("application_id", "=", self.id), ("state", "=", "used")]
        )
        rows = self.signature_ids
        return (
            confirmed == rows.code_id
            and bool(self.signed_at) == ("contract" in rows.mapped("purpose"))
            and rows._is_intact()
        )
