"""Files that people bring are looked through for viruses, and shown only then.

Where clamd is set (``clamd_host``) a file an employee brings waits until a job has had it
scanned; nobody is served it before, nor afterwards if something was found. Without clamd all
is as Odoo makes it. What the server makes itself, documents and style sheets, is not scanned.
"""

import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import MissingError
from odoo.tools import SQL

from ...gateways import clamd
from ...tools import is_neutralized, server_setting

_logger = logging.getLogger(__name__)
AGAIN = timedelta(minutes=1)
HIDDEN = ("waiting", "found")


def scanner(env) -> tuple[str, int] | None:
    """Return clamd's host and port, None if there is none or this copy asks nobody."""
    host = server_setting("tour_loan", "clamd_host")
    if not host or is_neutralized(env):
        return None
    return host, int(server_setting("tour_loan", "clamd_port", "3310"))


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    scan_state = fields.Selection(
        [("waiting", "Not scanned yet"), ("clean", "Nothing found"), ("found", "A virus")],
        readonly=True,
        copy=False,
    )
    scan_found = fields.Char(readonly=True, copy=False)

    _scan_waits = models.Index("(id) WHERE scan_state IN ('waiting', 'found')")

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._await_scan()
        return attachments

    def write(self, vals):
        done = super().write(vals)
        if {"raw", "datas", "db_datas", "store_fname"} & vals.keys():
            self._await_scan()
        return done

    def _await_scan(self):
        """Let nobody see what an employee brought until it was scanned."""
        if self.env.uid == SUPERUSER_ID or not scanner(self.env):
            return
        if not self.env.user._is_internal():
            return
        # sudo: the state is the server's; who wrote the file cannot write it
        files_sudo = self.sudo().filtered(lambda file: file.type == "binary" and file.file_size)
        for file in files_sudo.with_user(SUPERUSER_ID):
            file.write({"scan_state": "waiting", "scan_found": False})
            file.with_delay(description=f"Scan of attachment {file.id}", max_retries=0)._scan()

    def _scan(self) -> str:
        """Job: have the file looked through; clamd away, try again later."""
        where = scanner(self.env)
        if self.scan_state != "waiting" or not where:
            return "nothing to scan, or nobody to scan it"
        try:
            found = clamd.scan(*where, self.raw or b"")
        except (OSError, clamd.Trouble) as error:
            later = fields.Datetime.now() + AGAIN
            self.with_delay(eta=later, description=f"Scan of attachment {self.id}")._scan()
            return f"later: {type(error).__name__}: {error}"
        self.write({"scan_state": "found" if found else "clean", "scan_found": found})
        if found:
            _logger.warning("A virus in attachment %s: %s", self.id, found)
        return found or "clean"

    @api.model
    def _needs_person(self) -> list:
        """Files with a virus, and those that have been waiting for an hour."""
        return [
            *getattr(super(), "_needs_person", list)(),
            SQL(
                "SELECT id, write_date AS since, COALESCE(scan_found, scan_state) AS what, "
                "NULL::integer AS application_id FROM ir_attachment "
                "WHERE scan_state IN ('waiting', 'found') AND (scan_state = 'found' "
                "OR write_date < now() AT TIME ZONE 'utc' - interval '1 hour')"
            ),
        ]

    def _is_hidden(self) -> bool:
        """Return whether the file waits for its scan, or did not pass it."""
        return any(file.scan_state in HIDDEN for file in self)


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        """Override: what was not scanned is not there, whatever address leads to it."""
        files = record
        if record._name != "ir.attachment":
            field = [("res_model", "=", record._name), ("res_field", "=", field_name)]
            # sudo: whether the file may be shown at all; who may see it Odoo has asked
            files = self.env["ir.attachment"].sudo().search([*field, ("res_id", "=", record.id)])
        if files.sudo()._is_hidden():
            raise MissingError(self.env._("This file has not been scanned for viruses yet."))
        return super()._record_to_stream(record, field_name)
