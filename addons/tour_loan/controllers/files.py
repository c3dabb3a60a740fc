"""Odoo's page of a PDF's first page reads the file itself, past ``ir.binary``."""

from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController


class ScannedFiles(AttachmentController):
    def _get_pdf_first_page_response(self, attachment):
        if attachment.sudo()._is_hidden():  # sudo: the state only
            raise request.not_found()
        return super()._get_pdf_first_page_response(attachment)
