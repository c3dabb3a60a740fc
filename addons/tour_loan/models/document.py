"""Documents shown to a borrower: their templates and their exact bytes."""

import base64
import hashlib

import weasyprint
from lxml import html as lxml_html
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import codes


class DocumentTemplate(models.Model):
    """A text of the lender; each consent is a document of its own (152-FZ art. 9)."""

    _name = "tour_loan.document.template"
    _description = "Document template"
    _order = "stage, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    stage = fields.Selection(
        [
            ("acquaintance", "Step 1: acquaintance (code 1)"),
            ("questionnaire", "Questionnaire (code 2)"),
            ("contract", "Contract (code 3)"),
            ("signed", "After the signature"),
        ],
        required=True,
    )
    tick = fields.Char(required=True, translate=True, help="What the borrower ticks on the page.")
    sequence = fields.Integer(default=10)
    version = fields.Char(required=True, default="1")
    view_id = fields.Many2one("ir.ui.view", "Text (QWeb)", required=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "A template with this code exists.")

    @api.model
    def _of_stage(self, stage):
        return self.search([("stage", "=", stage)])

    def _html(self, agency, application=None) -> str:
        """Return the text as one self-contained HTML page, in Russian."""
        return (
            self.env["ir.qweb"]
            .with_context(lang="ru_RU")
            ._render(
                self.view_id.id,
                {
                    "template": self.with_context(lang="ru_RU"),
                    "agency": agency,
                    "application": application,
                    "lender": self.env.company,
                },
            )
        )


class Document(models.Model):
    """The bytes a borrower was shown. Made once, never rendered again, never changed."""

    _name = "tour_loan.document"
    _description = "Document"
    _order = "id"

    template_id = fields.Many2one(
        "tour_loan.document.template", required=True, readonly=True, index=True
    )
    application_id = fields.Many2one(
        "tour_loan.application",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Empty for a text that is the same for everybody.",
    )
    agency_id = fields.Many2one("tour_loan.agency", readonly=True, index=True)
    name = fields.Char(required=True, readonly=True)
    version = fields.Char(required=True, readonly=True)
    source_hash = fields.Char(required=True, readonly=True, index=True)
    content = fields.Binary(attachment=True, required=True, readonly=True)
    text = fields.Text(
        readonly=True, help="The same text as HTML, to be read on a phone; the PDF is signed."
    )
    size = fields.Integer("Size, bytes", readonly=True)
    sha256 = fields.Char("SHA-256", required=True, readonly=True, index=True)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("A document that was shown is never changed."))

    @api.ondelete(at_uninstall=False)
    def _never_unlinked(self):
        raise UserError(self.env._("A document that was shown is never deleted."))

    @api.model
    def _make(self, template, agency, application=None):
        """Return the PDF of ``template``; the same text gives the same document.

        A text without personal data (no ``application``) is made once an agency and
        version, not once a borrower: hundreds of people read the same bytes.
        """
        html = template._html(agency, application)
        source_hash = hashlib.sha256(str(html).encode()).hexdigest()
        known = self.search(
            [
                ("template_id", "=", template.id),
                ("agency_id", "=", agency.id),
                ("application_id", "=", application.id if application else False),
                ("source_hash", "=", source_hash),
            ],
            limit=1,
        )
        # a document speaks Russian whoever caused it to be made
        russian = template.with_context(lang="ru_RU")
        return known or self._store(
            russian, agency, application, source_hash, self._pdf(html), _readable(html)
        )

    @api.model
    def _store(self, template, agency, application, source_hash, content: bytes, text: str):
        return self.create(
            {
                "template_id": template.id,
                "application_id": application.id if application else False,
                "agency_id": agency.id,
                "name": template.name,
                "version": template.version,
                "source_hash": source_hash,
                "content": base64.b64encode(content),
                "text": text,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )

    @api.model
    def _pdf(self, html) -> bytes:
        """Render HTML to PDF; nothing is fetched from outside, fonts are the system's."""
        fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
        return weasyprint.HTML(string=str(Markup(html)), url_fetcher=fetcher).write_pdf()

    def _reading(self) -> Markup:
        """Return the text for a page of ours; our own QWeb has escaped what people typed."""
        return Markup(self.text or "")

    def _bytes(self) -> bytes:
        self.ensure_one()
        return base64.b64decode(self.content)

    def _digest(self) -> str:
        """Return the SHA-256 over the documents' SHA-256, in order of their ids."""
        return codes.digest_of(self.sorted("id").mapped("sha256"))


def _readable(html) -> str:
    """Return what stands in a document's body as HTML, without its looks on paper."""
    body = lxml_html.fromstring(str(html)).find("body")
    for element in body.xpath("header | h1 | style"):
        element.drop_tree()
    return "".join(
        lxml_html.tostring(child, encoding="unicode", with_tail=True) for child in body
    ).strip()
